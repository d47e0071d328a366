package x86

import (
	decode "stasis/decode/x86"
)

// needCPL0 is #GP(0) outside ring 0, and in virtual-8086 mode.
func (c *CPU) needCPL0() { c.gpIf(c.CPL != 0 || c.v86()) }

// movfromcr is MOV r, CRn.
func movfromcr(c *CPU, i *Inst) {
	c.needCPL0()
	var v uint64
	switch i.Reg {
	case 0:
		v = c.CR0
	case 2:
		v = c.CR2
	case 3:
		v = c.CR3
	case 4:
		v = c.CR4
	case 8:
		v = uint64(c.sys.TPR() >> 4)
	default:
		c.raise(vecUD, 0)
	}
	c.R[i.RM] = cutSize(v, i.OpSize)
}

// movtocr is MOV CRn, r.
func movtocr(c *CPU, i *Inst) {
	c.udIf(i.Reg != 0 && i.Reg != 2 && i.Reg != 3 && i.Reg != 4 && i.Reg != 8)
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
		c.reload()
		c.sys.SetTPR(uint8(v) << 4)
	}
}

// setCR0 is a load of CR0 with its checks. Source: SDM Vol. 2B, "MOV—Move to/from Control Registers".
func (c *CPU) setCR0(v uint64) {
	c.gpIf(v>>32 != 0 || v&cr0PG != 0 && v&cr0PE == 0 || v&cr0NW != 0 && v&cr0CD == 0)
	v = v&cr0Defined | cr0ET
	old := c.CR0
	if v&cr0PG != 0 && old&cr0PG == 0 && c.EFER&eferLME != 0 {
		c.gpIf(c.CR4&cr4PAE == 0 || c.Seg[decode.CS].Attr&attrL != 0)
		c.EFER |= eferLMA
	}
	if v&cr0PG == 0 && old&cr0PG != 0 && c.longMode() {
		c.gpIf(c.mode == decode.Mode64)
		c.EFER &^= eferLMA
	}
	if v&cr0PG != 0 && c.CR4&cr4PAE != 0 && !c.longMode() && (v^old)&(cr0PG|cr0CD|cr0NW) != 0 {
		c.loadPDPTEs(c.CR3)
	}
	c.CR0 = v
	if (v^old)&(cr0PG|cr0PE|cr0WP) != 0 {
		c.pagingChanged()
		c.flushTLB(false)
	}
	if (v^old)&cr0PE != 0 {
		c.protectionChanged(v&cr0PE != 0)
	}
	c.codeChanged()
}

// protectionChanged: the hidden parts of the segment registers stay as they are.
func (c *CPU) protectionChanged(on bool) {
	if !on || c.CPL != 0 {
		c.setCPL(0)
	}
}

