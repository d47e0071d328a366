package arm64

import (
	"slices"

	"stasis/cpu"
)

// What the debugger waits for besides breakpoints and watchpoints. Nothing of it is State: an exception that is caught waits, like
// every one between its raising and its taking, in State.Delivering; one that is part of its instruction is not begun.

// catches are the events that the debugger waits for.
type catches struct {
	list    []cpu.Catch
	passing bool // the exception of the instruction at pc has been reported, and is let through
	pc      uint64
	refused uint8 // thrown to leave an instruction that is not begun
}

// SetCatches replaces what the debugger waits for. Exceptions count by class, interrupts are 0 for IRQ and 1 for FIQ, MSRs are system
// registers by their encodings, and privilege levels are exception levels.
func (c *CPU) SetCatches(list []cpu.Catch) {
	c.catches.list = slices.Clone(list)
	c.awaiting = len(list) > 0
}

// caught leaves Run at the next boundary if the debugger waits for the event, and reports whether it does.
func (c *CPU) caught(kind cpu.CatchKind, n uint64) bool {
	for _, w := range c.catches.list {
		if w.Kind == kind && w.First <= n && n <= w.Last {
			c.leave(cpu.Exit{Kind: cpu.ExitCatch, Addr: n, Detail: cpu.Catch{Kind: kind, First: n, Last: n}.String()})
			return true
		}
	}
	return false
}

// catchEvent stops before the exception or interrupt that has just been accepted is taken.
func (c *CPU) catchEvent() {
	switch e := &c.event; e.kind {
	case kindSync:
		c.caught(cpu.CatchException, c.syndrome(e)>>26)
	case kindFIQ:
		c.caught(cpu.CatchInterrupt, 1)
	default:
		c.caught(cpu.CatchInterrupt, 0)
	}
}

// catchSoftware stops before an exception that is part of its instruction, as if that had not been tried. The next attempt is let
// through.
func (c *CPU) catchSoftware(e *exception) {
	if c.catches.passing && c.catches.pc == c.pc {
		c.catches.passing = false
		return
	}
	if c.caught(cpu.CatchException, c.syndrome(e)>>26) {
		c.catches.passing, c.catches.pc = true, c.pc
		panic(&c.catches.refused)
	}
}

// enters is a change of the exception level.
func (c *CPU) enters(el uint8) {
	if el != c.EL {
		c.caught(cpu.CatchPrivilege, uint64(el))
	}
}

// accessed is the end of MRS and MSR.
func (c *CPU) accessed(at SysReg) {
	if c.awaiting {
		c.caught(cpu.CatchMSR, uint64(at))
	}
}
