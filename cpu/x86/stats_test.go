package x86

import (
	"strings"
	"testing"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

// counted is what has been counted since, under a name and its causes.
func counted(c *CPU, since map[string]uint64, name string) map[string]uint64 {
	m := c.Stats()
	for n := range m {
		if n != name && !strings.HasPrefix(n, name+"_") {
			delete(m, n)
		} else {
			m[n] -= since[n]
		}
	}
	return m
}

// onlyCause reports whether n of what has a name, and of one of its causes, were counted, and none of any other cause.
func onlyCause(m map[string]uint64, name, cause string, n uint64) bool {
	for k, v := range m {
		if k == name || k == name+"_"+cause {
			if v != n {
				return false
			}
		} else if v != 0 {
			return false
		}
	}
	return true
}

// TestSlowCauses counts a loop of an instruction and a jump for each reason why the instruction goes by its handler.
func TestSlowCauses(t *testing.T) {
	const alias = 4 << 20 // has the places in the TLB that address 0 has
	load, store := []byte{0x48, 0x8b, 0x03}, []byte{0x88, 0x03}
	for cause, test := range map[string]struct {
		code  []byte
		rbx   uint64
		setup func(c *CPU)
	}{
		"handler": {[]byte{0x0f, 0xa2}, 0, func(*CPU) {}}, // CPUID
		"split":   {load, testUser + 0xffc, func(*CPU) {}},
		"device":  {load, testUser, func(c *CPU) { c.put64(testPT+testUser>>9, 1<<20|pageFlags) }},
		"code":    {store, testCode + 0x800, func(*CPU) {}},
		"watched": {store, testUser, func(c *CPU) {
			c.SetWatchpoints([]cpu.Watch{{Addr: testUser, Len: 1, Read: true}, {Addr: testUser + 1, Len: 7, Write: true, Changed: true}})
		}},
		"checked": {load, testUser, func(c *CPU) {
			c.setCR0(c.CR0 | cr0AM)
			c.user64()
			c.setRFLAGS(c.rflags() | flagAC)
		}},
		"other": {[]byte{0xff, 0x13}, testUser + alias, func(c *CPU) { // CALL [RBX], its stack at the same place in the TLB
			c.put64(testPD+2*8, testPT|pageFlags)
			c.put64(testUser, testCode)
			c.R[4] = testUser + 0xf00
		}},
	} {
		c := fuzzCPU(t)
		c.toLong(0)
		c.ram.WriteAt(append(test.code, 0xeb, byte(-2-len(test.code))), testCode)
		test.setup(c)
		loop := uint64(2)
		if cause == "other" {
			loop = 1
		}
		c.R[3] = test.rbx
		c.runAll(loop)
		before := c.Stats()
		for range 5 {
			c.R[3] = test.rbx
			c.runAll(loop)
		}
		if m := counted(c, before, "slow"); !onlyCause(m, "slow", cause, 5) {
			t.Errorf("%s: %v", cause, m)
		}
	}
}

// TestDropCauses: blocks that go are counted by what has taken them.
func TestDropCauses(t *testing.T) {
	for cause, drop := range map[string]func(c *CPU){
		"written":    func(c *CPU) { c.ram.WriteAt([]byte{0x90}, testCode) },
		"breakpoint": func(c *CPU) { c.SetBreakpoints([]uint64{testCode + 1}) },
		"mode": func(c *CPU) {
			for n := range uint32(len(c.engine.codes) + 1) {
				c.enterCode(Segment{selCode, flatCode(selCode, 0, false).Attr, 0xffff + n, 0}, 0)
			}
		},
		"full": func(c *CPU) {
			c.engine.used = len(c.engine.arena)
			c.rip = testCode + 1
			c.Run(1)
		},
	} {
		c := fuzzCPU(t)
		c.ram.WriteAt([]byte{0x90, 0x90, 0xeb, 0xfc}, testCode)
		c.Run(3)
		if m := c.Stats(); m["blocks"] != 1 || m["dropped"] != 0 {
			t.Fatalf("%s: %v before it happens", cause, m)
		}
		drop(c)
		if m := counted(c, map[string]uint64{}, "dropped"); !onlyCause(m, "dropped", cause, 1) {
			t.Errorf("%s: %v", cause, m)
		}
	}
}

// TestUnitsByMode: INT 60h at CPL 3 and the handler's HLT, in each width of code; the delivery belongs to the mode that it ends in.
func TestUnitsByMode(t *testing.T) {
	code16 := func(c *CPU) {
		c.put64(testGDT+selCode, descriptorOf(0, 0xffff, 0x9b))
		c.put64(testGDT+selCode3&^3, descriptorOf(0, 0xffff, 0xfb))
		c.setSegment(decode.SS, flatData(selData3, 3))
		c.enterCode(parseDescriptor(selCode3, descriptorOf(0, 0xffff, 0xfb)), 3)
	}
	for width, setup := range map[string]func(c *CPU){
		"16": code16,
		"32": (*CPU).user,
		"64": func(c *CPU) {
			c.toLong(0)
			c.put64(testTSS+4, testStack0)
			c.user64()
		},
	} {
		for _, single := range []bool{false, true} {
			c := fuzzCPU(t)
			c.SetSingleStep(single)
			c.ram.WriteAt([]byte{0x90, 0x90, 0xcd, 0x60}, testCode)
			setup(c)
			done, exit := c.runAll(100)
			m := counted(c, map[string]uint64{}, "units")
			if exit.Kind != cpu.ExitHalted || done != 4 || m["units"] != 4 || m["units_"+width] != 2 || m["units_"+width+"_user"] != 2 {
				t.Errorf("%s: %v after %d units, %v", width, exit.Kind, done, m)
			}
		}
	}
}

// TestEngineCounters: what the engine does with blocks and translations.
func TestEngineCounters(t *testing.T) {
	c := longCPU(t, 0x48, 0x8b, 0x03, 0xeb, 0xfb) // MOV RAX, [RBX]; JMP
	c.R[3] = testUser
	c.Run(10)
	c.DropInline()
	c.Run(10)
	c.SetSingleStep(true)
	c.Run(3)
	m := c.Stats()
	for name, want := range map[string]uint64{"blocks": 1, "chained": 1, "walks": 2, "tlb_hits": 2, "steps": 3, "slow": 0, "faults": 0, "units_64": 23} {
		if m[name] != want {
			t.Errorf("%s is %d, want %d: %v", name, m[name], want, m)
		}
	}
}
