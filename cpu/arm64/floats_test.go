package arm64

import (
	"math/rand/v2"
	"testing"
)

// edgeFloat is a number whose exponent is often at an end of its range, or in the middle.
func edgeFloat(rng *rand.Rand, fraction, bits int) uint64 {
	ends := uint64(1)<<(bits-1-fraction) - 1
	exp := []uint64{0, 1, 2, ends / 2, ends - 2, ends - 1, ends, rng.Uint64() & ends}[rng.IntN(8)]
	v := rng.Uint64() & (1<<fraction - 1) & []uint64{0, 1 << (fraction - 1), ^uint64(0), ^uint64(0)}[rng.IntN(4)]
	return rng.Uint64N(2)<<(bits-1) | exp<<fraction | v
}

// TestFloatCases runs the arithmetic that has micro-operations on operands at the edges: the engines agree in results and flags,
// whatever was raised before and whatever the rounding.
func TestFloatCases(t *testing.T) {
	r := newEngineRig(t)
	// FADD, FSUB, FMUL of V2 := V0, V1 in S, then in D, and the same on four and two elements; behind each a jump to the next word
	words := []uint32{0x1e212802, 0x1e213802, 0x1e210802, 0x1e612802, 0x1e613802, 0x1e610802, 0x4e21d402, 0x4ea1d402, 0x6e21dc02, 0x4e61d402, 0x4ee1d402, 0x6e61dc02}
	rng := rand.New(rand.NewPCG(11, 11))
	for n := range r.cpus {
		r.place(n, 1)
		for at, w := range words {
			r.boards[n].put32(codeBase+uint64(at)*8, w, 0x14000001)
		}
	}
	s := r.cpus[0].Snapshot()
	s.EL, s.SPSel, s.BTYPE, s.Sys.CPACR = 1, 1, 0, 3<<20
	s.Sys.SCTLR &^= sctlrM
	for range 20000 {
		at := rng.Uint64N(uint64(len(words)))
		fraction, bits := 23, 32
		if at/3%2 == 1 {
			fraction, bits = 52, 64
		}
		for v := range 2 {
			for half := range 2 {
				s.V[v][half] = edgeFloat(rng, fraction, bits) | edgeFloat(rng, fraction, bits)<<(64-bits)
				if bits == 64 {
					s.V[v][half] = edgeFloat(rng, fraction, bits)
				}
			}
		}
		s.PC, s.FPSR, s.FPCR = codeBase+8*at, fpsrIXC*rng.Uint64N(2), rng.Uint64N(8)/7*rng.Uint64N(4)<<22
		var got [2]State
		for n, c := range r.cpus {
			c.SetState(s)
			c.Run(2)
			got[n] = *c.Snapshot()
		}
		if a, b := &got[0], &got[1]; a.V != b.V || a.FPSR != b.FPSR || a.PC != b.PC {
			t.Fatalf("%08x of %x, %x, FPSR %x: %x, FPSR %x with blocks, %x, FPSR %x with steps", words[at], s.V[0], s.V[1], s.FPSR, a.V[2], a.FPSR, b.V[2], b.FPSR)
		}
	}
	if c := r.cpus[0].stats; c.Steps > 0 {
		t.Errorf("%d steps", c.Steps)
	}
}
