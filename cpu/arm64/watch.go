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
	if len(c.hostBreaks)+int(c.armed.codes) > 0 {
		c.breakpoints = make(map[uint64]uint8, len(c.hostBreaks)+breakpointCount)
	}
	for _, a := range c.hostBreaks {
		c.breakpoints[a] = stopHost
	}
	for n, a := range c.armed.code {
		if c.armed.codes>>n&1 != 0 {
			c.breakpoints[a] |= stopGuest
		}
	}
	c.breakpointsChanged(old, c.breakpoints)
}

// SetWatchpoints replaces the host's watchpoints.
func (c *CPU) SetWatchpoints(w []cpu.Watch) {
	c.watches = append([]cpu.Watch(nil), w...)
	c.watching = len(w) > 0 || c.armed.datas != 0
	c.DropInline()
}

// watched reports whether a watchpoint, the debugger's or the guest's, lies in a page: such pages are never in the inline arrays, so every access to them comes by
// watchAccess.
func (c *CPU) watched(page uint64) bool {
	for i := range c.watches {
		w := &c.watches[i]
		if w.Addr-page < mmu.PageSize || page-w.Addr < w.Len {
			return true
		}
	}
	for n := range c.armed.data {
		if c.armed.datas>>n&1 != 0 && c.armed.data[n].inPage(c.walker.Untagged(page, mmu.Read)) {
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

// SkipBreakpoint lets the very next attempt of the instruction at PC pass host breakpoints.
func (c *CPU) SkipBreakpoint() { c.skip = true }

// HoldInterrupts keeps interrupts off until the next instruction has been tried, once.
func (c *CPU) HoldInterrupts() { c.Hold = true }
