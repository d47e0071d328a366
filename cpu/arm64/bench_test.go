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
		// LDAR X2, [X10]; LDADDAL X2, X3, [X10]; CASAL X3, X2, [X10]; SWPA X4, X5, [X10]; STLR X2, [X10]; B -20
		{"atomic", []uint32{0xc8dffd42, 0xf8e20143, 0xc8e3fd42, 0xf8a48145, 0xc89ffd42, 0x17fffffb}},
		// LD1 {V0.16B, V1.16B}, [X10]; EOR V2.16B, V2.16B, V0.16B; ADD V3.4S, V3.4S, V1.4S; CMEQ V4.16B, V3.16B, V0.16B; USHR V5.4S, V3.4S, #7;
		// DUP V6.4S, W1; UMOV W2, V3.S[1]; ST1 {V2.16B, V3.16B}, [X11]; B -32
		{"vector", []uint32{0x4c40a140, 0x6e201c42, 0x4ea18463, 0x6e208c64, 0x6f390465, 0x4e040c26, 0x0e0c3c62, 0x4c00a162, 0x17fffff8}},
		// FMUL S2, S0, S1; FADD S3, S3, S2; FSUB S4, S3, S1; FMOV S5, S4; FMUL D7, D6, D6; FADD D8, D7, D6; B -24
		{"float", []uint32{0x1e210802, 0x1e222863, 0x1e213864, 0x1e204085, 0x1e6608c7, 0x1e6628e8, 0x17fffffa}},
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
			s.X[10], s.X[11] = codeData, codeData+64
			s.Sys.CPACR, s.FPSR = 3<<20, fpsrIXC
			s.V[0][0], s.V[1][0], s.V[3][0], s.V[6][0] = 0x3f9d70a4, 0x3f8ccccd, 0x3fc00000, 0x3ff3333333333333
			c.SetState(&s)
			b.ResetTimer()
			c.Run(uint64(b.N))
			if c.Units() != uint64(b.N) || c.stats.Faults > 0 {
				b.Fatalf("%d of %d units, %+v", c.Units(), b.N, c.stats)
			}
		})
	}
}
