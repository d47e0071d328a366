package x86

import (
	"unsafe"

	"stasis/mmu"
)

// line is an entry of the arrays that the fast path asks second: a piece of a page that is kept from the inline arrays by a
// watchpoint on another piece of it. So a watchpoint costs little in the page of hot data.
type line struct {
	tag, ctx uint64 // address of the piece, context id; a ctx of 0 matches nothing
	page     unsafe.Pointer
	_        uint64
}

const (
	lineSize  = 8
	lineMask  = lineSize - 1
	lineCount = mmu.PageSize / lineSize
)

// fillLine lets the fast path reach the piece of a watched page in which no watchpoint lies.
func (c *CPU) fillLine(lines *[lineCount]line, lin uint64, host unsafe.Pointer, write bool) {
	if lin &^= lineMask; !c.watched(lin, lineSize, write) {
		lines[lin/lineSize%lineCount] = line{tag: lin, ctx: c.ctx, page: host}
		c.lined = true
	}
}

// inLines reports whether the second arrays hold an access.
func (c *CPU) inLines(lines *[lineCount]line, lin, size uint64) bool {
	e := &lines[lin/lineSize%lineCount]
	return e.tag == (lin+size-1)&^lineMask && e.ctx == c.ctx
}

// dropLines empties the second arrays.
func (c *CPU) dropLines() {
	if c.lined {
		c.lineR, c.lineW, c.lined = [lineCount]line{}, [lineCount]line{}, false
	}
}

// dropLineWrites empties the one for writes.
func (c *CPU) dropLineWrites() {
	if c.lined {
		c.lineW = [lineCount]line{}
	}
}

// aside is a write that the block engine does apart from its block, because a watchpoint waits for a change there.
type aside struct {
	in     *uop
	va, pa uint64
	size   int
	old    uint64 // what was there
}

// asideRoom is the number of micro-operations at the head of the arena that are in no block: they are for the one that is aside.
const asideRoom = 3

// harmless reports whether a write that the arrays do not hold, and never will, lies in one piece of RAM without code, where
// watchpoints wait for nothing but changes, and the TLB grants it.
func (c *CPU) harmless(in *uop, va uint64) bool {
	size := uint64(uopBytes[in.op])
	if size == 0 || (va^(va+size-1))&^lineMask != 0 || c.aligning || !in.last && in.op != uCALL64 || !c.watched(va&^lineMask, lineSize, true) {
		return false
	}
	for i := range c.watches {
		if w := &c.watches[i]; (w.Read || !w.Changed) && w.Overlap(va, int(size)) != 0 {
			return false
		}
	}
	for i := range c.armed.data {
		if w := &c.armed.data[i]; c.touches(w, va, size) {
			return false
		}
	}
	page, ok := c.writable(va)
	return ok && c.ram.Page(page) != nil && !c.ram.PageHasCode(page)
}

// writable is the physical page of an address that the TLB lets the current privilege write.
func (c *CPU) writable(va uint64) (page uint64, ok bool) {
	if c.walker.Levels == 0 {
		return va &^ pageMask, true
	}
	e := &c.TLB.D[mmu.Index(va)]
	return e.PA, e.Holds(va, c.walker.PCID) && c.walker.Allowed(e, c.access(mmu.Write))
}

// setAside makes a copy of a harmless write and a stop behind it, and opens the piece that it writes. So a watchpoint that waits
// for changes costs little where nothing changes.
func (c *CPU) setAside(in *uop) *uop {
	e, va := &c.engine, c.engine.missVA
	page, _ := c.writable(va)
	c.ram.MarkDirty(page)
	a := aside{in: in, va: va, pa: page | va&pageMask, size: int(uopBytes[in.op])}
	a.old = c.readPhys(a.pa, a.size)
	e.aside = a
	c.lineW[va/lineSize%lineCount] = line{tag: va &^ lineMask, ctx: c.ctx, page: c.ram.Page(page)}
	e.arena[0], e.arena[1], e.arena[2] = *in, uop{op: uAside}, uop{op: uAside}
	e.arena[0].op = singleOf(in.op)
	if in.op == uCALL64 {
		t := termOf(&e.arena[0])
		t.link[0] = &e.arena[2]
	}
	return &e.arena[0]
}

// fromAside goes on behind the write that was aside, if nothing has changed.
func (c *CPU) fromAside() *uop {
	e := &c.engine
	a := &e.aside
	c.lineW[a.va/lineSize%lineCount] = line{}
	changed := a.old ^ c.readPhys(a.pa, a.size)
	if changed == 0 {
		if a.in.op != uCALL64 {
			return next1(a.in)
		}
		if next := termOf(a.in).link[0]; c.budget >= int64(next.n) {
			c.budget -= int64(next.n)
			return next
		}
	}
	b, k, left := c.sync(a.in)
	if a.in.op == uCALL64 {
		c.rip = c.ipOf(termOf(a.in).target[0])
	} else {
		c.rip = c.ipMask(c.rip + uint64(e.InstOf(b, k).Len))
	}
	c.budget--
	if changed != 0 {
		c.watchWrite(a.va, a.size, changed)
	}
	switch {
	case c.leaving || c.attention:
		return e.exitOp
	case a.in.op == uCALL64 || left == 1 || b.Dead:
		return c.proceed()
	}
	c.budget -= left - 1
	return next1(a.in)
}

// singleOf is the first of the two micro-operations that one is, or itself.
func singleOf(op uint16) uint16 {
	if op >= firstPair {
		return pairFirst[op-firstPair]
	}
	return op
}
