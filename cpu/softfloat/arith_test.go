package softfloat

import (
	"math"
	"math/big"
	"math/rand"
	"testing"
)

// interesting gives encodings of F with special, tiny, huge and short significands more often than chance would.
func interesting[F Word](r *rand.Rand) F {
	fraction, maxExp := fields[F]()
	exps := []uint64{0, 1, 2, maxExp / 2, maxExp/2 + 1, maxExp/2 + uint64(fraction), maxExp - 1, maxExp, uint64(r.Int63()) & maxExp, maxExp/2 + uint64(r.Intn(8))}
	fracs := []uint64{0, 1, 1 << (fraction - 1), 1<<fraction - 1, r.Uint64(), r.Uint64(), 3 << (fraction - 2), r.Uint64() << (fraction / 2)}
	v := exps[r.Intn(len(exps))]<<fraction | fracs[r.Intn(len(fracs))]&(1<<fraction-1)
	if r.Intn(2) == 0 {
		v |= (maxExp + 1) << fraction
	}
	return F(v)
}

// TestHostArithmetic compares with the host's own arithmetic, which is IEEE in round to nearest.
func TestHostArithmetic(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 200000 {
		a, b := interesting[uint64](r), interesting[uint64](r)
		x, y := math.Float64frombits(a), math.Float64frombits(b)
		check64(t, "add", a, b, Add[uint64], x+y)
		check64(t, "sub", a, b, Sub[uint64], x-y)
		check64(t, "mul", a, b, Mul[uint64], x*y)
		check64(t, "div", a, b, Div[uint64], x/y)
		check64(t, "sqrt", a, b, func(c *Context, a, _ uint64) uint64 { return Sqrt(c, a) }, math.Sqrt(x))
		p, q := interesting[uint32](r), interesting[uint32](r)
		u, v := math.Float32frombits(p), math.Float32frombits(q)
		check32(t, "add", p, q, Add[uint32], u+v)
		check32(t, "sub", p, q, Sub[uint32], u-v)
		check32(t, "mul", p, q, Mul[uint32], u*v)
		check32(t, "div", p, q, Div[uint32], u/v)
		check32(t, "sqrt", p, q, func(c *Context, a, _ uint32) uint32 { return Sqrt(c, a) }, float32(math.Sqrt(float64(u))))
		var c Context
		if got := Convert[uint32](&c, a); !same32(got, float32(x)) {
			t.Fatalf("convert %x: %x, host %x", a, got, float32(x))
		}
		if got := Convert[uint64](&c, p); !same64(got, float64(u)) {
			t.Fatalf("convert %x: %x, host %x", p, got, float64(u))
		}
	}
}

func same64(got uint64, want float64) bool {
	return got == math.Float64bits(want) || IsNaN(got) && want != want
}

func same32(got uint32, want float32) bool {
	return got == math.Float32bits(want) || IsNaN(got) && want != want
}

func check64(t *testing.T, name string, a, b uint64, op func(*Context, uint64, uint64) uint64, want float64) {
	t.Helper()
	if got := op(&Context{}, a, b); !same64(got, want) {
		t.Fatalf("%s %x %x: %x, host %x", name, a, b, got, math.Float64bits(want))
	}
}

func check32(t *testing.T, name string, a, b uint32, op func(*Context, uint32, uint32) uint32, want float32) {
	t.Helper()
	if got := op(&Context{}, a, b); !same32(got, want) {
		t.Fatalf("%s %x %x: %x, host %x", name, a, b, got, math.Float32bits(want))
	}
}

var bigModes = map[Mode]big.RoundingMode{NearestEven: big.ToNearestEven, Down: big.ToNegativeInf, Up: big.ToPositiveInf, Zero: big.ToZero}

func big80(v F80) *big.Float {
	f := new(big.Float).SetPrec(64).SetUint64(v.Mant)
	f.SetMantExp(f, int(v.SE&0x7fff)-0x3fff-63)
	if v.SE>>15 != 0 {
		f.Neg(f)
	}
	return f
}

