package softfloat

// Digits of π and of the arc tangents of quarters, cut to 128 bits.
var (
	piWide   = number{kind: finite, exp: 1, hi: 0xc90fdaa22168c234, lo: 0xc4c6628b80dc1cd1}
	atanWide = [5]number{
		{},
		{kind: finite, exp: -3, hi: 0xfadbafc96406eb15, lo: 0x6dc79ef5f7a217e5},
		{kind: finite, exp: -2, hi: 0xed63382b0dda7b45, lo: 0x6fe445ecbc3a8d03},
		{kind: finite, exp: -1, hi: 0xa4bc7d1934f70924, lo: 0x19a87f2a457dac9e},
		{kind: finite, exp: -1, hi: 0xc90fdaa22168c234, lo: 0xc4c6628b80dc1cd1},
	}
)

// Atan80 is FPATAN: the angle of the point (x, y).
//
// Source: SDM Vol. 2, "FPATAN", table "FPATAN Results".
func Atan80(c *Context, y, x F80) F80 {
	return pack80to(c, c.atan(unpack80(y), unpack80(x)), extended80)
}

func (c *Context) atan(y, x number) number {
	if r, ok := c.nan(&y, &x); ok {
		return r
	}
	c.denormals(&y, &x)
	var r number
	switch {
	case y.kind == infinite && x.kind == infinite:
		r = piWide.scaled(-2)
	case y.kind == infinite || x.kind == zero && y.kind == finite:
		return withSign(piWide.scaled(-1).inexact(), y.neg)
	case y.kind == zero || x.kind == infinite:
		if !x.neg {
			return number{neg: y.neg}
		}
	default:
		r = angle(y, x)
	}
	if x.neg {
		r = piWide.minus(r)
	}
	return withSign(r.inexact(), y.neg)
}

func withSign(n number, neg bool) number {
	n.neg = neg
	return n
}

// angle is the arc tangent of |y| / |x|.
func angle(y, x number) number {
	y.neg, x.neg = false, false
	if y.exp < x.exp || y.exp == x.exp && y.hi < x.hi {
		return arcTangent(y.over(x))
	}
	return piWide.scaled(-1).minus(arcTangent(x.over(y)))
}

// arcTangent is atan t for 0 < t ≤ 1: by the nearest quarter, and a series for the rest.
func arcTangent(t number) number {
	var q int64
	if t.exp >= -3 {
		q = (int64(t.hi>>(58-uint(t.exp))) + 4) >> 3 // t in units of 1/32, to the nearest quarter
	}
	quarter := small(q).scaled(-2)
	rest := t.minus(quarter).over(small(1).plus(t.times(quarter)))
	square := rest.times(rest).negated()
	var sum number
	for k := 45; k > 0; k -= 2 {
		sum = small(1).divided(uint64(k)).plus(square.times(sum))
	}
	return atanWide[q].plus(rest.times(sum))
}
