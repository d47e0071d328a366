package x86

import (
	"math"

	"stasis/cpu/softfloat"
)

// fromGPR is CVTSI2SS and CVTSI2SD.
func fromGPR[F softfloat.Word](c *CPU, i *Inst) {
	c.checkSSE()
	v := int64(c.loadGPR(i))
	if !wide(i) {
		v = int64(int32(v))
	}
	f := c.sseContext()
	r := softfloat.FromInt[F](f, v)
	c.sseDone(f)
	setLow(c, i, r)
}

func cvtsi2ss(c *CPU, i *Inst) { fromGPR[uint32](c, i) }

// cvtsi2sd is CVTSI2SD. From 32 bits it is exact.
func cvtsi2sd(c *CPU, i *Inst) {
	if wide(i) {
		fromGPR[uint64](c, i)
		return
	}
	c.checkSSE()
	c.FPU.XMM[i.Reg][0] = math.Float64bits(float64(int32(c.loadGPR(i))))
}

// toGPR is CVTSS2SI, CVTSD2SI and the truncating forms.
func toGPR[F softfloat.Word](c *CPU, i *Inst, truncate bool) {
	c.checkSSE()
	v := low[F](c, i)
	if r, ok := quickInt(c, v, wide(i), truncate); ok {
		c.setGPR(i.Reg, r)
		return
	}
	f := c.sseContext()
	if truncate {
		f.Round = softfloat.Zero
	}
	if wide(i) {
		r := softfloat.ToInt(f, v, 64)
		c.sseDone(f)
		c.setGPR(i.Reg, uint64(r))
		return
	}
	r := softfloat.ToInt(f, v, 32)
	c.sseDone(f)
	c.setGPR(i.Reg, uint64(uint32(r)))
}

func cvtss2si(c *CPU, i *Inst)  { toGPR[uint32](c, i, false) }
func cvtsd2si(c *CPU, i *Inst)  { toGPR[uint64](c, i, false) }
func cvttss2si(c *CPU, i *Inst) { toGPR[uint32](c, i, true) }
func cvttsd2si(c *CPU, i *Inst) { toGPR[uint64](c, i, true) }

func cvtss2sd(c *CPU, i *Inst) {
	c.checkSSE()
	v := c.low32(i)
	if plain32(v) {
		c.FPU.XMM[i.Reg][0] = math.Float64bits(float64(math.Float32frombits(v)))
		return
	}
	f := c.sseContext()
	r := softfloat.Convert[uint64](f, v)
	c.sseDone(f)
	setLow(c, i, r)
}

func cvtsd2ss(c *CPU, i *Inst) {
	c.checkSSE()
	v := c.low64(i)
	if r, ok := c.quickNarrow(v); ok {
		setLow(c, i, r)
		return
	}
	f := c.sseContext()
	r := softfloat.Convert[uint32](f, v)
	c.sseDone(f)
	setLow(c, i, r)
}

// convert writes what f makes of the source, once all lanes are known to be free of unmasked exceptions.
func convert(c *CPU, i *Inst, v xmm, truncate bool, lanes func(f *floatContext, v xmm) xmm) {
	f := c.sseContext()
	if truncate {
		f.Round = softfloat.Zero
	}
	r := lanes(f, v)
	c.sseDone(f)
	c.FPU.XMM[i.Reg] = r
}

func int32To[F softfloat.Word](f *floatContext, v uint64) uint64 {
	return uint64(softfloat.FromInt[F](f, int64(int32(v))))
}

func toInt32[F softfloat.Word](f *floatContext, v uint64) uint64 {
	return uint64(uint32(softfloat.ToInt(f, F(v), 32)))
}

// four converts doublewords to doublewords.
func four(convert func(f *floatContext, v uint64) uint64) func(f *floatContext, v xmm) xmm {
	return func(f *floatContext, v xmm) xmm {
		return dwords(convert(f, dword(v, 0)), convert(f, dword(v, 1)), convert(f, dword(v, 2)), convert(f, dword(v, 3)))
	}
}

// widen converts the two low doublewords to quadwords.
func widen(convert func(f *floatContext, v uint64) uint64) func(f *floatContext, v xmm) xmm {
	return func(f *floatContext, v xmm) xmm {
		return xmm{convert(f, dword(v, 0)), convert(f, dword(v, 1))}
	}
}

