package softfloat

import "math/bits"

// MulAdd is addend + a · b with one rounding, in Arm's terms. Source: Arm ARM, "FPMulAdd".
func MulAdd[F Word](c *Context, addend, a, b F) F {
	return pack[F](c, c.mulAdd(unpack(c, addend), unpack(c, a), unpack(c, b)))
}

func (c *Context) mulAdd(addend, a, b number) number {
	undefined := a.kind == infinite && b.kind == zero || a.kind == zero && b.kind == infinite
	if addend.kind >= quiet || a.kind >= quiet || b.kind >= quiet {
		r := c.nan3(&addend, &a, &b)
		if addend.kind == quiet && undefined {
			return c.invalid()
		}
		return r
	}
	if undefined {
		return c.invalid()
	}
	return c.add(addend, product(a, b))
}

// nan3 is nan for three operands, one of them a NaN.
func (c *Context) nan3(a, b, d *number) number {
	pick := a
	for _, n := range [...]*number{b, d} {
		if n.kind >= quiet && n.kind > pick.kind {
			pick = n
		}
	}
	if pick.kind == signalling {
		c.raise(Invalid)
	}
	if c.DefaultNaN {
		return c.defaultNaN()
	}
	return pick.quieted()
}

// product is a · b exactly, for formats of up to 64 bits; the operands are no NaNs, nor zero and infinity.
func product(a, b number) number {
	neg := a.neg != b.neg
	switch {
	case a.kind == infinite || b.kind == infinite:
		return number{kind: infinite, neg: neg}
	case a.kind == zero || b.kind == zero:
		return number{neg: neg}
	}
	r := number{kind: finite, neg: neg, exp: a.exp + b.exp + 1}
	r.hi, r.lo = bits.Mul64(a.hi, b.hi)
	r.normalise()
	return r
}

// MulExtended is FMULX: a · b, with 2 for the product of zero and infinity.
func MulExtended[F Word](c *Context, a, b F) F {
	x, y := unpack(c, a), unpack(c, b)
	if x.kind == infinite && y.kind == zero || x.kind == zero && y.kind == infinite {
		two := small(2)
		two.neg = x.neg != y.neg
		return pack[F](c, two)
	}
	return pack[F](c, c.mul(x, y))
}

// RecipStep is FRECPS: 2 − a · b with one rounding.
func RecipStep[F Word](c *Context, a, b F) F { return step(c, a, b, 2, 0) }

// RSqrtStep is FRSQRTS: (3 − a · b) / 2 with one rounding.
func RSqrtStep[F Word](c *Context, a, b F) F { return step(c, a, b, 3, 1) }

// step is (from − a · b) / 2^halvings. Source: Arm ARM, "FPRecipStepFused", "FPRSqrtStepFused".
func step[F Word](c *Context, a, b F, from int64, halvings int) F {
	x, y := unpack(c, a), unpack(c, b)
	x.neg = !x.neg
	if r, ok := c.nan(&x, &y); ok {
		return pack[F](c, r)
	}
	r := small(from)
	if !(x.kind == infinite && y.kind == zero || x.kind == zero && y.kind == infinite) {
		r = c.add(r, product(x, y))
	}
	if r.kind == finite {
		r.exp -= halvings
	}
	return pack[F](c, r)
}
