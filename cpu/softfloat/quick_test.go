package softfloat

import (
	"math/rand"
	"testing"
)

// interesting80 is a number of 80 bits, of no class in particular, mostly near 1 so that sums and products are ordinary.
func interesting80(r *rand.Rand) F80 {
	exps := []int{0, 1, 2, 0x7ffe, 0x7fff, 0x3fff, 0x3fff, 0x3fff + r.Intn(70), 0x3fff - r.Intn(140), r.Intn(0x8000), 0x3ffe}
	mants := []uint64{0, 1, 1 << 63, 1<<64 - 1, 1<<63 | 1, r.Uint64(), r.Uint64() &^ 0x7ff, r.Uint64() &^ (1<<40 - 1), r.Uint64()&^0x7ff | 0x400, 1<<64 - 1<<10, 3 << 62}
	v := F80{Mant: mants[r.Intn(len(mants))] | 1<<63, SE: uint16(exps[r.Intn(len(exps))]) | uint16(r.Intn(2))<<15}
	switch {
	case r.Intn(50) == 0:
		v.Mant ^= 1 << 63
	case r.Intn(50) == 0:
		v.Mant, v.SE = 0, v.SE&0x8000
	}
	return v
}

// TestQuick80 compares the short ways with the long ones.
func TestQuick80(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	taken := map[string]int{}
	for range 1000000 {
		a, b := interesting80(r), interesting80(r)
		if r.Intn(8) == 0 {
			b.SE = a.SE ^ 0x8000 + uint16(r.Intn(3)) - 1
		}
		p := []Precision{Extended, Extended, Double, Single, 1}[r.Intn(5)]
		check := func(name string, long func(c *Context) F80, v F80, how Rounding, ok bool) {
			if !ok {
				return
			}
			taken[name]++
			c := &Context{Precision: p, NaN: LargerNaN}
			want := long(c)
			flags := Flags(how&RoundedOff) * Inexact
			if v != want || c.Flags != flags || c.RoundedUp != (how&RoundedUp != 0) {
				t.Fatalf("%s %x %x to precision %d: %x %d, want %x, flags %x, up %v", name, a, b, p, v, how, want, c.Flags, c.RoundedUp)
			}
		}
		v, how, ok := QuickAdd80(a, b, p.Drop())
		check("add", func(c *Context) F80 { return pack80(c, c.add(unpack80(a), unpack80(b))) }, v, how, ok)
		v, how, ok = QuickMul80(a, b, p.Drop())
		check("mul", func(c *Context) F80 { return pack80(c, c.mul(unpack80(a), unpack80(b))) }, v, how, ok)
		v, how, ok = QuickDiv80(a, b, p.Drop())
		check("div", func(c *Context) F80 { return pack80(c, c.div(unpack80(a), unpack80(b))) }, v, how, ok)
		d, how, ok := QuickNarrow[uint64](a)
		check("narrow64", func(c *Context) F80 { return F80{Mant: pack[uint64](c, unpack80(a))} }, F80{Mant: d}, how, ok)
		f, how, ok := QuickNarrow[uint32](a)
		check("narrow32", func(c *Context) F80 { return F80{Mant: uint64(pack[uint32](c, unpack80(a)))} }, F80{Mant: uint64(f)}, how, ok)
		d, f = interesting[uint64](r), interesting[uint32](r)
		v, ok = QuickWiden(d)
		check("widen64", func(c *Context) F80 { return pack80to(c, unpack(c, d), extended80) }, v, 0, ok)
		if x := unpack80(a); Normal80(a) && Normal80(b) && quickCompare80(a, b) != (&Context{}).compare(x, unpack80(b), true) {
			t.Fatalf("compare %x %x: %v", a, b, quickCompare80(a, b))
		}
		checkCompare(t, interesting[uint64](r), interesting[uint64](r))
		checkCompare(t, interesting[uint32](r), interesting[uint32](r))
		checkCompare(t, d, d^uint64(r.Intn(2))<<63)
		if n := int64(r.Uint64()) >> r.Intn(64); FromInt80(n) != pack80to(&Context{}, fromInt(n), extended80) {
			t.Fatalf("%d: %x", n, FromInt80(n))
		}
		v, ok = QuickWiden(f)
		check("widen32", func(c *Context) F80 { return pack80to(c, unpack(c, f), extended80) }, v, 0, ok)
	}
	for name, n := range taken {
		if n < 200000 {
			t.Errorf("%s: taken only %d times", name, n)
		}
	}
	if len(taken) != 7 {
		t.Errorf("taken: %v", taken)
	}
}

// checkCompare compares the short way of comparing with the long one.
func checkCompare[F Word](t *testing.T, a, b F) {
	t.Helper()
	c := &Context{}
	want := c.compare(unpack(c, a), unpack(c, b), true)
	if got, ok := quickCompare(a, b); ok && (got != want || c.Flags != 0) {
		t.Fatalf("compare %x %x: %v, want %v, flags %x", a, b, got, want, c.Flags)
	}
}
