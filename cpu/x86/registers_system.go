package x86

import (
	"fmt"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

func segmentBaseRows() []row {
	return []row{
		integer("fs_base", 64, "uint64", featureSegments, "system", baseOf(decode.FS), setBaseOf(decode.FS)),
		integer("gs_base", 64, "uint64", featureSegments, "system", baseOf(decode.GS), setBaseOf(decode.GS)),
	}
}

func baseOf(n int) func(*CPU) uint64 { return func(c *CPU) uint64 { return c.Seg[n].Base } }

func setBaseOf(n int) func(*CPU, uint64) error {
	return func(c *CPU, v uint64) error {
		s := c.Seg[n]
		s.Base = v
		c.setSegment(n, s)
		return nil
	}
}

func controlRows() (list []row) {
	list = []row{
		field("k_gs_base", func(c *CPU) *uint64 { return &c.KernelGSBase }),
		system("cr0", 64, "x86_cr0", func(c *CPU) uint64 { return c.CR0 }, (*CPU).hostCR0),
		field("cr2", func(c *CPU) *uint64 { return &c.CR2 }),
		system("cr3", 64, "uint64", func(c *CPU) uint64 { return c.CR3 }, (*CPU).hostCR3),
		system("cr4", 64, "x86_cr4", func(c *CPU) uint64 { return c.CR4 }, (*CPU).hostCR4),
		system("cr8", 64, "uint64", func(c *CPU) uint64 { return uint64(c.sys.TPR() >> 4) }, (*CPU).hostCR8),
		system("efer", 64, "x86_efer", func(c *CPU) uint64 { return c.EFER }, (*CPU).hostEFER),
		field("xcr0", func(c *CPU) *uint64 { return &c.XCR0 }),
	}
	for i := range 4 {
		list = append(list, field(fmt.Sprintf("dr%d", i), func(c *CPU) *uint64 { return &c.DR[i] }))
	}
	return append(list,
		system("dr6", 64, "uint64", func(c *CPU) uint64 { return c.DR6 }, func(c *CPU, v uint64) error { c.DR6 = v&0xe00f | dr6Ones; return nil }),
		system("dr7", 64, "uint64", func(c *CPU) uint64 { return c.DR7 }, (*CPU).hostDR7))
}

// field is a register in which any value will do. Everything derived from the state is made anew.
func field(name string, at func(*CPU) *uint64) row {
	return system(name, 64, "uint64", func(c *CPU) uint64 { return *at(c) }, func(c *CPU, v uint64) error {
		*at(c) = v
		c.refresh()
		return nil
	})
}

func (c *CPU) hostCR0(v uint64) error {
	if v&^cr0Defined != 0 || v&(cr0PG|cr0PE) == cr0PG || v&(cr0NW|cr0CD) == cr0NW {
		return cpu.ErrValue
	}
	c.CR0 = v
	c.hostPaging()
	return nil
}

func (c *CPU) hostCR3(v uint64) error {
	if v>>physBits != 0 {
		return cpu.ErrValue
	}
	c.CR3 = v
	c.hostPaging()
	return nil
}

func (c *CPU) hostCR4(v uint64) error {
	if v&^c.features.cr4 != 0 {
		return fmt.Errorf("%w: this CPU has %#x", cpu.ErrValue, c.features.cr4)
	}
	c.CR4 = v
	c.hostPaging()
	return nil
}

func (c *CPU) hostEFER(v uint64) error {
	if v&^c.features.efer != 0 {
		return cpu.ErrValue
	}
	c.EFER = v
	c.hostPaging()
	return nil
}

// hostPaging follows a change of what translation depends on.
func (c *CPU) hostPaging() {
	c.EFER &^= eferLMA
	if c.EFER&eferLME != 0 && c.CR0&cr0PG != 0 {
		c.EFER |= eferLMA
	}
	c.flushTLB(false)
	c.refresh()
}

func (c *CPU) hostCR8(v uint64) error {
	if v > 15 {
		return cpu.ErrValue
	}
	c.sys.SetTPR(uint8(v) << 4)
	return nil
}

func (c *CPU) hostDR7(v uint64) error {
	if v>>32 != 0 {
		return cpu.ErrValue
	}
	c.DR7 = v&dr7Kept | dr7One
	c.debugChanged()
	return nil
}
