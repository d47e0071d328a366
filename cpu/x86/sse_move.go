package x86

import (
	decode "stasis/decode/x86"
)

// Moves. The low opcode bit of 0F 10–17 and 28/29 is the direction; 6F/7F and 6E/7E differ in bit 4.

// stores reports the form that writes the r/m operand.
func stores(i *Inst) bool {
	switch i.Opcode {
	case 0x11, 0x13, 0x17, 0x29, 0x2b, 0x7f, 0xd6, 0xe7:
		return true
	}
	return false
}

// storeXMM writes 16 bytes to the r/m operand.
func (c *CPU) storeXMM(i *Inst, align bool) {
	v := c.FPU.XMM[i.Reg]
	if !i.IsMem {
		c.FPU.XMM[i.RM] = v
		return
	}
	lin := c.lin(i.Seg, c.ea(i), 16, true)
	if align {
		c.aligned(lin)
	}
	store128(c, lin, v[0], v[1])
}

// movaps is MOVAPS, MOVAPD, MOVDQA and the non-temporal stores: 16 aligned bytes.
func movaps(c *CPU, i *Inst) {
	c.checkSSE()
	if stores(i) {
		c.storeXMM(i, true)
		return
	}
	c.FPU.XMM[i.Reg] = c.xmmRM(i)
}

func movapd(c *CPU, i *Inst)   { movaps(c, i) }
func movdqa(c *CPU, i *Inst)   { movaps(c, i) }
func movntps(c *CPU, i *Inst)  { movaps(c, i) }
func movntpd(c *CPU, i *Inst)  { movaps(c, i) }
func movntdq(c *CPU, i *Inst)  { movaps(c, i) }
func movntdqa(c *CPU, i *Inst) { movaps(c, i) }

// movups is MOVUPS, MOVUPD, MOVDQU and LDDQU: 16 bytes anywhere.
func movups(c *CPU, i *Inst) {
	c.checkSSE()
	if stores(i) {
		c.storeXMM(i, false)
		return
	}
	c.FPU.XMM[i.Reg] = c.xmmRMUnaligned(i)
}

func movupd(c *CPU, i *Inst) { movups(c, i) }
func movdqu(c *CPU, i *Inst) { movups(c, i) }
func lddqu(c *CPU, i *Inst)  { movups(c, i) }

// movss is MOVSS: a load clears the rest of the register, a move between registers keeps it.
func movss(c *CPU, i *Inst) {
	c.checkSSE()
	switch {
	case stores(i) && i.IsMem:
		store(c, c.linWrite(i, 4), uint32(c.FPU.XMM[i.Reg][0]))
	case stores(i):
		x := &c.FPU.XMM[i.RM]
		x[0] = x[0]>>32<<32 | c.FPU.XMM[i.Reg][0]&0xffffffff
	case i.IsMem:
		c.FPU.XMM[i.Reg] = xmm{uint64(c.low32(i))}
	default:
		setLow(c, i, c.low32(i))
	}
}

// movsd_x is MOVSD of SSE2: as movss with a quadword.
func movsd_x(c *CPU, i *Inst) {
	c.checkSSE()
	switch {
	case stores(i) && i.IsMem:
		store(c, c.linWrite(i, 8), c.FPU.XMM[i.Reg][0])
	case stores(i):
		c.FPU.XMM[i.RM][0] = c.FPU.XMM[i.Reg][0]
	case i.IsMem:
		c.FPU.XMM[i.Reg] = xmm{c.low64(i)}
	default:
		c.FPU.XMM[i.Reg][0] = c.FPU.XMM[i.RM][0]
	}
}

// movHalf moves a quadword between memory and one half of a register.
func (c *CPU) movHalf(i *Inst, half int) {
	c.checkSSE()
	if stores(i) {
		store(c, c.linWrite(i, 8), c.FPU.XMM[i.Reg][half])
		return
	}
	c.FPU.XMM[i.Reg][half] = c.low64(i)
}

func movlps(c *CPU, i *Inst) { c.movHalf(i, 0) }
func movlpd(c *CPU, i *Inst) { c.movHalf(i, 0) }
func movhps(c *CPU, i *Inst) { c.movHalf(i, 1) }
func movhpd(c *CPU, i *Inst) { c.movHalf(i, 1) }

// movhlps is MOVHLPS: the high quadword of the source to the low one.
func movhlps(c *CPU, i *Inst) {
	c.checkSSE()
	c.FPU.XMM[i.Reg][0] = c.FPU.XMM[i.RM][1]
}

// movlhps is MOVLHPS: the low quadword of the source to the high one.
func movlhps(c *CPU, i *Inst) {
	c.checkSSE()
	c.FPU.XMM[i.Reg][1] = c.FPU.XMM[i.RM][0]
}

// storeGPR writes a doubleword or, with REX.W, a quadword to a general register or memory.
func (c *CPU) storeGPR(i *Inst, v uint64) {
	switch {
	case i.IsMem && wide(i):
		store(c, c.linWrite(i, 8), v)
	case i.IsMem:
		store(c, c.linWrite(i, 4), uint32(v))
	case wide(i):
		c.setGPR(i.RM, v)
	default:
		c.setGPR(i.RM, v&0xffffffff)
	}
}

