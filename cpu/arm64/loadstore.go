package arm64

import "stasis/mmu"

// Loads and stores of general registers. Everything that can fault does so before a register changes. Source: Arm ARM, "Loads and
// Stores".

// base is the address in Rn, where number 31 is SP and must be aligned.
func (c *CPU) base(i *Inst) uint64 {
	if i.Rn() == regZero {
		c.checkSPAlign()
	}
	return c.xsp(i.Rn())
}

// readSized reads 1, 2, 4 or 8 bytes: size is the logarithm.
func (c *CPU) readSized(va uint64, size uint32) uint64 {
	switch size {
	case 0:
		return uint64(load[uint8](c, va))
	case 1:
		return uint64(load[uint16](c, va))
	case 2:
		return uint64(load[uint32](c, va))
	}
	return load[uint64](c, va)
}

func (c *CPU) writeSized(va uint64, size uint32, v uint64) {
	switch size {
	case 0:
		store(c, va, uint8(v))
	case 1:
		store(c, va, uint16(v))
	case 2:
		store(c, va, uint32(v))
	default:
		store(c, va, v)
	}
}

// extendLoad is what a load leaves in its register: opc 1 is zero-extended, 2 sign-extended to 64 bits, 3 to 32.
func extendLoad(v uint64, size, opc uint32) uint64 {
	switch opc {
	case 2:
		return extendReg(v, uint8(4|size), 0)
	case 3:
		return low32(extendReg(v, uint8(4|size), 0))
	}
	return v
}

// loadTo is a load of Rt.
func (c *CPU) loadTo(i *Inst, va uint64) {
	size := i.Field(31, 30)
	c.setX(i.Rd(), extendLoad(c.readSized(va, size), size, i.Field(23, 22)))
}

// storeFrom is a store of Rt.
func (c *CPU) storeFrom(i *Inst, va uint64) { c.writeSized(va, i.Field(31, 30), c.x(i.Rd())) }

// Offsets of the addressing modes.
func scaledOffset(i *Inst) uint64   { return uint64(i.Field(21, 10)) << i.Field(31, 30) }
func unscaledOffset(i *Inst) uint64 { return uint64(i.Signed(20, 12)) }

// registerOffset is Rm, extended, and shifted by the size if S.
func (c *CPU) registerOffset(i *Inst) uint64 {
	return extendReg(c.x(i.Rm()), uint8(i.Field(15, 13)), uint(i.Field(12, 12)*i.Field(31, 30)))
}

// LDR, unsigned and signed, with its addressing modes: scaled, unscaled, post-indexed, pre-indexed, register.
func ldrImm(c *CPU, i *Inst)  { c.loadTo(i, c.base(i)+scaledOffset(i)) }
func ldrsImm(c *CPU, i *Inst) { ldrImm(c, i) }
func ldur(c *CPU, i *Inst)    { c.loadTo(i, c.base(i)+unscaledOffset(i)) }
func ldurs(c *CPU, i *Inst)   { ldur(c, i) }
func ldrReg(c *CPU, i *Inst)  { c.loadTo(i, c.base(i)+c.registerOffset(i)) }
func ldrsReg(c *CPU, i *Inst) { ldrReg(c, i) }

func ldrPost(c *CPU, i *Inst) {
	at := c.base(i)
	c.loadTo(i, at)
	c.setXSP(i.Rn(), at+unscaledOffset(i))
}

func ldrsPost(c *CPU, i *Inst) { ldrPost(c, i) }

func ldrPre(c *CPU, i *Inst) {
	at := c.base(i) + unscaledOffset(i)
	c.loadTo(i, at)
	c.setXSP(i.Rn(), at)
}

func ldrsPre(c *CPU, i *Inst) { ldrPre(c, i) }

// STR with the same modes.
func strImm(c *CPU, i *Inst) { c.storeFrom(i, c.base(i)+scaledOffset(i)) }
func stur(c *CPU, i *Inst)   { c.storeFrom(i, c.base(i)+unscaledOffset(i)) }
func strReg(c *CPU, i *Inst) { c.storeFrom(i, c.base(i)+c.registerOffset(i)) }

func strPost(c *CPU, i *Inst) {
	at := c.base(i)
	c.storeFrom(i, at)
	c.setXSP(i.Rn(), at+unscaledOffset(i))
}

