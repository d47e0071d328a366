package arm64

import "testing"

// BenchmarkLoops runs loops of straight code, without translation tables of the guest's own; a unit is an operation.
func BenchmarkLoops(b *testing.B) {
	for _, v := range []struct {
		name  string
		words []uint32
	}{
		// ADD X0, X0, #1; EOR X2, X2, X0; ADD X3, X2, X0, LSL #3; SUBS X1, X1, #1; B.NE
		{"alu", []uint32{0x91000400, 0xca000042, 0x8b000c43, 0xf1000421, 0x54ffff81}},
		// LDR X2, [X10]; ADD X2, X2, #1; STR X2, [X10, #8]; LDP X3, X4, [X10]; SUBS X1, X1, #1; B.NE
		{"memory", []uint32{0xf9400142, 0x91000442, 0xf9000542, 0xa9401143, 0xf1000421, 0x54ffff61}},
		// BL +8; B -4; RET
		{"call", []uint32{0x94000002, 0x17ffffff, 0xd65f03c0}},
		// LDXR X2, [X10]; ADD X2, X2, #1; STXR W3, X2, [X10]; B -12
		{"exclusive", []uint32{0xc85f7d42, 0x91000442, 0xc8037d42, 0x17fffffd}},
	} {
		b.Run(v.name, func(b *testing.B) {
			r := newEngineRig(b)
			c, m := r.cpus[0], r.boards[0]
			m.put64(codeTables+8*1, ramBase|pageValid&^2)
			m.put32(codeBase, v.words...)
			var s State
			s.EL, s.SPSel, s.DAIF, s.PC = 1, 1, 15, codeBase
			s.Sys.TTBR0, s.Sys.TCR, s.Sys.MAIR = codeTables, 25|2<<32, 0xff
			s.Sys.SCTLR = sctlrReset | sctlrM | sctlrSA
			s.X[10] = codeData
			c.SetState(&s)
			b.ResetTimer()
			c.Run(uint64(b.N))
			if c.Units() != uint64(b.N) || c.stats.Faults > 0 {
				b.Fatalf("%d of %d units, %+v", c.Units(), b.N, c.stats)
			}
		})
	}
}
