package arm64

import (
	"stasis/cpu"
	"stasis/mmu"
)

// modeNames are the modes in which units are counted.
var modeNames = []string{"el1", "el0"}

// Stats are the engine's counters by name.
func (c *CPU) Stats() map[string]uint64 { return c.stats.Counts(modeNames) }

// account counts the units up to now, at the end of a Run.
func (c *CPU) account() { c.stats.Account(0, c.budget, c.EL == 0) }

// slowCause is why a micro-operation's access, up to the address last, is done by the handler.
func (c *CPU) slowCause(va, last uint64, a mmu.Access) cpu.SlowCause {
	switch {
	case (last^va)&^pageMask != 0:
		return cpu.SlowSplit
	case c.slowData:
		return cpu.SlowChecked
	}
	e := &c.TLB.Side(a)[mmu.Index(va)]
	if !c.walker.On || e.Perm&mmu.PermDevice != 0 {
		return cpu.SlowDevice
	}
	return cpu.SlowAccess(c.ram, e.PA, a&mmu.Write != 0, c.watching)
}
