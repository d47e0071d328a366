package x86

import (
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// rawDescriptor reads a descriptor of the GDT or LDT; ok is false beyond the table's limit.
func (c *CPU) rawDescriptor(selector uint16) (at, d uint64, ok bool) {
	base, limit := c.GDTR.Base, uint32(c.GDTR.Limit)
	if selector&4 != 0 {
		base, limit = c.LDTR.Base, c.LDTR.Limit
		if c.LDTR.Selector&^3 == 0 {
			return 0, 0, false
		}
	}
	off := uint64(selector &^ 7)
	if off+7 > uint64(limit) {
		return 0, 0, false
	}
	return base + off, loadSys[uint64](c, base+off), true
}

// descriptor reads and parses the descriptor that a selector names; beyond the table it is #vector(selector + ext).
func (c *CPU) descriptor(selector uint16, vector uint8, ext uint32) Segment {
	_, d, ok := c.rawDescriptor(selector)
	if !ok {
		c.raise(vector, uint32(selector)&^3|ext)
	}
	return parseDescriptor(selector, d)
}

func parseDescriptor(selector uint16, d uint64) Segment {
	s := Segment{Selector: selector, Attr: uint16(d>>40) & 0xf0ff, Limit: uint32(d&0xffff | d>>32&0xf0000), Base: d>>16&0xffffff | d>>32&0xff000000}
	if s.Attr&attrG != 0 {
		s.Limit = s.Limit<<12 | 0xfff
	}
	return s
}

// setAccessed sets a code or data descriptor's accessed bit, in memory too.
func (c *CPU) setAccessed(selector uint16, s *Segment) {
	if s.Attr&attrAccessed != 0 {
		return
	}
	s.Attr |= attrAccessed
	at, d, ok := c.rawDescriptor(selector)
	if ok {
		storeSys(c, at+5, uint8(d>>40)|attrAccessed)
	}
}

// setSegment loads a segment register with its hidden part.
func (c *CPU) setSegment(n int, s Segment) {
	c.Seg[n] = s
	c.R[regSegBase+n] = s.Base
	if c.mode != decode.Mode64 {
		c.segmentsChanged()
	}
}

// loadRealSegment is a load in real or virtual-8086 mode: only selector and base change in real mode.
func (c *CPU) loadRealSegment(n int, selector uint16) {
	s := c.Seg[n]
	s.Selector, s.Base = selector, uint64(selector)<<4
	if c.v86() {
		s.Limit, s.Attr = 0xffff, attrP|attrS|attrWritable|attrAccessed|3<<attrDPLShift
	} else if n == decode.CS {
		s.Attr = attrP | attrS | attrWritable | attrAccessed
	}
	c.setSegment(n, s)
	if n == decode.CS {
		c.codeChanged()
	}
}

// loadSegment is MOV, POP or LxS to a segment register other than CS. Source: SDM Vol. 2B, "MOV—Move" (protected-mode exceptions).
func (c *CPU) loadSegment(n int, selector uint16) {
	if !c.protected() {
		c.loadRealSegment(n, selector)
		return
	}
	if selector&^3 == 0 {
		c.loadNull(n, selector)
		return
	}
	s := c.descriptor(selector, vecGP, 0)
	if n == decode.SS {
		c.checkStackSegment(&s, selector, vecGP, c.CPL, 0)
	} else {
		c.checkDataSegment(&s, selector, vecGP, 0)
	}
	c.setAccessed(selector, &s)
	c.setSegment(n, s)
}

// checkDataSegment applies the rules for DS, ES, FS and GS: data or readable code, not more privileged than CPL and RPL unless
// conforming, present.
func (c *CPU) checkDataSegment(s *Segment, selector uint16, vector uint8, ext uint32) {
	code := uint32(selector)&^3 | ext
	data := s.Attr&attrCode == 0
	if s.Attr&attrS == 0 || !data && s.Attr&attrReadable == 0 {
		c.raise(vector, code)
	}
	if (data || s.Attr&attrConforming == 0) && max(uint8(selector&3), c.CPL) > s.dpl() {
		c.raise(vector, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
}

func (c *CPU) loadNull(n int, selector uint16) {
	if n == decode.SS && (c.mode != decode.Mode64 || c.CPL == 3 || uint8(selector&3) != c.CPL) {
		c.raise(vecGP, 0)
	}
	s := Segment{Selector: selector}
	if n == decode.SS {
		s.Attr = uint16(c.CPL) << attrDPLShift
	}
	c.setSegment(n, s)
}

// checkStackSegment applies the rules for SS: writable data, RPL = DPL = CPL, present.
func (c *CPU) checkStackSegment(s *Segment, selector uint16, vector uint8, cpl uint8, ext uint32) {
	code := uint32(selector)&^3 | ext
	if s.Attr&(attrS|attrCode|attrWritable) != attrS|attrWritable || uint8(selector&3) != cpl || s.dpl() != cpl {
		c.raise(vector, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecSS, code)
	}
}

// enterCode makes a code segment current, with its privilege.
func (c *CPU) enterCode(cs Segment, cpl uint8) {
	c.Seg[decode.CS] = cs
	c.R[regSegBase+decode.CS] = cs.Base
	if cpl != c.CPL {
		c.setCPL(cpl)
	}
	c.codeChanged()
}

// codeChanged derives the decoding mode from CS.
func (c *CPU) codeChanged() {
	old := c.mode
	if mode := c.codeMode(&c.Seg[decode.CS]); mode != old {
		c.account()
		c.mode = mode
	}
	c.fetchPage = nil
	if old != decode.Mode64 || c.mode != old {
		c.segmentsChanged()
	}
}

func (c *CPU) codeMode(cs *Segment) decode.Mode {
	switch {
	case c.longMode() && cs.Attr&attrL != 0 && c.CR0&cr0PE != 0:
		return decode.Mode64
	case cs.Attr&attrDB != 0 && c.protected():
		return decode.Mode32
	case cs.Attr&attrDB != 0 && c.CR0&cr0PE == 0: // left protected mode, CS not reloaded yet
		return decode.Mode32
	}
	return decode.Mode16
}

// stack is a stack that is pushed to before it becomes current.
type stack struct {
	c    *CPU
	seg  Segment
	sp   uint64
	size uint64 // bytes a word
	cpl  uint8
	code uint32 // of #SS
}

// pointer is the value for RSP: the high part stays when the stack is 16-bit.
func (s *stack) pointer() uint64 {
	if s.seg.Attr&attrDB != 0 {
		return s.sp & 0xffffffff
	}
	return s.sp
}

// room is #SS unless the stack's limit leaves room for n words.
func (s *stack) room(n int) {
	sp := s.sp
	for range n {
		sp -= s.size
		if off := s.mask(sp); !s.seg.covers(off, s.size) {
			s.c.raise(vecSS, s.code)
		}
	}
}

// mask cuts a stack pointer to the segment's width.
func (s *stack) mask(sp uint64) uint64 {
	if s.seg.Attr&attrDB == 0 {
		return sp & 0xffff
	}
	return sp & 0xffffffff
}

func (s *stack) push(v uint64) {
	sp := (s.sp - s.size) & 0xffffffff
	off := sp
	if s.seg.Attr&attrDB == 0 {
		off = sp & 0xffff
		sp = s.sp&^0xffff | off
	}
	if !s.seg.covers(off, s.size) {
		s.c.raise(vecSS, s.code)
	}
	s.sp = sp
	a := mmu.Write
	if s.cpl == 3 {
		a |= mmu.User
	}
	s.c.storeWatched((s.seg.Base+off)&0xffffffff, int(s.size), v&(1<<(8*s.size)-1), a)
}

// innerStack reads SS:ESP of a privilege level from the TSS.
func (c *CPU) innerStack(cpl uint8, ext uint32) (s Segment, sp uint64) {
	ts := uint32(c.TR.Selector)&^3 | ext
	var selector uint16
	if c.TR.Attr&8 != 0 { // 32-bit TSS
		at := uint64(cpl)*8 + 4
		if at+5 > uint64(c.TR.Limit) {
			c.raise(vecTS, ts)
		}
		sp = uint64(loadSys[uint32](c, c.TR.Base+at))
		selector = loadSys[uint16](c, c.TR.Base+at+4)
	} else {
		at := uint64(cpl)*4 + 2
		if at+3 > uint64(c.TR.Limit) {
			c.raise(vecTS, ts)
		}
		sp = uint64(loadSys[uint16](c, c.TR.Base+at))
		selector = loadSys[uint16](c, c.TR.Base+at+2)
	}
	if selector&^3 == 0 {
		c.raise(vecTS, ext)
	}
	s = c.descriptor(selector, vecTS, ext)
	c.checkStackSegment(&s, selector, vecTS, cpl, ext)
	c.setAccessed(selector, &s)
	return s, sp
}
