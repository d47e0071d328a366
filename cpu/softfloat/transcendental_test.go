package softfloat

import (
	"math/big"
	"math/rand"
	"testing"
)

// The oracle of this file computes with 400 bits of math/big, by series of its own.
const oracleBits = 400

func bigFloat(v float64) *big.Float { return new(big.Float).SetPrec(oracleBits).SetFloat64(v) }

func bigMul(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(oracleBits).Mul(a, b) }
func bigQuo(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(oracleBits).Quo(a, b) }
func bigAdd(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(oracleBits).Add(a, b) }

// bigSeries sums terms that next makes of the one before, until they no longer matter.
func bigSeries(first *big.Float, next func(term *big.Float, k int64) *big.Float) *big.Float {
	sum, term := bigFloat(0), first
	for k := int64(1); term.Sign() != 0 && (sum.Sign() == 0 || term.MantExp(nil) > sum.MantExp(nil)-oracleBits); k++ {
		sum = bigAdd(sum, term)
		term = next(term, k)
	}
	return sum
}

func bigSin(x *big.Float) *big.Float {
	square := bigMul(x, x)
	square.Neg(square)
	return bigSeries(x, func(term *big.Float, k int64) *big.Float {
		return bigQuo(bigMul(term, square), bigFloat(float64(2*k*(2*k+1))))
	})
}

func bigCos(x *big.Float) *big.Float {
	square := bigMul(x, x)
	square.Neg(square)
	return bigSeries(bigFloat(1), func(term *big.Float, k int64) *big.Float {
		return bigQuo(bigMul(term, square), bigFloat(float64(2*k*(2*k-1))))
	})
}

func bigExpm1(x *big.Float) *big.Float {
	return bigSeries(x, func(term *big.Float, k int64) *big.Float {
		return bigQuo(bigMul(term, x), bigFloat(float64(k+1)))
	})
}

// bigAtan halves the argument's angle until the series is quick.
func bigAtan(t *big.Float) *big.Float {
	scale := 0
	for t.Sign() != 0 && t.MantExp(nil) > -8 {
		root := bigAdd(bigFloat(1), bigMul(t, t))
		root.Sqrt(root)
		t = bigQuo(t, bigAdd(bigFloat(1), root))
		scale++
	}
	square := bigMul(t, t)
	square.Neg(square)
	power := t
	sum := bigSeries(t, func(_ *big.Float, k int64) *big.Float {
		power = bigMul(power, square)
		return bigQuo(power, bigFloat(float64(2*k+1)))
	})
	return sum.SetMantExp(sum, scale)
}

// bigLog1p is ln(1 + x) by the area hyperbolic tangent.
func bigLog1p(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return x
	}
	if x.MantExp(nil) > -3 { // ln(1+x) = 2 ln √(1+x)
		root := bigAdd(bigFloat(1), x)
		root.Sqrt(root)
		r := bigLog1p(root.Sub(root, bigFloat(1)))
		return r.SetMantExp(r, 1)
	}
	s := bigQuo(x, bigAdd(x, bigFloat(2)))
	square, power := bigMul(s, s), s
	sum := bigSeries(s, func(_ *big.Float, k int64) *big.Float {
		power = bigMul(power, square)
		return bigQuo(power, bigFloat(float64(2*k+1)))
	})
	return sum.SetMantExp(sum, 1)
}

var (
	bigLn2  = bigLog1p(bigFloat(1))
	bigPi   = func() *big.Float { v := bigAtan(bigFloat(1)); return v.SetMantExp(v, 2) }()
	bigPi66 = func() *big.Float {
		v := new(big.Float).SetPrec(oracleBits).SetInt(new(big.Int).SetBits([]big.Word{pi66Lo, pi66Hi}))
		return v.SetMantExp(v, -64)
	}()
)

func equals80(t *testing.T, name string, got F80, want *big.Float, args ...F80) {
	t.Helper()
	if rounded := new(big.Float).SetPrec(64).Set(want); big80(got).Cmp(rounded) != 0 {
		t.Fatalf("%s %x: %x, want %s", name, args, got, rounded.Text('p', 0))
	}
}

func random80(r *rand.Rand, least, greatest int) F80 {
	mant := r.Uint64() | 1<<63
	if r.Intn(3) == 0 {
		mant &= ^uint64(0) << (63 - r.Intn(12))
	}
	return F80{mant, uint16(0x3fff+least+r.Intn(greatest-least+1)) | uint16(r.Intn(2))<<15}
}

