package softfloat

import (
	"math"
	"math/big"
	"math/rand"
	"testing"
)

func armContext(mode Mode) *Context { return &Context{Arm: true, NaN: SignallingNaN, Round: mode} }

// TestFusedHost compares with the host's fused operation.
func TestFusedHost(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 300000 {
		a, b, d := interesting[uint64](r), interesting[uint64](r), interesting[uint64](r)
		if r.Intn(2) == 0 { // nearly cancelling
			p := math.Float64frombits(a) * math.Float64frombits(b)
			d = math.Float64bits(-p) + uint64(r.Intn(3)) - 1
		}
		want := math.FMA(math.Float64frombits(a), math.Float64frombits(b), math.Float64frombits(d))
		if got := MulAdd(armContext(NearestEven), d, a, b); !same64(got, want) {
			t.Fatalf("%x + %x · %x: %x, host %x", d, a, b, got, math.Float64bits(want))
		}
	}
}

// TestFusedBig compares with big numbers in the other directions.
func TestFusedBig(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 100000 {
		a, b, d := normal32(r), normal32(r), normal32(r)
		exact := new(big.Float).SetPrec(900).Mul(big32(a), big32(b))
		exact.Add(exact, big32(d))
		if exact.Sign() == 0 {
			continue
		}
		for mode, direction := range bigModes {
			rounded := new(big.Float).SetPrec(24).SetMode(direction).Set(exact)
			want, accuracy := rounded.Float32()
			if accuracy != big.Exact || math.Abs(float64(want)) < 0x1p-126 {
				continue // out of the range of normal numbers
			}
			c := armContext(mode)
			got := MulAdd(c, d, a, b)
			if got != math.Float32bits(want) || (c.Flags != 0) != (rounded.Cmp(exact) != 0) {
				t.Fatalf("%x + %x · %x in direction %d: %x %b, want %x", d, a, b, mode, got, c.Flags, math.Float32bits(want))
			}
		}
	}
}

func normal32(r *rand.Rand) uint32 {
	return uint32(r.Intn(2))<<31 | uint32(100+r.Intn(50))<<23 | uint32(r.Int63())&0x7fffff>>uint(r.Intn(24))<<uint(r.Intn(8))&0x7fffff
}

func big32(v uint32) *big.Float { return big.NewFloat(float64(math.Float32frombits(v))) }

// TestHalf computes in double precision, which has room for a correct second rounding.
func TestHalf(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	ops := []struct {
		name string
		half func(*Context, uint16, uint16) uint16
		host func(a, b float64) float64
	}{
		{"add", Add[uint16], func(a, b float64) float64 { return a + b }},
		{"sub", Sub[uint16], func(a, b float64) float64 { return a - b }},
		{"mul", Mul[uint16], func(a, b float64) float64 { return a * b }},
		{"div", Div[uint16], func(a, b float64) float64 { return a / b }},
		{"sqrt", func(c *Context, a, _ uint16) uint16 { return Sqrt(c, a) }, func(a, _ float64) float64 { return math.Sqrt(a) }},
	}
	for range 200000 {
		a, b := interesting[uint16](r), interesting[uint16](r)
		x := math.Float64frombits(FromHalf[uint64](&Context{}, a))
		y := math.Float64frombits(FromHalf[uint64](&Context{}, b))
		for _, op := range ops {
			got := op.half(armContext(NearestEven), a, b)
			want := ToHalf(&Context{}, math.Float64bits(op.host(x, y)))
			if got != want && !(IsNaN(got) && IsNaN(want)) {
				t.Fatalf("%s %04x %04x: %04x, want %04x", op.name, a, b, got, want)
			}
		}
	}
}

