package arm64

import (
	"stasis/cpu"
	"stasis/mmu"
)

// Kinds of breakpoint at an address.
const (
	stopHost  = 1 << iota // the debugger's
	stopGuest             // of the debug registers
)

// SetBreakpoints replaces the host's breakpoints.
func (c *CPU) SetBreakpoints(addrs []uint64) {
	c.hostBreaks = append([]uint64(nil), addrs...)
	c.stopsChanged()
}

// stopsChanged collects the addresses before which blocks end.
func (c *CPU) stopsChanged() {
	old := c.breakpoints
	c.breakpoints = nil
	if len(c.hostBreaks) > 0 {
		c.breakpoints = make(map[uint64]uint8, len(c.hostBreaks))
	}
	for _, a := range c.hostBreaks {
		c.breakpoints[a] = stopHost
	}
	c.breakpointsChanged(old, c.breakpoints)
}

// SetWatchpoints replaces the host's watchpoints.
func (c *CPU) SetWatchpoints(w []cpu.Watch) {
	c.watches = append([]cpu.Watch(nil), w...)
	c.watching = len(w) > 0
	c.DropInline()
}

// watched reports whether a watchpoint lies in a page: such pages are never in the inline arrays, so every access to them comes by
// watchAccess.
func (c *CPU) watched(page uint64) bool {
	for i := range c.watches {
		w := &c.watches[i]
		if w.Addr-page < mmu.PageSize || page-w.Addr < w.Len {
			return true
		}
	}
	return false
}

// watchAccess checks an access that the current instruction has done.
func (c *CPU) watchAccess(va uint64, size int, write bool) {
	for i := range c.watches {
		w := &c.watches[i]
		if (w.Addr-va < uint64(size) || va-w.Addr < w.Len) && (write && w.Write || !write && w.Read) {
			c.leave(cpu.Exit{Kind: cpu.ExitWatchpoint, Addr: w.Addr, Write: write})
		}
	}
}

// watchGuest checks an access against the guest's own watchpoints: they come before it.
func (c *CPU) watchGuest(va uint64, size int, a mmu.Access) {}

// SkipBreakpoint lets the very next attempt of the instruction at PC pass host breakpoints.
func (c *CPU) SkipBreakpoint() { c.skip = true }

// HoldInterrupts keeps interrupts off until the next instruction has been tried, once.
func (c *CPU) HoldInterrupts() { c.Hold = true }
