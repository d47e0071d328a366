package x86

// Insertion and extraction of single lanes, and blends.

// setLane replaces lane n of so many bits.
func setLane(x *xmm, n, bits uint, v uint64) {
	at := n * bits
	mask := ^uint64(0) >> (64 - bits) << (at & 63)
	q := &x[at>>6&1]
	*q = *q&^mask | v<<(at&63)&mask
}

// getLane is lane n of so many bits.
func getLane(x xmm, n, bits uint) uint64 {
	at := n * bits
	return x[at>>6&1] >> (at & 63) & (^uint64(0) >> (64 - bits))
}

// insert puts the low bits of a general register, or memory, into a lane.
func (c *CPU) insert(i *Inst, bits uint) {
	c.checkSSE()
	v := c.laneRM(i, bits)
	setLane(&c.FPU.XMM[i.Reg], uint(i.Imm)&(128/bits-1), bits, v)
}

func (c *CPU) laneRM(i *Inst, bits uint) uint64 {
	switch {
	case !i.IsMem:
		return c.gpr(i.RM)
	case bits == 8:
		return uint64(load[uint8](c, c.linRead(i, 1)))
	case bits == 16:
		return uint64(load[uint16](c, c.linRead(i, 2)))
	case bits == 32:
		return uint64(load[uint32](c, c.linRead(i, 4)))
	}
	return load[uint64](c, c.linRead(i, 8))
}

// extract puts a lane into a general register, zero-extended, or into memory.
func (c *CPU) extract(i *Inst, bits uint) {
	c.checkSSE()
	v := getLane(c.FPU.XMM[i.Reg], uint(i.Imm)&(128/bits-1), bits)
	switch {
	case !i.IsMem:
		c.setGPR(i.RM, v)
	case bits == 8:
		store(c, c.linWrite(i, 1), uint8(v))
	case bits == 16:
		store(c, c.linWrite(i, 2), uint16(v))
	case bits == 32:
		store(c, c.linWrite(i, 4), uint32(v))
	default:
		store(c, c.linWrite(i, 8), v)
	}
}

func pinsrb(c *CPU, i *Inst) { c.insert(i, 8) }
func pinsrd(c *CPU, i *Inst) { c.insert(i, 32) }
func pinsrq(c *CPU, i *Inst) { c.insert(i, 64) }

// pinsrw is PINSRW, of MMX or XMM registers.
func pinsrw(c *CPU, i *Inst) {
	if isXMM(i) {
		c.insert(i, 16)
		return
	}
	c.checkMMX()
	v := c.laneRM(i, 16)
	c.enterMMX()
	x := xmm{c.mm(i)}
	setLane(&x, uint(i.Imm)&3, 16, v)
	c.setMM(i.Reg, x[0])
}

func pextrb(c *CPU, i *Inst)    { c.extract(i, 8) }
func pextrd(c *CPU, i *Inst)    { c.extract(i, 32) }
func pextrq(c *CPU, i *Inst)    { c.extract(i, 64) }
func extractps(c *CPU, i *Inst) { c.extract(i, 32) }

// pextrw is PEXTRW: 0F C5 of MMX and XMM registers to a general one, 0F 3A 15 to memory too.
func pextrw(c *CPU, i *Inst) {
	switch {
	case i.Opcode == 0x15:
		c.extract(i, 16)
	case isXMM(i):
		c.checkSSE()
		c.setGPR(i.Reg, getLane(c.FPU.XMM[i.RM], uint(i.Imm)&7, 16))
	default:
		c.checkMMX()
		c.enterMMX()
		c.setGPR(i.Reg, getLane(xmm{c.FPU.ST[i.RM&7].Mant}, uint(i.Imm)&3, 16))
	}
}

// insertps is INSERTPS: one doubleword of the source to any place, and any places cleared.
func insertps(c *CPU, i *Inst) {
	c.checkSSE()
	v := uint64(c.low32(i))
	if !i.IsMem {
		v = dword(c.FPU.XMM[i.RM], uint(i.Imm)>>6&3)
	}
	x := &c.FPU.XMM[i.Reg]
	setLane(x, uint(i.Imm)>>4&3, 32, v)
	for n := range uint(4) {
		if i.Imm>>n&1 != 0 {
			setLane(x, n, 32, 0)
		}
	}
}

// blend takes lanes of the source where picks says so.
func blend(c *CPU, i *Inst, bits uint, picks func(n uint) bool) {
	c.checkSSE()
	b := c.xmmRM(i)
	x := c.FPU.XMM[i.Reg]
	for n := range 128 / bits {
		if picks(n) {
			setLane(&x, n, bits, getLane(b, n, bits))
		}
	}
	c.FPU.XMM[i.Reg] = x
}

// blendImmediate is picked by the bits of the immediate.
func blendImmediate(c *CPU, i *Inst, bits uint) {
	blend(c, i, bits, func(n uint) bool { return i.Imm>>n&1 != 0 })
}

// blendVariable is picked by the top bits of XMM0's lanes.
func blendVariable(c *CPU, i *Inst, bits uint) {
	mask := c.FPU.XMM[0]
	blend(c, i, bits, func(n uint) bool { return getLane(mask, n, bits)>>(bits-1) != 0 })
}

func blendps(c *CPU, i *Inst)  { blendImmediate(c, i, 32) }
func blendpd(c *CPU, i *Inst)  { blendImmediate(c, i, 64) }
func pblendw(c *CPU, i *Inst)  { blendImmediate(c, i, 16) }
func blendvps(c *CPU, i *Inst) { blendVariable(c, i, 32) }
func blendvpd(c *CPU, i *Inst) { blendVariable(c, i, 64) }
func pblendvb(c *CPU, i *Inst) { blendVariable(c, i, 8) }
