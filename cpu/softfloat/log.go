package softfloat

var (
	ln2Wide   = number{kind: finite, exp: -1, hi: 0xb17217f7d1cf79ab, lo: 0xc9e3b39803f2f6af}
	log2eWide = number{kind: finite, exp: 0, hi: 0xb8aa3b295c17f0bb, lo: 0xbe87fed0691d3e88}
)

// Exp2Minus1 is F2XM1: 2^v − 1. Beyond ±1, where the manual leaves it open, v is the result.
//
// Source: SDM Vol. 2, "F2XM1".
func Exp2Minus1(c *Context, v F80) F80 {
	n := unpack80(v)
	if r, ok := c.nan(&n, &n); ok {
		return pack80to(c, r, extended80)
	}
	c.denormals(&n, &n)
	switch {
	case n.kind == infinite && n.neg:
		return F80{1 << 63, 0xbfff}
	case n.kind == finite && n.exp == 0 && n.neg && n.hi == 1<<63:
		return F80{1 << 63, 0xbffe}
	case n.kind != finite || n.exp >= 0:
		return v
	}
	y, sum := n.times(ln2Wide), small(1)
	for k := uint64(36); k > 1; k-- {
		sum = small(1).plus(y.times(sum).divided(k))
	}
	return pack80to(c, y.times(sum).inexact(), extended80)
}

// YLog2X is FYL2X: y · log2 x.
//
// Source: SDM Vol. 2, "FYL2X", table "FYL2X Results".
func YLog2X(c *Context, y, x F80) F80 {
	return pack80to(c, c.yLog2(unpack80(y), unpack80(x), number{}), extended80)
}

// YLog2XPlus1 is FYL2XP1: y · log2(x + 1), also for x beyond the range that the manual asks for.
//
// Source: SDM Vol. 2, "FYL2XP1", table "FYL2XP1 Results".
func YLog2XPlus1(c *Context, y, x F80) F80 {
	n := unpack80(x)
	if n.kind == zero {
		m := unpack80(y)
		switch {
		case m.kind == infinite:
			return pack80to(c, c.invalid(), extended80)
		case m.kind < quiet:
			c.denormals(&m, &m)
			return F80{0, (x.SE ^ y.SE) & 0x8000}
		}
	}
	return pack80to(c, c.yLog2(unpack80(y), n, small(1)), extended80)
}

// yLog2 is y · log2(x + more), for more 0 or 1.
func (c *Context) yLog2(y, x, more number) number {
	if r, ok := c.nan(&x, &y); ok {
		return r
	}
	argument := x
	if x.kind != infinite {
		argument = x.plus(more)
	}
	switch {
	case argument.neg && argument.kind != zero:
		return c.invalid()
	case argument.kind == zero:
		return c.yLog2Zero(y, x)
	case isOne(argument) && more.kind == zero && y.kind == infinite:
		return c.invalid()
	}
	c.denormals(&x, &y)
	below := argument.kind == finite && argument.exp < 0
	y.neg = y.neg != below
	switch {
	case argument.kind == infinite:
		if y.kind == zero {
			return c.invalid()
		}
		return number{kind: infinite, neg: y.neg}
	case y.kind != finite:
		return y
	}
	var log number
	exact := false
	if more.kind != zero && x.exp < -2 {
		log = logNearOne(x.over(x.plus(small(2))))
	} else {
		log, exact = log2(argument)
	}
	if log.kind == zero {
		return number{neg: y.neg}
	}
	log.neg = false
	r := y.times(log)
	if !exact {
		r = r.inexact()
	}
	return r
}

// yLog2Zero is y · log2 0.
func (c *Context) yLog2Zero(y, x number) number {
	if y.kind == zero {
		return c.invalid()
	}
	c.denormals(&x, &y)
	if y.kind == finite {
		c.raise(DivideByZero)
	}
	return number{kind: infinite, neg: !y.neg}
}

func isOne(n number) bool {
	return n.kind == finite && n.exp == 0 && n.hi == 1<<63 && n.lo == 0 && !n.neg
}

// log2 is the logarithm of a positive number, and whether it is exact, which it is for powers of two.
func log2(n number) (log number, exact bool) {
	exponent := int64(n.exp)
	if n.hi == 1<<63 && n.lo == 0 {
		return small(exponent), true
	}
	n.exp = 0
	if n.hi > 0xb504f333f9de6484 { // √2
		n.exp = -1
		exponent++
	}
	fraction := logNearOne(n.minus(small(1)).over(n.plus(small(1))))
	return small(exponent).plus(fraction), false
}

// logNearOne is log2((1 + s) / (1 − s)) for |s| ≤ 0.18: twice the area hyperbolic tangent, in base 2.
func logNearOne(s number) number {
	square := s.times(s)
	var sum number
	for k := 53; k > 0; k -= 2 {
		sum = small(1).divided(uint64(k)).plus(square.times(sum))
	}
	return s.times(sum).times(log2eWide).scaled(1)
}
