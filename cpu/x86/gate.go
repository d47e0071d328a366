package x86

import (
	"unsafe"

	"stasis/mmu"
)

// gate is a descriptor of the IDT or a call gate.
type gate struct {
	selector uint16
	offset   uint64
	kind     uint8 // system descriptor type
	dpl      uint8
	present  bool
	ist      uint8
}

func parseGate(lo, hi uint64) gate {
	return gate{uint16(lo >> 16), lo&0xffff | lo>>32&0xffff0000 | hi<<32, uint8(lo >> 40 & 31), uint8(lo >> 45 & 3), lo>>47&1 != 0, uint8(lo >> 32 & 7)}
}

// Types of system descriptors. Source: SDM Vol. 3A, "System-Segment and Gate-Descriptor Types".
const (
	typeTSS16Free = 1
	typeLDT       = 2
	typeTSS16Busy = 3
	typeCall16    = 4
	typeTaskGate  = 5
	typeInt16     = 6
	typeTrap16    = 7
	typeTSSFree   = 9
	typeTSSBusy   = 11
	typeCall      = 12
	typeInt       = 14
	typeTrap      = 15
)

// idtGate reads and checks the gate of an event.
func (c *CPU) idtGate(e *exception, size uint64) (g gate) {
	code := uint32(e.vector)*8 + 2 + e.ext()
	at := uint64(e.vector) * size
	if at+size-1 > uint64(c.IDTR.Limit) {
		c.raise(vecGP, code)
	}
	g = parseGate(c.loadGate(c.IDTR.Base+at, size))
	if !validGate(g.kind, size) || e.kind == kindSoftware && g.dpl < c.CPL {
		c.raise(vecGP, code)
	}
	if !g.present {
		c.raise(vecNP, code)
	}
	return g
}

// loadGate reads the two halves of a gate.
func (c *CPU) loadGate(lin, size uint64) (lo, hi uint64) {
	if p := c.implicitHost(lin, size); p != nil && size == 16 {
		return *(*uint64)(p), *(*uint64)(unsafe.Add(p, 8))
	}
	lo = loadSys[uint64](c, lin)
	if size == 16 {
		hi = loadSys[uint64](c, lin+8)
	}
	return lo, hi
}

func validGate(kind uint8, size uint64) bool {
	if kind == typeInt || kind == typeTrap {
		return true
	}
	return size == 8 && (kind == typeInt16 || kind == typeTrap16 || kind == typeTaskGate)
}

