package softfloat

// Relation is the outcome of a comparison.
type Relation uint8

// The four outcomes.
const (
	Equal Relation = iota
	Less
	Greater
	Unordered
)

// Compare compares and raises Invalid for any NaN.
func Compare[F Word](c *Context, a, b F) Relation {
	if r, ok := quickCompare(a, b); ok {
		return r
	}
	return c.compare(unpack(c, a), unpack(c, b), true)
}

// CompareQuiet compares and raises Invalid for a signalling NaN only.
func CompareQuiet[F Word](c *Context, a, b F) Relation {
	if r, ok := quickCompare(a, b); ok {
		return r
	}
	return c.compare(unpack(c, a), unpack(c, b), false)
}

// Compare80 is Compare for 80 bits.
func Compare80(c *Context, a, b F80) Relation {
	if Normal80(a) && Normal80(b) {
		return quickCompare80(a, b)
	}
	return c.compare(unpack80(a), unpack80(b), true)
}

// CompareQuiet80 is CompareQuiet for 80 bits.
func CompareQuiet80(c *Context, a, b F80) Relation {
	if Normal80(a) && Normal80(b) {
		return quickCompare80(a, b)
	}
	return c.compare(unpack80(a), unpack80(b), false)
}

func (c *Context) compare(a, b number, signal bool) Relation {
	if a.kind >= quiet || b.kind >= quiet {
		if signal || a.kind > quiet || b.kind > quiet {
			c.raise(Invalid)
		}
		return Unordered
	}
	c.denormals(&a, &b)
	switch {
	case a.kind == zero && b.kind == zero:
		return Equal
	case b.kind == zero:
		return signOf(a.neg)
	case a.kind == zero:
		return signOf(!b.neg)
	case a.neg != b.neg:
		return signOf(a.neg)
	case a.kind != b.kind:
		return signOf(a.neg != (a.kind < b.kind))
	case a.kind == infinite || a.exp == b.exp && a.hi == b.hi:
		return Equal
	}
	smaller := a.exp < b.exp || a.exp == b.exp && a.hi < b.hi
	return signOf(smaller != a.neg)
}

func signOf(less bool) Relation {
	if less {
		return Less
	}
	return Greater
}

// IsNaN reports a NaN of either sort.
func IsNaN[F Word](v F) bool {
	fraction, maxExp := fields[F]()
	return v<<1 > F(maxExp<<uint(fraction))<<1
}

// IsDenormal reports a denormal number.
func IsDenormal[F Word](v F) bool {
	fraction, maxExp := fields[F]()
	return v<<1 != 0 && uint64(v)>>uint(fraction)&maxExp == 0
}

// IsNaN80 reports a NaN of either sort, but not an unsupported encoding.
func IsNaN80(v F80) bool { return v.SE&0x7fff == 0x7fff && v.Mant>>63 != 0 && v.Mant<<1 != 0 }
