package x86

// The debug registers, and the ways to #DB. Source: SDM Vol. 3B, "Debug Registers" and "Debug Exceptions"; APM Vol. 2,
// "Software-Debug Resources".

// Bits of DR6, and of PendingDebug, which holds what the next #DB will report.
const (
	dr6Bn   = 15
	dr6BD   = 1 << 13 // a debug register was about to be accessed
	dr6BS   = 1 << 14 // single step
	dr6BT   = 1 << 15 // task switch
	dr6Ones = 0xffff0ff0

	dr7Local = 0x155 // L0–L3 and LE
	dr7GD    = 1 << 13
	dr7One   = 1 << 10
	dr7Kept  = 0xffff23ff // bits that can be set

	debugCtlBTF = 1 << 1
)

func movfromdr(c *CPU, i *Inst) {
	c.R[i.RM] = cutSize(*c.debugRegister(i), i.OpSize)
}

func movtodr(c *CPU, i *Inst) {
	n := c.debugRegister(i)
	v := cutSize(c.R[i.RM], i.OpSize)
	switch n {
	case &c.DR6:
		c.gpIf(v>>32 != 0)
		v = v&(dr6Bn|dr6BD|dr6BS|dr6BT) | dr6Ones
	case &c.DR7:
		c.gpIf(v>>32 != 0)
		v = v&dr7Kept | dr7One
	}
	*n = v
	c.debugChanged()
}

// debugRegister is the register that MOV DR names, after the checks: #UD, then the privilege, then general detect.
func (c *CPU) debugRegister(i *Inst) *uint64 {
	n := i.Reg
	c.udIf(n > 7 || n&^1 == 4 && c.CR4&cr4DE != 0)
	c.needCPL0()
	if c.DR7&dr7GD != 0 {
		c.raise(vecDB, 0)
	}
	switch n {
	case 4, 6:
		return &c.DR6
	case 5, 7:
		return &c.DR7
	}
	return &c.DR[n]
}

// reportDebug writes to the debug registers what a #DB does: B0–B3 are this event's, the other causes stay until software
// clears them; general detect and branch stepping go off.
func (c *CPU) reportDebug(cause uint64) {
	c.DR6 = c.DR6&^dr6Bn | dr6Ones | cause
	c.DR7 &^= dr7GD
	c.DebugCtl &^= debugCtlBTF
}

// generalDetect is the only #DB that an instruction raises as a fault: an access to a debug register under DR7.GD.
func (c *CPU) generalDetect() (intercepted bool) {
	if c.interceptedDebug(dr6BD) {
		return true
	}
	c.reportDebug(dr6BD)
	return false
}

// reportPending is what INT1 does to the debug registers: it has no cause of its own, but reports the data breakpoints that MOV
// SS has put off.
func (c *CPU) reportPending(pending uint64) {
	if pending&dr6Bn == 0 {
		pending = c.DR6
	}
	c.reportDebug(pending & dr6Bn)
}

// pend adds causes to the #DB that follows this instruction.
func (c *CPU) pend(cause uint64) {
	c.PendingDebug |= cause
	c.attention = true
}

// deliverDebug is the trap #DB of the instruction before.
func (c *CPU) deliverDebug() {
	cause := c.PendingDebug
	if c.interceptedDebug(cause) {
		return
	}
	c.PendingDebug = 0
	c.reportDebug(cause)
	c.begin(exception{vecDB, kindTrap, 0})
}

// instructionBreak delivers the #DB of an instruction breakpoint on the instruction at rip, if there is one: before anything
// of it is fetched, but after what its predecessor left pending. RF, and a REP that goes on, hold it off.
func (c *CPU) instructionBreak() bool {
	hit := c.codeHit(c.PC())
	if hit == 0 || c.eflags&flagRF != 0 || c.InRep || c.InhibitMovSS && c.vendor().movSSHoldsBreakpoint {
		return false
	}
	if c.interceptedDebug(hit) {
		return true
	}
	c.PendingDebug = 0 // what MOV SS has put off is lost
	c.reportDebug(hit)
	c.begin(exception{vecDB, kindTrap, 0})
	return true
}

// judgeTF is the end of SYSCALL and SYSRET under single step: TF as they have loaded it decides.
func (c *CPU) judgeTF() {
	c.traced = false
	c.PendingDebug &^= dr6BS
	if c.eflags&flagTF != 0 {
		c.pend(dr6BS)
	}
}

// stepTraps reports whether the instruction just completed makes a single-step trap: with DEBUGCTL.BTF only a branch taken.
func (c *CPU) stepTraps(i *Inst) bool {
	return c.traced && (c.DebugCtl&debugCtlBTF == 0 || c.branched(i))
}

// debugTask is the debug side of a task switch: local breakpoints go, and the switching instruction makes no single-step trap.
func (c *CPU) debugTask() {
	c.traced = false
	c.PendingDebug &^= dr6BS
	c.DR7 &^= dr7Local
	c.debugChanged()
}