// TestHalfRoundTrip widens every value and narrows it again.
func TestHalfRoundTrip(t *testing.T) {
	for _, alternative := range []bool{false, true} {
		for v := range 1 << 16 {
			c := armContext(NearestEven)
			c.Alternative = alternative
			wide := FromHalf[uint32](c, uint16(v))
			if got := ToHalf(c, wide); int(got) != v && (alternative || c.Flags != Invalid || int(got) != v|1<<9) {
				t.Fatalf("%04x became %08x and %04x, flags %b", v, wide, got, c.Flags)
			}
		}
	}
}

// TestToFixed compares with big integers.
func TestToFixed(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 200000 {
		v := math.Float64frombits(uint64(r.Int63())&^(0x7ff<<52) | uint64(1023-3+r.Intn(70))<<52 | uint64(r.Intn(2))<<63)
		if r.Intn(2) == 0 {
			v = float64(r.Int63n(1000)-500) / 2
		}
		fraction, width, unsigned := r.Intn(20), uint(16)<<r.Intn(3), r.Intn(2) == 0
		for _, mode := range []Mode{NearestEven, Down, Up, Zero, TiesAway} {
			c := armContext(NearestEven)
			got := ToFixed(c, math.Float64bits(v), fraction, width, unsigned, mode)
			want, flags := bigFixed(math.Ldexp(v, fraction), width, unsigned, mode)
			if got != want || c.Flags != flags {
				t.Fatalf("%g · 2^%d to %d bits, unsigned %v, direction %d: %x %b, want %x %b", v, fraction, width, unsigned, mode, got, c.Flags, want, flags)
			}
		}
	}
}

func bigFixed(v float64, width uint, unsigned bool, mode Mode) (uint64, Flags) {
	rounded := map[Mode]func(float64) float64{NearestEven: math.RoundToEven, Down: math.Floor, Up: math.Ceil, Zero: math.Trunc, TiesAway: math.Round}[mode](v)
	i, _ := big.NewFloat(rounded).Int(nil)
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), width)
	if !unsigned {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	high.Sub(high, big.NewInt(1))
	var flags Flags
	switch {
	case i.Cmp(low) < 0:
		i, flags = low, Invalid
	case i.Cmp(high) > 0:
		i, flags = high, Invalid
	case rounded != v:
		flags = Inexact
	}
	mask := new(big.Int).Lsh(big.NewInt(1), width)
	return i.Mod(i, mask).Uint64(), flags
}

