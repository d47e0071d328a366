package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// TestVirtual8086 runs instructions that depend on IOPL and VME. Vector −1 is no exception.
func TestVirtual8086(t *testing.T) {
	const vif, vip = flagVIF, flagVIP
	for _, c := range []struct {
		name   string
		code   []byte
		iopl   uint64
		cr4    uint64
		flags  uint64 // besides
		top    uint32 // what lies on the stack
		vector int
		want   uint64 // of IF, VIF, VIP, TF afterwards
	}{
		{"CLI, IOPL 3", []byte{0xfa}, 3, 0, flagIF, 0, -1, 0},
		{"CLI, IOPL 0", []byte{0xfa}, 0, 0, flagIF, 0, vecGP, 0},
		{"CLI, VME", []byte{0xfa}, 0, cr4VME, flagIF | vif, 0, -1, flagIF},
		{"STI, VME", []byte{0xfb}, 0, cr4VME, flagIF, 0, -1, flagIF | vif},
		{"STI, VME, pending", []byte{0xfb}, 0, cr4VME, flagIF | vip, 0, vecGP, 0},
		{"PUSHF", []byte{0x9c}, 0, 0, 0, 0, vecGP, 0},
		{"PUSHF, VME", []byte{0x9c}, 0, cr4VME, vif, 0, -1, vif},
		{"PUSHFD, VME", []byte{0x66, 0x9c}, 0, cr4VME, vif, 0, vecGP, 0},
		{"POPF, VME", []byte{0x9d}, 0, cr4VME, flagIF, flagIF, -1, flagIF | vif},
		{"POPF, VME, pending", []byte{0x9d}, 0, cr4VME, vip, flagIF, vecGP, 0},
		{"POPF, VME, TF", []byte{0x9d}, 0, cr4VME, 0, flagTF, vecGP, 0},
		{"POPF, IOPL 3", []byte{0x9d}, 3, cr4VME, 0, flagIF, -1, flagIF},
		{"INT, IOPL 0", []byte{0xcd, 0x60}, 0, 0, 0, 0, vecGP, 0},
		{"INT, IOPL 3", []byte{0xcd, 0x60}, 3, 0, 0, 0, 0x60, 0},
		{"INT3, IOPL 0", []byte{0xcc}, 0, 0, 0, 0, vecBP, 0},
		{"INT, VME, not in the map", []byte{0xcd, 0x60}, 0, cr4VME, flagIF | vif, 0, -1, flagIF},
		{"INT, VME, in the map", []byte{0xcd, 0x61}, 0, cr4VME, 0, 0, vecGP, 0},
		{"INT, VME, in the map, IOPL 3", []byte{0xcd, 0x61}, 3, cr4VME, 0, 0, 0x61, 0},
	} {
		cpu := protectedCPU(t, c.code...)
		cpu.putWords(testStack3, c.top)
		cpu.putWords(testTSS+100, 136<<16)         // the I/O map lies behind the redirection map
		cpu.putWords(testTSS+104+0x60/8, 1<<1)     // INT 61h goes to protected mode
		cpu.putWords(0x60*4, 0x0600<<16|0x7ff)     // INT 60h, at 6000h + 7ffh
		cpu.putWords(0x67fc, 0xf4f4f4f4, 0xf4f4f4) // not reached: HLT is #GP
		cpu.TR.Limit = 140
		cpu.CR4 |= c.cr4
		cpu.setRFLAGS(c.flags | flagOne)
		cpu.virtual(c.iopl)
		cpu.setRFLAGS(cpu.rflags() | c.flags)
		n := uint64(1)
		if c.vector >= 0 {
			n = 3
		}
		if vector, _ := cpu.handler(n); vector != c.vector {
			t.Errorf("%s: vector %d, want %d (at %#x)", c.name, vector, c.vector, cpu.rip)
			continue
		}
		if c.vector < 0 && cpu.rflags()&(flagIF|vif|vip|flagTF) != c.want {
			t.Errorf("%s: flags %#x", c.name, cpu.rflags())
		}
		switch c.name {
		case "PUSHF, VME":
			if v := cpu.word(cpu.R[4]) & 0xffff; v != flagIF|flagIOPL|flagOne {
				t.Errorf("PUSHF pushed %#x", v)
			}
		case "INT, VME, not in the map":
			if cpu.rip != 0x7ff || cpu.Seg[decode.CS].Base != 0x6000 || cpu.word(cpu.R[4])&0xffff != testCode+2 {
				t.Errorf("INT went to %#x:%#x", cpu.Seg[decode.CS].Base, cpu.rip)
			}
		}
	}
}

// TestProtectedVirtualInterrupts is CLI and STI at CPL 3 with CR4.PVI.
func TestProtectedVirtualInterrupts(t *testing.T) {
	for _, c := range []struct {
		op     byte
		cr4    uint64
		flags  uint64
		vector int
		want   uint64
	}{
		{0xfa, 0, flagIF, vecGP, 0},
		{0xfa, cr4PVI, flagIF | flagVIF, -1, flagIF},
		{0xfb, cr4PVI, 0, -1, flagVIF},
		{0xfb, cr4PVI, flagVIP, vecGP, 0},
	} {
		cpu := protectedCPU(t, c.op)
		cpu.user()
		cpu.CR4 |= c.cr4
		cpu.setRFLAGS(c.flags)
		vector, _ := cpu.handler(map[bool]uint64{true: 1, false: 2}[c.vector < 0])
		if vector != c.vector || vector < 0 && cpu.rflags()&(flagIF|flagVIF|flagVIP) != c.want {
			t.Errorf("%#x: vector %d, flags %#x", c.op, vector, cpu.rflags())
		}
	}
}
