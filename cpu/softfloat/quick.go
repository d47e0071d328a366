package softfloat

import "math/bits"

// The usual case of 80-bit arithmetic goes without unpacking: normal operands, rounding to nearest even, a normal result. Then nothing can
// be raised but Inexact. Whatever is not so is left to the long way, which gives the same.

// Rounding is what became of a result.
type Rounding uint8

// Its bits.
const (
	RoundedOff Rounding = 1 << iota // it is inexact
	RoundedUp                       // its magnitude was rounded up
)

// Drop is how many bits of a significand of 64 a precision leaves out.
func (p Precision) Drop() uint { return uint(0x000b0028>>(p&3*8)) & 0xff }

// Normal80 reports a normal number.
func Normal80(v F80) bool { return v.SE&0x7fff-1 < 0x7ffe && int64(v.Mant) < 0 }

// nearest rounds a significand with its top bit set to nearest even, and encodes it. It fails where the result is not normal.
func nearest(sign uint16, exp int, hi, lo uint64, drop uint) (v F80, how Rounding, ok bool) {
	if drop != 0 {
		lo = hi<<(64-drop) | lo>>drop | sticky(lo<<(64-drop))
		hi = hi >> drop << drop
	}
	up := lo >> 63 & (hi>>drop | sticky(lo<<1))
	hi, carry := bits.Add64(hi, up<<drop, 0)
	hi |= carry << 63
	exp += int(carry)
	return F80{Mant: hi, SE: sign | uint16(exp)}, Rounding(sticky(lo) | up<<1), uint(exp-1) < 0x7ffe
}

// QuickAdd80 is a + b.
func QuickAdd80(a, b F80, drop uint) (v F80, how Rounding, ok bool) {
	if !Normal80(a) || !Normal80(b) {
		return v, 0, false
	}
	if x, y := a.SE&0x7fff, b.SE&0x7fff; x < y || x == y && a.Mant < b.Mant {
		a, b = b, a
	}
	exp := int(a.SE & 0x7fff)
	by := uint(exp) - uint(b.SE&0x7fff)
	hi, lo := b.Mant>>by, b.Mant<<(64-by)
	if by > 64 {
		by = min(by, 127)
		lo = b.Mant>>(by-64) | sticky(b.Mant<<(128-by))
	}
	if (a.SE^b.SE)>>15 == 0 {
		var carry uint64
		hi, carry = bits.Add64(a.Mant, hi, 0)
		if carry != 0 {
			hi, lo = hi>>1|1<<63, hi<<63|lo>>1|lo&1
			exp++
		}
		return nearest(a.SE&0x8000, exp, hi, lo, drop)
	}
	lo, borrow := bits.Sub64(0, lo, 0)
	hi = a.Mant - hi - borrow
	if hi == 0 { // a difference of less than a 64th bit is exact
		if lo == 0 {
			return v, 0, true
		}
		hi, lo = lo, 0
		exp -= 64
	}
	s := uint(bits.LeadingZeros64(hi))
	return nearest(a.SE&0x8000, exp-int(s), hi<<s|lo>>(64-s), lo<<s, drop)
}

// QuickMul80 is a · b.
func QuickMul80(a, b F80, drop uint) (v F80, how Rounding, ok bool) {
	if !Normal80(a) || !Normal80(b) {
		return v, 0, false
	}
	hi, lo := bits.Mul64(a.Mant, b.Mant)
	exp := int(a.SE&0x7fff) + int(b.SE&0x7fff) - 0x3fff + int(hi>>63)
	if hi>>63 == 0 {
		hi, lo = hi<<1|lo>>63, lo<<1
	}
	return nearest((a.SE^b.SE)&0x8000, exp, hi, lo, drop)
}

// QuickDiv80 is a / b.
func QuickDiv80(a, b F80, drop uint) (v F80, how Rounding, ok bool) {
	if !Normal80(a) || !Normal80(b) {
		return v, 0, false
	}
	exp := int(a.SE&0x7fff) - int(b.SE&0x7fff) + 0x3fff
	hi, lo := a.Mant>>1, a.Mant<<63
	if a.Mant < b.Mant {
		hi, lo = a.Mant, 0
		exp--
	}
	quotient, rest := bits.Div64(hi, lo, b.Mant)
	lo = sticky(rest)
	if half := b.Mant - rest; rest >= half { // twice the rest is no less than b
		lo = 1<<63 | sticky(rest-half)
	}
	return nearest((a.SE^b.SE)&0x8000, exp, quotient, lo, drop)
}

// QuickWiden is a normal number, or zero, in 80 bits.
func QuickWiden[F Word](v F) (r F80, ok bool) {
	fraction, maxExp := fields[F]()
	field := uint64(v) >> uint(fraction) & maxExp
	r.SE = uint16(uint64(v) >> (uint(fraction) + uint(bits.Len64(maxExp))) << 15)
	if field-1 < maxExp-1 {
		r.Mant = uint64(v)<<uint(63-fraction) | 1<<63
		r.SE |= uint16(field + 0x3fff - maxExp>>1)
		return r, true
	}
	return r, v<<1 == 0
}

// QuickNarrow rounds a normal number to a normal one of another format, to nearest even. Zero stays zero.
func QuickNarrow[F Word](v F80) (r F, how Rounding, ok bool) {
	fraction, maxExp := fields[F]()
	sign := F(v.SE>>15) << (uint(fraction) + uint(bits.Len64(maxExp)))
	if v.Mant == 0 && v.SE<<1 == 0 {
		return sign, 0, true
	}
	exp := int(v.SE&0x7fff) - (0x3fff - int(maxExp>>1))
	if uint(exp-1) >= uint(maxExp-1) || int64(v.Mant) >= 0 {
		return 0, 0, false
	}
	w, how, _ := nearest(0, exp, v.Mant, 0, uint(63-fraction))
	return sign | F(uint64(w.SE)<<uint(fraction)|w.Mant<<1>>uint(64-fraction)), how, uint64(w.SE) < maxExp
}

// quickCompare compares numbers that are normal or zero.
func quickCompare[F Word](a, b F) (r Relation, ok bool) {
	x, normal1 := ordered(a)
	y, normal2 := ordered(b)
	switch {
	case x < y:
		r = Less
	case x > y:
		r = Greater
	}
	return r, normal1 && normal2
}

// ordered is an integer that compares as a number does, which is normal or zero.
func ordered[F Word](v F) (n int64, ok bool) {
	fraction, maxExp := fields[F]()
	n = int64(v << 1 >> 1)
	if v != F(n) {
		return -n, uint64(n)>>uint(fraction)-1 < maxExp-1 || n == 0
	}
	return n, uint64(n)>>uint(fraction)-1 < maxExp-1 || n == 0
}

// quickCompare80 compares normal numbers.
func quickCompare80(a, b F80) Relation {
	x, y := a.SE&0x7fff, b.SE&0x7fff
	switch neg := a.SE>>15 != 0; {
	case (a.SE^b.SE)>>15 != 0:
		return signOf(neg)
	case x != y:
		return signOf(x < y != neg)
	case a.Mant != b.Mant:
		return signOf(a.Mant < b.Mant != neg)
	}
	return Equal
}

// quick reports a result of the short way.
func (c *Context) quick(how Rounding) {
	c.Flags |= Flags(how&RoundedOff) * Inexact
	c.RoundedUp = how&RoundedUp != 0
}
