package softfloat

// The estimates are exact functions of 8 or 9 bits of the operand. Source: Arm ARM, "RecipEstimate", "RecipSqrtEstimate".

// recipEstimate maps 256 … 511, as fractions of 512, to 256 … 511.
func recipEstimate(a uint32) uint32 { return ((1<<19)/(2*a+1) + 1) / 2 }

// rsqrtEstimates maps 128 … 511 to 256 … 511.
var rsqrtEstimates = func() (table [512]uint32) {
	for n := uint32(128); n < 512; n++ {
		a := 2*n + 1
		if n >= 256 {
			a = (n>>1<<1 + 1) * 2
		}
		b := uint32(512)
		for a*(b+1)*(b+1) < 1<<28 {
			b++
		}
		table[n] = (b + 1) / 2
	}
	return table
}()

// RecipEstimateInt is URECPE.
func RecipEstimateInt(v uint32) uint32 {
	if v>>31 == 0 {
		return ^uint32(0)
	}
	return recipEstimate(v>>23) << 23
}

// RSqrtEstimateInt is URSQRTE.
func RSqrtEstimateInt(v uint32) uint32 {
	if v>>30 == 0 {
		return ^uint32(0)
	}
	return rsqrtEstimates[v>>23] << 23
}

// RecipEstimate is FRECPE. Source: Arm ARM, "FPRecipEstimate".
func RecipEstimate[F Word](c *Context, v F) F {
	n, f := unpack(c, v), formatOf[F]()
	if r, ok := c.nan(&n, &n); ok {
		return pack[F](c, r)
	}
	switch {
	case n.kind == infinite:
		return pack[F](c, number{neg: n.neg})
	case n.kind == zero:
		c.raise(DivideByZero)
		return pack[F](c, number{kind: infinite, neg: n.neg})
	case n.exp < f.emin-2:
		c.overflow(&n, f)
		n.lo = 0
		return packExact[F](n)
	case n.exp >= f.emax-1 && (is16[F]() && c.FZ16 || !is16[F]() && c.FTZ):
		c.raise(Underflow)
		return pack[F](c, number{neg: n.neg})
	}
	r := number{kind: finite, neg: n.neg, exp: -1 - n.exp, hi: uint64(recipEstimate(uint32(n.hi>>55))) << 55}
	return packExact[F](r)
}

// RSqrtEstimate is FRSQRTE. Source: Arm ARM, "FPRSqrtEstimate".
func RSqrtEstimate[F Word](c *Context, v F) F {
	n := unpack(c, v)
	if r, ok := c.nan(&n, &n); ok {
		return pack[F](c, r)
	}
	switch {
	case n.kind == zero:
		c.raise(DivideByZero)
		return pack[F](c, number{kind: infinite, neg: n.neg})
	case n.neg:
		return pack[F](c, c.invalid())
	case n.kind == infinite:
		return pack[F](c, number{})
	}
	scaled := n.hi >> 55
	if n.exp&1 == 0 {
		scaled = n.hi >> 56
	}
	r := number{kind: finite, exp: (-1 - n.exp) >> 1, hi: uint64(rsqrtEstimates[scaled]) << 55}
	return packExact[F](r)
}

// packExact cuts off what a denormal result has no place for, and raises nothing.
func packExact[F Word](n number) F { return pack[F](&Context{Round: Zero}, n) }

// RecipExponent is FRECPX: the exponent inverted, no fraction. Source: Arm ARM, "FPRecpX".
func RecipExponent[F Word](c *Context, v F) F {
	n := unpack(c, v)
	if r, ok := c.nan(&n, &n); ok {
		return pack[F](c, r)
	}
	fraction, maxExp := fields[F]()
	sign := v &^ (F(maxExp)<<uint(fraction) | (1<<uint(fraction) - 1))
	field := uint64(v) >> uint(fraction) & maxExp
	if field == 0 {
		return sign | F(maxExp-1)<<uint(fraction)
	}
	return sign | F(maxExp&^field)<<uint(fraction)
}
