package x86

import (
	"math"
	"testing"

	decode "stasis/decode/x86"
)

// BenchmarkFloat runs handlers, without the engine around them.
func BenchmarkFloat(b *testing.B) {
	for name, code := range map[string][]byte{
		"ADDSD": {0xf2, 0x0f, 0x58, 0xc1}, "MULPD": {0x66, 0x0f, 0x59, 0xc1}, "MULPS": {0x0f, 0x59, 0xc1}, "SQRTSD": {0xf2, 0x0f, 0x51, 0xc1},
		"PADDB": {0x66, 0x0f, 0xfc, 0xc1}, "PMINUB": {0x66, 0x0f, 0xda, 0xc1}, "PSHUFB": {0x66, 0x0f, 0x38, 0x00, 0xc1},
		"MOVUPS": {0x0f, 0x10, 0x07}, "CVTTSD2SI": {0xf2, 0x0f, 0x2c, 0xc1}, "UCOMISD": {0x66, 0x0f, 0x2e, 0xc1},
		"PUNPCKLBW": {0x66, 0x0f, 0x60, 0xc1}, "PMADDWD": {0x66, 0x0f, 0xf5, 0xc1}, "FADD": {0xd8, 0xc1}, "FMUL": {0xd8, 0xc9}, "AESENC": {0x66, 0x0f, 0x38, 0xdc, 0xc1},
	} {
		for _, sticky := range []uint32{0, mxcsrPE} {
			label := name
			if sticky == 0 {
				label += "-exact"
			}
			b.Run(label, func(b *testing.B) {
				c := floatCPU(b)
				c.runBytes(b, 0xdb, 0xe3)
				c.runBytes(b, 0xd9, 0xeb)
				c.runBytes(b, 0xd9, 0xeb)
				c.FPU.MXCSR = mxcsrPowerOn | sticky
				c.R[7] = imageMem
				i, _ := decode.Decode(code, decode.Mode64)
				one := math.Float64bits(1.5)
				h := handlerOf(&i)
				for b.Loop() {
					c.FPU.XMM[0], c.FPU.XMM[1] = xmm{one, one}, xmm{one, one}
					h(c, &i)
				}
			})
		}
	}
}
