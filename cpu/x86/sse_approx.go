package x86

import (
	"math"

	"stasis/cpu/softfloat"
)

// Reciprocals and their roots. The manual allows a relative error of 1.5·2^-12 and each processor takes its own values; these are the
// exact ones, rounded to 13 bits of significand. Denormal operands are zeros, no exception is raised and MXCSR does not matter.
//
// Source: SDM Vol. 2, "RCPPS", "RSQRTPS".

// reciprocal is 1/v.
func reciprocal(v uint32) uint32 {
	return approximate(v, func(x float64) float64 { return 1 / x })
}

// reciprocalRoot is 1/√v.
func reciprocalRoot(v uint32) uint32 {
	if v>>31 != 0 && flushed(v)<<1 != 0 && !softfloat.IsNaN(v) {
		return 0xffc00000
	}
	return approximate(v, func(x float64) float64 { return 1 / math.Sqrt(x) })
}

func approximate(v uint32, f func(x float64) float64) uint32 {
	v = flushed(v)
	switch v << 1 {
	case 0: // ±0 to ±∞
		return v | 0x7f800000
	case 0x7f800000 << 1:
		return v &^ 0x7f800000
	}
	if softfloat.IsNaN(v) {
		return v | 1<<22
	}
	r := math.Float32bits(float32(f(float64(math.Float32frombits(v)))))
	r = (r + 1<<10) &^ (1<<11 - 1)
	return flushed(r)
}

// unary32 applies f to four doublewords.
func unary32(c *CPU, i *Inst, f func(v uint32) uint32) {
	combine(c, i, func(_, b xmm) xmm {
		var r [4]uint64
		for n := range r {
			r[n] = uint64(f(uint32(dword(b, uint(n)))))
		}
		return dwords(r[0], r[1], r[2], r[3])
	})
}

func rcpps(c *CPU, i *Inst)   { unary32(c, i, reciprocal) }
func rsqrtps(c *CPU, i *Inst) { unary32(c, i, reciprocalRoot) }

func rcpss(c *CPU, i *Inst) {
	c.checkSSE()
	setLow(c, i, reciprocal(c.low32(i)))
}

func rsqrtss(c *CPU, i *Inst) {
	c.checkSSE()
	setLow(c, i, reciprocalRoot(c.low32(i)))
}

// roundContext is the rounding that the immediate of ROUNDPS asks for.
//
// Source: SDM Vol. 2, "ROUNDPD", figure "Bit Control Fields of Immediate Byte for ROUNDx Instruction".
func (c *CPU) roundContext(i *Inst) *floatContext {
	f := c.sseContext()
	if i.Imm&4 == 0 {
		f.Round = softfloat.Mode(i.Imm & 3)
	}
	return f
}

// roundDone drops the inexactness that the immediate suppresses.
func (c *CPU) roundDone(i *Inst, f *floatContext) {
	if i.Imm&8 != 0 {
		f.Flags &^= softfloat.Inexact
	}
	c.sseDone(f)
}

func roundps(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm {
		f := c.roundContext(i)
		var r [4]uint64
		for n := range r {
			r[n] = uint64(softfloat.RoundToInt(f, uint32(dword(b, uint(n)))))
		}
		c.roundDone(i, f)
		return dwords(r[0], r[1], r[2], r[3])
	})
}

func roundpd(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm {
		f := c.roundContext(i)
		r := xmm{softfloat.RoundToInt(f, b[0]), softfloat.RoundToInt(f, b[1])}
		c.roundDone(i, f)
		return r
	})
}

func roundScalar[F softfloat.Word](c *CPU, i *Inst) {
	c.checkSSE()
	v := low[F](c, i)
	f := c.roundContext(i)
	r := softfloat.RoundToInt(f, v)
	c.roundDone(i, f)
	setLow(c, i, r)
}

func roundss(c *CPU, i *Inst) { roundScalar[uint32](c, i) }
func roundsd(c *CPU, i *Inst) { roundScalar[uint64](c, i) }

// dpps is DPPS: products of the lanes that the immediate's high bits pick, added in pairs, to the lanes that its low bits pick.
// The exceptions of a step keep the next one from being taken.
func dpps(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm {
		f := c.sseContext()
		var p, r [4]uint32
		for n := range p {
			if i.Imm>>(4+n)&1 != 0 {
				p[n] = softfloat.Mul(f, uint32(dword(a, uint(n))), uint32(dword(b, uint(n))))
			}
		}
		c.sseDone(f)
		low, high := softfloat.Add(f, p[0], p[1]), softfloat.Add(f, p[2], p[3])
		c.sseDone(f)
		sum := softfloat.Add(f, low, high)
		c.sseDone(f)
		for n := range r {
			r[n] = sum & -uint32(i.Imm>>n&1)
		}
		return dwords(uint64(r[0]), uint64(r[1]), uint64(r[2]), uint64(r[3]))
	})
}

// dppd is DPPD: dpps with two lanes.
func dppd(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm {
		f := c.sseContext()
		var p xmm
		for n := range p {
			if i.Imm>>(4+n)&1 != 0 {
				p[n] = softfloat.Mul(f, a[n], b[n])
			}
		}
		c.sseDone(f)
		sum := softfloat.Add(f, p[0], p[1])
		c.sseDone(f)
		return xmm{sum & -uint64(i.Imm&1), sum & -uint64(i.Imm>>1&1)}
	})
}
