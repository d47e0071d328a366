package x86

import decode "stasis/decode/x86"

// jump sets the next instruction pointer; a target outside the segment or not canonical faults at the branch.
func (c *CPU) jump(target uint64, size uint8) {
	c.next = c.target(target, size)
	c.taken = true
}

func (c *CPU) target(to uint64, size uint8) uint64 {
	to = cutSize(to, size)
	if c.mode == decode.Mode64 {
		c.gpIf(!c.canonical(to))
	} else {
		c.gpIf(to > uint64(c.Seg[decode.CS].Limit))
	}
	return to
}

// jcc is Jcc.
func jcc(c *CPU, i *Inst) {
	if c.flags.condition(i.Opcode & 15) {
		c.jump(c.next+uint64(i.Imm), i.OpSize)
	}
}

// jmp is JMP near: relative, or through a register or memory.
func jmp(c *CPU, i *Inst) { c.jump(c.nearTarget(i), i.OpSize) }

func (c *CPU) nearTarget(i *Inst) uint64 {
	if !i.HasModRM {
		return c.next + uint64(i.Imm)
	}
	return c.readSized(i, i.OpSize)
}

// readSized reads the ModRM.rm operand in a width that is known only now.
func (c *CPU) readSized(i *Inst, size uint8) uint64 {
	switch size {
	case 2:
		return uint64(readRM[uint16](c, i))
	case 4:
		return uint64(readRM[uint32](c, i))
	}
	return readRM[uint64](c, i)
}

// call is CALL near. The stack is checked before the target.
func call(c *CPU, i *Inst) {
	to := c.nearTarget(i)
	size := int(i.OpSize)
	lin := c.stackAt(-int64(size), size, true)
	c.probeWrite(lin, size)
	to = c.target(to, i.OpSize)
	c.storeSized(lin, size, c.next)
	c.setSP(c.R[4] - uint64(size))
	c.next = to
}

// ret is RET near, with the bytes to drop behind the return address.
func ret(c *CPU, i *Inst) {
	to := c.target(c.peek(0, int(i.OpSize)), i.OpSize)
	c.setSP(c.R[4] + uint64(i.OpSize) + uint64(uint16(i.Imm)))
	c.next = to
}

// loop, loope and loopne count rCX down in the address size.
func loop(c *CPU, i *Inst)   { c.loopIf(i, true) }
func loope(c *CPU, i *Inst)  { c.loopIf(i, c.flags.zf()) }
func loopne(c *CPU, i *Inst) { c.loopIf(i, !c.flags.zf()) }

func (c *CPU) loopIf(i *Inst, on bool) {
	n := addrMask(i.AddrSize, c.R[1]-1)
	if n != 0 && on {
		c.jump(c.next+uint64(i.Imm), i.OpSize)
	}
	c.setIndex(1, i.AddrSize, n)
}

// jcxz is JCXZ, JECXZ and JRCXZ.
func jcxz(c *CPU, i *Inst) {
	if c.count(i) == 0 {
		c.jump(c.next+uint64(i.Imm), i.OpSize)
	}
}

// int3, intN, into and int1 are the software interrupts.
func int3(c *CPU, i *Inst) {
	if c.stay(i) {
		return
	}
	c.interrupt(vecBP, kindSoftware)
}

func intN(c *CPU, i *Inst) {
	vector := uint8(i.Imm)
	if c.v86() {
		if c.CR4&cr4VME != 0 && !c.redirected(vector) {
			c.interruptV86(vector)
			return
		}
		c.gpIf(c.iopl() < 3)
	}
	c.interrupt(vector, kindSoftware)
}

func into(c *CPU, i *Inst) {
	if c.flags.of() {
		c.interrupt(vecOF, kindSoftware)
	}
}

// int1 is INT1: #DB without a cause of its own. A data breakpoint that MOV SS has put off is reported with it.
func int1(c *CPU, i *Inst) {
	if c.stay(i) {
		return
	}
	pending := c.PendingDebug
	c.PendingDebug = 0
	c.interrupt(vecDB, kindICEBP)
	c.reportPending(pending)
}

// ud0, ud1 and ud2 are there to raise #UD.
func ud0(c *CPU, i *Inst) { c.raise(vecUD, 0) }
func ud1(c *CPU, i *Inst) { c.raise(vecUD, 0) }
func ud2(c *CPU, i *Inst) { c.raise(vecUD, 0) }

// bound is BOUND: #BR if the index lies outside the two bounds in memory.
func bound(c *CPU, i *Inst) {
	size := int(i.OpSize)
	off := c.ea(i)
	lower := c.loadSized(c.lin(i.Seg, off, size, false), size)
	upper := c.loadSized(c.lin(i.Seg, addrMask(i.AddrSize, off+uint64(size)), size, false), size)
	index := cutSize(c.R[i.Reg], i.OpSize)
	shift := 64 - 8*size
	if int64(index<<shift) < int64(lower<<shift) || int64(index<<shift) > int64(upper<<shift) {
		c.raise(vecBR, 0)
	}
}

// The flag instructions.
func cmc(c *CPU, i *Inst) { c.flags.setCF(!c.flags.cf()) }
func clc(c *CPU, i *Inst) { c.flags.setCF(false) }
func stc(c *CPU, i *Inst) { c.flags.setCF(true) }
func cld(c *CPU, i *Inst) { c.eflags &^= flagDF }
func std(c *CPU, i *Inst) { c.eflags |= flagDF }

// cli is CLI: it clears IF, or VIF where that stands for it.
func cli(c *CPU, i *Inst) {
	if c.virtualIF() {
		c.eflags &^= flagVIF
		return
	}
	c.eflags &^= flagIF
	c.updateAttention()
}

// sti is STI: interrupts wait for one more instruction if they were masked.
func sti(c *CPU, i *Inst) {
	if c.virtualIF() {
		c.gpIf(c.eflags&flagVIP != 0)
		c.eflags |= flagVIF
		return
	}
	if c.eflags&flagIF == 0 {
		c.eflags |= flagIF
		c.InhibitSTI = true
	}
	c.updateAttention()
}

// hlt is HLT: stop until an interrupt, NMI or reset. #GP(0) outside ring 0.
func hlt(c *CPU, i *Inst) {
	c.gpIf(c.CPL != 0)
	c.State.Halted = true
	c.attention = true
}
