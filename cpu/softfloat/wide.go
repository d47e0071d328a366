package softfloat

import "math/bits"

// The transcendental functions compute with numbers of 128 bits of significand, cut, not rounded: a relative error of at most 2^-126
// for each operation. Their operands are finite or zero.

// small is an integer.
func small(v int64) number { return fromInt(v) }

func (a number) negated() number {
	a.neg = !a.neg
	return a
}

// scaled is a · 2^by.
func (a number) scaled(by int) number {
	a.exp += by
	return a
}

func (a number) plus(b number) number {
	switch {
	case a.kind == zero:
		return b
	case b.kind == zero:
		return a
	}
	return (&Context{}).sum(a, b)
}

func (a number) minus(b number) number { return a.plus(b.negated()) }

func (a number) times(b number) number {
	a.neg = a.neg != b.neg
	if a.kind == zero || b.kind == zero {
		return number{neg: a.neg}
	}
	h1, _ := bits.Mul64(a.hi, b.lo)
	h2, _ := bits.Mul64(a.lo, b.hi)
	h, l := bits.Mul64(a.hi, b.hi)
	l, c1 := bits.Add64(l, h1, 0)
	l, c2 := bits.Add64(l, h2, 0)
	a.hi, a.lo = h+c1+c2, l
	a.exp += b.exp + 1
	a.normalise()
	return a
}

// divided is a / n.
func (a number) divided(n uint64) number {
	if a.kind == zero {
		return a
	}
	shift := uint(bits.LeadingZeros64(n))
	n <<= shift
	hi, rest := bits.Div64(a.hi>>1, a.hi<<63|a.lo>>1, n)
	lo, _ := bits.Div64(rest, a.lo<<63, n)
	a.hi, a.lo = hi, lo
	a.exp += int(shift) - 63
	a.normalise()
	return a
}

// over is a / b, bit by bit.
func (a number) over(b number) number {
	a.neg = a.neg != b.neg
	if a.kind == zero {
		return a
	}
	a.exp -= b.exp
	if less128(a.hi, a.lo, b.hi, b.lo) {
		a.exp--
		a.hi, a.lo = divide128(a.hi, a.lo, b.hi, b.lo)
		return a
	}
	rlo, borrow := bits.Sub64(a.lo, b.lo, 0)
	rhi, _ := bits.Sub64(a.hi, b.hi, borrow)
	hi, lo := divide128(rhi, rlo, b.hi, b.lo)
	a.hi, a.lo = hi>>1|1<<63, lo>>1|hi<<63
	return a
}

// divide128 is the 128-bit fraction of a remainder and a greater divisor.
func divide128(rhi, rlo, dhi, dlo uint64) (qhi, qlo uint64) {
	for range 128 {
		carry := rhi >> 63
		rhi, rlo = rhi<<1|rlo>>63, rlo<<1
		qhi, qlo = qhi<<1|qlo>>63, qlo<<1
		if carry != 0 || !less128(rhi, rlo, dhi, dlo) {
			var borrow uint64
			rlo, borrow = bits.Sub64(rlo, dlo, 0)
			rhi, _ = bits.Sub64(rhi, dhi, borrow)
			qlo |= 1
		}
	}
	return qhi, qlo
}

// inexact marks a result as not exact, which no value of these functions is but the special ones.
func (a number) inexact() number {
	a.lo |= 1
	return a
}
