package x86

import (
	decode "stasis/decode/x86"

	"stasis/cpu/softfloat"
)

// aligned is #GP(0) unless a 16-byte operand lies on a multiple of 16.
func (c *CPU) aligned(lin uint64) uint64 {
	if lin&15 != 0 {
		c.raise(vecGP, 0)
	}
	return lin
}

// xmmRM is the r/m operand: a register, or 16 aligned bytes.
func (c *CPU) xmmRM(i *Inst) (v xmm) {
	if !i.IsMem {
		return c.FPU.XMM[i.RM]
	}
	if c.loaded {
		return xmm{c.R[regVector], c.R[regVector+1]}
	}
	v[0], v[1] = load128(c, c.aligned(c.linRead(i, 16)))
	return v
}

// xmmRMUnaligned is xmmRM without the alignment.
func (c *CPU) xmmRMUnaligned(i *Inst) (v xmm) {
	if !i.IsMem {
		return c.FPU.XMM[i.RM]
	}
	if c.loaded {
		return xmm{c.R[regVector], c.R[regVector+1]}
	}
	v[0], v[1] = load128(c, c.linRead(i, 16))
	return v
}

// low64 is the low quadword of a register, or 8 bytes of memory.
func (c *CPU) low64(i *Inst) uint64 {
	if !i.IsMem {
		return c.FPU.XMM[i.RM][0]
	}
	if c.loaded {
		return c.R[regVector]
	}
	return load[uint64](c, c.linRead(i, 8))
}

// low32 is the low doubleword of a register, or 4 bytes of memory.
func (c *CPU) low32(i *Inst) uint32 {
	if !i.IsMem {
		return uint32(c.FPU.XMM[i.RM][0])
	}
	if c.loaded {
		return uint32(c.R[regVector])
	}
	return load[uint32](c, c.linRead(i, 4))
}

// low is low32 or low64.
func low[F softfloat.Word](c *CPU, i *Inst) F {
	if size[F]() == 4 {
		return F(c.low32(i))
	}
	return F(c.low64(i))
}

// setLow replaces the low lane of the reg operand.
func setLow[F softfloat.Word](c *CPU, i *Inst, v F) {
	x := &c.FPU.XMM[i.Reg]
	if size[F]() == 4 {
		x[0] = x[0]>>32<<32 | uint64(v)
		return
	}
	x[0] = uint64(v)
}

// size is the width of F in bytes.
func size[F softfloat.Word]() int {
	if uint64(^F(0))>>32 == 0 {
		return 4
	}
	return 8
}

// wide reports a 64-bit general register operand: REX.W.
func wide(i *Inst) bool { return i.Prefix&decode.PrefixREXW != 0 }

// sseContext is the arithmetic that MXCSR asks for.
func (c *CPU) sseContext() *floatContext {
	m := c.FPU.MXCSR
	c.fp = floatContext{
		Round:    softfloat.Mode(m >> mxcsrRCBit0 & 3),
		DAZ:      m&mxcsrDAZ != 0,
		FTZ:      m&mxcsrFTZ != 0,
		Unmasked: softfloat.Flags(^m >> mxcsrMaskBit0 & mxcsrFlags),
	}
	return &c.fp
}

// sseDone reports the flags of an operation. An unmasked one is #XM, before the result is written; if the operands alone raise it,
// those of the result never come to be.
//
// Source: SDM Vol. 1, "Handling SIMD Floating-Point Exceptions in Software", "SIMD Floating-Point Exception Priority".
func (c *CPU) sseDone(f *floatContext) {
	if trapped := f.Flags & f.Unmasked; trapped != 0 {
		c.sseTrap(f.Flags, trapped)
	}
	c.FPU.MXCSR |= uint32(f.Flags)
}

func (c *CPU) sseTrap(flags, trapped softfloat.Flags) {
	if trapped&softfloat.Precomputation != 0 {
		flags &= softfloat.Precomputation
	}
	c.FPU.MXCSR |= uint32(flags)
	if c.CR4&cr4OSXMMEXCPT == 0 {
		c.raise(vecUD, 0)
	}
	c.raise(vecXM, 0)
}

// ldmxcsr is LDMXCSR: load MXCSR. #GP(0) for bits that do not exist.
func ldmxcsr(c *CPU, i *Inst) {
	c.checkSSE()
	v := load[uint32](c, c.linRead(i, 4))
	c.gpIf(v&^mxcsrMask != 0)
	c.FPU.MXCSR = v
}

// stmxcsr is STMXCSR: store MXCSR.
func stmxcsr(c *CPU, i *Inst) {
	c.checkSSE()
	store(c, c.linWrite(i, 4), c.FPU.MXCSR)
}
