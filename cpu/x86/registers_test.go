package x86

import (
	"bytes"
	"encoding/binary"
	"testing"

	"stasis/bus"
)

// desk is a system with memory and a task priority, and nothing else.
type desk struct {
	ram *bus.RAM
	tpr uint8
}

func (d *desk) Clock() uint64                 { return 0 }
func (d *desk) RAM() *bus.RAM                 { return d.ram }
func (d *desk) ReadMMIO(uint64, int) uint64   { return 0 }
func (d *desk) WriteMMIO(uint64, int, uint64) {}
func (d *desk) In(uint16, int) uint32         { return 0 }
func (d *desk) Out(uint16, int, uint32)       {}
func (d *desk) Steady() bool                  { return true }
func (d *desk) AckInterrupt() (uint8, bool)   { return 0, false }
func (d *desk) ReadMSR(uint32) (uint64, bool) { return 0, false }
func (d *desk) WriteMSR(uint32, uint64) bool  { return false }
func (d *desk) TPR() uint8                    { return d.tpr }
func (d *desk) SetTPR(v uint8)                { d.tpr = v }

func deskCPU(t *testing.T) *CPU {
	t.Helper()
	ram, err := bus.NewRAM(1<<20, 1<<30, 1<<32)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ram.Close() })
	return New(&desk{ram: ram}, 0, Config{Vendor: "amd", IPS: 1e9})
}

// number is the row of a register.
func number(t *testing.T, name string) int {
	t.Helper()
	for i, r := range registers.List() {
		if r.Name == name {
			return i
		}
	}
	t.Fatalf("no register %s", name)
	return 0
}

func (c *CPU) readNamed(t *testing.T, name string) uint64 {
	var b [16]byte
	copy(b[:], c.ReadRegister(number(t, name)))
	return binary.LittleEndian.Uint64(b[:])
}

func (c *CPU) writeNamed(t *testing.T, name string, v uint64) error {
	i := number(t, name)
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return c.WriteRegister(i, b[:registers.List()[i].Bits/8])
}

// TestRegisterTable keeps what gdb relies on: the order of the core feature, and numbers and sizes that never change.
func TestRegisterTable(t *testing.T) {
	core := []string{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		"rip", "eflags", "cs", "ss", "ds", "es", "fs", "gs", "st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7",
		"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop", "xmm0"}
	for i, name := range core {
		if registers.List()[i].Name != name {
			t.Errorf("register %d is %s, want %s", i, registers.List()[i].Name, name)
		}
	}
	seen := map[string]bool{}
	for _, r := range registers.List() {
		if seen[r.Name] || r.Bits%8 != 0 || r.Type == "" || r.Feature == "" || r.Group == "" {
			t.Errorf("row %+v", r)
		}
		seen[r.Name] = true
	}
}

// TestRegisterRoundTrip writes each register and reads it back; no other register changes with it.
func TestRegisterRoundTrip(t *testing.T) {
	values := map[string]uint64{"eflags": 0x8d7, "cr0": 0x60000011, "cr3": 0x5000, "cr4": 0x620, "cr8": 5, "efer": 0x901, "dr6": 0xffff4ff1,
		"dr7": 0x33030402, "mxcsr": 0x1fa0, "interrupt_shadow": 3, "entry_length": 2, "fctrl": 0x27f, "fop": 0x123, "fstat": 0x4700, "code_bits": 16, "rip": 0xffff1240}
	follows := map[string][]string{
		"cs": {"cs_base", "cs_attr", "rip"}, "ss": {"ss_base"}, "ds": {"ds_base"}, "es": {"es_base"}, "fs": {"fs_base"}, "gs": {"gs_base"},
		"cs_base": {"rip"}, "fstat": {"st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7"},
		"cs_attr": {"code_bits"},
	}
	for i, r := range registers.List() {
		c := deskCPU(t)
		for n := range 8 {
			c.FPU.ST[n].Mant = uint64(n)
		}
		value := uint64(0x1230 + i)
		if v, ok := values[r.Name]; ok {
			value = v
		}
		before := readAll(c)
		switch err := c.writeNamed(t, r.Name, value); {
		case r.Name == "cpl" || r.Name == "code_bits" || r.Name == "interrupt_window" || r.Name == "halted":
			if err == nil && c.readNamed(t, r.Name) != value {
				t.Errorf("%s took a value that it does not have", r.Name)
			}
			continue
		case err != nil:
			t.Errorf("%v", err)
		}
		if got := c.readNamed(t, r.Name); got != value {
			t.Errorf("%s: wrote %#x, read %#x", r.Name, value, got)
		}
		allowed := append(follows[r.Name], r.Name)
		for j, b := range readAll(c) {
			if !bytes.Equal(b, before[j]) && !contains(allowed, registers.List()[j].Name) {
				t.Errorf("%s changed with %s", registers.List()[j].Name, r.Name)
			}
		}
	}
}

func readAll(c *CPU) (all [][]byte) {
	for i := range registers.List() {
		all = append(all, c.ReadRegister(i))
	}
	return all
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestImpossibleRegisterValues(t *testing.T) {
	c := deskCPU(t)
	before := readAll(c)
	for name, v := range map[string]uint64{"cr0": 1 << 31, "cr3": 1 << 60, "cr4": 1 << 63, "efer": 1 << 20, "cr8": 16, "dr7": 1 << 32,
		"mxcsr": 1 << 16, "cs": 0x10000, "gdtr_limit": 0x10000, "interrupt_shadow": 8, "cpl": 3, "code_bits": 64, "halted": 1} {
		if c.writeNamed(t, name, v) == nil {
			t.Errorf("%s took %#x", name, v)
		}
	}
	for i, b := range readAll(c) {
		if !bytes.Equal(b, before[i]) {
			t.Errorf("%s changed", registers.List()[i].Name)
		}
	}
}

// TestPCIsLinear shows real mode's first instruction where it is in memory.
func TestPCIsLinear(t *testing.T) {
	c := deskCPU(t)
	if pc := c.readNamed(t, "rip"); pc != 0xfffffff0 {
		t.Errorf("rip after reset is %#x", pc)
	}
	c.writeNamed(t, "cs", 0x1000)
	c.writeNamed(t, "rip", 0x10020)
	if c.rip != 0x20 || c.PC() != 0x10020 {
		t.Errorf("ip %#x, pc %#x", c.rip, c.PC())
	}
}

// TestNewPCForgets drops what belonged to the instruction that stood next.
func TestNewPCForgets(t *testing.T) {
	c := deskCPU(t)
	c.State.Halted, c.InhibitSTI, c.InhibitMovSS = true, true, true
	c.SkipBreakpoint()
	c.writeNamed(t, "rip", 0xffff1000)
	if c.Halted() || c.InhibitSTI || c.InhibitMovSS || c.skip {
		t.Error("HLT's wait, a shadow or a skip has survived")
	}
}
