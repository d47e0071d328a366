package x86

import (
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// Hardware task switches. What can fault without the new task is found before anything is written; what its own registers and
// segments get wrong is raised in the new task. Source: SDM Vol. 3A, "Task Switching".

// taskReason is how a task switch came about.
type taskReason uint8

const (
	byJump taskReason = iota
	byCall            // CALL, and an event through a task gate: IRET leads back
	byReturn
)

// tssLayout is where a task-state segment keeps things. Selectors and registers are size bytes apart.
type tssLayout struct {
	size                       int
	ip, flags, regs, segs, ldt uint64
	segments                   int // ES CS SS DS, and FS GS
	limit                      uint32
}

var (
	tss16 = tssLayout{size: 2, ip: 14, flags: 16, regs: 18, segs: 34, ldt: 42, segments: 4, limit: 43}
	tss32 = tssLayout{size: 4, ip: 32, flags: 36, regs: 40, segs: 72, ldt: 96, segments: 6, limit: 103}
)

const (
	tssCR3  = 28
	tssTrap = 100
	tssBusy = 2 // in the descriptor's type
)

func layoutOf(s *Segment) *tssLayout {
	if s.Attr&8 != 0 {
		return &tss32
	}
	return &tss16
}

// taskSegment reads and checks the descriptor of the task to switch to.
func (c *CPU) taskSegment(selector uint16, reason taskReason, ext uint32) Segment {
	vector, kinds := uint8(vecGP), uint32(1<<typeTSSFree|1<<typeTSS16Free)
	if reason == byReturn {
		vector, kinds = vecTS, 1<<typeTSSBusy|1<<typeTSS16Busy
	}
	code := uint32(selector)&^3 | ext
	if selector&4 != 0 {
		c.raise(vector, code)
	}
	s := c.descriptor(selector, vector, ext)
	if s.Attr&attrS != 0 || kinds>>(s.Attr&attrType)&1 == 0 {
		c.raise(vector, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	if s.Limit < layoutOf(&s).limit {
		c.raise(vecTS, code)
	}
	return s
}

// taskImage is a task's state as its segment holds it.
type taskImage struct {
	cr3, ip, flags uint64
	regs           [8]uint64
	segs           [6]uint16
	ldt            uint16
	trap           bool
}

// switchTask saves the current task, which goes on at ret with the flags, and loads another.
func (c *CPU) switchTask(s Segment, reason taskReason, ext uint32, ret, flags uint64) {
	c.probeTasks(&s, ext)
	if reason == byReturn {
		flags &^= flagNT
	}
	c.saveTask(ret, flags)
	t := c.readTask(&s)
	if reason == byCall {
		storeSys(c, s.Base, c.TR.Selector)
		t.flags |= flagNT
	} else {
		c.setBusy(c.TR.Selector, false)
	}
	if reason != byReturn {
		c.setBusy(s.Selector, true)
	}
	s.Attr |= tssBusy
	c.TR = s
	c.loadTask(&t, layoutOf(&s), ext)
}

// probeTasks finds the page faults of everything that the switch will touch in the old and the new task's segments and descriptors.
func (c *CPU) probeTasks(s *Segment, ext uint32) {
	old := layoutOf(&c.TR)
	if c.TR.Limit < old.limit {
		c.raise(vecTS, uint32(c.TR.Selector)&^3|ext)
	}
	for _, p := range []struct {
		at, n uint64
		a     mmu.Access
	}{
		{c.TR.Base + old.ip, old.segs + uint64(old.segments*old.size) - old.ip, mmu.Write},
		{s.Base, 2, mmu.Write},
		{s.Base, uint64(layoutOf(s).limit) + 1, mmu.Read},
		{c.GDTR.Base + uint64(c.TR.Selector&^7), 8, mmu.Write},
		{c.GDTR.Base + uint64(s.Selector&^7), 8, mmu.Write},
	} {
		c.translate(c.wrap(p.at), p.a|mmu.Implicit)
		c.translate(c.wrap(p.at+p.n-1), p.a|mmu.Implicit)
	}
}

// setBusy marks a task's descriptor.
func (c *CPU) setBusy(selector uint16, on bool) {
	at, d, ok := c.rawDescriptor(selector)
	if !ok {
		return
	}
	kind := uint8(d>>40) &^ tssBusy
	if on {
		kind |= tssBusy
	}
	storeSys(c, at+5, kind)
}

// saveTask writes what changes while a task runs.
func (c *CPU) saveTask(ip, flags uint64) {
	t, base := layoutOf(&c.TR), c.TR.Base
	c.storeTask(base+t.ip, t.size, ip)
	c.storeTask(base+t.flags, t.size, flags)
	for n := range 8 {
		c.storeTask(base+t.regs+uint64(n*t.size), t.size, c.R[n])
	}
	for n := range t.segments {
		storeSys(c, c.wrap(base+t.segs+uint64(n*t.size)), c.Seg[n].Selector)
	}
}

func (c *CPU) storeTask(at uint64, size int, v uint64) {
	c.storeAs(c.wrap(at), size, v&(1<<(8*size)-1), mmu.Write|mmu.Implicit)
}

// readTask reads a task's segment. A 16-bit one clears the upper halves.
func (c *CPU) readTask(s *Segment) (v taskImage) {
	t := layoutOf(s)
	get := func(at uint64, size int) uint64 { return c.loadAs(c.wrap(s.Base+at), size, mmu.Read|mmu.Implicit) }
	v.cr3 = c.CR3
	if t == &tss32 {
		v.cr3, v.trap = get(tssCR3, 4), get(tssTrap, 1)&1 != 0
	}
	v.ip, v.flags, v.ldt = get(t.ip, t.size), get(t.flags, t.size), uint16(get(t.ldt, 2))
	for n := range v.regs {
		v.regs[n] = get(t.regs+uint64(n*t.size), t.size)
	}
	for n := range t.segments {
		v.segs[n] = uint16(get(t.segs+uint64(n*t.size), 2))
	}
	return v
}

// loadTask makes a task current. From here on a fault is the new task's.
func (c *CPU) loadTask(t *taskImage, layout *tssLayout, ext uint32) {
	c.CR0 |= cr0TS
	c.debugTask()
	c.rip, c.next = t.ip, t.ip
	copy(c.R[:8], t.regs[:])
	for n, selector := range t.segs {
		c.setSegment(n, Segment{Selector: selector})
	}
	c.LDTR = Segment{Selector: t.ldt}
	c.setRFLAGS(t.flags & flagsAll)
	cpl := uint8(t.segs[decode.CS] & 3)
	if c.v86() {
		cpl = 3
	}
	c.setCPL(cpl)
	c.codeChanged()
	if c.CR0&cr0PG != 0 && layout == &tss32 {
		c.setCR3(t.cr3)
	}
	c.loadTaskLDT(t.ldt, ext)
	if c.v86() {
		for n, selector := range t.segs {
			c.loadRealSegment(n, selector)
		}
	} else {
		c.loadTaskSegments(t, ext)
	}
	if t.trap {
		c.pend(dr6BT)
	}
	c.gpIf(t.ip > uint64(c.Seg[decode.CS].Limit))
}

func (c *CPU) loadTaskLDT(selector uint16, ext uint32) {
	if selector&^3 == 0 {
		return
	}
	s := Segment{}
	if selector&4 == 0 {
		s = c.descriptor(selector, vecTS, ext)
	}
	if s.Attr&(attrS|attrType|attrP) != typeLDT|attrP {
		c.raise(vecTS, uint32(selector)&^3|ext)
	}
	c.LDTR = s
}

// loadTaskSegments loads the segment registers of a task that is not in virtual-8086 mode.
func (c *CPU) loadTaskSegments(t *taskImage, ext uint32) {
	selector := t.segs[decode.CS]
	cs := c.taskCode(selector, ext)
	c.setAccessed(selector, &cs)
	c.enterCode(cs, c.CPL)

	selector = t.segs[decode.SS]
	if selector&^3 == 0 {
		c.raise(vecTS, ext)
	}
	ss := c.descriptor(selector, vecTS, ext)
	c.checkStackSegment(&ss, selector, vecTS, c.CPL, ext)
	c.setAccessed(selector, &ss)
	c.setSegment(decode.SS, ss)

	for _, n := range []int{decode.DS, decode.ES, decode.FS, decode.GS} {
		if selector = t.segs[n]; selector&^3 != 0 {
			s := c.descriptor(selector, vecTS, ext)
			c.checkDataSegment(&s, selector, vecTS, ext)
			c.setAccessed(selector, &s)
			c.setSegment(n, s)
		}
	}
}

// taskCode reads and checks a task's code segment: its RPL is the privilege.
func (c *CPU) taskCode(selector uint16, ext uint32) Segment {
	code := uint32(selector)&^3 | ext
	if selector&^3 == 0 {
		c.raise(vecTS, ext)
	}
	s := c.descriptor(selector, vecTS, ext)
	bad := s.Attr&(attrS|attrCode) != attrS|attrCode || s.dpl() > c.CPL
	if bad || s.Attr&attrConforming == 0 && s.dpl() != c.CPL {
		c.raise(vecTS, code)
	}
	if s.Attr&attrP == 0 {
		c.raise(vecNP, code)
	}
	return s
}

// farTask is a far JMP or CALL to a task, direct or through a gate.
func (c *CPU) farTask(selector uint16, s *Segment, reason taskReason) {
	code := uint32(selector) &^ 3
	if c.longMode() || s.dpl() < c.CPL || s.dpl() < uint8(selector&3) {
		c.raise(vecGP, code)
	}
	if s.Attr&attrType == typeTaskGate {
		if s.Attr&attrP == 0 {
			c.raise(vecNP, code)
		}
		_, d, _ := c.rawDescriptor(selector)
		selector = uint16(d >> 16)
	}
	c.switchTask(c.taskSegment(selector, reason, 0), reason, 0, c.next, c.rflags())
}

// taskGate is an event through a task gate of the IDT.
func (c *CPU) taskGate(e *exception, g gate, ret uint64) {
	s := c.taskSegment(g.selector, byCall, e.ext())
	c.switchTask(s, byCall, e.ext(), ret, c.pushedFlags(e))
	if e.pushesCode() {
		c.pushValue(uint64(e.code), layoutOf(&s).size)
	}
}

// taskReturn is IRET with NT set: back to the task that the link names.
func (c *CPU) taskReturn() {
	link := loadSys[uint16](c, c.TR.Base)
	c.switchTask(c.taskSegment(link, byReturn, 0), byReturn, 0, c.next, c.rflags())
}
