package softfloat

import (
	"math"
	"math/big"
	"math/rand"
	"testing"
)

// TestToInt compares with math/big in every mode.
func TestToInt(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 50000 {
		v := math.Float64bits(math.Ldexp(r.Float64()*2-1, r.Intn(70)-4))
		if r.Intn(3) == 0 {
			v = math.Float64bits(float64(r.Intn(4001)-2000) / 2)
		}
		for mode, bigMode := range bigModes {
			x := new(big.Float).SetFloat64(math.Float64frombits(v))
			want := roundBig(x, bigMode)
			for _, width := range []uint{16, 32, 64} {
				c := Context{Round: mode}
				got := ToInt(&c, v, width)
				fits := want.IsInt64() && want.Int64()<<(64-width)>>(64-width) == want.Int64()
				switch {
				case !fits && (got != -1<<(width-1) || c.Flags != Invalid):
					t.Fatalf("%v to %d bits: %d flags %x, want indefinite", x, width, got, c.Flags)
				case fits && got != want.Int64():
					t.Fatalf("%v to %d bits mode %d: %d, want %v", x, width, mode, got, want)
				}
			}
			if got := RoundToInt(&Context{Round: mode}, v); new(big.Float).SetFloat64(math.Float64frombits(got)).Cmp(new(big.Float).SetInt(want)) != 0 {
				t.Fatalf("round %v mode %d: %x, want %v", x, mode, got, want)
			}
		}
	}
}

// roundBig rounds to an integer by comparing twice the fraction with one.
func roundBig(x *big.Float, mode big.RoundingMode) *big.Int {
	i, _ := x.Int(nil)
	fraction := new(big.Float).Sub(x, new(big.Float).SetInt(i))
	up := false
	switch half := fraction.Mul(fraction, big.NewFloat(2)).Abs(fraction).Cmp(big.NewFloat(1)); mode {
	case big.ToNearestEven:
		up = half > 0 || half == 0 && i.Bit(0) == 1
	case big.ToNegativeInf:
		up = x.Signbit() && fraction.Sign() != 0
	case big.ToPositiveInf:
		up = !x.Signbit() && fraction.Sign() != 0
	}
	if up {
		i.Add(i, big.NewInt(int64(1-2*b(x.Signbit()))))
	}
	return i
}

func b(v bool) int {
	if v {
		return 1
	}
	return 0
}

// TestInt64RoundTrip converts integers to 80 bits and back.
func TestInt64RoundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	for range 10000 {
		v := int64(r.Uint64()) >> uint(r.Intn(64))
		var c Context
		if got := ToInt80(&c, FromInt80(v), 64); got != v || c.Flags != 0 {
			t.Fatalf("%d came back as %d, flags %x", v, got, c.Flags)
		}
		if got := FromInt[uint64](&c, v); got != math.Float64bits(float64(v)) {
			t.Fatalf("%d to float64: %x", v, got)
		}
	}
}

// TestWiden converts doubles to 80 bits and back: nothing may be lost.
func TestWiden(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 20000 {
		v := interesting[uint64](r)
		want := v
		if IsNaN(v) {
			want |= 1 << 51
		}
		if got := From80[uint64](&Context{}, To80(&Context{}, v)); got != want {
			t.Fatalf("%x came back as %x", v, got)
		}
	}
}

// TestRemainder compares FPREM and FPREM1 with the host's Mod and Remainder, which are exact.
func TestRemainder(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	for range 50000 {
		x := math.Ldexp(r.Float64()*2-1, r.Intn(60))
		y := math.Ldexp(r.Float64()*2-1, r.Intn(20))
		if r.Intn(3) == 0 {
			x, y = float64(r.Intn(4001)-2000)/2, float64(1+r.Intn(50))
		}
		var c Context
		a, b := To80(&c, math.Float64bits(x)), To80(&c, math.Float64bits(y))
		for _, nearest := range []bool{false, true} {
			want := math.Mod(x, y)
			if nearest {
				want = math.Remainder(x, y)
			}
			got, _, complete := Rem80(&c, a, b, nearest)
			if bits := From80[uint64](&c, got); complete && bits != math.Float64bits(want) {
				t.Fatalf("%v rem %v nearest %v: %v, want %v", x, y, nearest, math.Float64frombits(bits), want)
			}
		}
	}
}

// TestCompare compares with the host's operators.
func TestCompare(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	for range 50000 {
		a, b := interesting[uint64](r), interesting[uint64](r)
		if r.Intn(4) == 0 {
			b = a
		}
		x, y := math.Float64frombits(a), math.Float64frombits(b)
		want := Unordered
		switch {
		case x < y:
			want = Less
		case x > y:
			want = Greater
		case x == y:
			want = Equal
		}
		if got := Compare(&Context{}, a, b); got != want {
			t.Fatalf("%v ? %v: %d, want %d", x, y, got, want)
		}
		wide := Compare80(&Context{}, To80(&Context{}, a), To80(&Context{}, b))
		if wide != want {
			t.Fatalf("%v ? %v in 80 bits: %d, want %d", x, y, wide, want)
		}
	}
}
