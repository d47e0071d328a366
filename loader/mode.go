package loader

import "encoding/binary"

// Control register bits.
const (
	cr0PE, cr0ET, cr0PG = 1 << 0, 1 << 4, 1 << 31
	cr4PAE              = 1 << 5
	eferLME, eferLMA    = 1 << 8, 1 << 10
	rflagsOne           = 1 << 1 // reads as one
)

// Selectors of the GDT that every protected-mode image gets. Linux asks for these two; the others only ask for flat ones.
//
// Source: Linux, "The Linux/x86 Boot Protocol", "64-bit Boot Protocol".
const (
	selectorCode = 0x10
	selectorData = 0x18
	selectorTSS  = 0x20
)

// Attributes as SegmentRegister holds them: present, accessed, flat 4 GiB with G and D set, or L for 64-bit code.
const (
	attrCode64 = 0xa09b
	attrCode32 = 0xc09b
	attrData   = 0xc093
	attrTSS32  = 0x008b // busy
	attrReal   = 0x0093
	attrCode16 = 0x009b
)

// descriptor encodes a segment register as an entry of a descriptor table.
//
// Source: Intel SDM Vol. 3A, "Segment Descriptors".
func descriptor(s SegmentRegister) uint64 {
	limit := uint64(s.Limit)
	if s.Attr&0x8000 != 0 {
		limit >>= 12
	}
	return limit&0xffff | s.Base&0xffffff<<16 | uint64(s.Attr)<<40 | limit>>16<<48 | s.Base>>24&0xff<<56
}

// enterFlat sets segments, GDTR and CR0 for protected mode with flat segments, without paging.
func (p *placer) enterFlat(c *CPU, codeAttr uint16) error {
	code := SegmentRegister{Selector: selectorCode, Attr: codeAttr, Limit: 0xffffffff}
	data := SegmentRegister{Selector: selectorData, Attr: attrData, Limit: 0xffffffff}
	tss := SegmentRegister{Selector: selectorTSS, Attr: attrTSS32, Limit: 0x67}
	table := binary.LittleEndian.AppendUint64(make([]byte, selectorCode), descriptor(code))
	table = binary.LittleEndian.AppendUint64(table, descriptor(data))
	table = binary.LittleEndian.AppendUint64(table, descriptor(tss))
	addr, err := p.info("GDT", table, 16)
	if err != nil {
		return err
	}
	c.CS, c.TR = code, tss
	c.DS, c.ES, c.SS, c.FS, c.GS = data, data, data, data, data
	c.GDTR = Table{Base: addr, Limit: uint16(len(table) - 1)}
	c.CR0, c.RFLAGS = cr0PE|cr0ET, rflagsOne
	return nil
}

// enterLong is enterFlat for 64-bit mode, with the first 4 GiB mapped one to one.
func (p *placer) enterLong(c *CPU) error {
	if err := p.enterFlat(c, attrCode64); err != nil {
		return err
	}
	tables, err := p.low("page tables", identityPages*pageSize, pageSize, freeBase, ebdaBase)
	if err != nil {
		return err
	}
	c.CR0 |= cr0PG
	c.CR3, c.CR4, c.EFER = tables, cr4PAE, eferLME|eferLMA
	return p.put("page tables", tables, identityMap(tables), 0)
}

// identityPages is the size of identityMap: a PML4, a PDPT and four page directories.
const identityPages = 6

// identityMap maps 0 to 4 GiB with 2 MiB pages, present and writable; the tables lie at base.
//
// Source: Intel SDM Vol. 3A, "4-Level Paging and 5-Level Paging".
func identityMap(base uint64) []byte {
	const table, large = 0x3, 0x83
	b := make([]byte, identityPages*pageSize)
	binary.LittleEndian.PutUint64(b, base+pageSize|table)
	for i := uint64(0); i < 4; i++ {
		binary.LittleEndian.PutUint64(b[pageSize+8*i:], base+(2+i)*pageSize|table)
	}
	for i := uint64(0); i < 4*512; i++ {
		binary.LittleEndian.PutUint64(b[2*pageSize+8*i:], i<<21|large)
	}
	return b
}

// realMode is the state in which a BIOS jumps to a boot sector.
func realMode(ip uint64) CPU {
	data := SegmentRegister{Attr: attrReal, Limit: 0xffff}
	return CPU{
		RIP: ip, RSP: ip, RDX: 0x80, RFLAGS: rflagsOne, CR0: cr0ET,
		CS: SegmentRegister{Attr: attrCode16, Limit: 0xffff},
		DS: data, ES: data, SS: data, FS: data, GS: data,
		TR:   SegmentRegister{Attr: attrTSS32, Limit: 0xffff},
		IDTR: Table{Limit: 0x3ff},
	}
}
