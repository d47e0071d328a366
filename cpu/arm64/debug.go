package arm64

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
	return list
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

// debugChanged notes a change of what debug exceptions depend on.
func (c *CPU) debugChanged() {}

// advanceStep is the end of an instruction under software step.
func (c *CPU) advanceStep() { c.SS = false }

// stepEnabled reports whether debug exceptions are enabled at the current level: the OS locks are open, and at EL1 PSTATE.D and
// MDSCR_EL1.KDE allow them.
func (c *CPU) stepEnabled() bool {
	if c.Sys.OSLSR&oslsrLocked != 0 || c.Sys.OSDLR&1 != 0 {
		return false
	}
	return c.EL == 0 || c.Sys.MDSCR&mdscrKDE != 0 && c.DAIF&maskD == 0
}
