package x86

import (
	"slices"

	"stasis/cpu"
)

// What the debugger waits for besides breakpoints and watchpoints. Nothing of it is State, and the CPU does the same with and
// without: an exception that is caught waits, like every event between its unit and its delivery, in State.Delivering; a
// software interrupt is not begun.

// catches are the events that the debugger waits for.
type catches struct {
	list []cpu.Catch
	// before is what a software interrupt that is not begun gives back: the shadows, RF and the skip.
	before struct {
		sti, movSS, skip bool
		rf               uint64
	}
	// passing: the software interrupt at rip has been reported, and is let through.
	passing bool
	rip     uint64
	// down: this shutdown has been reported.
	down bool
	// refused is thrown to leave a software interrupt that is not begun.
	refused uint8
}

// SetCatches replaces what the debugger waits for.
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

// catchRange is caught for an access to n numbers.
func (c *CPU) catchRange(kind cpu.CatchKind, first uint64, n int) {
	for k := range uint64(n) {
		if c.caught(kind, first+k) {
			return
		}
	}
}

// catchEvent stops before the delivery of the event that has just been accepted.
func (c *CPU) catchEvent() bool {
	if !c.delivering {
		return false
	}
	kind := cpu.CatchException
	if c.event.kind == kindExternal {
		kind = cpu.CatchInterrupt
	}
	return c.caught(kind, uint64(c.event.vector))
}

// attempt notes what the instruction that begins takes with it.
func (c *CPU) attempt() {
	b := &c.catches.before
	b.sti, b.movSS, b.skip, b.rf = c.InhibitSTI, c.InhibitMovSS, c.skip, c.eflags&flagRF
	if c.catches.rip != c.rip {
		c.catches.passing = false
	}
}

// catchSoftware stops before a software interrupt, as if it had not been tried. The next attempt is let through.
func (c *CPU) catchSoftware(vector uint8) {
	if c.catches.passing && c.catches.rip == c.rip {
		c.catches.passing = false
		return
	}
	if c.caught(cpu.CatchException, uint64(vector)) {
		c.catches.passing, c.catches.rip = true, c.rip
		panic(&c.catches.refused)
	}
}

// takeBack undoes the beginning of an instruction that was not executed.
func (c *CPU) takeBack() {
	b := &c.catches.before
	c.InhibitSTI, c.InhibitMovSS, c.skip = b.sti, b.movSS, b.skip
	c.eflags |= b.rf
	c.traced, c.shadowed = false, false
	c.updateAttention()
}

// catchShutdown stops once at a triple fault, before the machine hears of it.
func (c *CPU) catchShutdown() bool {
	if c.catches.down {
		c.catches.down = false
		return false
	}
	c.catches.down = c.caught(cpu.CatchTripleFault, 0)
	return c.catches.down
}

// enters is a change of privilege.
func (c *CPU) enters(cpl uint8) {
	if cpl != c.CPL {
		c.caught(cpu.CatchPrivilege, uint64(cpl))
	}
}

// accessedMSR is the end of RDMSR and WRMSR.
func (c *CPU) accessedMSR(n uint32) {
	if c.awaiting {
		c.caught(cpu.CatchMSR, uint64(n))
	}
}

// controlWritten is the end of an instruction that writes a control register.
func (c *CPU) controlWritten(n uint8) {
	if c.awaiting {
		c.caught(cpu.CatchControl, uint64(n))
	}
}

// HoldInterrupts keeps interrupts and NMIs off until the next instruction has been tried, once.
func (c *CPU) HoldInterrupts() { c.Hold = true }
