package softfloat

import "math/bits"

// Word is an encoding of 16, 32 or 64 bits: binary16, binary32 or binary64.
type Word interface{ ~uint16 | ~uint32 | ~uint64 }

// F80 is the 80-bit extended format: significand with explicit integer bit, sign and 15-bit exponent.
type F80 struct {
	Mant uint64
	SE   uint16
}

// kind is the class of a number. The order matters: everything from quiet on is not a number.
type kind uint8

const (
	zero kind = iota
	finite
	infinite
	quiet
	signalling
	unsupported // an 80-bit encoding with a wrong integer bit
)

// number is an unpacked value. A finite one is hi:lo / 2^127 · 2^exp with hi's top bit set; of a NaN hi holds the payload, with
// bit 62 as the quiet bit.
type number struct {
	kind     kind
	neg      bool
	denormal bool // the encoding was denormal
	exp      int
	hi, lo   uint64
}

func (n number) quieted() number {
	n.kind = quiet
	n.hi |= 3 << 62
	return n
}

// format is a floating-point format: bits of significand, and the exponents of its least and greatest normal numbers.
type format struct {
	precision  int
	emin, emax int
}

var (
	binary16   = format{11, -14, 15}
	binary32   = format{24, -126, 127}
	binary64   = format{53, -1022, 1023}
	extended80 = format{64, -16382, 16383}
)

func is32[F Word]() bool { return uint64(^F(0)) == 1<<32-1 }

func is16[F Word]() bool { return uint64(^F(0)) == 1<<16-1 }

func formatOf[F Word]() format {
	if is32[F]() {
		return binary32
	}
	if is16[F]() {
		return binary16
	}
	return binary64
}

// fields is the place of the parts in an encoding: bits of fraction, and the greatest exponent field.
func fields[F Word]() (fraction int, maxExp uint64) {
	if is32[F]() {
		return 23, 0xff
	}
	if is16[F]() {
		return 10, 0x1f
	}
	return 52, 0x7ff
}

// unpack reads an encoding.
func unpack[F Word](c *Context, v F) number {
	fraction, maxExp := fields[F]()
	top := uint(63 - fraction)
	n := number{
		neg: uint64(v)>>(uint(bits.Len64(uint64(^F(0))))-1) != 0,
		hi:  uint64(v) << (top & 63) &^ (1 << 63),
	}
	field := uint64(v) >> (uint(fraction) & 63) & maxExp
	switch {
	case field == maxExp:
		n.setSpecial()
	case field != 0:
		n.kind, n.hi, n.exp = finite, n.hi|1<<63, int(field)-int(maxExp>>1)
	case n.hi != 0 && !flushes[F](c):
		n.setDenormal(1 - int(maxExp>>1))
	default:
		if n.hi != 0 && c.Arm && !is16[F]() {
			c.raise(Denormal)
		}
		n.hi = 0
	}
	return n
}

// flushes reports whether denormal operands are zeros.
func flushes[F Word](c *Context) bool {
	if is16[F]() {
		return c.FZ16
	}
	return c.DAZ
}

// setSpecial decides between infinity and the NaNs by the fraction.
func (n *number) setSpecial() {
	switch {
	case n.hi<<1 == 0:
		n.kind = infinite
	case n.hi&(1<<62) != 0:
		n.kind = quiet
	default:
		n.kind = signalling
	}
	n.hi |= 1 << 63
}

// setDenormal normalises a significand whose exponent is emin.
func (n *number) setDenormal(emin int) {
	shift := bits.LeadingZeros64(n.hi)
	n.kind, n.denormal = finite, true
	n.hi, n.exp = n.hi<<uint(shift), emin-shift
}

// pack rounds a result and encodes it.
func pack[F Word](c *Context, n number) F {
	fraction, maxExp := fields[F]()
	c.RoundedUp = false
	if n.kind == finite {
		c.round(&n, formatOf[F]())
	}
	var field uint64
	switch n.kind {
	case finite:
		if n.hi>>63 != 0 {
			field = uint64(n.exp + int(maxExp>>1))
		}
	case infinite, quiet, signalling:
		field = maxExp
	}
	v := field<<uint(fraction) | n.hi&^(1<<63)>>uint(63-fraction)
	if n.neg {
		v |= (maxExp + 1) << uint(fraction)
	}
	return F(v)
}

// unpack80 reads an 80-bit encoding. A pseudo-denormal counts as denormal.
func unpack80(v F80) number {
	n := number{neg: v.SE>>15 != 0, hi: v.Mant}
	field := v.SE & 0x7fff
	switch {
	case field == 0 && v.Mant == 0:
	case field == 0:
		n.setDenormal(extended80.emin)
	case v.Mant>>63 == 0:
		n.kind = unsupported
	case field == 0x7fff:
		n.setSpecial()
	default:
		n.kind, n.exp = finite, int(field)-0x3fff
	}
	return n
}

// pack80 rounds a result to the precision of the context and encodes it.
func pack80(c *Context, n number) F80 {
	f := extended80
	switch c.Precision {
	case Single:
		f.precision = 24
	case Double:
		f.precision = 53
	}
	return pack80to(c, n, f)
}

func pack80to(c *Context, n number, f format) F80 {
	c.RoundedUp = false
	if n.kind == finite {
		c.round(&n, f)
	}
	v := F80{Mant: n.hi}
	switch n.kind {
	case finite:
		if n.hi>>63 != 0 {
			v.SE = uint16(n.exp + 0x3fff)
		}
	case infinite:
		v = F80{1 << 63, 0x7fff}
	case quiet, signalling:
		v.SE = 0x7fff
	default:
		v.Mant = 0
	}
	if n.neg {
		v.SE |= 0x8000
	}
	return v
}
