package x86

import (
	"math/rand"
	"testing"

	"stasis/cpu/softfloat"
)

// TestQuick compares the host's arithmetic with softfloat wherever it is taken.
func TestQuick(t *testing.T) {
	c := floatCPU(t)
	c.FPU.MXCSR = mxcsrPowerOn | mxcsrPE
	r := rand.New(rand.NewSource(1))
	taken, exact := 0, 0
	check := func(name string, ok bool, got, want uint64, flags softfloat.Flags, args ...uint64) {
		if !ok {
			return
		}
		taken++
		if got != want || flags&^softfloat.Inexact != 0 {
			t.Fatalf("%s %x: %x, want %x with flags %x", name, args, got, want, flags)
		}
	}
	for range 200000 {
		a, b, p, q := inputs64(r), inputs64(r), inputs32(r), inputs32(r)
		for name, op := range map[string]*operation{"add": &opAdd, "sub": &opSub, "mul": &opMul, "div": &opDiv, "sqrt": &opSqrt} {
			f := c.sseContext()
			got, ok := c.quick64(a, b, op.host64)
			check(name, ok, got, op.double(f, a, b), f.Flags, a, b)
			f = c.sseContext()
			f.Round = softfloat.Mode(r.Intn(4))
			if got, ok = op.exact64(a, b); ok {
				exact++
				if want := op.double(f, a, b); got != want || f.Flags != 0 {
					t.Fatalf("%s %x %x is not exact: %x, want %x with flags %x", name, a, b, got, want, f.Flags)
				}
			}
			f = c.sseContext()
			got32, ok := c.quick32(p, q, op.host32)
			check(name, ok, uint64(got32), uint64(op.single(f, p, q)), f.Flags, uint64(p), uint64(q))
		}
		f := c.sseContext()
		narrow, ok := c.quickNarrow(a)
		check("narrow", ok, uint64(narrow), uint64(softfloat.Convert[uint32](f, a)), f.Flags, a)
		f = c.sseContext()
		f.Round = softfloat.Zero
		integer, ok := quickInt(c, a, true, true)
		check("truncate", ok, integer, uint64(softfloat.ToInt(f, a, 64)), f.Flags, a)
	}
	if taken < 500000 {
		t.Errorf("taken only %d times", taken)
	}
	if exact < 50000 {
		t.Errorf("exact only %d times", exact)
	}
}
