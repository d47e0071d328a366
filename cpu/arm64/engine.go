package arm64

import (
	"slices"
	"unsafe"

	"stasis/cpu"
	decode "stasis/decode/arm64"
	"stasis/mmu"
)

// The block engine runs straight-line pieces of one page, decoded once into micro-operations, in one generated switch.
//
// Invariants: a block's units are taken from the budget when it is entered, and what was not done is given back on every way
// out in the middle; links lead to blocks of the same page and mode only; a way to another page goes by the jump cache, which
// asks the instruction side of the TLB.

// uop is one micro-operation. It holds no pointer, so the arena of them is never scanned.
type uop struct {
	op        uint16
	dst, src  uint8 // slots of CPU.R
	base, idx uint8 // slots of CPU.R
	scale     uint8 // a shift, or a small number
	last      bool  // the last of its instruction, and it alone is the instruction: the slow case may go on behind it
	disp      int64
	imm       int64
	n         uint32 // of a block's first: instructions in the block
	side      uint32 // block number × blockMax + instruction in the block
}

// term follows a block's last micro-operation: where it goes, fall-through first.
type term struct {
	link   [2]*uop
	target [2]uint64
}

const (
	uopSize  = unsafe.Sizeof(uop{})
	blockMax = 64 // instructions in a block
	jumpSize = 4096
	unlinked = 0x7fffffff // instructions of the stub: no budget is enough
)

// Bits of a block's mode.
const (
	modeTarget  = 1 << iota // an indirect branch has led here: PSTATE.BTYPE is not 0
	modeGuarded             // the page is guarded
	modeSP                  // SP must be aligned where it is a base
	modeFP                  // floating point and SIMD are trapped
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

// engine is what the two engines keep besides State.
type engine struct {
	single  Inst // the single-step engine's instruction
	element vec  // scratch: the operand of operations by element
	targets bool // indirect branches set PSTATE.BTYPE

	arena   []uop
	used    int
	flushes uint32
	blockStore
	code     [mmu.Entries]codeSlot
	jumps    [jumpSize]jump
	stub     [2]uop // unlinked successor
	missR    *uop
	missW    *uop
	endTerm  *uop
	slowOp   *uop
	exitOp   *uop
	fixed    [6]uop
	directOp *uop
	missVA   uint64
	aside    aside
	way      int  // which successor a terminator chose
	trying   *uop // what direct executes
	builder  builder
}

func (e *engine) init(have map[string]bool) {
	e.targets = have["BTI"]
	e.arena = make([]uop, arenaSize)
	e.blockStore.Init()
	for n, op := range []uint16{uMissR, uMissW, uTerm, uSlowAt, uExit, uDirectAt} {
		e.fixed[n].op = op
	}
	e.missR, e.missW, e.endTerm, e.slowOp, e.exitOp, e.directOp = &e.fixed[0], &e.fixed[1], &e.fixed[2], &e.fixed[3], &e.fixed[4], &e.fixed[5]
	e.stub[0].n = unlinked
	e.flush()
}

// flush forgets every block.
func (e *engine) flush() {
	e.used, e.aside.in = asideRoom, nil
	e.flushes++
	e.blockStore.Clear()
	for i := range e.jumps {
		e.jumps[i] = jump{va: 1} // where no instruction is
	}
}

// evictCode and dropCode keep the jump cache below the TLB's instruction side.
func (c *CPU) evictCode(slot int) { c.engine.code[slot].tag = noTag }
func (c *CPU) dropCode()          { c.engine.code = [mmu.Entries]codeSlot{} }

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

// blockMode is the mode of blocks in the page of the last look-up.
func (c *CPU) blockMode() (mode uint64) {
	if c.fetchGuarded {
		mode |= modeGuarded
	}
	if c.checkingSP {
		mode |= modeSP
	}
	if c.fpTrapped {
		mode |= modeFP
	}
	return mode
}

// runBlocks runs blocks until the budget's edge or until something else has to be done. Where no block can run, it is one step.
func (c *CPU) runBlocks() {
	b := c.blockAt(c.pc)
	if b == nil {
		c.step()
		return
	}
	if c.budget < int64(b.N) {
		c.runEdge(b)
		return
	}
	c.budget -= int64(b.N)
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
		c.perform(c.engine.InstOf(b, k))
		if c.budget <= 0 || c.leaving || c.attention || c.pc != c.engine.AddrOf(b, k+1) {
			return
		}
	}
}

// breakHere reports whether a breakpoint, the debugger's or the guest's, stands at the next instruction.
func (c *CPU) breakHere() bool {
	return c.breakpoints != nil && c.breakpoints[c.pc] != 0 && !c.skip
}

// enter is the block at pc, its units taken from the budget; exitOp if the budget is too small or there is none.
func (c *CPU) enter() *uop {
	e := &c.engine
	if c.budget <= 0 { // not even its translation may be looked up
		return e.exitOp
	}
	b := c.blockAt(c.pc)
	if b == nil || c.budget < int64(b.N) {
		return e.exitOp
	}
	c.budget -= int64(b.N)
	return e.firstOf(b)
}