// TestBig compares normal 80-bit results with math/big in every rounding mode and precision, inexactness included.
func TestBig(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	normal := func() F80 {
		mant := r.Uint64() | 1<<63
		if r.Intn(3) == 0 {
			mant &= ^uint64(0) << (63 - r.Intn(12))
		}
		return F80{mant, uint16(0x3fff - 70 + r.Intn(140) + r.Intn(2)<<15)}
	}
	ops := []struct {
		name string
		soft func(*Context, F80, F80) F80
		big  func(z, x, y *big.Float) *big.Float
	}{
		{"add", Add80, (*big.Float).Add},
		{"sub", Sub80, (*big.Float).Sub},
		{"mul", Mul80, (*big.Float).Mul},
		{"div", Div80, (*big.Float).Quo},
		{"sqrt", func(c *Context, a, _ F80) F80 { a.SE &= 0x7fff; return Sqrt80(c, a) },
			func(z, x, _ *big.Float) *big.Float { return z.Sqrt(x.Abs(x)) }},
	}
	precisions := map[Precision]uint{Single: 24, Double: 53, Extended: 64}
	for range 20000 {
		a, b := normal(), normal()
		for _, op := range ops {
			for mode, bigMode := range bigModes {
				for precision, bits := range precisions {
					exact := op.big(new(big.Float).SetPrec(400).SetMode(big.ToZero), big80(a), big80(b))
					want := new(big.Float).SetPrec(bits).SetMode(bigMode).Set(exact)
					c := Context{Round: mode, Precision: precision}
					got := op.soft(&c, a, b)
					if big80(got).Cmp(want) != 0 {
						t.Fatalf("%s %x %x mode %d precision %d: %x, want %s", op.name, a, b, mode, bits, got, want.Text('p', 0))
					}
					if inexact := want.Cmp(exact) != 0; inexact != (c.Flags&Inexact != 0) {
						t.Fatalf("%s %x %x mode %d precision %d: flags %x", op.name, a, b, mode, bits, c.Flags)
					}
					if up := want.Cmp(exact)*want.Sign() > 0; up != c.RoundedUp {
						t.Fatalf("%s %x %x mode %d precision %d: rounded up %v", op.name, a, b, mode, bits, c.RoundedUp)
					}
				}
			}
		}
	}
}

// TestFlags pins the exceptions and default results that x86 defines.
func TestFlags(t *testing.T) {
	const one, inf, qnan, snan, least, greatest, normal = 0x3f800000, 0x7f800000, 0x7fc00001, 0x7f800001, 1, 0x7f7fffff, 0x00800000
	const indefinite, minus = 0xffc00000, 0x80000000
	add, sub, mul, div := Add[uint32], Sub[uint32], Mul[uint32], Div[uint32]
	for _, test := range []struct {
		name  string
		op    func(*Context, uint32, uint32) uint32
		a, b  uint32
		c     Context
		want  uint32
		flags Flags
	}{
		{"∞−∞", sub, inf, inf, Context{}, indefinite, Invalid},
		{"0·∞", mul, 0, inf, Context{}, indefinite, Invalid},
		{"0/0", div, 0, minus, Context{}, indefinite, Invalid},
		{"1/0", div, one, minus, Context{}, minus | inf, DivideByZero},
		{"quiet first", add, qnan, snan, Context{}, qnan, Invalid},
		{"signalling first", add, snan, qnan, Context{}, snan | 1<<22, Invalid},
		{"quiet over denormal", add, least, qnan, Context{}, qnan, 0},
		{"quiet, x87's rule", add, snan + 8, qnan, Context{NaN: LargerNaN}, qnan, Invalid},
		{"larger, x87's rule", add, qnan, qnan + 1, Context{NaN: LargerNaN}, qnan + 1, 0},
		{"denormal", add, one, least, Context{}, one, Denormal | Inexact},
		{"denormal as zero", div, one, least, Context{DAZ: true}, inf, DivideByZero},
		{"exact denormal", sub, normal, least, Context{}, normal - 1, Denormal},
		{"exact denormal, trapping", sub, normal + 1, normal, Context{Unmasked: Underflow}, 0, Underflow},
		{"exact denormal, flushed", sub, normal + 1, normal, Context{FTZ: true}, 0, Underflow | Inexact},
		{"tiny before but not after rounding", mul, 0x9132d8, 0x3f61ad56, Context{}, normal, Inexact},
		{"tiny", mul, normal, 0x3f000001, Context{}, 0x00400000, Underflow | Inexact},
		{"overflow", mul, greatest, greatest, Context{}, inf, Overflow | Inexact},
		{"overflow to zero", mul, greatest, minus | greatest, Context{Round: Zero}, minus | greatest, Overflow | Inexact},
		{"exact zero", sub, one, one, Context{Round: Down}, minus, 0},
		{"zero and zero", add, 0, minus, Context{}, 0, 0},
	} {
		c := test.c
		got := test.op(&c, test.a, test.b)
		if trapped := c.Flags & c.Unmasked; c.Flags != test.flags || trapped == 0 && got != test.want {
			t.Errorf("%s: %08x flags %02x, want %08x flags %02x", test.name, got, c.Flags, test.want, test.flags)
		}
	}
}
