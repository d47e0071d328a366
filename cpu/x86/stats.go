package x86

import (
	"stasis/cpu"
	"stasis/mmu"
)

// Stats counts what the engine did.
type Stats struct {
	cpu.Stats
	NMIs uint64
}

// modeNames are the modes in which units are counted: the width of code, and whether it is the user's.
var modeNames = []string{"16", "16_user", "32", "32_user", "64", "64_user"}

// Stats are the engine's counters by name.
func (c *CPU) Stats() map[string]uint64 {
	m := c.stats.Counts(modeNames)
	m["nmis"] = c.stats.NMIs
	return m
}

// account counts the units up to now: before the width of code changes, and at the end of a Run.
func (c *CPU) account() { c.stats.Account(int(c.mode>>5*2), c.budget, c.CPL == 3) }

// countLevel counts the units up to now as those of the user or not: before the privilege level changes.
func (c *CPU) countLevel(n uint8) {
	if user := n == 3; user != (c.CPL == 3) {
		c.stats.Enter(user, c.budget)
	}
}

// flushBlocks forgets every block.
func (c *CPU) flushBlocks(why int) {
	c.stats.Flushed(why)
	c.engine.flush()
}

// slowCause is why a micro-operation's access is done by the handler.
func (c *CPU) slowCause(in *uop, va uint64, a mmu.Access) cpu.SlowCause {
	switch {
	case (c.lastByte(in, va)^va)&^pageMask != 0 || !c.canonical(va):
		return cpu.SlowSplit
	case c.aligning:
		return cpu.SlowChecked
	}
	page := va &^ pageMask
	if c.walker.Levels != 0 {
		e := &c.TLB.Side(a)[mmu.Index(va)]
		if !e.Holds(va, c.walker.PCID) {
			return cpu.SlowOther
		}
		page = e.PA
	}
	return cpu.SlowAccess(c.ram, page, a&mmu.Write != 0, c.watching)
}
