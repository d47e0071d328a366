package arm64

import (
	"fmt"

	"stasis/mmu"
)

// Breakpoints and watchpoints of self-hosted debug. Source: Arm ARM, "Breakpoint exceptions" and "Watchpoint exceptions".

// Fields of DBGBCR<n>_EL1 and DBGWCR<n>_EL1.
const (
	dbgE     = 1 << 0
	dbgEL1   = 1 << 1 // PMC, PAC
	dbgEL0   = 1 << 2
	dbgLoad  = 1 << 3 // LSC
	dbgStore = 1 << 4
	dbgWT    = 1 << 20 // linked watchpoint

	dbgbcrHeld = 0x00ffe1e7
	dbgwcrHeld = 0x1f1fffff
)

// Types of breakpoint: DBGBCR<n>_EL1.BT.
const (
	btAddress       = 0
	btAddressLinked = 1
	btContext       = 2
	btContextLinked = 3
)

// armed is what the comparators can hit. It follows from the debug registers.
type armed struct {
	any   bool
	code  [breakpointCount]uint64 // addresses, for the set bits of codes
	codes uint8
	every bool // a context breakpoint without an address: every instruction is looked at
	data  [watchpointCount]watchpoint
	datas uint8
}

// watchpoint is an armed DBGWVR and DBGWCR: the bytes from addr whose bits of bas are set, or addr to addr+last.
type watchpoint struct {
	addr, last uint64
	bas        uint8
}

func comparatorRegisters() (list []sysreg) {
	add := func(name string, op2, count int, mask uint64, field func(*SystemRegisters) *[16]uint64, what string) {
		for n := range count {
			list = append(list, with(held(fmt.Sprintf(name, n), sr(2, 0, 0, n, op2), mask,
				func(s *SystemRegisters) *uint64 { return &field(s)[n] }, what), (*CPU).comparatorsWritten))
		}
	}
	add("DBGBVR%d_EL1", 4, breakpointCount, all64, func(s *SystemRegisters) *[16]uint64 { return &s.DBGBVR }, "")
	add("DBGBCR%d_EL1", 5, breakpointCount, dbgbcrHeld, func(s *SystemRegisters) *[16]uint64 { return &s.DBGBCR }, "address match, context match of the last two, linked or not")
	add("DBGWVR%d_EL1", 6, watchpointCount, all64&^3, func(s *SystemRegisters) *[16]uint64 { return &s.DBGWVR }, "")
	add("DBGWCR%d_EL1", 7, watchpointCount, dbgwcrHeld, func(s *SystemRegisters) *[16]uint64 { return &s.DBGWCR }, "BAS, MASK, linked or not")
	return list
}

// comparatorsWritten follows a write of a comparator's register.
func (c *CPU) comparatorsWritten() { c.debugChanged() }

// comparatorsChanged arms what the debug registers enable.
func (c *CPU) comparatorsChanged() {
	now := c.armedNow()
	old := c.armed
	if now == old {
		return
	}
	c.armed = now
	if now.code != old.code || now.codes != old.codes {
		c.stopsChanged()
	}
	if now.data != old.data || now.datas != old.datas {
		c.watching = len(c.watches) > 0 || now.datas != 0
		c.DropInline()
	}
}

func (c *CPU) armedNow() (a armed) {
	s := &c.Sys
	if s.MDSCR&mdscrMDE == 0 || s.OSLSR&oslsrLocked != 0 || s.OSDLR&1 != 0 {
		return a
	}
	for n := range breakpointCount {
		v := s.DBGBCR[n]
		switch {
		case v&dbgE == 0:
		case v>>20&15 <= btAddressLinked:
			a.codes |= 1 << n
			a.code[n] = extendDebug(s.DBGBVR[n] &^ 3)
		case v>>20&15 == btContext && n >= breakpointCount-contextCount:
			a.every = true
		}
	}
	for n := range watchpointCount {
		if s.DBGWCR[n]&dbgE != 0 {
			a.data[n] = newWatchpoint(s.DBGWVR[n], s.DBGWCR[n])
			a.datas |= 1 << n
		}
	}
	a.any = a.codes != 0 || a.every || a.datas != 0
	return a
}

