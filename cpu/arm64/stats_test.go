package arm64

import (
	"testing"

	"stasis/cpu"
)

// counted is what has been counted since.
func counted(c *CPU, since map[string]uint64) map[string]uint64 {
	m := c.Stats()
	for n := range m {
		m[n] -= since[n]
	}
	return m
}

// wantOnly wants n of what has a name, and all of them of one cause.
func wantOnly(t *testing.T, m map[string]uint64, name, cause string, n uint64) {
	t.Helper()
	if m[name] != n || m[name+"_"+cause] != n {
		t.Errorf("%d %s, %d of them %s; want %d: %v", m[name], name, m[name+"_"+cause], cause, n, m)
	}
}

// statsRig is one CPU at EL1 with all of memory's first GiB mapped, and a program.
func statsRig(t testing.TB, code ...uint32) (*CPU, *board) {
	r := newEngineRig(t)
	c, b := r.cpus[0], r.boards[0]
	b.put64(codeTables+8*1, ramBase|pageValid&^2)
	b.put64(codeTables+8*2, 1<<31|pageValid&^2)
	b.put32(codeBase, code...)
	var s State
	s.EL, s.SPSel, s.DAIF, s.PC = 1, 1, 15, codeBase
	s.Sys.TTBR0, s.Sys.TCR, s.Sys.MAIR, s.Sys.VBAR = codeTables, 25|2<<32, 0xff, codeVectors
	s.Sys.SCTLR = sctlrReset | sctlrM
	c.SetState(&s)
	return c, b
}

// TestSlowCauses counts a loop of an instruction and a jump for each reason why the instruction goes by its handler.
func TestSlowCauses(t *testing.T) {
	const load, store, back = 0xf9400142, 0x39000143, 0x17ffffff // LDR X2, [X10]; STRB W3, [X10]; B
	for cause, test := range map[string]struct {
		code  uint32
		x10   uint64
		setup func(c *CPU)
	}{
		"handler": {0xc87f0d42, codeData, func(*CPU) {}}, // LDXP X2, X3, [X10]
		"split":   {load, codeData + 0xffc, func(*CPU) {}},
		"device":  {load, 1 << 31, func(*CPU) {}},
		"code":    {store, codeBase + 0x800, func(*CPU) {}},
		"watched": {store, codeData, func(c *CPU) {
			c.SetWatchpoints([]cpu.Watch{{Addr: codeData, Len: 1, Read: true}, {Addr: codeData + 1, Len: 7, Write: true, Changed: true}})
		}},
		"checked": {load, codeData, func(c *CPU) {
			c.Sys.SCTLR |= sctlrA
			c.levelChanged()
		}},
	} {
		c, _ := statsRig(t, test.code, back)
		test.setup(c)
		c.R[10] = test.x10
		c.runAll(2)
		before := c.Stats()
		for range 5 {
			c.runAll(2)
		}
		t.Run(cause, func(t *testing.T) { wantOnly(t, counted(c, before), "slow", cause, 5) })
	}
}

// TestDropCauses: blocks that go are counted by what has taken them.
func TestDropCauses(t *testing.T) {
	const nop, back = 0xd503201f, 0x17fffffe
	for cause, drop := range map[string]func(c *CPU, b *board){
		"written":    func(c *CPU, b *board) { b.put32(codeBase, nop) },
		"breakpoint": func(c *CPU, b *board) { c.SetBreakpoints([]uint64{codeBase + 4}) },
		"full": func(c *CPU, b *board) {
			c.engine.used = len(c.engine.arena)
			c.pc = codeBase + 4
			c.Run(1)
		},
	} {
		c, b := statsRig(t, nop, nop, back)
		c.Run(3)
		if m := c.Stats(); m["blocks"] != 1 || m["dropped"] != 0 {
			t.Fatalf("%s: %v before it happens", cause, m)
		}
		drop(c, b)
		t.Run(cause, func(t *testing.T) { wantOnly(t, c.Stats(), "dropped", cause, 1) })
	}
}

// runAll runs n units, however often the CPU asks for a new budget.
func (c *CPU) runAll(n uint64) {
	for left := n; left > 0; left -= c.Units() {
		c.Run(left)
	}
}

// TestUnitsByLevel: NOP at EL0, SVC, NOP, ERET, and then what is undefined instead of SVC; a unit belongs to the level that it ends in.
func TestUnitsByLevel(t *testing.T) {
	for _, single := range []bool{false, true} {
		c, b := statsRig(t, 0xd503201f, 0xd4000001)
		b.put64(codeTables+8*1, ramBase|pageValid&^2|pageUser|pageReadOnly)
		b.put32(codeVectors+0x400, 0xd503201f, 0xd69f03e0)
		c.SetSingleStep(single)
		s := c.Snapshot()
		s.EL, s.SPSel, s.DAIF = 0, 0, 0
		c.SetState(s)
		c.runAll(10)
		if m := c.Stats(); m["units"] != 10 || m["units_el0"] != 4 || m["units_el1"] != 6 {
			t.Errorf("single steps %v: %v", single, m)
		}
	}
}
