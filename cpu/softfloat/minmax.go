package softfloat

// Max and Min are the greater and lesser operand; of two zeros Max takes the positive one and Min the negative one. Source: Arm ARM,
// "FPMax", "FPMin".
func Max[F Word](c *Context, a, b F) F {
	return pack[F](c, c.extreme(unpack(c, a), unpack(c, b), Greater))
}

// Min is Max's other end.
func Min[F Word](c *Context, a, b F) F {
	return pack[F](c, c.extreme(unpack(c, a), unpack(c, b), Less))
}

// MaxNumber is Max, but a number goes before a quiet NaN. Source: Arm ARM, "FPMaxNum".
func MaxNumber[F Word](c *Context, a, b F) F {
	return pack[F](c, c.extremeNumber(unpack(c, a), unpack(c, b), Greater))
}

// MinNumber is MaxNumber's other end.
func MinNumber[F Word](c *Context, a, b F) F {
	return pack[F](c, c.extremeNumber(unpack(c, a), unpack(c, b), Less))
}

func (c *Context) extremeNumber(a, b number, end Relation) number {
	least := number{kind: infinite, neg: end == Greater, hi: 1 << 63}
	switch {
	case a.kind == quiet && b.kind != quiet:
		a = least
	case b.kind == quiet && a.kind != quiet:
		b = least
	}
	return c.extreme(a, b, end)
}

// extreme is the operand that stands in the relation to the other one.
func (c *Context) extreme(a, b number, end Relation) number {
	if r, ok := c.nan(&a, &b); ok {
		return r
	}
	if a.kind == zero && b.kind == zero {
		a.neg = a.neg && b.neg || end == Less && (a.neg || b.neg)
		return a
	}
	if c.compare(a, b, false) == end {
		return a
	}
	return b
}
