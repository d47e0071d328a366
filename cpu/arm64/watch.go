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

// watchAt is a watchpoint of the debugger's with its address as the TLB knows it.
func (c *CPU) watchAt(i int) cpu.Watch {
	w := c.watches[i]
	w.Addr = c.walker.Untagged(w.Addr, mmu.Read)
	return w
}

// watched reports whether a watchpoint, the debugger's or the guest's, waits for reads or writes in a range: what is watched is
// never in the inline arrays, so every such access comes by watchRead or watchWrite.
func (c *CPU) watched(va, size uint64, write bool) bool {
	plain := c.walker.Untagged(va, mmu.Read)
	for i := range c.watches {
		w := c.watchAt(i)
		if (write && w.Write || !write && w.Read) && (w.Addr-plain < size || plain-w.Addr < w.Len) {
			return true
		}
	}
	return c.watchedGuest(plain, size)
}

// watchedGuest reports whether the guest watches bytes of a range.
func (c *CPU) watchedGuest(plain, size uint64) bool {
	for n := range c.armed.data {
		if c.armed.datas>>n&1 != 0 {
			if _, ok := c.armed.data[n].hit(plain, int(size)); ok {
				return true
			}
		}
	}
	return false
}

// watchRead checks a read that the current instruction has done.
func (c *CPU) watchRead(va uint64, size int) {
	plain := c.walker.Untagged(va, mmu.Read)
	for i := range c.watches {
		if w := c.watchAt(i); w.Read && w.Overlap(plain, size) != 0 {
			c.watchHit(i, false)
		}
	}
}

// watchWrite checks a write that the current instruction has done; changed has the bits that are others now.
func (c *CPU) watchWrite(va uint64, size int, changed uint64) {
	plain := c.walker.Untagged(va, mmu.Write)
	for i := range c.watches {
		w := c.watchAt(i)
		if bytes := w.Overlap(plain, size); w.Write && bytes != 0 && (!w.Changed || changed&bytes != 0) {
			c.watchHit(i, true)
		}
	}
}

// watchHit ends Run behind the instruction. Of several that it hits, the first is told.
func (c *CPU) watchHit(i int, write bool) {
	if c.exit.Kind != cpu.ExitWatchpoint {
		c.leave(cpu.Exit{Kind: cpu.ExitWatchpoint, Addr: c.watches[i].Addr, Write: write})
	}
}

// changes are the bits that a write is about to change; in a device nobody knows, so it is all of them.
func (c *CPU) changes(size int, v, lo, hi uint64, first int) (bits uint64) {
	for n := range size {
		pa := lo + uint64(n)
		if n >= first {
			pa = hi + uint64(n-first)
		}
		b := uint64(0xff)
		if c.ram.Page(pa) != nil {
			b = v>>(8*n)&0xff ^ c.readPhys(pa, 1)
		}
		bits |= b << (8 * n)
	}
	return bits
}

// SkipBreakpoint lets the very next attempt of the instruction at PC pass host breakpoints.
func (c *CPU) SkipBreakpoint() { c.skip = true }

// HoldInterrupts keeps interrupts off until the next instruction has been tried, once.
func (c *CPU) HoldInterrupts() { c.Hold = true }
