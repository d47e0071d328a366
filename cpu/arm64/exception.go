package arm64

import "fmt"

// Exception classes: ESR_EL1.EC. Those from a lower level are even, the same from EL1 one more. Source: Arm ARM, "ESR_EL1,
// Exception Syndrome Register (EL1)".
const (
	ecUnknown     = 0x00
	ecWFx         = 0x01
	ecFPAccess    = 0x07
	ecBTI         = 0x0d
	ecIllegal     = 0x0e
	ecSVC         = 0x15
	ecSystem      = 0x18 // MSR, MRS or a system instruction
	ecInstAbort   = 0x20
	ecPCAlignment = 0x22
	ecDataAbort   = 0x24
	ecSPAlignment = 0x26
	ecBreakpoint  = 0x30
	ecStep        = 0x32
	ecWatchpoint  = 0x34
	ecBRK         = 0x3c
)

// Kinds of exception, as offsets into the vector table.
const (
	kindSync   = 0x000
	kindIRQ    = 0x080
	kindFIQ    = 0x100
	kindSError = 0x180
)

// exception is an event to take to EL1.
type exception struct {
	kind   uint16
	ec     uint8 // of a synchronous one, as from a lower level
	hasFAR bool
	iss    uint32
	far    uint64
}

// twoLevels are the classes that have a code of their own for the same level: one more.
const twoLevels = 1<<ecInstAbort | 1<<ecDataAbort | 1<<ecBreakpoint | 1<<ecStep | 1<<ecWatchpoint

// raise is a synchronous exception at this instruction: it unwinds to guarded. Nothing of the instruction may have been committed.
func (c *CPU) raise(ec uint8, iss uint32) {
	c.exc = exception{kind: kindSync, ec: ec, iss: iss}
	panic(&c.exc)
}

// raiseAt is raise with a fault address.
func (c *CPU) raiseAt(ec uint8, iss uint32, far uint64) {
	c.exc = exception{kind: kindSync, ec: ec, iss: iss, far: far, hasFAR: true}
	panic(&c.exc)
}

// undefined is an UNDEFINED instruction.
func (c *CPU) undefined() { c.raise(ecUnknown, 0) }

// issFPTrap is the syndrome of trapped floating point: CV and COND are those of an A64 instruction.
const issFPTrap = 1<<24 | 0xe<<20

// checkFP is the trap of floating point and SIMD by CPACR_EL1.FPEN.
func (c *CPU) checkFP() {
	if c.fpTrapped {
		c.raise(ecFPAccess, issFPTrap)
	}
}

// checkSPAlign is the check of SP as the base of an access. Source: Arm ARM, "SP alignment checking".
func (c *CPU) checkSPAlign() {
	if c.checkingSP && c.R[regSP]&15 != 0 {
		c.raise(ecSPAlignment, 0)
	}
}

// catch turns an unwinding guest exception into the event to take. Any other panic is a bug and goes on with its position.
func (c *CPU) catch() {
	r := recover()
	switch {
	case r == nil:
	case r == any(&c.exc):
		c.unwound()
	case r == any(&c.catches.refused): // nothing of the instruction was done
	default:
		panic(fmt.Sprintf("cpu %d at %#x, unit %d of this run: %v", c.index, c.pc, c.start-c.budget, r))
	}
}

// unwound notes the exception that has just been raised: it is taken at the next boundary, before anything else.
func (c *CPU) unwound() {
	c.engine.unwind(c)
	c.attention = true
	c.skip, c.Hold = false, false
	c.delivering, c.event = true, c.exc
	if c.awaiting {
		c.catchEvent()
	}
}

// deliverEvent takes the exception that waits: a unit.
func (c *CPU) deliverEvent() {
	c.delivering = false
	c.next = c.pc
	c.take(&c.event, c.pc)
	c.pc = c.next
	c.budget--
	c.updateAttention()
}

// take is the entry to EL1; the vector goes to c.next. Source: Arm ARM pseudocode, "AArch64.TakeException".
func (c *CPU) take(e *exception, ret uint64) {
	sys := &c.Sys
	sys.SPSR, sys.ELR = c.pstate(), ret
	if e.kind == kindSync {
		sys.ESR = c.syndrome(e)
	}
	if e.hasFAR {
		sys.FAR = e.far
	}
	c.next = sys.VBAR + c.vectorBase() + uint64(e.kind)
	c.SS, c.IL, c.UAO, c.BTYPE, c.DAIF = false, false, false, 0, 15
	c.PAN = c.PAN || sys.SCTLR&sctlrSPAN == 0 && c.spsrHeld&spsrPAN != 0
	c.SSBS = sys.SCTLR&sctlrDSSBS != 0 && c.spsrHeld&spsrSSBS != 0
	c.Stepped = false
	c.setEL(1, 1)
}

// syndrome is ESR_EL1 of a synchronous exception. IL is always set: every instruction has 32 bits.
func (c *CPU) syndrome(e *exception) uint64 {
	ec := e.ec
	if c.EL == 1 && uint64(twoLevels)>>ec&1 != 0 {
		ec++
	}
	return uint64(ec)<<26 | 1<<25 | uint64(e.iss)
}

// vectorBase is the part of the vector table for where the exception comes from.
func (c *CPU) vectorBase() uint64 {
	switch {
	case c.EL == 0:
		return 0x400
	case c.SPSel == 0:
		return 0
	}
	return 0x200
}
