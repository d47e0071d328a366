package x86

import (
	"slices"

	"stasis/cpu"
	"stasis/mmu"
)

// watchpoint is a data or I/O breakpoint of the guest's debug registers: addresses from addr to addr+last. It and the
// debugger's watchpoints know nothing of each other.
type watchpoint struct {
	addr, last uint64
	bit        uint64 // in DR6
	read       bool   // reads hit too
}

// armed is what DR7 enables, by the way in which it is looked for. Derived from DR0–DR7.
type armed struct {
	data, port []watchpoint
	code       [4]uint64 // addresses, for the set bits of codeBits
	codeBits   uint64
}

// Kinds of breakpoint at an address.
const (
	stopHost  = 1 << iota // the debugger's
	stopGuest             // of the debug registers
)

// armedNow reads DR0–DR7.
func (c *CPU) armedNow() (a armed) {
	for n := range 4 {
		if c.DR7>>(2*n)&3 == 0 {
			continue
		}
		kind, length := c.DR7>>(16+4*n)&3, c.DR7>>(18+4*n)&3
		last := [4]uint64{0, 1, 7, 3}[length]
		w := watchpoint{addr: c.DR[n] &^ last, last: last, bit: 1 << n, read: kind == 3}
		switch kind {
		case 0:
			a.code[n] = c.DR[n]
			a.codeBits |= w.bit
		case 2:
			a.port = append(a.port, w)
		default:
			a.data = append(a.data, w)
		}
	}
	return a
}

// debugChanged notes a change of DR0–DR7: it takes effect on the next instruction.
func (c *CPU) debugChanged() {
	now, old := c.armedNow(), c.armed
	c.armed = now
	if now.code != old.code || now.codeBits != old.codeBits {
		c.stopsChanged()
	}
	if !slices.Equal(now.data, old.data) {
		c.watching = len(c.watches)+len(now.data) > 0
		c.DropInline()
	}
}

// stopsChanged collects the addresses before which blocks end: the debugger's breakpoints and the guest's.
func (c *CPU) stopsChanged() {
	old := c.breakpoints
	c.breakpoints = nil
	if len(c.hostBreaks)+len(c.physical)+int(c.armed.codeBits) > 0 {
		c.breakpoints = make(map[uint64]uint8, len(c.hostBreaks)+4)
	}
	for _, a := range c.hostBreaks {
		c.breakpoints[a] = stopHost
	}
	for n, a := range c.armed.code {
		if c.armed.codeBits>>n&1 != 0 {
			c.breakpoints[a] |= stopGuest
		}
	}
	c.breakpointsChanged(old, c.breakpoints)
}

// codeHit is the bits of DR6 for the instruction breakpoints at a linear address.
func (c *CPU) codeHit(pc uint64) (bits uint64) {
	for n, a := range c.armed.code {
		if a == pc {
			bits |= c.armed.codeBits & (1 << n)
		}
	}
	return bits
}

// SetWatchpoints replaces the host's watchpoints.
func (c *CPU) SetWatchpoints(w []cpu.Watch) {
	c.watches = append([]cpu.Watch(nil), w...)
	c.watching = len(w)+len(c.armed.data) > 0
	c.DropInline()
}

// watched reports whether a watchpoint, the debugger's or the guest's, waits for reads or writes in a range: what is watched is
// never in the inline arrays, so every such access comes by watchAccess. What reads and writes asks the arrays for writes alone,
// so a watchpoint for reads counts there too.
func (c *CPU) watched(lin, size uint64, write bool) bool {
	for i := range c.watches {
		w := &c.watches[i]
		if (write || w.Read) && (w.Addr-lin < size || lin-w.Addr < w.Len) {
			return true
		}
	}
	for i := range c.armed.data {
		w := &c.armed.data[i]
		if (write || w.read) && c.touches(w, lin, size) {
			return true
		}
	}
	return false
}

// watchRead checks a read that the current instruction has done.
func (c *CPU) watchRead(lin uint64, size int) {
	for i := range c.watches {
		if w := &c.watches[i]; w.Read && w.Overlap(lin, size) != 0 {
			c.watchHit(w, false)
		}
	}
	c.watchGuest(lin, size, false)
}

// watchWrite checks a write that the current instruction has done; changed has the bits that are others now.
func (c *CPU) watchWrite(lin uint64, size int, changed uint64) {
	for i := range c.watches {
		w := &c.watches[i]
		if bytes := w.Overlap(lin, size); w.Write && bytes != 0 && (!w.Changed || changed&bytes != 0) {
			c.watchHit(w, true)
		}
	}
	c.watchGuest(lin, size, true)
}

// watchHit ends Run behind the instruction. Of several that it hits, the first is told.
func (c *CPU) watchHit(w *cpu.Watch, write bool) {
	if c.exit.Kind != cpu.ExitWatchpoint {
		c.leave(cpu.Exit{Kind: cpu.ExitWatchpoint, Addr: w.Addr, Write: write})
	}
}

// touches reports whether an access has bytes at a breakpoint of the debug registers. Where addresses wrap at 4 GiB the upper half of
// DR0–DR3 must be 0.
func (c *CPU) touches(w *watchpoint, lin, size uint64) bool {
	return (c.wrap(w.addr-lin) < size || c.wrap(lin-w.addr) <= w.last) && c.wrap(w.addr) == w.addr
}

// watchGuest checks an access against the debug registers.
func (c *CPU) watchGuest(lin uint64, size int, write bool) {
	for i := range c.armed.data {
		w := &c.armed.data[i]
		if (write || w.read) && c.touches(w, lin, uint64(size)) {
			c.pend(w.bit)
		}
	}
}

// before is what a write is about to replace, if a watchpoint waits for a change there. The write's faults come here.
func (c *CPU) before(lin uint64, size int, a mmu.Access) (v uint64) {
	for i := range c.watches {
		if w := &c.watches[i]; w.Changed && w.Overlap(lin, size) != 0 {
			return c.stands(lin, size, a)
		}
	}
	return 0
}

// stands reads what a write is about to replace, with its rights. Devices see nothing.
func (c *CPU) stands(lin uint64, size int, a mmu.Access) (v uint64) {
	first := min(size, int(mmu.PageSize-lin&pageMask))
	pages := [2]uint64{c.translate(lin, a)}
	if first < size {
		pages[1] = c.translate(c.wrap(lin+uint64(first)), a)
	}
	for n := range size {
		pa := pages[0] + uint64(n)
		if n >= first {
			pa = pages[1] + uint64(n-first)
		}
		if c.ram.Page(pa) != nil {
			v |= c.readPhys(pa, 1) << (8 * n)
		}
	}
	return v
}

// portAccess checks an access to ports that the current instruction has done.
func (c *CPU) portAccess(port uint16, size int) {
	if c.awaiting {
		c.catchRange(cpu.CatchPort, uint64(port), size)
	}
	if c.CR4&cr4DE == 0 {
		return
	}
	for i := range c.armed.port {
		w := &c.armed.port[i]
		if p := uint64(port); w.addr-p < uint64(size) || p-w.addr <= w.last {
			c.pend(w.bit)
		}
	}
}

// halt leaves Run because nothing can happen before an event.
func (c *CPU) halt() { c.leave(cpu.Exit{Kind: cpu.ExitHalted}) }

// Halted reports whether the CPU waits for an interrupt or for SIPI.
func (c *CPU) Halted() bool { return c.State.Halted || c.WaitSIPI }
