package arm64

import (
	"math/rand/v2"
	"testing"

	decode "stasis/decode/arm64"
)

// isFloat reports whether a row belongs to the SIMD&FP registers: op0 is x111, or a load or store with V.
func isFloat(pattern string) bool { return pattern[4:7] == "111" || pattern[4:7] == "110" }

// wordOf draws a word of a row.
func wordOf(t *testing.T, row int, r *rand.Rand) Inst {
	t.Helper()
	for range 10000 {
		var raw uint32
		for _, bit := range decode.Rows[row].Pattern {
			raw <<= 1
			if bit == '1' || bit != '0' && r.IntN(2) == 0 {
				raw |= 1
			}
		}
		if i, ok := decode.Decode(raw); ok && int(i.Row) == row {
			return i
		}
	}
	t.Fatalf("no word for row %d, %v", row, decode.Rows[row].Op)
	return Inst{}
}

// TestFloatTrap executes every instruction of the SIMD&FP registers while CPACR_EL1.FPEN traps them: none does anything.
func TestFloatTrap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	count := 0
	for row := 1; row < len(decode.Rows); row++ {
		if !isFloat(decode.Rows[row].Pattern) {
			continue
		}
		count++
		c, _ := newRig(t)
		c.Sys.CPACR = 0
		c.refresh()
		c.V[3] = vec{1, 2}
		i, before := wordOf(t, row, r), c.V
		c.R[regSP] = 8 // SP is not aligned: the trap comes first
		attempt(c, func() { handlers[i.Op](c, &i) })
		if _, esr := status(c); esr != ecFPAccess<<26|1<<25|issFPTrap || c.V != before {
			t.Errorf("%08x %v: ESR %#x", i.Raw, i.Op, esr)
		}
	}
	if count < 500 {
		t.Errorf("%d rows", count)
	}
}

// operand draws an encoding of e bits, special values and values near 1 more often than chance would.
func operand(r *rand.Rand, e uint) uint64 {
	v := r.Uint64() & ones(e)
	fraction := map[uint]uint{16: 10, 32: 23, 64: 52}[e]
	bias := ones(e-1) >> fraction >> 1
	switch r.IntN(6) {
	case 0:
		v &^= ones(e-1) &^ ones(fraction) // zero or denormal
	case 1:
		v |= ones(e-1) &^ ones(fraction) // infinity or NaN
	case 2, 3:
		v = v&^(ones(e-1)&^ones(fraction)) | (bias+uint64(r.IntN(40))-20)<<fraction
	}
	if r.IntN(4) == 0 {
		v &^= ones(fraction - uint(r.IntN(4)))
	}
	return v
}

// TestQuickFloat compares the host's arithmetic with softfloat's: it is only used once Inexact is raised, so that a clear FPSR gives
// the other way.
func TestQuickFloat(t *testing.T) {
	c, _ := newRig(t)
	r := rand.New(rand.NewPCG(2, 2))
	both := func(name string, e uint, do func() uint64) {
		c.FPSR = 0
		want := do()
		flags := c.FPSR | fpsrIXC
		c.FPSR = fpsrIXC
		if got := do(); got != want || c.FPSR != flags {
			t.Fatalf("%s of %d bits: %x, FPSR %x; by software %x, %x", name, e, got, c.FPSR, want, flags)
		}
	}
	two := map[string]op2{"FADD": faddLane, "FSUB": fsubLane, "FMUL": fmulLane, "FDIV": floatDiv.lane, "FMAX": fmaxLane, "FMINNM": fminnmLane, "FCMGE": fcmgeLane}
	one := map[string]op1{"FSQRT": fsqrtLane, "FRINTX": frintxLane}
	for range 40000 {
		c.FPCR = uint64(r.IntN(8)) << 24 // AHP, DN, FZ
		for _, e := range []uint{32, 64} {
			a, b, d := operand(r, e), operand(r, e), operand(r, e)
			for name, f := range two {
				both(name, e, func() uint64 { return f(c, e, a, b) })
			}
			for name, f := range one {
				both(name, e, func() uint64 { return f(c, e, a) })
			}
			both("FMADD", e, func() uint64 { return fused(c, e, d, a, b) })
			both("FCVT", e, func() uint64 { return c.convert(a, e, 96-e) })
			both("FCVTZU", e, func() uint64 { return c.toInteger(e, a, fixedPoint{width: e, unsigned: true}, 3) })
			both("FCVTZS", e, func() uint64 { return c.toInteger(e, a, fixedPoint{width: 32}, 3) })
			both("SCVTF", e, func() uint64 { return c.fromInteger(e, a, fixedPoint{width: 64}) })
		}
	}
}

// TestScalarHalfFixed is FCVTZS of a scalar half with a fraction: the result has 16 bits, and the rest of the register is zero.
func TestScalarHalfFixed(t *testing.T) {
	c, _ := newRig(t)
	c.Sys.CPACR = 3 << 20
	c.refresh()
	c.V[1] = vec{0xc500, 9} // -5
	execute(c, 0x5f1ffc22, fcvtzsSfix)
	if want := (vec{0xfff6}); c.V[2] != want || c.FPSR != 0 {
		t.Errorf("%x, FPSR %x; want %x", c.V[2], c.FPSR, want)
	}
}
