package x86

import (
	"slices"
	"unsafe"

	"stasis/cpu"
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// The block engine runs straight-line pieces of one page, decoded once into micro-operations, in one generated switch.
//
// Invariants: a block's units are taken from the budget when it is entered, and what was not done is given back on every way
// out in the middle; links lead to blocks of the same page and mode only; a way to another page goes by the jump cache, which
// asks the instruction side of the TLB.

// uop is one micro-operation. It holds no pointer, so the arena of them is never scanned.
type uop struct {
	op               uint16
	dst, src         uint8 // byte offsets into CPU.R
	base, idx, scale uint8 // byte offsets into CPU.R, and a shift
	last             bool  // the last of its instruction, and it alone is the instruction: the slow case may go on behind it
	disp             int64
	imm              int64
	n                uint32 // of a block's first: instructions in the block
	side             uint32 // block number × blockMax + instruction in the block
}

// term follows a block's last micro-operation: where it goes, fall-through first.
type term struct {
	link   [2]*uop
	target [2]uint64
}

// What the mode of blocks says besides the decoding mode: flat segments, else a 32-bit stack and the place of CS among engine.codes.
const (
	modeFlat = 1
	modeBig  = 2
	modeCode = 48
)

const (
	uopSize  = unsafe.Sizeof(uop{})
	blockMax = 64 // instructions in a block
	jumpSize = 4096
	unlinked = 0x7fffffff // instructions of the stub: no budget is enough
)

// codeSlot mirrors an entry of the TLB's instruction side for the jump cache.
type codeSlot struct {
	tag uint64 // page | context id
	key uint64 // physical page | mode
}

// jump is an entry of the jump cache: a block by address, physical page and mode.
type jump struct {
	va, key uint64
	link    *uop
}

// codeRange is base and limit of CS.
type codeRange struct {
	base  uint64
	limit uint32
}

type engine struct {
	arena   []uop
	used    int
	flushes uint32
	blockStore
	code      [mmu.Entries]codeSlot
	jumps     [jumpSize]jump
	aside     aside
	stub      [2]uop // unlinked successor
	missR     *uop
	missW     *uop
	endTerm   *uop
	slowOp    *uop
	exitOp    *uop
	fixed     [8]uop
	missVA    uint64
	retried   *uop   // the latest that was tried again after a miss,
	retriedVA uint64 // at this address
	way       int    // which successor a terminator chose
	mode      uint64
	codes     [64]codeRange // of CS, outside flat segments, that the mode of blocks has by number
	coded     int           // so many of them are in use
	builder   builder
}

func (e *engine) init() {
	e.arena = make([]uop, arenaSize)
	e.blockStore.Init()
	for n, op := range []uint16{uMissR, uMissW, uTerm, uSlowAt, uExit} {
		e.fixed[n].op = op
	}
	e.missR, e.missW, e.endTerm, e.slowOp, e.exitOp = &e.fixed[0], &e.fixed[1], &e.fixed[2], &e.fixed[3], &e.fixed[4]
	e.stub[0].n = unlinked
	e.flush()
}

// flush forgets every block.
func (e *engine) flush() {
	e.used = asideRoom
	e.flushes++
	e.blockStore.Clear()
	e.jumps = [jumpSize]jump{}
}

// evictCode and dropCode keep the jump cache below the TLB's instruction side.
func (e *engine) evictCode(slot int) { e.code[slot].tag = noTag }
func (e *engine) dropCode()          { e.code = [mmu.Entries]codeSlot{} }

// breakpointsChanged drops the blocks that hold an instruction where a breakpoint is new: a block ends before one, and nothing leads to
// one that begins there. Where a breakpoint is gone, blocks are shorter than they need be, no more.
func (c *CPU) breakpointsChanged(old, now map[uint64]uint8) {
	e := &c.engine
	pages := map[uint64]bool{}
	for a := range now {
		if old[a] == 0 {
			pages[a&^pageMask] = true
		}
	}
	if len(pages) == 0 {
		return
	}
	for n := uint32(1); n < uint32(len(e.Blocks)); n++ {
		b := &e.Blocks[n]
		if !b.Dead && pages[b.Key.VA&^pageMask] && slices.ContainsFunc(e.AddrsOf(b), func(a uint64) bool { return now[a] != 0 && old[a] == 0 }) {
			e.Unlink(n)
			e.arena[b.First].op = uDead
			c.stats.Dropped[cpu.DropBreakpoint]++
		}
	}
}

// InvalidateCode drops the blocks of a physical page: its code has changed.
func (c *CPU) InvalidateCode(page uint64) {
	e := &c.engine
	page &^= pageMask
	e.DropPage(page, func(b *block) {
		e.arena[b.First].op = uDead
		c.stats.Dropped[cpu.DropWritten]++
	})
}

// segmentsChanged selects the mode that blocks depend on.
func (c *CPU) segmentsChanged() {
	mode := uint64(c.mode) & 0x70
	if c.mode != decode.Mode64 {
		mode |= c.segmentMode()
	}
	if e := &c.engine; mode != e.mode {
		e.mode = mode
		e.dropCode()
	}
}

// segmentMode is what the mode of blocks says of segments.
func (c *CPU) segmentMode() (mode uint64) {
	for n := range c.Seg {
		c.segEnd[n] = c.Seg[n].end()
	}
	if c.flat() {
		return modeFlat
	}
	if c.Seg[decode.SS].Attr&attrDB != 0 {
		mode = modeBig
	}
	cs := &c.Seg[decode.CS]
	return mode | c.codeSlot(codeRange{cs.Base, cs.Limit})<<modeCode
}

// end is where a segment ends that the fast path may read and write from 0 on; 0 if there is anything special about it.
func (s *Segment) end() uint64 {
	if !s.permits(true) || s.Attr&attrExpandDown != 0 {
		return 0
	}
	return uint64(s.Limit) + 1
}

// codeSlot is the place of a code segment among those that blocks have been decoded under. When there are too many, all blocks go.
func (c *CPU) codeSlot(r codeRange) uint64 {
	e := &c.engine
	n := slices.Index(e.codes[:e.coded], r)
	if n < 0 {
		if e.coded == len(e.codes) {
			c.flushBlocks(cpu.DropMode)
			e.coded = 0
		}
		n = e.coded
		e.codes[n], e.coded = r, n+1
	}
	return uint64(n)
}

// ipOf is the instruction pointer of a linear code address.
func (c *CPU) ipOf(lin uint64) uint64 {
	if c.mode == decode.Mode64 {
		return lin
	}
	return (lin - c.Seg[decode.CS].Base) & 0xffffffff
}

// flat reports whether CS, DS, ES and SS are flat 4 GiB segments, and SS is a 32-bit stack.
func (c *CPU) flat() bool {
	for n := decode.ES; n <= decode.DS; n++ {
		s := &c.Seg[n]
		if s.Base != 0 || s.Limit != 0xffffffff || s.Attr&attrP == 0 || n != decode.CS && c.segEnd[n] == 0 {
			return false
		}
	}
	return c.Seg[decode.SS].Attr&attrDB != 0
}

// runBlocks runs blocks until the budget's edge or until something else has to be done. Where no block can run, it is one step.
func (c *CPU) runBlocks() {
	b := c.blockAt(c.rip)
	if b == nil {
		c.step()
		return
	}
	if c.budget < int64(b.N) {
		c.runEdge(b)
		return
	}
	c.budget -= int64(b.N)
	if c.eflags&flagRF != 0 { // it is for the first instruction, which begins now
		c.eflags &^= flagRF
		c.updateAttention()
	}
	c.run(c.engine.firstOf(b))
}

// runEdge runs the beginning of a block for which the budget is too small: single steps that need not decode. Each looks its page up as
// any step does, and that may change the code. The block's last instruction is out of reach.
func (c *CPU) runEdge(b *block) {
	for k := 0; ; k++ {
		c.codePage(c.engine.AddrOf(b, k))
		if b.Dead {
			return
		}
		c.stats.Steps++
		c.execute(c.engine.InstOf(b, k))
		if c.budget <= 0 || c.leaving || c.attention || c.PC() != c.engine.AddrOf(b, k+1) {
			return
		}
	}
}

// hostBreakHere reports whether a breakpoint, the debugger's or the guest's, stands at the next instruction.
func (c *CPU) hostBreakHere() bool {
	return c.breakpoints != nil && c.breakpoints[c.PC()] != 0 && !c.skip
}

// lookup0 is the block at rip, its units taken from the budget; exitOp if the budget is too small or there is none.
func (c *CPU) lookup0() *uop {
	e := &c.engine
	if c.budget <= 0 { // not even its translation may be looked up
		return e.exitOp
	}
	if c.mode == decode.Mode64 { // mostly the jump cache knows it
		slot, j := &e.code[mmu.Index(c.rip)], &e.jumps[jumpIndex(c.rip)]
		if slot.tag == c.rip&^pageMask|c.ctx && j.va == c.rip && j.key == slot.key && j.link.op != uDead && c.budget >= int64(j.link.n) {
			c.budget -= int64(j.link.n)
			return j.link
		}
	}
	b := c.blockAt(c.rip)
	if b == nil {
		return e.exitOp
	}
	n := int64(b.N)
	if c.budget < n {
		return e.exitOp
	}
	c.budget -= n
	return e.firstOf(b)
}

// blockAt finds or builds the block at an instruction pointer; nil if its first instruction cannot be in one.
func (c *CPU) blockAt(ip uint64) *block {
	if c.mode == decode.Mode64 && !c.canonical(ip) || c.mode != decode.Mode64 && ip > uint64(c.Seg[decode.CS].Limit) {
		return nil
	}
	e := &c.engine
	va := c.linearIP(ip)
	slot, j := &e.code[mmu.Index(va)], &e.jumps[jumpIndex(va)]
	tag := va&^pageMask | c.ctx
	if slot.tag == tag && j.va == va && j.key == slot.key && j.link.op != uDead { // the TLB's instruction side holds the page
		return e.blockOf(j.link)
	}
	page := c.codePage(va)
	slot.tag, slot.key = tag, page|e.mode
	if j.va == va && j.key == slot.key && j.link.op != uDead {
		return e.blockOf(j.link)
	}
	if c.fetchPage == nil || c.physical[page|va&pageMask] {
		return nil
	}
	key := blockKey{PA: page | va&pageMask, VA: va, Mode: e.mode}
	b := e.Find(&key)
	if b == nil {
		if b = c.build(key, ip); b == nil {
			return nil
		}
	}
	if c.breakpoints[va] == 0 { // what the jump cache knows is not looked at again
		*j = jump{va, slot.key, e.firstOf(b)}
	}
	return b
}

func jumpIndex(va uint64) uint64 { return (va ^ va>>12) & (jumpSize - 1) }

// blockOf is the block of a micro-operation.
func (e *engine) blockOf(in *uop) *block { return &e.Blocks[in.side/blockMax] }

// firstOf is the first micro-operation of a block.
func (e *engine) firstOf(b *block) *uop { return &e.arena[b.First] }

// sync puts rip and budget where they were before the instruction of a micro-operation, and says how many instructions of
// the block are not done.
func (c *CPU) sync(in *uop) (b *block, k int, left int64) {
	b = c.engine.blockOf(in)
	k = int(in.side % blockMax)
	left = int64(b.N) - int64(k)
	c.rip = c.ipOf(c.engine.AddrOf(b, k))
	c.budget += left
	return b, k, left
}

// inAt is the micro-operation that the switch left at c.at.
func (c *CPU) inAt() *uop {
	base := unsafe.Pointer(&c.engine.arena[0])
	return (*uop)(unsafe.Add(base, c.at-uintptr(base)))
}

// next1 is the micro-operation behind.
func next1(in *uop) *uop { return (*uop)(unsafe.Add(unsafe.Pointer(in), uopSize)) }

// termOf is what follows a terminator.
func termOf(in *uop) *term { return (*term)(unsafe.Add(unsafe.Pointer(in), uopSize)) }

// slow runs the handler of an instruction in a block, and goes on behind it unless something happened.
func (c *CPU) slow(in *uop) *uop {
	if in.op == uGo {
		return c.slowGo(in)
	}
	b, k, left := c.sync(in)
	c.stats.Slow[cpu.SlowHandler]++
	i := c.engine.InstOf(b, k)
	c.next = c.ipMask(c.rip + uint64(i.Len))
	after := c.next
	handlerOf(i)(c, i)
	c.rip = c.next
	c.budget--
	if c.leaving || c.attention {
		return c.engine.exitOp
	}
	if c.next != after || left == 1 || b.Dead || !in.last {
		return c.proceed()
	}
	c.budget -= left - 1
	return next1(in)
}

// proceed is the block at rip, or the way out.
func (c *CPU) proceed() *uop {
	if c.breakpoints != nil && c.hostBreakHere() {
		return c.engine.exitOp
	}
	return c.lookup0()
}

// evicts reports whether to fill in an address would take away the other one of a CALL through memory, which has just been filled in
// for it: the two have the same place in the TLB, and the block would fill in one and the other for ever.
func (e *engine) evicts(in *uop, va uint64) bool {
	switch in.op {
	case uCALL_m64, uCALL_m64x, uCALL_m32, uCALL_m32x, uCALL_m16, uCALL_m16x, uCALL_m32s, uCALL_m32sx, uCALL_m32b, uCALL_m32bx:
		return in == e.retried && mmu.Index(va) == mmu.Index(e.retriedVA) && (va^e.retriedVA)&^pageMask != 0
	}
	return false
}

// miss is a memory access that the inline array does not hold: fill it and retry, or execute the instruction by its handler.
func (c *CPU) miss(a mmu.Access) *uop {
	in, va := c.inAt(), c.engine.missVA
	if c.watching && a == mmu.Write && c.harmless(in, va) {
		return c.setAside(in)
	}
	b, k, left := c.sync(in)
	if (c.lastByte(in, va)^va)&^pageMask == 0 && c.canonical(va) && !c.engine.evicts(in, va) { // else the handler finds what faults first
		if !c.reach(va, c.access(a)) {
			c.unwound()
			return c.engine.exitOp
		}
		if !b.Dead && c.inInline(in, va, a) { // a walk may set a bit in the page of its block: then it goes as it was decoded
			c.budget -= left
			c.engine.retried, c.engine.retriedVA = in, va
			return in
		}
	}
	i := c.engine.InstOf(b, k)
	c.next = c.ipMask(c.rip + uint64(i.Len))
	c.stats.Slow[c.slowCause(in, va, a)]++
	handlerOf(i)(c, i)
	c.rip = c.next
	c.budget--
	if c.leaving || c.attention {
		return c.engine.exitOp
	}
	if left == 1 || b.Dead || !in.last {
		return c.proceed()
	}
	c.budget -= left - 1
	return next1(in)
}

// inInline reports whether the arrays that the fast path asks hold the access of a micro-operation.
func (c *CPU) inInline(in *uop, va uint64, a mmu.Access) bool {
	array, lines := &c.tlbR, &c.lineR
	if a == mmu.Write {
		array, lines = &c.tlbW, &c.lineW
	}
	return array[mmu.Index(va)].tag == c.lastByte(in, va)&^pageMask|c.ctx || c.inLines(lines, va, uint64(uopBytes[in.op]))
}

// lastByte is the address of the last byte of a micro-operation's access.
func (c *CPU) lastByte(in *uop, va uint64) uint64 { return va + uint64(uopBytes[in.op]) - 1 }

// terminate resolves a terminator whose successor is not linked yet, or for whose block the budget is too small.
func (c *CPU) terminate() *uop {
	e := &c.engine
	in, way := c.inAt(), e.way
	t := termOf(in)
	c.budget += int64(t.link[way].n)
	c.rip = c.ipOf(t.target[way])
	linked := t.link[way].n != unlinked
	if linked {
		return e.exitOp // the budget's edge
	}
	if c.budget <= 0 || c.breakpoints != nil && c.hostBreakHere() {
		return e.exitOp
	}
	flushes, from := e.flushes, e.blockOf(in)
	b := c.blockAt(c.rip)
	if b == nil {
		return e.exitOp
	}
	if flushes == e.flushes && !b.Dead && (b.Key.VA^from.Key.VA)&^pageMask == 0 && b.Key.PA&^pageMask == from.Key.PA&^pageMask {
		t.link[way] = e.firstOf(b)
		c.stats.Chained++
	}
	if c.budget < int64(b.N) {
		return e.exitOp
	}
	c.budget -= int64(b.N)
	return e.firstOf(b)
}

// slowGo goes where a uGo leads, which the jump cache did not know.
func (c *CPU) slowGo(in *uop) *uop {
	c.rip = c.ipOf(uint64(in.disp))
	return c.proceed()
}

// deadBlock leaves a block that was dropped: something linked to it still.
func (c *CPU) deadBlock(in *uop) *uop {
	c.budget += int64(in.n)
	c.rip = c.ipOf(c.engine.AddrOf(c.engine.blockOf(in), 0))
	return c.proceed()
}
