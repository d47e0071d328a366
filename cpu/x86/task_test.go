package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// newTask fills the segments of both other tasks: they begin at testHandlers + 700h.
func (c *CPU) newTask(flags uint32) {
	c.putWords(testTSS32+32, testHandlers+0x700, flags|flagOne, 0xa, 0xc, 0xd, 0xb, testStack0, 0xbb, 0x55, 0xdd,
		selData, selCode, selData, selData, 0, selData, 0)
	c.putWords(testTSS16+14, (testHandlers+0x700)|(flags|flagOne)<<16, 0xa|0xc<<16, 0xd|0xb<<16, testStack0|0xbb<<16, 0x55|0xdd<<16,
		selData|selCode16<<16, selData|selData<<16, 0)
}

func TestTaskSwitch(t *testing.T) {
	const nested = flagNT | flagOne
	for _, c := range []struct {
		name       string
		code       []byte
		task       uint16
		flags      uint64
		oldBusy    bool
		link       uint16
		savedEIP   uint32
		savedFlags uint32
	}{
		{"JMP to a TSS", []byte{0xea, 0, 0, 0, 0, selTSS32, 0}, selTSS32, flagOne, false, 0, testCode + 7, flagOne},
		{"CALL to a TSS", []byte{0x9a, 0, 0, 0, 0, selTSS32, 0}, selTSS32, nested, true, selTSS, testCode + 7, flagOne},
		{"CALL through a gate", []byte{0x9a, 0, 0, 0, 0, selGate, 0}, selTSS32, nested, true, selTSS, testCode + 7, flagOne},
		{"CALL to a 16-bit TSS", []byte{0x9a, 0, 0, 0, 0, selTSS16, 0}, selTSS16, nested, true, selTSS, testCode + 7, flagOne},
		{"INT through a gate", []byte{0xcd, 0x50}, selTSS32, nested, true, selTSS, testCode + 2, flagOne},
		{"a fault through a gate", []byte{0x0f, 0x0b}, selTSS32, nested, true, selTSS, testCode, flagOne | flagRF},
	} {
		cpu := protectedCPU(t, c.code...)
		cpu.newTask(0)
		cpu.R[0] = 0x11223344
		for _, v := range []uint64{0x50, vecUD} {
			cpu.putWords(testIDT+v*8, selTSS32<<16, 0xe500)
		}
		cpu.handler(2)
		if cpu.rip != testHandlers+0x701 || cpu.TR.Selector != c.task || cpu.rflags() != c.flags || cpu.R[0] != 0xa || cpu.R[7] != 0xdd {
			t.Errorf("%s: at %#x in task %#x, flags %#x, RAX %#x", c.name, cpu.rip, cpu.TR.Selector, cpu.rflags(), cpu.R[0])
			continue
		}
		busy := func(selector uint64) bool { return cpu.word(testGDT+selector+4)>>9&1 != 0 }
		if busy(selTSS) != c.oldBusy || !busy(uint64(c.task)) || cpu.CR0&cr0TS == 0 {
			t.Errorf("%s: old task busy %v, new %v", c.name, busy(selTSS), busy(uint64(c.task)))
		}
		if link := uint16(cpu.word(cpu.TR.Base)); link != c.link {
			t.Errorf("%s: link %#x", c.name, link)
		}
		if eip, flags := cpu.word(testTSS+32), cpu.word(testTSS+36); eip != c.savedEIP || flags != c.savedFlags || cpu.word(testTSS+40) != 0x11223344 {
			t.Errorf("%s: saved EIP %#x, flags %#x", c.name, eip, flags)
		}
	}
}

// TestTaskReturn calls a task, which returns with IRET, and calls it again.
func TestTaskReturn(t *testing.T) {
	c := protectedCPU(t, 0x9a, 0, 0, 0, 0, selTSS32, 0, 0x90, 0xf4)
	c.newTask(0)
	c.ram.WriteAt([]byte{0xcf, 0xf4}, testHandlers+0x700)
	c.Run(4)
	if c.rip != testCode+9 || c.TR.Selector != selTSS || c.rflags()&flagNT != 0 || c.word(testTSS32+36)&flagNT != 0 {
		t.Errorf("at %#x in task %#x, flags %#x, left behind %#x", c.rip, c.TR.Selector, c.rflags(), c.word(testTSS32+36))
	}
	if c.word(testGDT+selTSS32+4)>>9&1 != 0 || c.word(testGDT+selTSS+4)>>9&1 == 0 {
		t.Error("busy bits")
	}
}

func TestTaskErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *CPU)
		vector int
		code   uint32
		inNew  bool // raised in the new task
	}{
		{"busy", func(c *CPU) { c.setBusy(selTSS32, true) }, vecGP, selTSS32, false},
		{"absent", func(c *CPU) { c.putWords(testGDT+selTSS32+4, 0x0900) }, vecNP, selTSS32, false},
		{"short", func(c *CPU) { c.putWords(testGDT+selTSS32, testTSS32<<16|102) }, vecTS, selTSS32, false},
		{"no code segment", func(c *CPU) { c.putWords(testTSS32+76, selData) }, vecTS, selData, true},
		{"null stack", func(c *CPU) { c.putWords(testTSS32+80, 0) }, vecTS, 0, true},
		{"stack of another ring", func(c *CPU) { c.putWords(testTSS32+80, selData3) }, vecTS, selData3 &^ 3, true},
		{"absent data", func(c *CPU) { c.putWords(testTSS32+84, selAbsent) }, vecNP, selAbsent, true},
		{"bad LDT", func(c *CPU) { c.putWords(testTSS32+96, selData) }, vecTS, selData, true},
	} {
		cpu := protectedCPU(t, 0x9a, 0, 0, 0, 0, selTSS32, 0)
		cpu.newTask(0)
		c.change(cpu)
		cpu.R[4] = testStack
		if c.inNew && c.name != "null stack" && c.name != "stack of another ring" {
			cpu.putWords(testTSS32+80, selData)
		}
		vector, code := cpu.handler(2)
		if c.inNew && cpu.Seg[decode.SS].Attr&attrP == 0 {
			continue // no stack to report on
		}
		if vector != c.vector || code != c.code || (cpu.TR.Selector == selTSS32) != c.inNew {
			t.Errorf("%s: #%d(%#x) in task %#x, want #%d(%#x)", c.name, vector, code, cpu.TR.Selector, c.vector, c.code)
		}
	}
}

// TestTaskTrap finds the debug trap of a task whose T bit is set, and the error code on the new task's stack.
func TestTaskTrap(t *testing.T) {
	c := protectedCPU(t, 0xea, 0, 0, 0, 0, selTSS32, 0)
	c.newTask(0)
	c.putWords(testTSS32+100, 1)
	if vector, _ := c.handler(3); vector != vecDB || c.DR6&dr6BT == 0 || c.word(c.R[4]) != testHandlers+0x700 {
		t.Errorf("vector %d, DR6 %#x", vector, c.DR6)
	}
	c = protectedCPU(t, 0x8e, 0xd8) // MOV DS, AX
	c.newTask(0)
	c.R[0] = selAbsent
	c.putWords(testIDT+vecNP*8, selTSS32<<16, 0xe500)
	if c.handler(2); c.R[4] != testStack0-4 || c.word(c.R[4]) != selAbsent {
		t.Errorf("ESP %#x, error code %#x", c.R[4], c.word(c.R[4]))
	}
}
