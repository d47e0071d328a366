package arm64

// Bits of SPSR_EL1. Source: Arm ARM, "SPSR_EL1, Saved Program Status Register (EL1)".
const (
	spsrSPSel = 1 << 0
	spsrEL    = 3 << 2
	spsrNRW   = 1 << 4
	spsrSSBS  = 1 << 12
	spsrIL    = 1 << 20
	spsrSS    = 1 << 21
	spsrPAN   = 1 << 22
	spsrUAO   = 1 << 23
	spsrDIT   = 1 << 24
	spsrBTYPE = 3 << 10
)

// Bits of PSTATE.DAIF.
const (
	maskF = 1 << iota
	maskI
	maskA
	maskD
)

// pstate is PSTATE as SPSR_EL1 holds it.
func (c *CPU) pstate() uint64 {
	v := uint64(c.nzcv)<<28 | uint64(c.BTYPE)<<10 | uint64(c.DAIF)<<6 | uint64(c.EL)<<2 | uint64(c.SPSel)
	for _, f := range [...]struct {
		on  bool
		bit uint64
	}{{c.SSBS, spsrSSBS}, {c.IL, spsrIL}, {c.SS, spsrSS}, {c.PAN, spsrPAN}, {c.UAO, spsrUAO}, {c.DIT, spsrDIT}} {
		if f.on {
			v |= f.bit
		}
	}
	return v
}

// setEL changes the exception level and the stack pointer that is selected, and what depends on them.
func (c *CPU) setEL(el, spsel uint8) {
	if c.awaiting {
		c.enters(el)
	}
	if el != c.EL {
		c.fetchPage = nil
		c.stats.Enter(el == 0, c.budget)
	}
	c.State.SP[c.bank()] = c.R[regSP]
	c.EL, c.SPSel = el, spsel
	c.R[regSP] = c.State.SP[c.bank()]
	c.levelChanged()
}

// bank is which stack pointer is in use: SP_EL0 or SP_EL1.
func (c *CPU) bank() int {
	if c.EL == 0 || c.SPSel == 0 {
		return 0
	}
	return 1
}

// levelChanged derives what depends on the level, the PAN and UAO bits and the controls of the level.
func (c *CPU) levelChanged() {
	sctlr := c.Sys.SCTLR
	fpen := c.Sys.CPACR >> 20 & 3
	if c.EL == 0 {
		c.bigEndian, c.checkingSP, c.fpTrapped = sctlr&sctlrE0E != 0, sctlr&sctlrSA0 != 0, fpen != 3
	} else {
		c.bigEndian, c.checkingSP, c.fpTrapped = sctlr&sctlrEE != 0, sctlr&sctlrSA != 0, fpen&1 == 0
	}
	c.aligning = sctlr&sctlrA != 0
	c.useContext()
	c.debugChanged()
}

// trapsChanged is a write to CPACR_EL1: blocks assume which level's floating point is trapped.
func (c *CPU) trapsChanged() {
	c.dropContexts()
	c.levelChanged()
}

// stateHeld are the bits of SPSR_EL1 that the features have.
func stateHeld(have map[string]bool) uint64 {
	held := uint64(0xf<<28 | spsrSS | spsrIL | 0xf<<6 | 0x1f)
	for name, bits := range map[string]uint64{"PAN": spsrPAN, "UAO": spsrUAO, "DIT": spsrDIT, "SSBS": spsrSSBS, "BTI": spsrBTYPE} {
		if have[name] {
			held |= bits
		}
	}
	return held
}