// extendDebug is an address in DBGBVR or DBGWVR, whose bits 63 to 53 are copies of bit 52.
func extendDebug(v uint64) uint64 { return uint64(int64(v<<11) >> 11) }

// newWatchpoint reads DBGWVR and DBGWCR: a MASK of 3 and more stands for a range, else BAS chooses bytes of a doubleword or, where
// DBGWVR[2] is set, of a word.
func newWatchpoint(value, control uint64) watchpoint {
	addr := extendDebug(value &^ 3)
	if mask := control >> 24 & 31; mask != 0 {
		last := uint64(1)<<mask - 1
		return watchpoint{addr: addr &^ last, last: last, bas: b8(mask >= 3 && control>>5&0xff == 0xff)}
	}
	bas := uint8(control >> 5)
	if addr&4 != 0 {
		bas &= 15
	}
	return watchpoint{addr: addr, bas: bas}
}

// b8 is BAS for a range: all of it, or nothing for a reserved MASK.
func b8(on bool) uint8 {
	if on {
		return 0xff
	}
	return 0
}

// hit is the first byte of an access that a watchpoint watches.
func (w *watchpoint) hit(va uint64, size int) (at uint64, ok bool) {
	if w.last != 0 {
		switch {
		case w.bas == 0:
			return 0, false
		case va-w.addr <= w.last:
			return va, true
		}
		return w.addr, w.addr-va < uint64(size)
	}
	for n := range uint64(8) {
		if at = w.addr + n; w.bas>>n&1 != 0 && at-va < uint64(size) {
			return at, true
		}
	}
	return 0, false
}

// applies reports whether a comparator's security, level and link hold. All is Non-secure.
func (c *CPU) applies(control uint64, el uint8, linked bool) bool {
	want := uint64(dbgEL1)
	if el == 0 {
		want = dbgEL0
	}
	if control&want == 0 || control>>14&3 > 1 {
		return false
	}
	return !linked || c.contextMatches(int(control>>16&15), btContextLinked)
}

// contextMatches reports whether a context breakpoint of a type matches CONTEXTIDR_EL1.
func (c *CPU) contextMatches(n int, kind uint64) bool {
	if n < breakpointCount-contextCount || n >= breakpointCount {
		return false
	}
	v := c.Sys.DBGBCR[n]
	return v&dbgE != 0 && v>>20&15 == kind && c.Sys.DBGBVR[n]&0xffffffff == c.Sys.CONTEXTIDR
}

// guestBreak raises the Breakpoint exception of the instruction at PC, if there is one: after what its fetch raises.
func (c *CPU) guestBreak() {
	if !c.debugEnabled() || !c.breaks() {
		return
	}
	c.checkFetch(c.pc)
	c.raise(ecBreakpoint, mmu.FaultDebug)
}

func (c *CPU) breaks() bool {
	for n := range breakpointCount {
		v := c.Sys.DBGBCR[n]
		if c.armed.codes>>n&1 != 0 && c.armed.code[n] == c.pc && c.applies(v, c.EL, v>>20&15 == btAddressLinked) {
			return true
		}
		if c.armed.every && v&dbgE != 0 && v>>20&15 == btContext && c.contextMatches(n, btContext) && c.applies(v, c.EL, false) {
			return true
		}
	}
	return false
}

// watchGuest raises the Watchpoint exception of an access, if there is one: before it.
func (c *CPU) watchGuest(va uint64, size int, a mmu.Access) {
	if c.armed.datas == 0 || !c.debugEnabled() {
		return
	}
	kind, el := uint64(dbgLoad), uint8(1)
	if a&mmu.Write != 0 {
		kind = dbgStore
	}
	if a&mmu.User != 0 {
		el = 0
	}
	plain := c.walker.Untagged(va, a)
	for n := range watchpointCount {
		v := c.Sys.DBGWCR[n]
		if c.armed.datas>>n&1 == 0 || v&kind == 0 || !c.applies(v, el, v&dbgWT != 0) {
			continue
		}
		if at, ok := c.armed.data[n].hit(plain, size); ok {
			c.raiseAt(ecWatchpoint, dataSyndrome(mmu.FaultDebug, a), at)
		}
	}
}
