package arm64

import (
	"encoding/binary"
	"errors"
	"testing"

	"stasis/cpu"
)

// registerNamed is the row of a register.
func registerNamed(t *testing.T, c *CPU, name string) int {
	t.Helper()
	for i, r := range c.Registers() {
		if r.Name == name {
			return i
		}
	}
	t.Fatalf("no register %s", name)
	return -1
}

func readNamed(t *testing.T, c *CPU, name string) uint64 {
	var b [16]byte
	copy(b[:], c.ReadRegister(registerNamed(t, c, name)))
	return binary.LittleEndian.Uint64(b[:])
}

func writeNamed(t *testing.T, c *CPU, name string, v uint64) error {
	i := registerNamed(t, c, name)
	return c.WriteRegister(i, binary.LittleEndian.AppendUint64(nil, v)[:min(c.Registers()[i].Bits/8, 8)])
}

// TestRegisterTable finds gdb's order, widths and features, and each name once.
func TestRegisterTable(t *testing.T) {
	c, _ := newRig(t)
	table := c.Registers()
	for i, want := range map[int]cpu.Register{
		0:  {Name: "x0", Bits: 64, Type: "int64", Feature: featureCore, Group: "general"},
		30: {Name: "x30", Bits: 64, Type: "int64", Feature: featureCore, Group: "general"},
		31: {Name: "sp", Bits: 64, Type: "data_ptr", Feature: featureCore, Group: "general"},
		32: {Name: "pc", Bits: 64, Type: "code_ptr", Feature: featureCore, Group: "general"},
		33: {Name: "cpsr", Bits: 32, Type: "cpsr_flags", Feature: featureCore, Group: "general"},
		34: {Name: "v0", Bits: 128, Type: "aarch64v", Feature: featureFPU, Group: "vector"},
		66: {Name: "fpsr", Bits: 32, Type: "fpsr_flags", Feature: featureFPU, Group: "float"},
		67: {Name: "fpcr", Bits: 32, Type: "fpcr_flags", Feature: featureFPU, Group: "float"},
		68: {Name: "SP_EL0", Bits: 64, Type: "data_ptr", Feature: featureSystem, Group: "system"},
	} {
		if table[i] != want {
			t.Errorf("register %d: %+v", i, table[i])
		}
	}
	seen := map[string]bool{}
	for i, r := range table {
		if seen[r.Name] || len(c.ReadRegister(i)) != r.Bits/8 {
			t.Errorf("%s: twice, or %d bytes", r.Name, len(c.ReadRegister(i)))
		}
		seen[r.Name] = true
	}
	for _, name := range []string{"SCTLR_EL1", "TTBR0_EL1", "ESR_EL1", "ELR_EL1", "ID_AA64PFR0_EL1", "DBGBVR5_EL1", "APGAKeyHi_EL1", "SP_EL1", "halted"} {
		if !seen[name] {
			t.Errorf("no %s", name)
		}
	}
}

// TestReadingIsLooking reads every register without a trace.
func TestReadingIsLooking(t *testing.T) {
	c, b := pagedRig(t, leafAF)
	load[uint64](c, page(0))
	c.setEL(0, 0)
	before := string(c.EncodeState(nil))
	for i := range c.Registers() {
		c.ReadRegister(i)
	}
	if string(c.EncodeState(nil)) != before || len(b.told)+len(c.unimplemented) > 0 {
		t.Error("a look has left a trace")
	}
}