func strPre(c *CPU, i *Inst) {
	at := c.base(i) + unscaledOffset(i)
	c.storeFrom(i, at)
	c.setXSP(i.Rn(), at)
}

// ldrLit is LDR (literal): near PC.
func ldrLit(c *CPU, i *Inst) {
	va := c.pc + uint64(i.Signed(23, 5)<<2)
	if i.Bit(30) {
		c.setX(i.Rd(), load[uint64](c, va))
		return
	}
	c.setX(i.Rd(), uint64(load[uint32](c, va)))
}

func ldrswLit(c *CPU, i *Inst) {
	c.setX(i.Rd(), signed32(uint64(load[uint32](c, c.pc+uint64(i.Signed(23, 5)<<2)))))
}

// ldtr is LDTR: at EL1 with the rights of EL0.
func ldtr(c *CPU, i *Inst) {
	va, size := c.base(i)+unscaledOffset(i), i.Field(31, 30)
	var v uint64
	switch size {
	case 0:
		v = uint64(loadAs[uint8](c, va, true))
	case 1:
		v = uint64(loadAs[uint16](c, va, true))
	case 2:
		v = uint64(loadAs[uint32](c, va, true))
	default:
		v = loadAs[uint64](c, va, true)
	}
	c.setX(i.Rd(), extendLoad(v, size, i.Field(23, 22)))
}

func ldtrs(c *CPU, i *Inst) { ldtr(c, i) }

// sttr is STTR.
func sttr(c *CPU, i *Inst) {
	va, v := c.base(i)+unscaledOffset(i), c.x(i.Rd())
	switch i.Field(31, 30) {
	case 0:
		storeAs(c, va, uint8(v), true)
	case 1:
		storeAs(c, va, uint16(v), true)
	case 2:
		storeAs(c, va, uint32(v), true)
	default:
		storeAs(c, va, v, true)
	}
}

// pairSize is the logarithm of the size of each register of a pair. LDPSW loads words.
func pairSize(i *Inst) uint32 { return 2 + i.Field(31, 31) }

// pairAddress is the address of a pair, and the base behind it if that changes: post-indexed, offset, pre-indexed.
func (c *CPU) pairAddress(i *Inst) (va, after uint64) {
	at := c.base(i)
	moved := at + uint64(i.Signed(21, 15)<<pairSize(i))
	switch i.Field(24, 23) {
	case 1:
		return at, moved
	case 3:
		return moved, moved
	}
	return moved, at
}

// ldp is LDP, LDPSW and LDNP: both are read before either register changes.
func ldp(c *CPU, i *Inst) {
	va, after := c.pairAddress(i)
	size := pairSize(i)
	c.probePair(va, size, mmu.Read)
	v1, v2 := c.readSized(va, size), c.readSized(va+1<<size, size)
	if i.Field(31, 30) == 1 {
		v1, v2 = signed32(v1), signed32(v2)
	}
	c.setX(i.Rd(), v1)
	c.setX(i.Ra(), v2)
	if i.Bit(23) {
		c.setXSP(i.Rn(), after)
	}
}

func ldpsw(c *CPU, i *Inst) { ldp(c, i) }
func ldnp(c *CPU, i *Inst)  { ldp(c, i) }

// stp is STP and STNP.
func stp(c *CPU, i *Inst) {
	va, after := c.pairAddress(i)
	size := pairSize(i)
	c.probePair(va, size, mmu.Write)
	v1, v2 := c.x(i.Rd()), c.x(i.Ra())
	c.writeSized(va, size, v1)
	c.writeSized(va+1<<size, size, v2)
	if i.Bit(23) {
		c.setXSP(i.Rn(), after)
	}
}

func stnp(c *CPU, i *Inst) { stp(c, i) }

// probePair makes what can fault in the second element of a pair do so before the first is accessed.
func (c *CPU) probePair(va uint64, size uint32, a mmu.Access) {
	last := va + 2<<size - 1
	if (va^last)&^pageMask == 0 && !c.watching {
		return
	}
	for n := range uint64(2) {
		at := va + n<<size
		if c.aligning {
			c.checkAligned(at, 1<<size, c.access(a))
		}
		c.translateData(at, 1<<size, c.access(a))
		if end := at + 1<<size - 1; (end^at)&^pageMask != 0 {
			c.translateData(end&^pageMask, 1, c.access(a))
		}
	}
}
