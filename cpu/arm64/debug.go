package arm64

import "stasis/mmu"

// Self-hosted debug. Source: Arm ARM, "AArch64 Self-hosted Debug".

// What ID_AA64DFR0_EL1 has: the last breakpoints are context-aware.
const (
	breakpointCount = 6
	watchpointCount = 4
	contextCount    = 2
)

// Bits of OSLSR_EL1 and of MDSCR_EL1.
const (
	oslsrModel  = 1 << 3 // OSLM: the OS lock is there
	oslsrLocked = 1 << 1

	mdscrSS   = 1 << 0
	mdscrTDCC = 1 << 12
	mdscrKDE  = 1 << 13
	mdscrMDE  = 1 << 15
	mdscrHeld = mdscrSS | mdscrTDCC | mdscrKDE | mdscrMDE | 1<<14 | 1<<6
)

func debugRegisters() (list []sysreg) {
	list = []sysreg{
		with(held("MDSCR_EL1", sr(2, 0, 0, 2, 2), mdscrHeld, func(s *SystemRegisters) *uint64 { return &s.MDSCR }, "SS, TDCC, KDE, MDE"), (*CPU).debugChanged),
		ignored("MDCCINT_EL1", sr(2, 0, 0, 2, 0), "RES0: no external debugger"),
		ignored("OSDTRRX_EL1", sr(2, 0, 0, 0, 2), "RES0"),
		ignored("OSDTRTX_EL1", sr(2, 0, 0, 3, 2), "RES0"),
		ignored("OSECCR_EL1", sr(2, 0, 0, 6, 2), "RES0"),
		constant("MDRAR_EL1", sr(2, 0, 1, 0, 0), 0, "no debug ROM"),
		{name: "OSLAR_EL1", at: sr(2, 0, 1, 0, 4), what: "the OS lock", write: (*CPU).setOSLock},
		{name: "OSLSR_EL1", at: sr(2, 0, 1, 1, 4), what: "locked after a reset", read: func(c *CPU) uint64 { return c.Sys.OSLSR }},
		with(held("OSDLR_EL1", sr(2, 0, 1, 3, 4), 1, func(s *SystemRegisters) *uint64 { return &s.OSDLR }, "the OS double lock"), (*CPU).debugChanged),
		ignored("DBGPRCR_EL1", sr(2, 0, 1, 4, 4), "RES0"),
		{name: "DBGCLAIMSET_EL1", at: sr(2, 0, 7, 8, 6), what: "8 tags", read: func(*CPU) uint64 { return 0xff }, write: func(c *CPU, v uint64) { c.Sys.DBGCLAIM |= v & 0xff }},
		{name: "DBGCLAIMCLR_EL1", at: sr(2, 0, 7, 9, 6), what: "8 tags", read: func(c *CPU) uint64 { return c.Sys.DBGCLAIM }, write: func(c *CPU, v uint64) { c.Sys.DBGCLAIM &^= v }},
		constant("DBGAUTHSTATUS_EL1", sr(2, 0, 7, 14, 6), 0, "no external debugger"),
		{name: "MDCCSR_EL0", at: sr(2, 3, 0, 1, 0), user: userRead, trap: (*CPU).trapTDCC, what: "0; EL0: MDSCR_EL1.TDCC", read: func(*CPU) uint64 { return 0 }},
		{name: "DBGDTR_EL0", at: sr(2, 3, 0, 4, 0), user: userWrite, trap: (*CPU).trapTDCC, what: "no external debugger; EL0: MDSCR_EL1.TDCC", read: func(*CPU) uint64 { return 0 }, write: func(*CPU, uint64) {}},
		{name: "DBGDTRTX_EL0", at: sr(2, 3, 0, 5, 0), user: userWrite, trap: (*CPU).trapTDCC, what: "no external debugger; EL0: MDSCR_EL1.TDCC", read: func(*CPU) uint64 { return 0 }, write: func(*CPU, uint64) {}},
	}
	return append(list, comparatorRegisters()...)
}

func (c *CPU) trapTDCC() bool { return c.Sys.MDSCR&mdscrTDCC != 0 }

// setOSLock is OSLAR_EL1.
func (c *CPU) setOSLock(v uint64) {
	c.Sys.OSLSR = oslsrModel
	if v&1 != 0 {
		c.Sys.OSLSR |= oslsrLocked
	}
	c.debugChanged()
}

// debugChanged notes a change of what debug exceptions depend on: software step, and the breakpoints and watchpoints that are
// armed. It is called at every change of level, so what is off costs nothing.
func (c *CPU) debugChanged() {
	c.stepping = c.Sys.MDSCR&mdscrSS != 0 && c.debugEnabled()
	if !c.stepping {
		c.Stepped = false
	}
	if c.Sys.MDSCR&mdscrMDE != 0 || c.armed.any {
		c.comparatorsChanged()
	}
	c.updateAttention()
}

// debugEnabled reports whether debug exceptions are enabled at the current level: the OS locks are open, and at EL1 PSTATE.D and
// MDSCR_EL1.KDE allow them.
func (c *CPU) debugEnabled() bool {
	if c.Sys.OSLSR&oslsrLocked != 0 || c.Sys.OSDLR&1 != 0 {
		return false
	}
	return c.EL == 0 || c.Sys.MDSCR&mdscrKDE != 0 && c.DAIF&maskD == 0
}

// Bits of the syndrome of a software step exception.
const (
	issISV = 1 << 24 // an instruction was stepped
	issEX  = 1 << 6  // and was a Load-Exclusive
)

// stepPending reports whether software step is active-pending. Source: Arm ARM, "Software Step exceptions".
func (c *CPU) stepPending() bool { return c.stepping && !c.SS }

// raiseStep is the Software Step exception: before the next instruction.
func (c *CPU) raiseStep() {
	iss := uint32(mmu.FaultDebug)
	if c.Stepped {
		iss |= issISV
		if c.SteppedExclusive {
			iss |= issEX
		}
	}
	c.State.Halted, c.WFE = false, false
	c.raise(ecStep, iss)
}

// advanceStep is the end of an instruction under software step that was active and not pending.
func (c *CPU) advanceStep() { c.SS = false }

// stepped notes an instruction that software step has let through.
func (c *CPU) stepped(i *Inst) {
	c.SS = false
	c.Stepped = c.stepping
	c.SteppedExclusive = loadsExclusive(i)
	c.attention = true
}

// loadsExclusive reports whether an instruction is of the Load-Exclusive kind.
func loadsExclusive(i *Inst) bool { return i.Raw&0x3fc00000 == 0x08400000 }
