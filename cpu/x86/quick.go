package x86

import (
	"unsafe"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

// Interrupts and IRET of 64-bit code, where all that they need is at hand: the tables and the stack in pages of RAM that the TLB holds,
// descriptors that have been used before, nothing to refuse. They change nothing before they know that; what they do then is what
// deliverLong and iretLong do.

// Bits of a gate's low half that tell an ordinary one: present, an interrupt or trap gate, on the stack of its privilege.
const (
	quickGateMask = 1<<47 | 0x1e<<40 | 7<<32
	quickGateWant = 1<<47 | typeInt<<40
)

// Attributes of descriptors, but for the privilege: 64-bit code that is not conforming, and data that can be written, both used before.
const (
	quickCodeMask = attrP | attrS | attrCode | attrConforming | attrAccessed | attrL | attrDB
	quickCodeWant = attrP | attrS | attrCode | attrAccessed | attrL
	quickDataMask = attrP | attrS | attrCode | attrWritable | attrAccessed
	quickDataWant = attrP | attrS | attrWritable | attrAccessed
	attrDPL       = 3 << attrDPLShift
)

// quickGate delivers an event to ring 0. It reports false, and has done nothing, if that is for deliverLong.
func (c *CPU) quickGate(e *exception, ret uint64) bool {
	at := uint64(e.vector) * 16
	p := (*[2]uint64)(c.implicitHost(c.IDTR.Base+at, 16))
	if p == nil || at+15 > uint64(c.IDTR.Limit) || c.awaiting {
		return false
	}
	lo := p[0]
	g := gate{selector: uint16(lo >> 16), offset: lo&0xffff | lo>>32&0xffff0000 | p[1]<<32, kind: uint8(lo >> 40 & 31)}
	if lo&quickGateMask != quickGateWant || e.kind == kindSoftware && uint8(lo>>45&3) < c.CPL || !c.canonical(g.offset) {
		return false
	}
	d := c.gdtHost(g.selector)
	if d == nil || *d>>40&(quickCodeMask|attrDPL) != quickCodeWant {
		return false
	}
	cs, rsp := parseDescriptor(g.selector, *d), c.R[4] // now: the frame may lie on the table
	if c.CPL != 0 {
		p := (*uint64)(c.implicitHost(c.TR.Base+4, 8))
		if p == nil || c.TR.Limit < 11 {
			return false
		}
		rsp = *p
	}
	n := uint64(40)
	if e.pushesCode() {
		n = 48
	}
	frame := c.supervisorFrame(rsp&^15-n, n)
	if frame == nil || !c.canonical(rsp) {
		return false
	}
	c.quickFrame(frame, e, ret, n)
	c.enterGate(&g, cs, 0, rsp&^15-n)
	return true
}

// quickFrame writes the frame of an event.
func (c *CPU) quickFrame(frame unsafe.Pointer, e *exception, ret, size uint64) {
	if size == 48 {
		*(*uint64)(frame) = uint64(e.code)
		frame = unsafe.Add(frame, 8)
	}
	*(*[5]uint64)(frame) = [5]uint64{ret, uint64(c.Seg[decode.CS].Selector), c.pushedFlags(e), c.R[4], uint64(c.Seg[decode.SS].Selector)}
}

// gdtHost is the host address of a descriptor of the GDT, or nil.
func (c *CPU) gdtHost(selector uint16) *uint64 {
	off := uint64(selector &^ 7)
	if selector&4 != 0 || selector&^3 == 0 || off+7 > uint64(c.GDTR.Limit) {
		return nil
	}
	return (*uint64)(c.implicitHost(c.GDTR.Base+off, 8))
}

// supervisorFrame is the host address of bytes of a stack of ring 0 that the inline arrays hold for it, or may hold; else nil.
func (c *CPU) supervisorFrame(rsp, bytes uint64) unsafe.Pointer {
	class := classSupervisor
	if c.eflags&flagAC != 0 && c.walker.SMAP {
		class = classOverride
	}
	id, ok := c.contexts.ID(class)
	in, tag := &c.tlbW[rsp>>12&(mmu.Entries-1)], (rsp+bytes-1)&^pageMask|id
	if in.tag == tag && ok {
		return unsafe.Add(in.page, rsp&pageMask)
	}
	e := &c.TLB.D[mmu.Index(rsp)]
	if !ok || (rsp+bytes-1)^rsp > pageMask || c.watching || c.walker.Levels == 0 || !e.Holds(rsp, c.walker.PCID) ||
		!c.walker.Allowed(e, mmu.Write) {
		return nil
	}
	page := c.ram.Page(e.PA)
	if page == nil || c.ram.PageHasCode(e.PA) {
		return nil
	}
	c.ram.MarkDirty(e.PA)
	*in = inline{tag, page}
	return unsafe.Add(page, rsp&pageMask)
}

// quickReturn is IRETQ to 64-bit code, with the words of its frame. It reports false, and has done nothing, if that is for iretLong.
func (c *CPU) quickReturn(w *[5]uint64) bool {
	ip, cs, flags, sp, ss := w[0], uint16(w[1]), w[2], w[3], uint16(w[4])
	cpl := cs & 3
	code, data := c.gdtHost(cs), c.gdtHost(ss)
	if code == nil || data == nil || c.awaiting || uint8(cpl) < c.CPL || ss&3 != cpl || !c.canonical(ip) {
		return false
	}
	dpl := uint64(cpl) << attrDPLShift
	if *code>>40&(quickCodeMask|attrDPL) != quickCodeWant|dpl || *data>>40&(quickDataMask|attrDPL) != quickDataWant|dpl {
		return false
	}
	mask := c.iretMask(8)
	c.enterCode(parseDescriptor(cs, *code), uint8(cpl))
	c.setSegment(decode.SS, parseDescriptor(ss, *data))
	c.R[4] = sp
	c.dropData(uint8(cpl))
	c.next = ip
	c.replaceFlags(flags, mask)
	return true
}
