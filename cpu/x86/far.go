package x86

import decode "stasis/decode/x86"

// Far transfers. Source: SDM Vol. 2, "CALL", "JMP", "RET", "IRET/IRETD/IRETQ", Operation sections.

// farOperand is a far pointer in the instruction or in memory.
func (c *CPU) farOperand(i *Inst) (selector uint16, offset uint64) {
	if !i.HasModRM {
		return i.Imm2, cutSize(uint64(i.Imm), i.OpSize)
	}
	return c.farPointer(i)
}

// jmpf is JMP far.
func jmpf(c *CPU, i *Inst) {
	selector, offset := c.farOperand(i)
	if !c.protected() {
		c.gpIf(offset > 0xffff)
		c.loadRealSegment(decode.CS, selector)
		c.next = offset
		return
	}
	s, g, task := c.farTarget(selector, byJump)
	if task {
		return
	}
	if g != nil {
		selector, offset = g.selector, g.offset
		s = c.gateCode(g)
		if s.Attr&attrConforming == 0 && s.dpl() != c.CPL {
			c.raise(vecGP, uint32(selector)&^3)
		}
	} else {
		c.checkDirect(&s, selector)
	}
	c.enterFar(s, selector, offset)
}

// callf is CALL far.
func callf(c *CPU, i *Inst) {
	selector, offset := c.farOperand(i)
	size := int(i.OpSize)
	if !c.protected() {
		c.gpIf(offset > 0xffff)
		c.pushFar(uint64(c.Seg[decode.CS].Selector), c.next, size)
		c.loadRealSegment(decode.CS, selector)
		c.next = offset
		return
	}
	s, g, task := c.farTarget(selector, byCall)
	if task {
		return
	}
	if g == nil {
		c.checkDirect(&s, selector)
		c.checkOffset(&s, offset)
		c.pushFar(uint64(c.Seg[decode.CS].Selector), c.next, size)
		c.enterFar(s, selector, offset)
		return
	}
	c.callGate(g)
}

// pushFar pushes CS and the return address, both probed first.
func (c *CPU) pushFar(cs, ip uint64, size int) {
	c.probeWrite(c.stackAt(-2*int64(size), size, true), size)
	c.storeSized(c.stackAt(-int64(size), size, true), size, cs)
	c.storeSized(c.stackAt(-2*int64(size), size, true), size, ip)
	c.setSP(c.R[4] - 2*uint64(size))
}

// farTarget reads what a far pointer's selector names: a code segment, a call gate, or a task, which it switches to.
func (c *CPU) farTarget(selector uint16, reason taskReason) (s Segment, g *gate, task bool) {
	c.gpIf(selector&^3 == 0)
	code := uint32(selector) &^ 3
	s = c.descriptor(selector, vecGP, 0)
	if s.Attr&attrS != 0 {
		if s.Attr&attrCode == 0 {
			c.raise(vecGP, code)
		}
		return s, nil, false
	}
	switch s.Attr & attrType {
	case typeCall, typeCall16:
		return s, c.readCallGate(selector, &s), false
	case typeTSSFree, typeTSS16Free, typeTaskGate:
		c.farTask(selector, &s, reason)
		return s, nil, true
	}
	c.raise(vecGP, code)
	return
}

func (c *CPU) readCallGate(selector uint16, s *Segment) *gate {
	code := uint32(selector) &^ 3
	_, lo, _ := c.rawDescriptor(selector)
	hi := uint64(0)
	if c.longMode() {
		_, high, ok := c.rawDescriptor(selector + 8)
		if !ok || s.Attr&attrType != typeCall || high>>40&31 != 0 {
			c.raise(vecGP, code)
		}
		hi = high
	}
	g := parseGate(lo, hi)
	if g.kind == typeCall16 {
		g.offset &= 0xffff
	}
	g.ist = uint8(lo >> 32 & 31) // the count of parameters
	if g.dpl < c.CPL || g.dpl < uint8(selector&3) {
		c.raise(vecGP, code)
	}
	if !g.present {
		c.raise(vecNP, code)
	}
	return &g
}

