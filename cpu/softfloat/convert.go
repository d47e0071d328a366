package softfloat

import "math/bits"

// Convert changes the format.
func Convert[D, S Word](c *Context, v S) D {
	n := unpack(c, v)
	if r, ok := c.nan(&n, &n); ok {
		return pack[D](c, r)
	}
	c.denormals(&n, &n)
	return pack[D](c, n)
}

// To80 widens to 80 bits, which is exact whatever the precision of the context.
func To80[F Word](c *Context, v F) F80 {
	if r, ok := QuickWiden(v); ok {
		c.RoundedUp = false
		return r
	}
	n := unpack(c, v)
	if r, ok := c.nan(&n, &n); ok {
		return pack80to(c, r, extended80)
	}
	c.denormals(&n, &n)
	return pack80to(c, n, extended80)
}

// From80 narrows from 80 bits. A denormal operand raises nothing of its own.
func From80[F Word](c *Context, v F80) F {
	if c.Round == NearestEven {
		if r, how, ok := QuickNarrow[F](v); ok {
			c.quick(how)
			return r
		}
	}
	n := unpack80(v)
	if r, ok := c.nan(&n, &n); ok {
		return pack[F](c, r)
	}
	return pack[F](c, n)
}

func fromInt(v int64) number {
	if v == 0 {
		return number{}
	}
	n := number{kind: finite, neg: v < 0, exp: 63, hi: uint64(v)}
	if v < 0 {
		n.hi = -n.hi
	}
	n.normalise()
	return n
}

// FromInt converts a signed integer.
func FromInt[F Word](c *Context, v int64) F { return pack[F](c, fromInt(v)) }

// FromInt80 converts a signed integer exactly.
func FromInt80(v int64) F80 {
	if v == 0 {
		return F80{}
	}
	sign := uint16(v >> 63 << 15)
	magnitude := uint64((v ^ v>>63) - v>>63)
	s := bits.LeadingZeros64(magnitude)
	return F80{Mant: magnitude << uint(s), SE: sign | 0x3fff + 63 - uint16(s)}
}

// ToInt converts to a signed integer of so many bits. What does not fit raises Invalid and gives the least integer.
func ToInt[F Word](c *Context, v F, width uint) int64 { return c.toInt(unpack(c, v), width) }

// ToInt80 is ToInt from 80 bits.
func ToInt80(c *Context, v F80, width uint) int64 { return c.toInt(unpack80(v), width) }

func (c *Context) toInt(n number, width uint) int64 {
	indefinite := int64(-1) << (width - 1)
	c.RoundedUp = false
	if n.kind == zero {
		return 0
	}
	if n.kind != finite || n.exp > 63 {
		c.raise(Invalid)
		return indefinite
	}
	before := c.Flags
	limit := uint64(1)<<(width-1) - 1
	if n.neg {
		limit++
	}
	magnitude, carry := c.integral(n)
	if carry || magnitude > limit {
		c.Flags, c.RoundedUp = before|Invalid, false
		return indefinite
	}
	if n.neg {
		return -int64(magnitude)
	}
	return int64(magnitude)
}

// integral rounds a magnitude below 2^64 to an integer. It raises Inexact and sets RoundedUp.
func (c *Context) integral(n number) (v uint64, carry bool) {
	n.shiftRight(63 - n.exp)
	c.RoundedUp = false
	if n.lo == 0 {
		return n.hi, false
	}
	c.raise(Inexact)
	if !c.increments(n.neg, n.hi&1 != 0, n.lo>>63 != 0, n.lo<<1 != 0) {
		return n.hi, false
	}
	c.RoundedUp = true
	sum, over := bits.Add64(n.hi, 1, 0)
	return sum, over != 0
}

func (c *Context) roundToInt(n number) number {
	if r, ok := c.nan(&n, &n); ok {
		return r
	}
	if n.kind != finite || n.exp >= 63 {
		return n
	}
	v, _ := c.integral(n)
	r := number{kind: finite, neg: n.neg, exp: 63, hi: v}
	r.normalise()
	return r
}

// RoundToInt rounds to an integral value. A denormal operand raises nothing of its own.
func RoundToInt[F Word](c *Context, v F) F { return pack[F](c, c.roundToInt(unpack(c, v))) }

// RoundToInt80 is FRNDINT: as RoundToInt, but a denormal operand raises Denormal.
func RoundToInt80(c *Context, v F80) F80 {
	n := unpack80(v)
	if n.kind == finite {
		c.denormals(&n, &n)
	}
	r := c.roundToInt(n)
	up := c.RoundedUp
	v = pack80to(c, r, extended80)
	c.RoundedUp = up
	return v
}

// Widen is the same value in 80 bits, a signalling NaN included: it raises nothing.
func Widen[F Word](v F) F80 {
	if r, ok := QuickWiden(v); ok {
		return r
	}
	return pack80to(&Context{}, unpack(&Context{}, v), extended80)
}
