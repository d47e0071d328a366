package softfloat

import "math/bits"

// Rem80 is FPREM, or FPREM1 with nearest: the remainder of a / b with the quotient rounded to zero, or to nearest even. If the
// exponents differ by 64 or more it only reduces the difference by 32 to 63, and complete is false.
//
// Source: SDM Vol. 2A, "FPREM", "FPREM1".
func Rem80(c *Context, a, b F80, nearest bool) (r F80, quotient uint64, complete bool) {
	n, quotient, complete := c.rem(unpack80(a), unpack80(b), nearest)
	return pack80to(c, n, extended80), quotient, complete
}

func (c *Context) rem(a, b number, nearest bool) (r number, quotient uint64, complete bool) {
	if r, ok := c.nan(&a, &b); ok {
		return r, 0, true
	}
	if a.kind == infinite || b.kind == zero {
		return c.invalid(), 0, true
	}
	c.denormals(&a, &b)
	if a.kind == zero || b.kind == infinite {
		return a, 0, true
	}
	distance := a.exp - b.exp
	switch {
	case distance < -1 || distance == -1 && !nearest:
		return a, 0, true
	case distance >= 64:
		step := 32 + distance%32
		r, _ = reduce(a, b, step)
		return r, 0, false
	case distance == -1: // the quotient is 0 or 1
		if a.hi <= b.hi {
			return a, 0, true
		}
		b.neg = !a.neg
		return c.sum(a, b), 1, true
	}
	r, quotient = reduce(a, b, distance)
	if nearest && roundsUp(r, b, quotient) {
		b.neg = !a.neg
		if r.kind == zero {
			return r, quotient, true
		}
		return c.sum(r, b), quotient + 1, true
	}
	return r, quotient, true
}

// reduce is one long division of a's significand, moved up by step bits, by b's.
func reduce(a, b number, step int) (r number, quotient uint64) {
	quotient, rest := bits.Div64(a.hi>>(64-uint(step)), a.hi<<uint(step), b.hi)
	r = number{kind: finite, neg: a.neg, exp: a.exp - step, hi: rest}
	r.normalise()
	return r, quotient
}

// roundsUp says whether a remainder is more than half of b, or just half with an odd quotient.
func roundsUp(r, b number, quotient uint64) bool {
	switch {
	case r.kind == zero:
		return false
	case r.exp != b.exp-1:
		return r.exp > b.exp-1
	case r.hi == b.hi:
		return quotient&1 != 0
	}
	return r.hi > b.hi
}

// Scale80 is FSCALE: a · 2^trunc(b).
//
// Source: SDM Vol. 2A, "FSCALE".
func Scale80(c *Context, a, b F80) F80 {
	return pack80to(c, c.scale(unpack80(a), unpack80(b)), extended80)
}

func (c *Context) scale(a, b number) number {
	if r, ok := c.nan(&a, &b); ok {
		return r
	}
	if b.kind == infinite && (a.kind == zero && !b.neg || a.kind == infinite && b.neg) {
		return c.invalid()
	}
	c.denormals(&a, &b)
	switch {
	case a.kind != finite:
		return a
	case b.kind == infinite && b.neg:
		return number{neg: a.neg}
	case b.kind == infinite:
		return number{kind: infinite, neg: a.neg}
	case b.kind == zero || b.exp < 0:
		return a
	}
	by := 1 << 16 // beyond this all results are the same
	if b.exp < 16 {
		by = int(b.hi >> (63 - uint(b.exp)))
	}
	if b.neg {
		by = -by
	}
	a.exp += by
	return a
}

// Extract80 is FXTRACT: the significand with exponent zero, and the exponent as a value.
//
// Source: SDM Vol. 2A, "FXTRACT".
func Extract80(c *Context, v F80) (significand, exponent F80) {
	n := unpack80(v)
	if r, ok := c.nan(&n, &n); ok {
		v = pack80to(c, r, extended80)
		return v, v
	}
	c.denormals(&n, &n)
	switch n.kind {
	case zero:
		c.raise(DivideByZero)
		return v, F80{1 << 63, 0xffff}
	case infinite:
		return v, F80{1 << 63, 0x7fff}
	}
	exponent = FromInt80(int64(n.exp))
	n.exp = 0
	return pack80to(c, n, extended80), exponent
}