// gateCode reads the code segment of a call gate.
func (c *CPU) gateCode(g *gate) Segment {
	c.gpIf(g.selector&^3 == 0)
	code := uint32(g.selector) &^ 3
	s := c.descriptor(g.selector, vecGP, 0)
	if s.Attr&(attrS|attrCode) != attrS|attrCode || s.dpl() > c.CPL || c.longMode() && s.Attr&(attrL|attrDB) != attrL {
		c.raise(vecGP, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	return s
}

// checkDirect checks a code segment that is reached without a gate.
func (c *CPU) checkDirect(s *Segment, selector uint16) {
	code := uint32(selector) &^ 3
	if c.longMode() && s.Attr&(attrL|attrDB) == attrL|attrDB {
		c.raise(vecGP, code)
	}
	if s.Attr&attrConforming != 0 {
		if s.dpl() > c.CPL {
			c.raise(vecGP, code)
		}
	} else if uint8(selector&3) > c.CPL || s.dpl() != c.CPL {
		c.raise(vecGP, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
}

func (c *CPU) checkOffset(s *Segment, offset uint64) {
	if c.longMode() && s.Attr&attrL != 0 {
		c.gpIf(!c.canonical(offset))
		return
	}
	c.gpIf(offset > uint64(s.Limit))
}

// enterFar makes a checked code segment current at the same privilege.
func (c *CPU) enterFar(s Segment, selector uint16, offset uint64) {
	c.checkOffset(&s, offset)
	c.setAccessed(selector, &s)
	s.Selector = selector&^3 | uint16(c.CPL)
	c.enterCode(s, c.CPL)
	c.next = offset
}

// callGate is a call through a gate, to the same privilege or an inner one.
func (c *CPU) callGate(g *gate) {
	s := c.gateCode(g)
	size := uint64(4)
	switch {
	case c.longMode():
		size = 8
	case g.kind == typeCall16:
		size = 2
	}
	c.checkOffset(&s, g.offset)
	cpl := s.dpl()
	if s.Attr&attrConforming != 0 || cpl == c.CPL {
		if c.longMode() {
			c.pushFrame(c.R[4]-16, []uint64{c.next, uint64(c.Seg[decode.CS].Selector)}, c.CPL)
			c.R[4] -= 16
		} else {
			c.pushFar(uint64(c.Seg[decode.CS].Selector), c.next, int(size))
		}
		c.enterFar(s, g.selector, g.offset)
		return
	}
	if c.longMode() {
		c.callGateLong(g, s, cpl)
		return
	}
	c.callGateInner(g, s, cpl, size)
}

func (c *CPU) callGateLong(g *gate, s Segment, cpl uint8) {
	rsp := c.tssStack(uint64(cpl)*8+4, 0)
	if !c.canonical(rsp) {
		c.raise(vecSS, 0)
	}
	words := []uint64{c.next, uint64(c.Seg[decode.CS].Selector), c.R[4], uint64(c.Seg[decode.SS].Selector)}
	rsp -= 32
	c.pushFrame(rsp, words, cpl)
	c.setAccessed(g.selector, &s)
	c.setSegment(decode.SS, Segment{Selector: uint16(cpl), Attr: uint16(cpl) << attrDPLShift})
	c.R[4] = rsp
	s.Selector = s.Selector&^3 | uint16(cpl)
	c.enterCode(s, cpl)
	c.next = g.offset
}

func (c *CPU) callGateInner(g *gate, s Segment, cpl uint8, size uint64) {
	var params [32]uint64
	for n := range int(g.ist) {
		params[n] = c.peek(int64(n)*int64(size), int(size))
	}
	st := stack{c: c, size: size, cpl: cpl}
	st.seg, st.sp = c.innerStack(cpl, 0)
	st.code = uint32(st.seg.Selector) &^ 3
	st.room(4 + int(g.ist))
	st.push(uint64(c.Seg[decode.SS].Selector))
	st.push(c.R[4])
	for n := int(g.ist) - 1; n >= 0; n-- {
		st.push(params[n])
	}
	st.push(uint64(c.Seg[decode.CS].Selector))
	st.push(c.next)
	c.setAccessed(g.selector, &s)
	c.setSegment(decode.SS, st.seg)
	c.R[4] = st.pointer()
	s.Selector = s.Selector&^3 | uint16(cpl)
	c.enterCode(s, cpl)
	c.next = g.offset
}

// retf is RET far, with the bytes to drop.
func retf(c *CPU, i *Inst) {
	size := int(i.OpSize)
	offset, selector := c.peek(0, size), uint16(c.peek(int64(size), size))
	drop := uint64(uint16(i.Imm))
	if !c.protected() {
		c.gpIf(offset > 0xffff)
		c.setSP(c.R[4] + uint64(2*size) + drop)
		c.loadRealSegment(decode.CS, selector)
		c.next = offset
		return
	}
	if uint8(selector&3) == c.CPL {
		s := c.returnSegment(selector)
		c.checkOffset(&s, offset)
		c.setSP(c.R[4] + uint64(2*size) + drop)
		c.enterFar(s, selector, offset)
		return
	}
	ss := uint16(c.peek(int64(3*size)+int64(drop), size))
	sp := c.peek(int64(2*size)+int64(drop), size)
	s := c.returnSegment(selector)
	c.checkOffset(&s, offset)
	c.returnOuter(s, selector, offset, ss, sp)
	c.setSP(c.R[4] + drop)
}

// returnSegment reads and checks the code segment of RETF and IRET.
func (c *CPU) returnSegment(selector uint16) Segment {
	c.gpIf(selector&^3 == 0)
	code := uint32(selector) &^ 3
	s := c.descriptor(selector, vecGP, 0)
	rpl := uint8(selector & 3)
	bad := s.Attr&(attrS|attrCode) != attrS|attrCode || rpl < c.CPL || c.longMode() && s.Attr&(attrL|attrDB) == attrL|attrDB
	if s.Attr&attrConforming != 0 {
		bad = bad || s.dpl() > rpl
	} else {
		bad = bad || s.dpl() != rpl
	}
	if bad {
		c.raise(vecGP, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	return s
}

// returnOuter enters a less privileged segment with its stack; data segments that it may not use become null.
func (c *CPU) returnOuter(s Segment, selector uint16, offset uint64, ss uint16, sp uint64) {
	cpl := uint8(selector & 3)
	stackSeg := c.returnStack(&s, ss, cpl)
	c.setAccessed(selector, &s)
	s.Selector = selector
	c.enterCode(s, cpl)
	c.setSegment(decode.SS, stackSeg)
	c.setSP(sp)
	c.dropData(cpl)
	c.next = offset
}

// returnStack reads the outer stack segment: null is allowed for 64-bit code outside ring 3.
func (c *CPU) returnStack(cs *Segment, ss uint16, cpl uint8) Segment {
	if ss&^3 == 0 {
		c.gpIf(!c.longMode() || cs.Attr&attrL == 0 || cpl == 3 || uint8(ss&3) != cpl)
		return Segment{Selector: ss, Attr: uint16(cpl) << attrDPLShift}
	}
	s := c.descriptor(ss, vecGP, 0)
	c.checkStackSegment(&s, ss, vecGP, cpl, 0)
	c.setAccessed(ss, &s)
	return s
}

// dropData nulls the data segments that an outer privilege may not keep.
func (c *CPU) dropData(cpl uint8) {
	if cpl == 0 { // nothing is further in
		return
	}
	for _, n := range [...]int{decode.ES, decode.DS, decode.FS, decode.GS} {
		s := &c.Seg[n]
		conforming := s.Attr&(attrCode|attrConforming) == attrCode|attrConforming
		if s.Attr&attrP != 0 && !conforming && s.dpl() < cpl {
			c.setSegment(n, Segment{})
		}
	}
}

// iret is IRET, IRETD and IRETQ. NMIs are unblocked whatever it returns to.
func iret(c *CPU, i *Inst) {
	size := int(i.OpSize)
	switch {
	case c.CR0&cr0PE == 0, c.v86():
		c.iretReal(size)
	case c.eflags&flagNT != 0:
		c.gpIf(c.longMode())
		c.taskReturn()
	default:
		c.iretProtected(size)
	}
	c.NMIBlocked = false
	c.updateAttention()
}

func (c *CPU) iretReal(size int) {
	extended := c.v86() && c.iopl() < 3
	c.gpIf(extended && (c.CR4&cr4VME == 0 || size != 2))
	ip, cs, flags := c.peek(0, size), uint16(c.peek(int64(size), size)), c.peek(int64(2*size), size)
	c.gpIf(ip > 0xffff)
	if extended {
		c.checkVirtualIF(flags)
	}
	c.setSP(c.R[4] + uint64(3*size))
	c.loadRealSegment(decode.CS, cs)
	c.next = ip
	mask := uint64(flagsStatus | flagTF | flagDF | flagNT | flagIF | flagIOPL | flagRF | flagAC | flagID)
	if c.v86() {
		mask &^= flagIOPL
	}
	if size == 2 {
		mask &= 0xffff
	}
	if extended {
		c.loadVirtualIF(flags, mask)
		return
	}
	c.replaceFlags(flags, mask)
}

func (c *CPU) iretProtected(size int) {
	if frame := c.stackView(5 * 8); frame != nil && size == 8 {
		if w := (*[5]uint64)(frame); !c.quickReturn(w) {
			c.iretLong(w[0], uint16(w[1]), w[2], w[3], uint16(w[4]))
		}
		return
	}
	ip, cs, flags := c.peek(0, size), uint16(c.peek(int64(size), size)), c.peek(int64(2*size), size)
	if flags&flagVM != 0 && size == 4 && c.CPL == 0 && !c.longMode() {
		c.iretV86(ip, cs, flags)
		return
	}
	s := c.returnSegment(cs)
	c.checkOffset(&s, ip)
	mask := c.iretMask(size)
	if uint8(cs&3) == c.CPL && c.mode != decode.Mode64 {
		c.setSP(c.R[4] + uint64(3*size))
		c.enterFar(s, cs, ip)
		c.replaceFlags(flags, mask)
		return
	}
	sp, ss := c.peek(int64(3*size), size), uint16(c.peek(int64(4*size), size))
	c.returnOuter(s, cs, ip, ss, sp)
	c.replaceFlags(flags, mask)
}

// iretLong is IRETQ in 64-bit code, with the words of its frame.
func (c *CPU) iretLong(ip uint64, cs uint16, flags, sp uint64, ss uint16) {
	s := c.returnSegment(cs)
	c.checkOffset(&s, ip)
	mask := c.iretMask(8)
	c.returnOuter(s, cs, ip, ss, sp)
	c.replaceFlags(flags, mask)
}

// iretMask is what IRET loads at the privilege before it returns.
func (c *CPU) iretMask(size int) uint64 {
	mask := uint64(flagsStatus | flagTF | flagDF | flagNT | flagRF | flagAC | flagID)
	if c.CPL <= c.iopl() {
		mask |= flagIF
	}
	if c.CPL == 0 {
		mask |= flagIOPL | flagVIF | flagVIP
	}
	if size == 2 {
		mask &= 0xffff
	}
	return mask
}

// iretV86 enters virtual-8086 mode.
func (c *CPU) iretV86(ip uint64, cs uint16, flags uint64) {
	var words [9]uint64
	for n := range words {
		words[n] = c.peek(int64(n)*4, 4)
	}
	c.setRFLAGS(flags & flagsAll)
	c.setCPL(3)
	for n, segment := range []int{decode.SS, decode.ES, decode.DS, decode.FS, decode.GS} {
		c.loadRealSegment(segment, uint16(words[4+n]))
	}
	c.loadRealSegment(decode.CS, cs)
	c.R[4] = words[3]
	c.next = ip & 0xffff
}
