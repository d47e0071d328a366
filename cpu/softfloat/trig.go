package softfloat

import "math/bits"

// Sine, cosine and tangent.
//
// The argument is reduced by the multiple of π/2 nearest to it, for π cut to 66 bits, as the processors do; the reduction by that
// value is exact. What is left lies within ±π/4, where the power series give 2^-120 relative to the result.
//
// Source: SDM Vol. 1, "Approximation of Pi", "Transcendental Instruction Accuracy".

// pi66 is π/2 in units of 2^-65.
const (
	pi66Hi = 0x3
	pi66Lo = 0x243f6a8885a308d3
)

// TrigLimit is the exponent from which on an argument is out of range: 2^63.
const TrigLimit = 63

// trigReduce splits v in quarter turns and a rest.
func trigReduce(v number) (rest number, quarter uint64) {
	if v.exp < -1 {
		return v, 0
	}
	hi, lo := uint64(0), v.hi // the remainder, in units of 2^-65 at the end
	for range v.exp + 2 {
		hi, lo = hi<<1|lo>>63, lo<<1
		quarter <<= 1
		if !less128(hi, lo, pi66Hi, pi66Lo) {
			hi, lo = sub128(hi, lo, pi66Hi, pi66Lo)
			quarter++
		}
	}
	rest = number{kind: finite, neg: v.neg}
	if less128(pi66Hi, pi66Lo, hi<<1|lo>>63, lo<<1) { // more than half
		hi, lo = sub128(pi66Hi, pi66Lo, hi, lo)
		quarter++
		rest.neg = !rest.neg
	}
	rest.hi, rest.lo, rest.exp = hi, lo, 127-65
	rest.normalise()
	if v.neg {
		quarter = -quarter
	}
	return rest, quarter
}

func sub128(ahi, alo, bhi, blo uint64) (hi, lo uint64) {
	lo, borrow := bits.Sub64(alo, blo, 0)
	hi, _ = bits.Sub64(ahi, bhi, borrow)
	return hi, lo
}

// sineSeries is sin r for |r| ≤ π/4.
func sineSeries(r number) number {
	square, sum := r.times(r).negated(), small(1)
	for k := 34; k > 0; k -= 2 {
		sum = small(1).plus(square.times(sum).divided(uint64(k * (k + 1))))
	}
	return r.times(sum)
}

// cosineSeries is cos r for |r| ≤ π/4.
func cosineSeries(r number) number {
	square, sum := r.times(r).negated(), small(1)
	for k := 33; k > 0; k -= 2 {
		sum = small(1).plus(square.times(sum).divided(uint64(k * (k + 1))))
	}
	return sum
}

// sine is sin(rest + quarter · π/2).
func sine(rest number, quarter uint64) number {
	var v number
	if quarter&1 == 0 {
		v = sineSeries(rest)
	} else {
		v = cosineSeries(rest)
	}
	v.neg = v.neg != (quarter&2 != 0)
	return v
}

// trig handles what sine, cosine and tangent have in common. It reports whether v is an ordinary argument.
func (c *Context) trig(v *number) (special number, ordinary bool) {
	if r, ok := c.nan(v, v); ok {
		return r, false
	}
	if v.kind == infinite {
		return c.invalid(), false
	}
	c.denormals(v, v)
	return *v, v.kind == finite
}

// Sin80 is FSIN for an argument below 2^63.
func Sin80(c *Context, v F80) F80 {
	n := unpack80(v)
	r, ordinary := c.trig(&n)
	if ordinary {
		r = sine(trigReduce(n)).inexact()
	}
	return pack80to(c, r, extended80)
}

// Cos80 is FCOS for an argument below 2^63.
func Cos80(c *Context, v F80) F80 {
	n := unpack80(v)
	r, ordinary := c.trig(&n)
	switch {
	case ordinary:
		rest, quarter := trigReduce(n)
		r = sine(rest, quarter+1).inexact()
	case r.kind == zero:
		r = small(1)
	}
	return pack80to(c, r, extended80)
}

// Tan80 is FPTAN's tangent for an argument below 2^63.
func Tan80(c *Context, v F80) F80 {
	n := unpack80(v)
	r, ordinary := c.trig(&n)
	if ordinary {
		rest, quarter := trigReduce(n)
		r = sine(rest, quarter).over(sine(rest, quarter+1)).inexact()
	}
	return pack80to(c, r, extended80)
}

// OutOfTrigRange reports a finite argument of 2^63 or more, which the trigonometric instructions leave alone.
func OutOfTrigRange(v F80) bool {
	n := unpack80(v)
	return n.kind == finite && n.exp >= TrigLimit
}
