package x86

// Changes of privilege that are micro-operations: what the handlers do, where the block knows that their checks hold.

// fastSyscall is SYSCALL in 64-bit mode.
func (c *CPU) fastSyscall(in *uop) *uop {
	if c.EFER&eferSCE == 0 || c.awaiting {
		return c.slow(in)
	}
	c.next = uint64(in.imm)
	if c.CPL == 3 {
		c.changeLevel(0)
	}
	c.enterSyscall(uint16(c.STAR>>32)&^3, c.LSTAR)
	return c.transferred()
}

// fastSysret is SYSRET from 64-bit to 64-bit code.
func (c *CPU) fastSysret(in *uop) *uop {
	if c.EFER&eferSCE == 0 || c.CPL != 0 || c.awaiting || !c.canonical(c.R[1]) {
		return c.slow(in)
	}
	c.changeLevel(3)
	c.leaveSyscall(true)
	return c.transferred()
}

// changeLevel is setCPL for a micro-operation, between the kernel's level and the user's. Its unit, which is not in the budget any
// more, ends in the new one.
func (c *CPU) changeLevel(n uint8) {
	c.stats.Enter(n == 3, c.budget+1)
	c.CPL = n
	c.useContext()
}

// transferred goes on where the last instruction of a block has led.
func (c *CPU) transferred() *uop {
	c.rip = c.next
	if c.leaving || c.attention {
		return c.engine.exitOp
	}
	return c.proceed()
}
