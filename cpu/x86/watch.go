package x86

import "stasis/cpu"

// SetWatchpoints replaces the host's watchpoints.
func (c *CPU) SetWatchpoints(w []cpu.Watch) {
	c.watches = append([]cpu.Watch(nil), w...)
	if len(w) == 0 {
		c.watches = nil
	}
	c.DropInline()
}

// watched reports whether a host watchpoint lies in [lin, lin+n).
func (c *CPU) watched(lin, n uint64) bool {
	for i := range c.watches {
		w := &c.watches[i]
		if w.Addr-lin < n || lin-w.Addr < w.Len {
			return true
		}
	}
	return false
}

// watchAccess checks an access of the current instruction: watched pages are never in the inline arrays, so every one comes by here.
func (c *CPU) watchAccess(lin uint64, size int, write bool) {
	for i := range c.watches {
		w := &c.watches[i]
		if (w.Addr-lin < uint64(size) || lin-w.Addr < w.Len) && (write && w.Write || !write && w.Read) {
			c.leave(cpu.Exit{Kind: cpu.ExitWatchpoint, Addr: w.Addr, Write: write})
		}
	}
}

// debugChanged notes a change of DR0–DR7.
func (c *CPU) debugChanged() {}

// halt leaves Run because nothing can happen before an event.
func (c *CPU) halt() { c.leave(cpu.Exit{Kind: cpu.ExitHalted}) }

// Halted reports whether the CPU waits for an interrupt or for SIPI.
func (c *CPU) Halted() bool { return c.State.Halted || c.WaitSIPI }