// TestArmRules is one line for each rule that differs from x86's.
func TestArmRules(t *testing.T) {
	const denormal, least, snan, qnan = 1, 0x00800000, 0x7f800001, 0x7fc00002
	half := uint32(0x3f000000)
	tests := []struct {
		name  string
		setup func(*Context)
		do    func(*Context) uint32
		want  uint32
		flags Flags
	}{
		{"a signalling NaN goes first", nil, func(c *Context) uint32 { return Add[uint32](c, qnan, snan) }, snan | 1<<22, Invalid},
		{"the first quiet NaN", nil, func(c *Context) uint32 { return Add[uint32](c, qnan, qnan+1) }, qnan, 0},
		{"default NaN", func(c *Context) { c.DefaultNaN = true }, func(c *Context) uint32 { return Add[uint32](c, 0, qnan) }, 0x7fc00000, 0},
		{"invalid", nil, func(c *Context) uint32 { return Sub[uint32](c, 0x7f800000, 0x7f800000) }, 0x7fc00000, Invalid},
		{"a denormal operand raises nothing", nil, func(c *Context) uint32 { return Add[uint32](c, denormal, 0) }, denormal, 0},
		{"a flushed operand", func(c *Context) { c.DAZ = true }, func(c *Context) uint32 { return Add[uint32](c, denormal, 0) }, 0, Denormal},
		{"a flushed result", func(c *Context) { c.FTZ = true }, func(c *Context) uint32 { return Mul[uint32](c, least, half) }, 0, Underflow},
		{"tiny before rounding", nil, func(c *Context) uint32 { return Mul[uint32](c, 0x3f7fffff, least) }, least, Underflow | Inexact},
		{"infinity times zero plus a quiet NaN", nil, func(c *Context) uint32 { return MulAdd[uint32](c, qnan, 0x7f800000, 0) }, 0x7fc00000, Invalid},
		{"FMULX", nil, func(c *Context) uint32 { return MulExtended[uint32](c, 0xff800000, 0) }, 0xc0000000, 0},
		{"FMAXNM", nil, func(c *Context) uint32 { return MaxNumber[uint32](c, qnan, 0xbf800000) }, 0xbf800000, 0},
		{"FMAX of zeros", nil, func(c *Context) uint32 { return Max[uint32](c, 0x80000000, 0) }, 0, 0},
		{"FMIN of zeros", nil, func(c *Context) uint32 { return Min[uint32](c, 0, 0x80000000) }, 0x80000000, 0},
		{"FRECPE", nil, func(c *Context) uint32 { return RecipEstimate[uint32](c, 0x40000000) }, 0x3eff8000, 0},
		{"FRSQRTE", nil, func(c *Context) uint32 { return RSqrtEstimate[uint32](c, 0x40800000) }, 0x3eff8000, 0},
		{"FRSQRTE below zero", nil, func(c *Context) uint32 { return RSqrtEstimate[uint32](c, 0xbf800000) }, 0x7fc00000, Invalid},
		{"FRECPE of a zero", nil, func(c *Context) uint32 { return RecipEstimate[uint32](c, 0x80000000) }, 0xff800000, DivideByZero},
		{"FRECPX", nil, func(c *Context) uint32 { return RecipExponent[uint32](c, 0x3f812345) }, 0x40000000, 0},
		{"FRECPS", nil, func(c *Context) uint32 { return RecipStep[uint32](c, 0x7f800000, 0) }, 0x40000000, 0},
		{"FRSQRTS", nil, func(c *Context) uint32 { return RSqrtStep[uint32](c, 0, 0) }, 0x3fc00000, 0},
		{"FRINT32 of a NaN", nil, func(c *Context) uint32 { return RoundSized[uint32](c, qnan, Zero, 32) }, 0xcf000000, Invalid},
		{"to odd", func(c *Context) { c.Round = Odd }, func(c *Context) uint32 { return Convert[uint32](c, uint64(0x3ff0000000000001)) }, 0x3f800001, Inexact},
	}
	for _, test := range tests {
		c := armContext(NearestEven)
		if test.setup != nil {
			test.setup(c)
		}
		if got := test.do(c); got != test.want || c.Flags != test.flags {
			t.Errorf("%s: %08x %06b, want %08x %06b", test.name, got, c.Flags, test.want, test.flags)
		}
	}
}

// TestToJavaScript has the borders of FJCVTZS.
func TestToJavaScript(t *testing.T) {
	tests := []struct {
		v     float64
		want  uint32
		exact bool
		flags Flags
	}{
		{0, 0, true, 0}, {math.Copysign(0, -1), 0, false, 0}, {-1, 0xffffffff, true, 0}, {1.5, 1, false, Inexact},
		{-1 << 31, 1 << 31, true, 0}, {1 << 31, 1 << 31, false, Invalid}, {1<<32 + 5, 5, false, Invalid}, {-(1<<40 + 3), 0xfffffffd, false, Invalid},
		{0x1.0000000000001p83, 1 << 31, false, Invalid}, {0x1p84, 0, false, Invalid}, {math.Inf(1), 0, false, Invalid}, {math.NaN(), 0, false, Invalid},
	}
	for _, test := range tests {
		c := armContext(NearestEven)
		if r, exact := ToJavaScript(c, math.Float64bits(test.v)); r != test.want || exact != test.exact || c.Flags != test.flags {
			t.Errorf("%g: %08x %v %b, want %08x %v %b", test.v, r, exact, c.Flags, test.want, test.exact, test.flags)
		}
	}
}