func (c *CPU) setCR3(v uint64) {
	if c.longMode() {
		c.gpIf(v&^(1<<physBits-1) != 0)
	} else if c.CR0&cr0PG != 0 && c.CR4&cr4PAE != 0 {
		c.loadPDPTEs(v)
	}
	c.CR3 = v
	c.walker.CR3, c.walker.PDPTE = v, c.PDPTE
	c.flushTLB(c.CR4&cr4PGE != 0)
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

func (c *CPU) setCR4(v uint64) {
	c.gpIf(v&^cr4Supported != 0 || c.longMode() && v&cr4PAE == 0)
	old := c.CR4
	if (v^old)&(cr4PGE|cr4PAE|cr4PSE) != 0 && c.CR0&cr0PG != 0 && v&cr4PAE != 0 && !c.longMode() {
		c.loadPDPTEs(c.CR3)
	}
	c.CR4 = v
	if (v^old)&(cr4PGE|cr4PAE|cr4PSE|cr4SMEP|cr4SMAP|cr4PKE|cr4LA57|cr4PCIDE) != 0 {
		c.pagingChanged()
		c.flushTLB(false)
	}
	c.codeChanged()
}

// smsw and lmsw are the 286's access to CR0.
func smsw(c *CPU, i *Inst) {
	if i.IsMem || i.OpSize == 2 {
		writeRM(c, i, uint16(c.CR0))
		return
	}
	writeRM(c, i, cutSize(c.CR0, i.OpSize))
}

func lmsw(c *CPU, i *Inst) {
	c.needCPL0()
	v := uint64(readRM[uint16](c, i))
	c.setCR0(c.CR0&^(cr0MP|cr0EM|cr0TS) | v&(cr0PE|cr0MP|cr0EM|cr0TS))
}

func clts(c *CPU, i *Inst) {
	c.needCPL0()
	c.CR0 &^= cr0TS
	c.codeChanged()
}

func invlpg(c *CPU, i *Inst) {
	c.needCPL0()
	va := c.ea(i)
	if i.Seg >= decode.FS || c.mode != decode.Mode64 {
		va = c.wrap(va + c.R[regSegBase+i.Seg])
	}
	if !canonical(va) {
		return
	}
	c.TLB.FlushPage(va)
	c.dropContexts()
	c.engine.dropCode()
	c.fetchPage = nil
}

func invd(c *CPU, i *Inst)   { c.needCPL0() }
func wbinvd(c *CPU, i *Inst) { c.needCPL0() }

// The descriptor-table registers.

func sgdt(c *CPU, i *Inst) { c.storeTable(i, c.GDTR) }
func sidt(c *CPU, i *Inst) { c.storeTable(i, c.IDTR) }
func lgdt(c *CPU, i *Inst) { c.GDTR = c.loadTable(i) }
func lidt(c *CPU, i *Inst) { c.IDTR = c.loadTable(i) }

// tableSize is the size of a base in memory: 8 bytes in 64-bit mode, else 4.
func (c *CPU) tableSize() int {
	if c.mode == decode.Mode64 {
		return 8
	}
	return 4
}

func (c *CPU) storeTable(i *Inst, t Table) {
	lin := c.linWrite(i, 2+c.tableSize())
	store(c, lin, t.Limit)
	c.storeSized(c.wrap(lin+2), c.tableSize(), t.Base)
}

func (c *CPU) loadTable(i *Inst) (t Table) {
	c.needCPL0()
	lin := c.linRead(i, 2+c.tableSize())
	t.Limit = load[uint16](c, lin)
	t.Base = c.loadSized(c.wrap(lin+2), c.tableSize())
	c.gpIf(!canonical(t.Base))
	if c.mode != decode.Mode64 && i.Prefix&decode.PrefixData == 0 == (c.mode == decode.Mode16) {
		t.Base &= 0xffffff
	}
	return t
}

// The LDT and the task register.

func sldt(c *CPU, i *Inst) { c.needProtected(); c.writeSelector(i, c.LDTR.Selector) }
func str(c *CPU, i *Inst)  { c.needProtected(); c.writeSelector(i, c.TR.Selector) }

// needProtected is #UD in real and virtual-8086 mode.
func (c *CPU) needProtected() { c.udIf(!c.protected()) }

func lldt(c *CPU, i *Inst) {
	c.needProtected()
	c.needCPL0()
	selector := readRM[uint16](c, i)
	if selector&^3 == 0 {
		c.LDTR = Segment{Selector: selector}
		return
	}
	c.LDTR = c.systemSegment(selector, 1<<typeLDT)
}

func ltr(c *CPU, i *Inst) {
	c.needProtected()
	c.needCPL0()
	selector := readRM[uint16](c, i)
	c.gpIf(selector&^3 == 0)
	kinds := uint32(1<<typeTSSFree | 1<<typeTSS16Free)
	if c.longMode() {
		kinds = 1 << typeTSSFree
	}
	s := c.systemSegment(selector, kinds)
	at, d, _ := c.rawDescriptor(selector)
	storeSys(c, at+5, uint8(d>>40)|2)
	s.Attr |= 2
	c.TR = s
}

// systemSegment reads an LDT or TSS descriptor of the GDT: 16 bytes in IA-32e mode.
func (c *CPU) systemSegment(selector uint16, kinds uint32) Segment {
	code := uint32(selector) &^ 3
	if selector&4 != 0 {
		c.raise(vecGP, code)
	}
	s := c.descriptor(selector, vecGP, 0)
	if s.Attr&attrS != 0 || kinds>>(s.Attr&attrType)&1 == 0 {
		c.raise(vecGP, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	if c.longMode() {
		if uint32(selector&^7)+15 > uint32(c.GDTR.Limit) {
			c.raise(vecGP, code)
		}
		high := loadSys[uint64](c, c.GDTR.Base+uint64(selector&^7)+8)
		s.Base |= high << 32
		if high>>40&31 != 0 || !canonical(s.Base) {
			c.raise(vecGP, code)
		}
	}
	return s
}

// The descriptor inspections: ZF says whether the selector passes.

func lar(c *CPU, i *Inst) {
	c.inspect(i, 1<<typeTSS16Free|1<<typeLDT|1<<typeTSS16Busy|1<<typeCall16|1<<typeTaskGate|1<<typeTSSFree|1<<typeTSSBusy|1<<typeCall,
		func(d uint64) uint64 { return d >> 32 & 0xffff00 })
}

func lsl(c *CPU, i *Inst) {
	c.inspect(i, 1<<typeTSS16Free|1<<typeLDT|1<<typeTSS16Busy|1<<typeTSSFree|1<<typeTSSBusy,
		func(d uint64) uint64 { return uint64(parseDescriptor(0, d).Limit) })
}

func (c *CPU) inspect(i *Inst, kinds uint32, value func(d uint64) uint64) {
	c.needProtected()
	selector := uint16(c.readSized(i, 2))
	d, ok := c.visible(selector, kinds)
	if ok {
		c.setIndex(i.Reg, i.OpSize, value(d))
	}
	c.setZF(ok)
}

// visible reads a descriptor if the selector may be used at the current privilege.
func (c *CPU) visible(selector uint16, kinds uint32) (d uint64, ok bool) {
	if selector&^3 == 0 {
		return 0, false
	}
	_, d, ok = c.rawDescriptor(selector)
	s := parseDescriptor(selector, d)
	if !ok {
		return d, false
	}
	if s.Attr&attrS == 0 {
		if c.longMode() {
			kinds &= 1<<typeLDT | 1<<typeTSSFree | 1<<typeTSSBusy | 1<<typeCall
		}
		ok = kinds>>(s.Attr&attrType)&1 != 0
	}
	conforming := s.Attr&(attrS|attrCode|attrConforming) == attrS|attrCode|attrConforming
	return d, ok && (conforming || max(uint8(selector&3), c.CPL) <= s.dpl())
}

func verr(c *CPU, i *Inst) { c.verify(i, false) }
func verw(c *CPU, i *Inst) { c.verify(i, true) }

func (c *CPU) verify(i *Inst, write bool) {
	c.needProtected()
	selector := readRM[uint16](c, i)
	d, ok := c.visible(selector, 0)
	s := parseDescriptor(selector, d)
	s.Attr |= attrP
	c.setZF(ok && s.permits(write))
}

// arpl is ARPL: raise the RPL of a selector to another's.
func arpl(c *CPU, i *Inst) {
	c.needProtected()
	p := rm[uint16](c, i)
	dst, src := p.get(), readReg[uint16](c, i)
	lower := dst&3 < src&3
	if lower {
		p.put(dst&^3 | src&3)
	}
	c.setZF(lower)
}
