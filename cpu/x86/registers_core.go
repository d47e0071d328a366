package x86

import (
	"fmt"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

// generalOrder is gdb's order of the general registers, by the manual's numbers.
var generalOrder = [16]struct {
	name   string
	number uint8
}{
	{"rax", 0}, {"rbx", 3}, {"rcx", 1}, {"rdx", 2}, {"rsi", 6}, {"rdi", 7}, {"rbp", 5}, {"rsp", 4},
	{"r8", 8}, {"r9", 9}, {"r10", 10}, {"r11", 11}, {"r12", 12}, {"r13", 13}, {"r14", 14}, {"r15", 15},
}

// segmentOrder is gdb's order of the segment registers.
var segmentOrder = [6]struct {
	name   string
	number int
}{{"cs", decode.CS}, {"ss", decode.SS}, {"ds", decode.DS}, {"es", decode.ES}, {"fs", decode.FS}, {"gs", decode.GS}}

func coreRows() (list []row) {
	for _, g := range generalOrder {
		typ := "int64"
		if g.name == "rbp" || g.name == "rsp" {
			typ = "data_ptr"
		}
		list = append(list, integer(g.name, 64, typ, featureCore, "general",
			func(c *CPU) uint64 { return c.gpr(g.number) },
			func(c *CPU, v uint64) error { c.setGPR(g.number, v); return nil }))
	}
	list = append(list,
		integer("rip", 64, "code_ptr", featureCore, "general", (*CPU).PC, (*CPU).setPC),
		integer("eflags", 32, "i386_eflags", featureCore, "general", (*CPU).rflags, (*CPU).hostFlags))
	for _, s := range segmentOrder {
		list = append(list, integer(s.name, 32, "int32", featureCore, "general",
			func(c *CPU) uint64 { return uint64(c.Seg[s.number].Selector) },
			func(c *CPU, v uint64) error { return c.setSelector(s.number, v) }))
	}
	return list
}

// setPC sends the CPU to a linear address: rip is shown as one, so that it can be looked up in memory in every mode. What
// belonged to the instruction that stood next goes: the wait of HLT, a shadow, the skip of a breakpoint.
func (c *CPU) setPC(lin uint64) error {
	if c.mode != decode.Mode64 {
		lin = c.ipMask(lin - c.Seg[decode.CS].Base)
	}
	c.rip = lin
	c.skip = false
	c.fetchPage = nil
	c.State.Halted, c.InhibitSTI, c.InhibitMovSS, c.InRep = false, false, false, false
	c.updateAttention()
	return nil
}

// hostFlags sets RFLAGS as IRET could at CPL 0: VM stays.
func (c *CPU) hostFlags(v uint64) error {
	c.setRFLAGS(v&^flagVM | c.eflags&flagVM)
	return nil
}

// setSelector sets a selector. In real mode the base follows; in protected mode the hidden part stays and has registers of its
// own.
func (c *CPU) setSelector(n int, v uint64) error {
	if v > 0xffff {
		return fmt.Errorf("%w: a selector has 16 bits", cpu.ErrValue)
	}
	if c.CR0&cr0PE == 0 || c.v86() {
		c.loadRealSegment(n, uint16(v))
		return nil
	}
	s := c.Seg[n]
	s.Selector = uint16(v)
	c.setSegment(n, s)
	return nil
}
