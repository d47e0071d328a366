package x86

import (
	"stasis/cpu"
	decode "stasis/decode/x86"
)

// The control registers. Source: SDM Vol. 2B, "MOV—Move to/from Control Registers"; SDM Vol. 3A, "Control Registers".

// movfromcr is MOV r, CRn.
func movfromcr(c *CPU, i *Inst) {
	c.udIf(!controlRegister(i.Reg))
	c.needCPL0()
	v := [...]uint64{0: c.CR0, 2: c.CR2, 3: c.CR3, 4: c.CR4, 8: uint64(c.sys.TPR() >> 4)}[i.Reg]
	c.R[i.RM] = cutSize(v, i.OpSize)
}

// controlRegister reports whether there is a CRn.
func controlRegister(n uint8) bool { return n <= 8 && 1<<n&(1<<0|1<<2|1<<3|1<<4|1<<8) != 0 }

// movtocr is MOV CRn, r.
func movtocr(c *CPU, i *Inst) {
	c.udIf(!controlRegister(i.Reg))
	c.needCPL0()
	v := cutSize(c.R[i.RM], i.OpSize)
	switch i.Reg {
	case 0:
		c.setCR0(v)
	case 2:
		c.CR2 = v
	case 3:
		c.setCR3(v)
	case 4:
		c.setCR4(v)
	case 8:
		c.gpIf(v > 15)
		c.sys.SetTPR(uint8(v) << 4)
		c.touched()
	}
	c.controlWritten(i.Reg)
}

// setCR0 is a load of CR0 with its checks.
func (c *CPU) setCR0(v uint64) {
	c.gpIf(v>>32 != 0 || v&cr0PG != 0 && v&cr0PE == 0 || v&cr0NW != 0 && v&cr0CD == 0)
	v = v&cr0Defined | cr0ET
	old := c.CR0
	on, off := v&^old, old&^v
	c.gpIf(off&cr0PG != 0 && c.longMode() && (c.mode == decode.Mode64 || c.CR4&cr4PCIDE != 0))
	if on&cr0PG != 0 && c.EFER&eferLME != 0 {
		c.gpIf(c.CR4&cr4PAE == 0 || c.Seg[decode.CS].Attr&attrL != 0)
	}
	if v&cr0PG != 0 && c.CR4&cr4PAE != 0 && c.EFER&eferLME == 0 && (v^old)&(cr0PG|cr0CD|cr0NW) != 0 {
		c.loadPDPTEs(c.CR3)
	}
	c.CR0 = v
	if (on|off)&cr0PG != 0 {
		c.EFER &^= eferLMA
		c.EFER |= c.EFER & eferLME << 2 * (v >> 31)
	}
	if (on|off)&(cr0PG|cr0PE|cr0WP) != 0 {
		c.pagingChanged()
		c.flushTLB(false)
	}
	if (on|off)&cr0PE != 0 {
		c.protectionChanged(v&cr0PE != 0)
	}
	c.useContext()
	c.codeChanged()
}

// protectionChanged: the hidden parts of the segment registers stay as they are.
func (c *CPU) protectionChanged(on bool) {
	if !on || c.CPL != 0 {
		c.setCPL(0)
	}
}

// cr3KeepTLB is the bit of a new CR3 that leaves the address space's translations alone, with CR4.PCIDE.
const cr3KeepTLB = 1 << 63

func (c *CPU) setCR3(v uint64) {
	keep := false
	if c.CR4&cr4PCIDE != 0 {
		keep = v&cr3KeepTLB != 0
		v &^= cr3KeepTLB
	}
	switch {
	case c.longMode():
		c.gpIf(v>>physBits != 0)
	case c.CR0&cr0PG != 0 && c.CR4&cr4PAE != 0:
		c.loadPDPTEs(v)
	}
	c.CR3 = v
	c.walker.CR3, c.walker.PDPTE, c.walker.PCID = v, c.PDPTE, c.pcid()
	if c.CR4&cr4PCIDE == 0 {
		c.flushTLB(c.CR4&cr4PGE != 0)
		return
	}
	c.useSpace()
	c.fetchPage = nil
	if !keep {
		c.flushPCID(c.walker.PCID)
	}
}

// loadPDPTEs reads the four page-directory-pointer entries of PAE paging.
func (c *CPU) loadPDPTEs(cr3 uint64) {
	var e [4]uint64
	mem := physMemory{c}
	for n := range e {
		e[n] = mem.ReadPhys(cr3&0xffffffe0+uint64(n)*8, 8)
		c.gpIf(e[n]&1 != 0 && e[n]&(^uint64(1<<physBits-1)|0x1e6) != 0)
	}
	c.PDPTE = e
}

// cr4Translation are the bits of CR4 that translations depend on.
const cr4Translation = cr4PGE | cr4PAE | cr4PSE | cr4SMEP | cr4SMAP | cr4PKE | cr4LA57 | cr4PCIDE

func (c *CPU) setCR4(v uint64) {
	old := c.CR4
	changed := v ^ old
	c.gpIf(v&^c.features.cr4 != 0 || c.longMode() && (v&cr4PAE == 0 || changed&cr4LA57 != 0))
	c.gpIf(changed&v&cr4PCIDE != 0 && (!c.longMode() || c.CR3&0xfff != 0))
	if changed&(cr4PGE|cr4PAE|cr4PSE|cr4SMEP) != 0 && c.CR0&cr0PG != 0 && v&cr4PAE != 0 && !c.longMode() {
		c.loadPDPTEs(c.CR3)
	}
	c.CR4 = v
	if changed&cr4Translation != 0 {
		c.pagingChanged()
		c.flushTLB(false)
	}
	if changed&cr4LA57 != 0 {
		c.flushBlocks(cpu.DropMode)
	}
	c.codeChanged()
}

// smsw and lmsw are the 286's access to CR0.
func smsw(c *CPU, i *Inst) {
	c.needUMIP()
	if i.IsMem || i.OpSize == 2 {
		writeRM(c, i, uint16(c.CR0))
		return
	}
	writeRM(c, i, cutSize(c.CR0, i.OpSize))
}

// lmsw can set PE but not clear it.
func lmsw(c *CPU, i *Inst) {
	c.needCPL0()
	v := uint64(readRM[uint16](c, i))
	c.setCR0(c.CR0&^(cr0MP|cr0EM|cr0TS) | v&(cr0PE|cr0MP|cr0EM|cr0TS))
	c.controlWritten(0)
}

func clts(c *CPU, i *Inst) {
	c.needCPL0()
	c.CR0 &^= cr0TS
	c.codeChanged()
	c.controlWritten(0)
}
