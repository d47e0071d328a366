package softfloat

import (
	"math"
	"math/bits"
)

// Add is a + b.
func Add[F Word](c *Context, a, b F) F { return pack[F](c, c.add(unpack(c, a), unpack(c, b))) }

// Sub is a − b.
func Sub[F Word](c *Context, a, b F) F { return pack[F](c, c.sub(unpack(c, a), unpack(c, b))) }

// Mul is a · b.
func Mul[F Word](c *Context, a, b F) F { return pack[F](c, c.mul(unpack(c, a), unpack(c, b))) }

// Div is a / b.
func Div[F Word](c *Context, a, b F) F { return pack[F](c, c.div(unpack(c, a), unpack(c, b))) }

// Sqrt is the square root.
func Sqrt[F Word](c *Context, a F) F { return pack[F](c, c.sqrt(unpack(c, a))) }

// Add80 is a + b.
func Add80(c *Context, a, b F80) F80 {
	if c.Round == NearestEven {
		if v, how, ok := QuickAdd80(a, b, c.Precision.Drop()); ok {
			c.quick(how)
			return v
		}
	}
	return pack80(c, c.add(unpack80(a), unpack80(b)))
}

// Sub80 is a − b.
func Sub80(c *Context, a, b F80) F80 {
	if !IsNaN80(b) { // those keep their sign
		b.SE ^= 0x8000
	}
	return Add80(c, a, b)
}

// Mul80 is a · b.
func Mul80(c *Context, a, b F80) F80 {
	if c.Round == NearestEven {
		if v, how, ok := QuickMul80(a, b, c.Precision.Drop()); ok {
			c.quick(how)
			return v
		}
	}
	return pack80(c, c.mul(unpack80(a), unpack80(b)))
}

// Div80 is a / b.
func Div80(c *Context, a, b F80) F80 {
	if c.Round == NearestEven {
		if v, how, ok := QuickDiv80(a, b, c.Precision.Drop()); ok {
			c.quick(how)
			return v
		}
	}
	return pack80(c, c.div(unpack80(a), unpack80(b)))
}

// Sqrt80 is the square root.
func Sqrt80(c *Context, a F80) F80 { return pack80(c, c.sqrt(unpack80(a))) }

// sub negates b unless it is a NaN: those keep their sign.
func (c *Context) sub(a, b number) number {
	if b.kind < quiet {
		b.neg = !b.neg
	}
	return c.add(a, b)
}

func (c *Context) add(a, b number) number {
	if r, ok := c.nan(&a, &b); ok {
		return r
	}
	if a.kind == infinite && b.kind == infinite && a.neg != b.neg {
		return c.invalid()
	}
	c.denormals(&a, &b)
	switch {
	case a.kind == infinite:
		return a
	case b.kind == infinite:
		return b
	case a.kind == zero && b.kind == zero:
		if a.neg != b.neg {
			a.neg = c.Round == Down
		}
		return a
	case a.kind == zero:
		return b
	case b.kind == zero:
		return a
	}
	return c.sum(a, b)
}

// sum adds finite numbers. Both have at least 62 bits of room below the significand, so one sticky bit is enough.
func (c *Context) sum(a, b number) number {
	if a.exp < b.exp || a.exp == b.exp && less128(a.hi, a.lo, b.hi, b.lo) {
		a, b = b, a
	}
	b.shiftRight(a.exp - b.exp)
	if a.neg != b.neg {
		var borrow uint64
		a.lo, borrow = bits.Sub64(a.lo, b.lo, 0)
		a.hi, _ = bits.Sub64(a.hi, b.hi, borrow)
		a.normalise()
		if a.kind == zero {
			a.neg = c.Round == Down
		}
		return a
	}
	var carry uint64
	a.lo, carry = bits.Add64(a.lo, b.lo, 0)
	a.hi, carry = bits.Add64(a.hi, b.hi, carry)
	if carry != 0 {
		a.shiftRight(1)
		a.hi |= 1 << 63
		a.exp++
	}
	return a
}

func less128(ahi, alo, bhi, blo uint64) bool { return ahi < bhi || ahi == bhi && alo < blo }

func (c *Context) mul(a, b number) number {
	if r, ok := c.nan(&a, &b); ok {
		return r
	}
	if a.kind == infinite && b.kind == zero || a.kind == zero && b.kind == infinite {
		return c.invalid()
	}
	c.denormals(&a, &b)
	a.neg = a.neg != b.neg
	switch {
	case a.kind == infinite || b.kind == infinite:
		return number{kind: infinite, neg: a.neg}
	case a.kind == zero || b.kind == zero:
		return number{neg: a.neg}
	}
	a.hi, a.lo = bits.Mul64(a.hi, b.hi)
	a.exp += b.exp + 1
	a.normalise()
	return a
}

func (c *Context) div(a, b number) number {
	if r, ok := c.nan(&a, &b); ok {
		return r
	}
	if a.kind == b.kind && a.kind != finite { // 0/0, ∞/∞
		return c.invalid()
	}
	a.neg = a.neg != b.neg
	if a.kind == finite && b.kind == zero { // takes precedence over a denormal operand
		c.raise(DivideByZero)
		return number{kind: infinite, neg: a.neg}
	}
	c.denormals(&a, &b)
	switch {
	case a.kind == infinite || a.kind == zero:
		return a
	case b.kind == infinite:
		return number{neg: a.neg}
	}
	hi, rest := bits.Div64(a.hi>>1, a.hi<<63, b.hi)
	lo, rest := bits.Div64(rest, 0, b.hi)
	a.hi, a.lo = hi, lo|sticky(rest)
	a.exp -= b.exp
	a.normalise()
	return a
}

func (c *Context) sqrt(a number) number {
	if r, ok := c.nan(&a, &a); ok {
		return r
	}
	if a.kind == zero {
		return a
	}
	if a.neg {
		return c.invalid()
	}
	c.denormals(&a, &a)
	if a.kind == infinite {
		return a
	}
	hi, lo := a.hi>>1, a.hi<<63
	if a.exp&1 != 0 {
		hi, lo = a.hi, 0
	}
	a.hi, a.lo = sqrt128(hi, lo)
	a.exp >>= 1
	return a
}

// sqrt128 is the square root of hi:lo, at least 2^126: 64 bits, and two more bits for rounding (half, sticky) in frac's top and
// lowest bit.
func sqrt128(hi, lo uint64) (root, frac uint64) {
	estimate := math.Sqrt(float64(hi)) * (1 << 32)
	root = ^uint64(0)
	if estimate < 1<<64 {
		root = uint64(estimate)
	}
	if hi < root { // one step of Newton's method, exact to a few units
		q, _ := bits.Div64(hi, lo, root)
		root = root/2 + q/2 + root&q&1
	}
	for {
		shi, slo := bits.Mul64(root, root)
		if less128(hi, lo, shi, slo) {
			root--
			continue
		}
		rlo, borrow := bits.Sub64(lo, slo, 0)
		rhi, _ := bits.Sub64(hi, shi, borrow)
		if less128(root>>63, root<<1, rhi, rlo) { // (root+1)² still fits
			root++
			continue
		}
		if rhi != 0 || rlo > root {
			frac = 1 << 63
		}
		return root, frac | sticky(rhi|rlo)
	}
}
