package x86

import (
	decode "stasis/decode/x86"
)

// needUMIP is user-mode instruction prevention: #GP(0) for what tells of the system's structures.
func (c *CPU) needUMIP() { c.gpIf(c.CPL != 0 && c.CR4&cr4UMIP != 0) }

// needCPL0 is #GP(0) outside ring 0, and in virtual-8086 mode.
func (c *CPU) needCPL0() { c.gpIf(c.CPL != 0 || c.v86()) }

func invd(c *CPU, i *Inst)   { c.needCPL0() }
func wbinvd(c *CPU, i *Inst) { c.needCPL0() }

// The descriptor-table registers.

func sgdt(c *CPU, i *Inst) { c.needUMIP(); c.storeTable(i, c.GDTR) }
func sidt(c *CPU, i *Inst) { c.needUMIP(); c.storeTable(i, c.IDTR) }
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
	c.gpIf(!c.canonicalBase(t.Base))
	if c.mode != decode.Mode64 && i.Prefix&decode.PrefixData == 0 == (c.mode == decode.Mode16) {
		t.Base &= 0xffffff
	}
	return t
}

// The LDT and the task register.

func sldt(c *CPU, i *Inst) { c.needProtected(); c.needUMIP(); c.writeSelector(i, c.LDTR.Selector) }
func str(c *CPU, i *Inst)  { c.needProtected(); c.needUMIP(); c.writeSelector(i, c.TR.Selector) }

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
		if high>>40&31 != 0 || !c.canonicalBase(s.Base) {
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

// arpl is ARPL: raise the RPL of a selector to another's. Only then must the operand be writable.
func arpl(c *CPU, i *Inst) {
	c.needProtected()
	dst, src := readRM[uint16](c, i), readReg[uint16](c, i)
	lower := dst&3 < src&3
	if lower {
		writeRM(c, i, dst&^3|src&3)
	}
	c.setZF(lower)
}
