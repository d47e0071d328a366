package softfloat

// FromHalf widens half precision. FZ16 does not apply. Source: Arm ARM, "FPConvert", "FPUnpackCV".
func FromHalf[D Word](c *Context, v uint16) D {
	if c.Alternative && v>>10&0x1f == 0x1f {
		n := number{kind: finite, neg: v>>15 != 0, exp: 16, hi: 1<<63 | uint64(v)<<53&^(1<<63)}
		return pack[D](c, n)
	}
	flush := c.FZ16
	c.FZ16 = false
	r := Convert[D](c, v)
	c.FZ16 = flush
	return r
}

// ToHalf narrows to half precision, the alternative one if the context says so. FZ16 does not apply.
func ToHalf[S Word](c *Context, v S) uint16 {
	n := unpack(c, v)
	if c.Alternative {
		return c.toAlternative(n)
	}
	flush := c.FZ16
	c.FZ16 = false
	if r, ok := c.nan(&n, &n); ok {
		n = r
	}
	r := pack[uint16](c, n)
	c.FZ16 = flush
	return r
}

// toAlternative encodes without infinities and NaNs: those, and what is too large, are invalid.
func (c *Context) toAlternative(n number) uint16 {
	var sign uint16
	if n.neg {
		sign = 0x8000
	}
	switch {
	case n.kind >= quiet:
		c.raise(Invalid)
		return sign
	case n.kind == infinite:
		c.raise(Invalid)
		return sign | 0x7fff
	case n.kind == zero:
		return sign
	case n.exp < binary16.emin:
		flush := c.FZ16
		c.FZ16 = false
		r := pack[uint16](c, n)
		c.FZ16 = flush
		return r
	}
	before := c.Flags
	c.roundTo(&n, binary16.precision)
	if n.exp > 16 {
		c.Flags = before | Invalid
		return sign | 0x7fff
	}
	return sign | uint16(n.exp+15)<<10 | uint16(n.hi>>53)&0x3ff
}
