package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// TestReturns runs IRETD and RETF from CPL 0 with what lies on the stack. Vector −1 is success, at CPL 3 with ESP 1234h.
func TestReturns(t *testing.T) {
	const to = testHandlers + 0x600
	iretd, retf := []byte{0xcf}, []byte{0xca, 8, 0}
	for _, c := range []struct {
		name   string
		code   []byte
		flags  uint64
		stack  []uint32
		vector int
		err    uint32
	}{
		{"IRET outwards", iretd, 0, []uint32{to, selCode3, flagOne, 0x1234, selData3}, -1, 0},
		{"IRET, null stack", iretd, 0, []uint32{to, selCode3, flagOne, 0x1234, 3}, vecGP, 0},
		{"IRET, stack of ring 0", iretd, 0, []uint32{to, selCode3, flagOne, 0x1234, selData}, vecGP, selData},
		{"IRET, null code", iretd, 0, []uint32{to, 0, flagOne}, vecGP, 0},
		{"IRET to data", iretd, 0, []uint32{to, selData, flagOne}, vecGP, selData},
		{"IRET, RPL is not DPL", iretd, 0, []uint32{to, selCode | 3, flagOne, 0, selData3}, vecGP, selCode},
		{"IRET over the limit", iretd, 0, []uint32{0x10000, selCode16, flagOne}, vecGP, 0},
		{"IRET, NT, no task", iretd, flagNT, nil, vecTS, selData},
		{"RETF outwards", retf, 0, []uint32{to, selCode3, 0, 0, 0x1234 - 8, selData3}, -1, 0},
		{"RETF, stack of ring 0", retf, 0, []uint32{to, selCode3, 0, 0, 0x1234, selData}, vecGP, selData},
	} {
		cpu := protectedCPU(t, c.code...)
		cpu.putWords(testTSS, selData) // the link to an older task
		cpu.putWords(testStack, c.stack...)
		cpu.setRFLAGS(c.flags)
		cpu.setSegment(decode.ES, flatData(selData3, 3))
		n := uint64(3)
		if c.vector < 0 {
			n = 1
		}
		if vector, err := cpu.handler(n); vector != c.vector || err != c.err {
			t.Errorf("%s: #%d(%#x), want #%d(%#x)", c.name, vector, err, c.vector, c.err)
		}
		if c.vector >= 0 {
			continue
		}
		if cpu.CPL != 3 || cpu.R[4] != 0x1234 || cpu.rip != to || cpu.Seg[decode.SS].Selector != selData3 {
			t.Errorf("%s: CPL %d at %#x, ESP %#x", c.name, cpu.CPL, cpu.rip, cpu.R[4])
		}
		if cpu.Seg[decode.DS].Attr != 0 || cpu.Seg[decode.ES].Selector != selData3 {
			t.Errorf("%s: DS %+v, ES %+v", c.name, cpu.Seg[decode.DS], cpu.Seg[decode.ES])
		}
	}
}

// TestV86RoundTrip goes from virtual-8086 mode to a handler and back by IRET, and into it by a task switch.
func TestV86RoundTrip(t *testing.T) {
	c := protectedCPU(t, 0xcd, 0x60, 0xf4)
	c.ram.WriteAt([]byte{0xcf}, testHandlers+0x600)
	c.virtual(3)
	c.loadRealSegment(decode.FS, 0x77)
	if c.Run(2); !c.v86() || c.rip != testCode+2 || c.CPL != 3 || c.Seg[decode.FS].Base != 0x770 || c.R[4] != testStack3 {
		t.Errorf("back at %#x, flags %#x, CPL %d, FS %+v", c.rip, c.rflags(), c.CPL, c.Seg[decode.FS])
	}
	c = protectedCPU(t, 0xea, 0, 0, 0, 0, selTSS32, 0)
	c.newTask(flagVM)
	c.putWords(testTSS32+72, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66)
	if c.Run(1); !c.v86() || c.CPL != 3 || c.Seg[decode.CS].Base != 0x220 || c.Seg[decode.GS].Base != 0x660 || c.mode != decode.Mode16 {
		t.Errorf("task: flags %#x, CPL %d, CS %+v", c.rflags(), c.CPL, c.Seg[decode.CS])
	}
}

// TestSixteenBitGates enters a handler through a 16-bit gate with the stack of a 16-bit TSS.
func TestSixteenBitGates(t *testing.T) {
	c := protectedCPU(t, 0xcd, 0x60)
	c.putWords(testIDT+0x60*8, selCode<<16|(testHandlers+0x600), 0xe600)
	c.TR = Segment{selTSS16, 0x83, 43, testTSS16}
	c.putWords(testTSS16+2, selData<<16|0xa000)
	c.user()
	if vector, _ := c.handler(2); vector != 0x60 || c.R[4] != 0xa000-10 {
		t.Errorf("vector %d, ESP %#x", vector, c.R[4])
	}
	if ip, sp := c.word(c.R[4]), c.word(c.R[4]+6); ip != selCode3<<16|testCode+2 || sp != selData3<<16|testStack3 {
		t.Errorf("frame: %#x %#x", ip, sp)
	}
}