// blockAt finds or builds the block at an address; nil if its first instruction cannot be in one.
func (c *CPU) blockAt(pc uint64) *block {
	if pc%decode.Len != 0 {
		return nil
	}
	e := &c.engine
	page := c.codePage(pc)
	slot := &e.code[mmu.Index(pc)]
	slot.tag, slot.key = pc&^pageMask|c.ctx, page|c.blockMode()
	mode := slot.key & pageMask
	if c.BTYPE != 0 {
		mode |= modeTarget
	}
	j := &e.jumps[jumpIndex(pc)]
	if j.va == pc && j.key == page|mode && j.link.op != uDead {
		return e.blockOf(j.link)
	}
	if c.fetchPage == nil {
		return nil
	}
	key := blockKey{PA: page | pc&pageMask, VA: pc, Mode: mode}
	b := e.Find(&key)
	if b == nil {
		if b = c.build(key); b == nil {
			return nil
		}
	}
	if c.breakpoints[pc] == 0 { // what the jump cache knows is not looked at again
		*j = jump{pc, page | mode, e.firstOf(b)}
	}
	return b
}

func jumpIndex(va uint64) uint64 { return (va ^ va>>12) & (jumpSize - 1) }

// blockOf is the block of a micro-operation.
func (e *engine) blockOf(in *uop) *block { return &e.Blocks[in.side/blockMax] }

// firstOf is the first micro-operation of a block.
func (e *engine) firstOf(b *block) *uop { return &e.arena[b.First] }

// sync puts pc and budget where they were before the instruction of a micro-operation, and says how many instructions of
// the block are not done.
func (c *CPU) sync(in *uop) (b *block, k int, left int64) {
	b = c.engine.blockOf(in)
	k = int(in.side % blockMax)
	left = int64(b.N) - int64(k)
	c.pc = c.engine.AddrOf(b, k)
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
	if in.op == uGo || in.op == uGoBL {
		c.pc = uint64(in.disp)
		return c.proceed()
	}
	b, k, left := c.sync(in)
	c.stats.Slow[cpu.SlowHandler]++
	return c.handle(in, b, k, left)
}

// direct runs a handler that needs nothing but registers.
func (c *CPU) direct(in *uop) *uop {
	e := &c.engine
	e.trying = in
	i := &e.Insts[in.imm]
	handlers[i.Op](c, i)
	e.trying = nil
	return next1(in)
}

// readSystem runs MRS of a register of the CPU, for which the debugger may wait.
func (c *CPU) readSystem(in *uop) *uop {
	next := c.direct(in)
	if !c.leaving && !c.attention {
		return next
	}
	c.sync(in)
	c.pc += decode.Len
	c.budget--
	return c.engine.exitOp
}

// unwind puts pc and budget right where a direct handler has raised an exception.
func (e *engine) unwind(c *CPU) {
	if e.trying != nil {
		c.sync(e.trying)
		e.trying = nil
	}
}

// handle runs the handler of instruction k of a block.
func (c *CPU) handle(in *uop, b *block, k int, left int64) *uop {
	after := c.pc + decode.Len
	c.perform(c.engine.InstOf(b, k))
	if c.leaving || c.attention {
		return c.engine.exitOp
	}
	if c.pc != after || left == 1 || b.Dead || !in.last {
		return c.proceed()
	}
	c.budget -= left - 1
	return next1(in)
}

// proceed is the block at pc, or the way out.
func (c *CPU) proceed() *uop {
	if c.breakHere() {
		return c.engine.exitOp
	}
	return c.enter()
}

// miss is a memory access that the inline array does not hold: fill it and retry, or execute the instruction by its handler.
func (c *CPU) miss(a mmu.Access) *uop {
	in, va := c.inAt(), c.engine.missVA
	if c.watching && a == mmu.Write && (c.knowsAside(in, va) || c.harmless(in, va)) {
		return c.setAside(in)
	}
	b, k, left := c.sync(in)
	last := va + uint64(uopBytes[in.op]) - 1
	if !c.slowData && (last^va)&^pageMask == 0 { // else the handler finds what faults first
		if _, _, fault, ok := c.tryTranslate(va, c.access(a)); !ok {
			return c.refuse(va, fault, c.access(a))
		}
		array, lines := &c.tlbR, &c.lineR
		if a == mmu.Write {
			array, lines = &c.tlbW, &c.lineW
		}
		if array[mmu.Index(va)].tag == last&^pageMask|c.ctx || c.inLines(lines, va, uint64(uopBytes[in.op])) {
			c.budget -= left
			return in
		}
	}
	c.stats.Slow[c.slowCause(va, last, a)]++
	return c.handle(in, b, k, left)
}

// terminate resolves a terminator whose successor is not linked yet, or for whose block the budget is too small.
func (c *CPU) terminate() *uop {
	e := &c.engine
	in, way := c.inAt(), e.way
	t := termOf(in)
	c.budget += int64(t.link[way].n)
	c.pc = t.target[way]
	if t.link[way].n != unlinked || c.budget <= 0 || c.breakHere() {
		return e.exitOp
	}
	flushes, from := e.flushes, e.blockOf(in)
	b := c.blockAt(c.pc)
	if b == nil {
		return e.exitOp
	}
	if flushes == e.flushes && !b.Dead && !from.Dead && b.Key.PA&^pageMask == from.Key.PA&^pageMask && (b.Key.VA^from.Key.VA)&^pageMask == 0 {
		t.link[way] = e.firstOf(b)
		c.stats.Chained++
	}
	if c.budget < int64(b.N) {
		return e.exitOp
	}
	c.budget -= int64(b.N)
	return e.firstOf(b)
}

// deadBlock leaves a block that was dropped: something linked to it still.
func (c *CPU) deadBlock(in *uop) *uop {
	c.budget += int64(in.n)
	c.pc = c.engine.AddrOf(c.engine.blockOf(in), 0)
	return c.proceed()
}