// TestTrig checks that sine, cosine and tangent are correctly rounded, for π of 66 bits.
func TestTrig(t *testing.T) {
	r := rand.New(rand.NewSource(8))
	half := bigQuo(bigPi66, bigFloat(2))
	for range 2000 {
		v := random80(r, -20, 62)
		n := roundBig(bigQuo(big80(v), half), big.ToNearestEven)
		rest := new(big.Float).SetPrec(oracleBits).Sub(big80(v), bigMul(half, new(big.Float).SetInt(n)))
		sin, cos := bigSin(rest), bigCos(rest)
		for range new(big.Int).And(n, big.NewInt(3)).Int64() {
			sin, cos = cos, new(big.Float).Neg(sin)
		}
		equals80(t, "sin", Sin80(&Context{}, v), sin, v)
		equals80(t, "cos", Cos80(&Context{}, v), cos, v)
		equals80(t, "tan", Tan80(&Context{}, v), bigQuo(sin, cos), v)
	}
}

// TestAtan checks FPATAN in all quadrants.
func TestAtan(t *testing.T) {
	r := rand.New(rand.NewSource(9))
	for range 2000 {
		y, x := random80(r, -30, 30), random80(r, -30, 30)
		if r.Intn(4) == 0 {
			x.SE = x.SE&0x8000 | y.SE&0x7fff
		}
		ratio := bigQuo(big80(y), big80(x))
		want := bigAtan(ratio.Abs(ratio))
		if x.SE>>15 != 0 {
			want = new(big.Float).Sub(bigPi, want)
		}
		if y.SE>>15 != 0 {
			want.Neg(want)
		}
		equals80(t, "atan", Atan80(&Context{}, y, x), want, y, x)
	}
}

// TestExpLog checks F2XM1, FYL2X and FYL2XP1.
func TestExpLog(t *testing.T) {
	r := rand.New(rand.NewSource(10))
	for range 2000 {
		v := random80(r, -40, -1)
		equals80(t, "f2xm1", Exp2Minus1(&Context{}, v), bigExpm1(bigMul(big80(v), bigLn2)), v)
		y, x := random80(r, -10, 10), random80(r, -60, 60)
		if r.Intn(2) == 0 {
			x.SE = 0x3ffe + uint16(r.Intn(2))
		}
		x.SE &= 0x7fff
		log := bigQuo(bigLog1p(new(big.Float).SetPrec(oracleBits).Sub(big80(x), bigFloat(1))), bigLn2)
		equals80(t, "fyl2x", YLog2X(&Context{}, y, x), bigMul(big80(y), log), y, x)
		x = random80(r, -60, -2)
		log = bigQuo(bigLog1p(big80(x)), bigLn2)
		equals80(t, "fyl2xp1", YLog2XPlus1(&Context{}, y, x), bigMul(big80(y), log), y, x)
	}
}

// TestWideConstants recomputes the digits.
func TestWideConstants(t *testing.T) {
	cut := func(v *big.Float) *big.Float {
		return new(big.Float).SetPrec(128).SetMode(big.ToZero).Set(v)
	}
	wide := func(n number) *big.Float {
		v := new(big.Float).SetPrec(128).SetInt(new(big.Int).SetBits([]big.Word{big.Word(n.lo), big.Word(n.hi)}))
		return v.SetMantExp(v, n.exp-127)
	}
	for name, test := range map[string]struct {
		n    number
		want *big.Float
	}{
		"pi": {piWide, bigPi}, "ln2": {ln2Wide, bigLn2}, "log2e": {log2eWide, bigQuo(bigFloat(1), bigLn2)},
		"atan1/4": {atanWide[1], bigAtan(bigFloat(0.25))}, "atan2/4": {atanWide[2], bigAtan(bigFloat(0.5))},
		"atan3/4": {atanWide[3], bigAtan(bigFloat(0.75))}, "atan1": {atanWide[4], bigAtan(bigFloat(1))},
	} {
		if wide(test.n).Cmp(cut(test.want)) != 0 {
			t.Errorf("%s: %s, want %s", name, wide(test.n).Text('p', 0), cut(test.want).Text('p', 0))
		}
	}
}

func BenchmarkSin80(b *testing.B) {
	for b.Loop() {
		Sin80(&Context{}, F80{0xc90fdaa22168c235, 0x3fff})
	}
}
