package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// TestReset compares the registers after power-on, INIT and SIPI with the manual's table.
func TestReset(t *testing.T) {
	c := longCPU(t)
	c.R[3], c.FPU.CW, c.PKRU, c.LSTAR, c.DECfg, c.XCR0 = 5, 0x123, 7, 9, 11, 3
	c.setCR0(c.CR0 | cr0CD)
	c.index = 1
	c.initReset()
	s := c.Snapshot()
	for _, r := range []struct {
		name      string
		got, want uint64
	}{
		{"RIP", s.RIP, 0xfff0}, {"CS base", s.Seg[decode.CS].Base, 0xffff0000}, {"CS", uint64(s.Seg[decode.CS].Selector), 0xf000},
		{"RFLAGS", s.RFLAGS, flagOne}, {"RDX", s.GPR[2], uint64(c.signature())}, {"RBX", s.GPR[3], 0},
		{"CR0", s.CR0, cr0ET | cr0CD}, {"CR3", s.CR3, 0}, {"CR4", s.CR4, 0}, {"EFER", s.EFER, 0}, {"DR7", s.DR7, dr7One}, {"DR6", s.DR6, dr6Ones},
		{"IDT limit", uint64(s.IDTR.Limit), 0xffff}, {"mode", uint64(c.mode), uint64(decode.Mode16)},
		{"FPU kept", uint64(s.FPU.CW), 0x123}, {"PKRU kept", uint64(s.PKRU), 7}, {"LSTAR kept", s.LSTAR, 9}, {"DE_CFG kept", s.DECfg, 11},
		{"XCR0 kept", s.XCR0, 3},
	} {
		if r.got != r.want {
			t.Errorf("%s is %#x, want %#x", r.name, r.got, r.want)
		}
	}
	if c.RaiseSIPI(0x12); !c.WaitSIPI || !c.Wake() {
		t.Error("an application processor waits for SIPI after INIT")
	}
	c.boundary()
	if c.PC() != 0x12000 || c.Seg[decode.CS].Selector != 0x1200 {
		t.Errorf("SIPI 12h starts at %#x", c.PC())
	}
}

// TestSixteenBitEnd runs over the end of a 64 KiB segment: the instruction pointer does not wrap.
func TestSixteenBitEnd(t *testing.T) {
	c := protectedCPU(t)
	c.setSegment(decode.CS, Segment{selCode16, attrP | attrS | attrCode | attrReadable | attrAccessed, 0xffff, 0})
	c.codeChanged()
	c.ram.WriteAt([]byte{0x90, 0x90}, 0xfffe)
	c.rip = 0xfffe
	if vector, code := c.handler(5); vector != vecGP || code != 0 {
		t.Errorf("#%d(%#x) at %#x", vector, code, c.rip)
	}
	if ret := c.word(c.R[4] + 4); ret != 0x10000 {
		t.Errorf("return address %#x", ret)
	}
}