// handlerSegment reads the code segment that a gate names and the privilege that the handler gets. In IA-32e mode it is 64-bit code.
func (c *CPU) handlerSegment(selector uint16, ext uint32) (s Segment, cpl uint8) {
	if selector&^3 == 0 {
		c.raise(vecGP, ext)
	}
	code := uint32(selector)&^3 | ext
	s = c.descriptor(selector, vecGP, ext)
	if s.Attr&(attrS|attrCode) != attrS|attrCode || s.dpl() > c.CPL || c.longMode() && s.Attr&(attrL|attrDB) != attrL {
		c.raise(vecGP, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	if s.Attr&attrConforming != 0 {
		return s, c.CPL
	}
	return s, s.dpl()
}

// deliverLong is delivery in IA-32e mode. Source: SDM Vol. 3A, "Exception and Interrupt Handling in 64-bit Mode".
func (c *CPU) deliverLong(e *exception, ret uint64) {
	if c.quickGate(e, ret) {
		return
	}
	g := c.idtGate(e, 16)
	cs, cpl := c.handlerSegment(g.selector, e.ext())
	rsp := c.R[4]
	switch {
	case g.ist != 0:
		rsp = c.tssStack(uint64(g.ist)*8+28, e.ext())
	case cpl != c.CPL:
		rsp = c.tssStack(uint64(cpl)*8+4, e.ext())
	}
	c.commitGate(e, ret, g, cs, cpl, rsp)
}

// commitGate pushes the 64-bit frame and enters the handler.
func (c *CPU) commitGate(e *exception, ret uint64, g gate, cs Segment, cpl uint8, rsp uint64) {
	if !c.canonical(rsp) {
		c.raise(vecSS, e.ext())
	}
	frame := [6]uint64{uint64(e.code), ret, uint64(c.Seg[1].Selector), c.pushedFlags(e), c.R[4], uint64(c.Seg[2].Selector)}
	words := frame[:]
	if !e.pushesCode() {
		words = frame[1:]
	}
	rsp = rsp&^15 - uint64(len(words))*8
	if !c.canonical(g.offset) {
		c.raise(vecGP, e.ext())
	}
	c.pushFrame(rsp, words, cpl)
	c.setAccessed(g.selector, &cs)
	c.enterGate(&g, cs, cpl, rsp)
}

// enterGate enters a handler of 64-bit code, whose frame has been pushed.
func (c *CPU) enterGate(g *gate, cs Segment, cpl uint8, rsp uint64) {
	if cpl != c.CPL {
		c.Seg[2] = Segment{Selector: uint16(cpl), Attr: attrP | attrS | attrWritable | attrAccessed | uint16(cpl)<<attrDPLShift | attrDB | attrG, Limit: 0xffffffff}
		c.R[regSegBase+2] = 0
	}
	cs.Selector = cs.Selector&^3 | uint16(cpl)
	c.R[4] = rsp
	c.gateFlags(g.kind&1 != 0)
	c.enterCode(cs, cpl)
	c.next = g.offset
}

// pushFrame writes the words at rsp with the handler's privilege, all pages probed first, from the last word down.
func (c *CPU) pushFrame(rsp uint64, words []uint64, cpl uint8) {
	a := mmu.Write
	if cpl == 3 {
		a |= mmu.User
	}
	last := rsp + uint64(len(words)-1)*8
	if e := &c.tlbW[rsp>>12&(mmu.Entries-1)]; cpl == c.CPL && e.tag == (last+7)&^pageMask|c.ctx {
		copy(unsafe.Slice((*uint64)(unsafe.Add(e.page, rsp&pageMask)), len(words)), words)
		return
	}
	pa := c.translate(last, a) - (last - rsp)
	if (rsp^last)&^pageMask != 0 {
		c.translate(last&^pageMask-8, a)
	} else if page := c.ram.Page(pa); page != nil && !c.watching {
		for n, w := range words {
			*(*uint64)(unsafe.Add(page, pa&pageMask+uint64(n)*8)) = w
		}
		c.ram.Written(pa, len(words)*8)
		return
	}
	for n := len(words) - 1; n >= 0; n-- {
		c.storeWatched(rsp+uint64(n)*8, 8, words[n], a)
	}
}

// tssStack reads a stack pointer from the 64-bit TSS.
func (c *CPU) tssStack(offset uint64, ext uint32) uint64 {
	if offset+7 > uint64(c.TR.Limit) {
		c.raise(vecTS, uint32(c.TR.Selector)&^3|ext)
	}
	return loadSys[uint64](c, c.TR.Base+offset)
}

// deliverProtected is delivery through 16- and 32-bit gates outside IA-32e mode.
func (c *CPU) deliverProtected(e *exception, ret uint64) {
	g := c.idtGate(e, 8)
	if g.kind == typeTaskGate {
		c.taskGate(e, g, ret)
		return
	}
	size := uint64(4)
	if g.kind == typeInt16 || g.kind == typeTrap16 {
		size = 2
		g.offset &= 0xffff
	}
	cs, cpl := c.handlerSegment(g.selector, e.ext())
	if c.v86() && cpl != 0 {
		c.raise(vecGP, uint32(g.selector)&^3|e.ext())
	}
	st := stack{c: c, size: size, cpl: cpl, seg: c.Seg[2], sp: c.R[4], code: e.ext()}
	if cpl != c.CPL {
		st.seg, st.sp = c.innerStack(cpl, e.ext())
		st.code |= uint32(st.seg.Selector) &^ 3
	}
	st.room(c.frameWords(e, cpl))
	if g.offset > uint64(cs.Limit) {
		c.raise(vecGP, e.ext())
	}
	c.pushProtected(e, &st, cpl, ret)
	c.setAccessed(g.selector, &cs)
	c.finishProtected(&st, cs, cpl, g)
}

// frameWords is how many words pushProtected pushes.
func (c *CPU) frameWords(e *exception, cpl uint8) int {
	n := 3
	if e.pushesCode() {
		n++
	}
	if cpl != c.CPL {
		n += 2
	}
	if c.v86() {
		n += 4
	}
	return n
}

// pushProtected pushes the frame: from V86 mode the data segments too.
func (c *CPU) pushProtected(e *exception, st *stack, cpl uint8, ret uint64) {
	flags := c.pushedFlags(e)
	if c.v86() {
		for _, s := range []int{5, 4, 3, 0} {
			st.push(uint64(c.Seg[s].Selector))
		}
	}
	if cpl != c.CPL {
		st.push(uint64(c.Seg[2].Selector))
		st.push(c.R[4])
	}
	st.push(flags)
	st.push(uint64(c.Seg[1].Selector))
	st.push(ret)
	if e.pushesCode() {
		st.push(uint64(e.code))
	}
}

func (c *CPU) finishProtected(st *stack, cs Segment, cpl uint8, g gate) {
	if c.v86() {
		for _, s := range []int{0, 3, 4, 5} {
			c.setSegment(s, Segment{})
		}
	}
	c.gateFlags(g.kind&1 != 0)
	if cpl != c.CPL {
		c.setSegment(2, st.seg)
	}
	c.R[4] = st.pointer()
	cs.Selector = cs.Selector&^3 | uint16(cpl)
	c.enterCode(cs, cpl)
	c.next = g.offset
}