// loadGPR is the general register or memory operand that storeGPR would write, zero-extended.
func (c *CPU) loadGPR(i *Inst) uint64 {
	switch {
	case i.IsMem && wide(i):
		return load[uint64](c, c.linRead(i, 8))
	case i.IsMem:
		return uint64(load[uint32](c, c.linRead(i, 4)))
	case wide(i):
		return c.gpr(i.RM)
	}
	return c.gpr(i.RM) & 0xffffffff
}

// movd is MOVD and, with REX.W, MOVQ between a general register or memory and an MMX or XMM register.
func movd(c *CPU, i *Inst) {
	if i.Prefix&decode.PrefixData == 0 {
		c.movdMMX(i)
		return
	}
	c.checkSSE()
	if i.Opcode == 0x7e {
		c.storeGPR(i, c.FPU.XMM[i.Reg][0])
		return
	}
	c.FPU.XMM[i.Reg] = xmm{c.loadGPR(i)}
}

func (c *CPU) movdMMX(i *Inst) {
	c.checkMMX()
	if i.Opcode == 0x7e {
		c.storeGPR(i, c.FPU.ST[i.Reg&7].Mant)
		c.enterMMX()
		return
	}
	v := c.loadGPR(i)
	c.enterMMX()
	c.setMM(i.Reg, v)
}

// movq is MOVQ in its three families: MMX (0F 6F, 7F), XMM (F3 0F 7E, 66 0F D6), and general registers, which is movd.
func movq(c *CPU, i *Inst) {
	switch {
	case i.Opcode == 0x6f || i.Opcode == 0x7f:
		c.movqMMX(i)
	case i.Opcode == 0xd6 && i.IsMem:
		c.checkSSE()
		store(c, c.linWrite(i, 8), c.FPU.XMM[i.Reg][0])
	case i.Opcode == 0xd6:
		c.checkSSE()
		c.FPU.XMM[i.RM] = xmm{c.FPU.XMM[i.Reg][0]}
	case i.Opcode == 0x7e && i.Prefix&decode.PrefixRep != 0:
		c.checkSSE()
		c.FPU.XMM[i.Reg] = xmm{c.low64(i)}
	default:
		movd(c, i)
	}
}

func (c *CPU) movqMMX(i *Inst) {
	c.checkMMX()
	switch {
	case i.Opcode == 0x6f:
		v := c.mmRM(i)
		c.enterMMX()
		c.setMM(i.Reg, v)
		return
	case i.IsMem:
		store(c, c.linWrite(i, 8), c.FPU.ST[i.Reg&7].Mant)
		c.enterMMX()
	default:
		c.enterMMX()
		c.setMM(i.RM, c.FPU.ST[i.Reg&7].Mant)
	}
}

// movntq is MOVNTQ: a non-temporal store of an MMX register.
func movntq(c *CPU, i *Inst) {
	c.checkMMX()
	store(c, c.linWrite(i, 8), c.FPU.ST[i.Reg&7].Mant)
	c.enterMMX()
}

// movnti is MOVNTI: a non-temporal store of a general register.
func movnti(c *CPU, i *Inst) {
	if wide(i) {
		store(c, c.linWrite(i, 8), c.gpr(i.Reg))
		return
	}
	store(c, c.linWrite(i, 4), uint32(c.gpr(i.Reg)))
}

// movq2dq is MOVQ2DQ: an MMX register to an XMM register.
func movq2dq(c *CPU, i *Inst) {
	c.checkSSE()
	c.checkPending()
	c.enterMMX()
	c.FPU.XMM[i.Reg] = xmm{c.FPU.ST[i.RM&7].Mant}
}

// movdq2q is MOVDQ2Q: the low half of an XMM register to an MMX register.
func movdq2q(c *CPU, i *Inst) {
	c.checkSSE()
	c.checkPending()
	c.enterMMX()
	c.setMM(i.Reg, c.FPU.XMM[i.RM][0])
}

// maskmovdqu is MASKMOVDQU: the bytes whose mask has the top bit go to DS:rDI.
func maskmovdqu(c *CPU, i *Inst) {
	c.checkSSE()
	c.maskMove(i, c.FPU.XMM[i.Reg], c.FPU.XMM[i.RM], 16)
}

// maskmovq is MASKMOVQ: maskmovdqu on MMX registers.
func maskmovq(c *CPU, i *Inst) {
	c.checkMMX()
	c.maskMove(i, xmm{c.FPU.ST[i.Reg&7].Mant}, xmm{c.FPU.ST[i.RM&7].Mant}, 8)
	c.enterMMX()
}

func (c *CPU) maskMove(i *Inst, v, mask xmm, size int) {
	lin := c.lin(i.Seg, addrMask(i.AddrSize, c.gpr(7)), size, true)
	for n := range size {
		if mask[n/8]>>(n%8*8+7)&1 != 0 {
			c.probeWrite(lin+uint64(n), 1)
		}
	}
	for n := range size {
		if mask[n/8]>>(n%8*8+7)&1 != 0 {
			store(c, lin+uint64(n), uint8(v[n/8]>>(n%8*8)))
		}
	}
}