// TestRegisterValues writes what a register can hold and reads it back; what it cannot changes nothing.
func TestRegisterValues(t *testing.T) {
	for _, r := range []struct {
		name string
		v    uint64
		err  error
	}{
		{"x7", 77, nil}, {"sp", 0x1238, nil}, {"pc", 0x40002000, nil}, {"v31", 5, nil},
		{"cpsr", 0xa00003c0, nil}, {"cpsr", 0x3c4, nil}, {"cpsr", 0x3c9, cpu.ErrValue}, {"cpsr", 0x3d0, cpu.ErrValue}, {"cpsr", 1<<25 | 5, cpu.ErrValue},
		{"fpcr", 0x03c80000, nil}, {"fpcr", 1, cpu.ErrValue}, {"fpsr", 0x0800009f, nil}, {"fpsr", 1 << 28, cpu.ErrValue},
		{"SP_EL0", 0x5550, nil}, {"SP_EL1", 0x6660, nil}, {"VBAR_EL1", 0x800, nil}, {"VBAR_EL1", 0x808, cpu.ErrValue},
		{"TTBR0_EL1", 5<<48 | 0x40100000, nil}, {"TCR_EL1", 1 << 59, cpu.ErrValue}, {"ID_AA64PFR0_EL1", 0, cpu.ErrReadOnly}, {"halted", 1, cpu.ErrReadOnly},
		{"SCTLR_EL1", 0, cpu.ErrValue}, {"SCTLR_EL1", sctlrReset | sctlrM, nil},
	} {
		c, _ := newRig(t)
		old := readNamed(t, c, r.name)
		err := writeNamed(t, c, r.name, r.v)
		want := r.v
		if r.err != nil {
			want = old
		}
		if got := readNamed(t, c, r.name); !errors.Is(err, r.err) || got != want {
			t.Errorf("%s := %#x: %v, now %#x", r.name, r.v, err, got)
		}
	}
}

// TestWrittenLevel finds the stack pointer of the level that a written cpsr selects.
func TestWrittenLevel(t *testing.T) {
	c, _ := newRig(t)
	for name, v := range map[string]uint64{"SP_EL0": 0x1110, "SP_EL1": 0x2220} {
		if err := writeNamed(t, c, name, v); err != nil {
			t.Error(err)
		}
	}
	if err := writeNamed(t, c, "cpsr", 0); err != nil || readNamed(t, c, "sp") != 0x1110 || c.EL != 0 {
		t.Errorf("%v, SP %#x, EL%d", err, readNamed(t, c, "sp"), c.EL)
	}
	if err := writeNamed(t, c, "cpsr", 5); err != nil || readNamed(t, c, "sp") != 0x2220 || readNamed(t, c, "SP_EL0") != 0x1110 {
		t.Errorf("%v, SP %#x", err, readNamed(t, c, "sp"))
	}
}

// TestWrittenTranslation flushes the TLB when a debugger changes the tables.
func TestWrittenTranslation(t *testing.T) {
	c, b := pagedRig(t, leafAF)
	put(b, ramBase+0x201000, 7)
	load[uint64](c, page(0))
	putLeaf(b, 0, 1, leafAF)
	if err := writeNamed(t, c, "TTBR1_EL1", 0x1000); err != nil {
		t.Fatal(err)
	}
	if got := load[uint64](c, page(0)); got != 7 {
		t.Errorf("read %d", got)
	}
}

// TestCatches stops before what is waited for, and goes on to the same state.
func TestCatches(t *testing.T) {
	plain, _ := newRig(t)
	execute(plain, 0xd4000021, svc)
	c, _ := newRig(t)
	c.SetCatches([]cpu.Catch{{Kind: cpu.CatchException, First: ecSVC, Last: ecSVC}})
	execute(c, 0xd4000021, svc)
	if !c.leaving || c.exit.Kind != cpu.ExitCatch || c.pc != ramBase {
		t.Errorf("%+v at %#x", c.exit, c.pc)
	}
	c.leaving = false
	execute(c, 0xd4000021, svc)
	if string(c.EncodeState(nil)) != string(plain.EncodeState(nil)) || c.leaving {
		t.Error("the caught SVC has left another state")
	}
	c, _ = newRig(t)
	c.SetCatches([]cpu.Catch{{Kind: cpu.CatchInterrupt, First: 0, Last: 1}, {Kind: cpu.CatchPrivilege, First: 0, Last: 0}, {Kind: cpu.CatchMSR, First: uint64(sr(3, 0, 12, 0, 0)), Last: uint64(sr(3, 0, 12, 0, 0))}})
	execute(c, msrWord(sr(3, 0, 12, 0, 0), 0), msrReg)
	if !c.leaving || c.exit.Addr != uint64(sr(3, 0, 12, 0, 0)) {
		t.Errorf("VBAR_EL1: %+v", c.exit)
	}
	c.leaving = false
	c.setDAIF(0)
	c.SetIRQ(true)
	if !c.boundary() || !c.leaving || c.exit.Detail != "interrupt 0x0" || !c.delivering {
		t.Errorf("IRQ: %+v", c.exit)
	}
	c.leaving = false
	if c.setEL(0, 0); !c.leaving {
		t.Error("EL0 was entered unseen")
	}
}
