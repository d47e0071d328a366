package softfloat

import "math"

// ToFixed converts to an integer of so many bits with a binary point, in a rounding direction; what does not fit saturates and raises
// Invalid, a NaN gives 0. Source: Arm ARM, "FPToFixed".
func ToFixed[F Word](c *Context, v F, fraction int, width uint, unsigned bool, mode Mode) uint64 {
	n := unpack(c, v)
	switch {
	case n.kind >= quiet:
		c.raise(Invalid)
		return 0
	case n.kind == zero:
		return 0
	}
	n.exp += fraction
	limit := fixedLimit(width, unsigned, n.neg)
	if n.kind == infinite || n.exp > 63 {
		c.raise(Invalid)
		return signed(limit, n.neg, width)
	}
	r := Context{Round: mode}
	magnitude, carry := r.integral(n)
	if carry || magnitude > limit {
		c.raise(Invalid)
		return signed(limit, n.neg, width)
	}
	c.raise(r.Flags)
	return signed(magnitude, n.neg, width)
}

// fixedLimit is the greatest magnitude.
func fixedLimit(width uint, unsigned, neg bool) uint64 {
	switch {
	case unsigned && neg:
		return 0
	case unsigned:
		return math.MaxUint64 >> (64 - width)
	case neg:
		return 1 << (width - 1)
	}
	return 1<<(width-1) - 1
}

func signed(magnitude uint64, neg bool, width uint) uint64 {
	if neg {
		magnitude = -magnitude
	}
	return magnitude & (math.MaxUint64 >> (64 - width))
}

// FromFixed converts v / 2^fraction. Source: Arm ARM, "FixedToFP".
func FromFixed[F Word](c *Context, v uint64, fraction int, unsigned bool) F {
	n := fromInt(int64(v))
	if unsigned && n.neg {
		n = number{kind: finite, exp: 63, hi: v}
	}
	if n.kind == finite {
		n.exp -= fraction
	}
	return pack[F](c, n)
}

// ToJavaScript is FJCVTZS: the integer part modulo 2^32, and whether that is the whole value. Source: Arm ARM, "FPToFixedJS".
func ToJavaScript(c *Context, v uint64) (r uint32, exact bool) {
	n := unpack(c, v)
	switch {
	case n.kind == zero:
		return 0, !n.neg
	case n.kind != finite:
		c.raise(Invalid)
		return 0, false
	}
	if n.exp > 63 {
		c.raise(Invalid)
		if n.exp < 63+53 {
			r = uint32(n.hi << min(uint(n.exp-63), 63))
		}
	} else {
		truncate := Context{Round: Zero}
		magnitude, _ := truncate.integral(n)
		r = uint32(magnitude)
		switch limit := fixedLimit(32, false, n.neg); {
		case magnitude > limit:
			c.raise(Invalid)
		default:
			c.raise(truncate.Flags)
			exact = truncate.Flags == 0
		}
	}
	if n.neg {
		r = -r
	}
	return r, exact
}

// RoundIntegral rounds to an integral value in a direction, and raises Inexact only if that is asked for. Source: Arm ARM, "FPRoundInt".
func RoundIntegral[F Word](c *Context, v F, mode Mode, exact bool) F {
	n := unpack(c, v)
	before, round := c.Flags, c.Round
	c.Round = mode
	r := c.roundToInt(n)
	c.Round = round
	if !exact && n.kind < quiet {
		c.Flags = before
	}
	return pack[F](c, r)
}

// RoundSized is FRINT32 and FRINT64: what is no signed integer of so many bits becomes the least one, and Invalid is raised. Source: Arm
// ARM, "FPRoundIntN".
func RoundSized[F Word](c *Context, v F, mode Mode, width uint) F {
	n := unpack(c, v)
	if n.kind == zero {
		return pack[F](c, n)
	}
	least := number{kind: finite, neg: true, exp: int(width) - 1, hi: 1 << 63}
	if n.kind != finite || n.exp > 63 {
		c.raise(Invalid)
		return pack[F](c, least)
	}
	r := Context{Round: mode}
	magnitude, carry := r.integral(n)
	if carry || magnitude > fixedLimit(width, false, n.neg) {
		c.raise(Invalid)
		return pack[F](c, least)
	}
	c.raise(r.Flags)
	whole := number{kind: finite, neg: n.neg, exp: 63, hi: magnitude}
	whole.normalise()
	return pack[F](c, whole)
}