// halve converts quadwords to the two low doublewords and clears the others.
func halve(convert func(f *floatContext, v uint64) uint64) func(f *floatContext, v xmm) xmm {
	return func(f *floatContext, v xmm) xmm {
		return xmm{convert(f, v[0]) | convert(f, v[1])<<32}
	}
}

var (
	dq2ps = four(int32To[uint32])
	ps2dq = four(toInt32[uint32])
	dq2pd = widen(int32To[uint64])
	pd2dq = halve(toInt32[uint64])
	ps2pd = widen(func(f *floatContext, v uint64) uint64 { return softfloat.Convert[uint64](f, uint32(v)) })
	pd2ps = halve(func(f *floatContext, v uint64) uint64 { return uint64(softfloat.Convert[uint32](f, v)) })
)

// convertAll converts a whole register or 16 bytes.
func convertAll(c *CPU, i *Inst, truncate bool, lanes func(f *floatContext, v xmm) xmm) {
	c.checkSSE()
	convert(c, i, c.xmmRM(i), truncate, lanes)
}

// convertLow converts the low half of a register, or 8 bytes.
func convertLow(c *CPU, i *Inst, lanes func(f *floatContext, v xmm) xmm) {
	c.checkSSE()
	convert(c, i, xmm{c.low64(i)}, false, lanes)
}

func cvtdq2ps(c *CPU, i *Inst)  { convertAll(c, i, false, dq2ps) }
func cvtps2dq(c *CPU, i *Inst)  { convertAll(c, i, false, ps2dq) }
func cvttps2dq(c *CPU, i *Inst) { convertAll(c, i, true, ps2dq) }
func cvtpd2dq(c *CPU, i *Inst)  { convertAll(c, i, false, pd2dq) }
func cvttpd2dq(c *CPU, i *Inst) { convertAll(c, i, true, pd2dq) }
func cvtpd2ps(c *CPU, i *Inst)  { convertAll(c, i, false, pd2ps) }
func cvtps2pd(c *CPU, i *Inst)  { convertLow(c, i, ps2pd) }
func cvtdq2pd(c *CPU, i *Inst)  { convertLow(c, i, dq2pd) }

// mmxOperand is an MMX register, which changes over to MMX, or memory, which does not.
func (c *CPU) mmxOperand(i *Inst) uint64 {
	c.checkSSE()
	if i.IsMem {
		return c.low64(i)
	}
	c.checkMMX()
	c.enterMMX()
	return c.FPU.ST[i.RM&7].Mant
}

// cvtpi2ps is CVTPI2PS: two signed doublewords to the low half of an XMM register. That memory leaves the MMX state alone is said
// of CVTPI2PD only; AMD's processors have it so for both.
func cvtpi2ps(c *CPU, i *Inst) {
	v := c.mmxOperand(i)
	f := c.sseContext()
	r := dq2ps(f, xmm{v})
	c.sseDone(f)
	c.FPU.XMM[i.Reg][0] = r[0]
}

// cvtpi2pd is CVTPI2PD: exact.
func cvtpi2pd(c *CPU, i *Inst) { convert(c, i, xmm{c.mmxOperand(i)}, false, dq2pd) }

// convertToMM converts to two signed doublewords of an MMX register.
func convertToMM(c *CPU, i *Inst, v xmm, truncate bool, lanes func(f *floatContext, v xmm) xmm) {
	f := c.sseContext()
	if truncate {
		f.Round = softfloat.Zero
	}
	r := lanes(f, v)
	c.enterMMX() // also when #XM follows
	c.sseDone(f)
	c.setMM(i.Reg, r[0])
}

func psToMM(c *CPU, i *Inst, truncate bool) {
	c.checkSSE()
	c.checkMMX()
	convertToMM(c, i, xmm{c.low64(i)}, truncate, func(f *floatContext, v xmm) xmm {
		return xmm{toInt32[uint32](f, v[0]&0xffffffff) | toInt32[uint32](f, v[0]>>32)<<32}
	})
}

func pdToMM(c *CPU, i *Inst, truncate bool) {
	c.checkSSE()
	c.checkMMX()
	convertToMM(c, i, c.xmmRM(i), truncate, pd2dq)
}

func cvtps2pi(c *CPU, i *Inst)  { psToMM(c, i, false) }
func cvttps2pi(c *CPU, i *Inst) { psToMM(c, i, true) }
func cvtpd2pi(c *CPU, i *Inst)  { pdToMM(c, i, false) }
func cvttpd2pi(c *CPU, i *Inst) { pdToMM(c, i, true) }
