package x86

import (
	decode "stasis/decode/x86"
)

// push is PUSH of a register, memory or immediate. A pushed RSP is its old value.
func push[T word](c *CPU, i *Inst, v T) { c.pushValue(uint64(v), int(i.OpSize)) }

// pop is POP to a register or memory: an address through RSP is computed after the increment.
func pop[T word](c *CPU, i *Inst) {
	size := int(i.OpSize)
	v := T(c.peek(0, size))
	if !i.HasModRM {
		c.setSP(c.R[4] + uint64(size))
		writeOpReg(c, i, v)
		return
	}
	old := c.R[4]
	c.setSP(old + uint64(size))
	lin := uint64(0)
	if i.IsMem {
		off := c.ea(i)
		c.R[4] = old // a fault must find the old one
		lin = c.lin(i.Seg, off, size, true)
		c.storeSized(lin, size, uint64(v))
		c.setSP(old + uint64(size))
		return
	}
	writeRM(c, i, v)
}

// pusha and popa move all eight registers.
func pusha(c *CPU, i *Inst) {
	size := int(i.OpSize)
	for n := range 8 { // probe all before writing any
		c.probeWrite(c.stackAt(-int64(n+1)*int64(size), size, true), size)
	}
	for n := range 8 {
		c.storeSized(c.stackAt(-int64(n+1)*int64(size), size, true), size, c.R[n])
	}
	c.setSP(c.R[4] - uint64(8*size))
}

func popa(c *CPU, i *Inst) {
	size := int(i.OpSize)
	var v [8]uint64
	for n := range v {
		v[7-n] = c.peek(int64(n)*int64(size), size)
	}
	for n := range v {
		if n != 4 {
			c.setIndex(uint8(n), i.OpSize, v[n])
		}
	}
	c.setSP(c.R[4] + uint64(8*size))
}

// pushf is PUSHF: the image has RF and VM clear.
func pushf(c *CPU, i *Inst) {
	v := c.rflags() &^ (flagRF | flagVM)
	if c.v86() && c.iopl() < 3 {
		c.gpIf(c.CR4&cr4VME == 0 || i.OpSize != 2)
		v = c.virtualFlags()
	}
	c.pushValue(v, int(i.OpSize))
}

// popf is POPF. Source: SDM Vol. 2B, "POPF/POPFD/POPFQ", table of what each mode may change.
func popf(c *CPU, i *Inst) {
	if c.v86() && c.iopl() < 3 {
		c.gpIf(c.CR4&cr4VME == 0 || i.OpSize != 2)
		v := c.peek(0, 2)
		c.checkVirtualIF(v)
		c.setSP(c.R[4] + 2)
		c.loadVirtualIF(v, (flagsStatus|flagTF|flagDF|flagNT)&0xffff)
		return
	}
	v := c.popValue(int(i.OpSize))
	c.loadFlags(v, i.OpSize, flagsStatus|flagTF|flagDF|flagNT|flagAC|flagID)
}

// loadFlags loads the bits of an image that the mask and the privilege allow.
func (c *CPU) loadFlags(v uint64, size uint8, mask uint64) {
	if c.CPL == 0 && !c.v86() || c.CR0&cr0PE == 0 {
		mask |= flagIOPL | flagIF
	} else if c.CPL <= c.iopl() || c.v86() {
		mask |= flagIF
	}
	if size == 2 {
		mask &= 0xffff
	}
	c.replaceFlags(v, mask)
}

// pushseg and popseg are PUSH and POP of segment registers.
func pushseg(c *CPU, i *Inst) {
	v, size := uint64(c.Seg[segmentOf(i)].Selector), int(i.OpSize)
	if size == 4 && c.config.Vendor == "intel" { // only the low half is written; the slot is 4 bytes
		store(c, c.stackAt(-4, 2, true), uint16(v))
		c.setSP(c.R[4] - 4)
		return
	}
	c.pushValue(v, size)
}

func popseg(c *CPU, i *Inst) {
	v := c.peek(0, int(i.OpSize))
	c.loadSegment(segmentOf(i), uint16(v))
	c.setSP(c.R[4] + uint64(i.OpSize))
	c.shadowSS(segmentOf(i))
}

// segmentOf is the segment that an opcode of PUSH and POP names.
func segmentOf(i *Inst) int {
	return int(i.Opcode >> 3 & 7)
}

// enter is ENTER: a frame with nesting level 0–31.
func enter(c *CPU, i *Inst) {
	size, level := int64(i.OpSize), int64(i.Imm2&31)
	total := size * (1 + level)
	c.probeWrite(c.stackAt(-total-int64(uint16(i.Imm)), 1, true), 1)
	frame := c.R[4] - uint64(size)
	c.storeSized(c.stackAt(-size, int(size), true), int(size), c.R[5])
	for n := int64(1); n < level; n++ {
		at := addrMask(c.stackSize(), c.R[5]-uint64(n*size))
		v := c.loadSized(c.lin(decode.SS, at, int(size), false), int(size))
		c.storeSized(c.stackAt(-size*(n+1), int(size), true), int(size), v)
	}
	if level > 0 {
		c.storeSized(c.stackAt(-total, int(size), true), int(size), addrMask(c.stackSize(), frame))
	}
	c.setSP(c.R[4] - uint64(total) - uint64(uint16(i.Imm)))
	c.setIndex(5, i.OpSize, addrMask(c.stackSize(), frame))
}

// leave is LEAVE: RSP := RBP, then POP RBP.
func leave(c *CPU, i *Inst) {
	size := int(i.OpSize)
	at := addrMask(c.stackSize(), c.R[5])
	v := c.loadSized(c.lin(decode.SS, at, size, false), size)
	c.setSP(at + uint64(size))
	c.setIndex(5, i.OpSize, v)
}

// les, lds, lss, lfs and lgs load a far pointer.
func les(c *CPU, i *Inst) { c.loadFar(decode.ES, i) }
func lds(c *CPU, i *Inst) { c.loadFar(decode.DS, i) }
func lss(c *CPU, i *Inst) { c.loadFar(decode.SS, i) }
func lfs(c *CPU, i *Inst) { c.loadFar(decode.FS, i) }
func lgs(c *CPU, i *Inst) { c.loadFar(decode.GS, i) }

func (c *CPU) loadFar(n int, i *Inst) {
	selector, offset := c.farPointer(i)
	c.loadSegment(n, selector)
	c.setIndex(i.Reg, c.farSize(i), offset)
}

// farSize is the size of a far pointer's offset. AMD has no m16:64: REX.W makes it m16:32. Source: APM Vol. 3, "CALL (Far)".
func (c *CPU) farSize(i *Inst) uint8 {
	if i.OpSize == 8 && c.config.Vendor == "amd" {
		return 4
	}
	return i.OpSize
}

// farPointer reads m16:16, m16:32 or m16:64.
func (c *CPU) farPointer(i *Inst) (selector uint16, offset uint64) {
	size := int(c.farSize(i))
	lin := c.linRead(i, size+2)
	offset = c.loadSized(lin, size)
	return load[uint16](c, c.wrap(lin+uint64(size))), offset
}
