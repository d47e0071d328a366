package arm64

import (
	"unsafe"

	decode "stasis/decode/arm64"
	"stasis/mmu"
)

// line is an entry of the arrays that the fast path asks second: a piece of a page that is kept from the inline arrays by a
// watchpoint on another piece of it. So a watchpoint costs little in the page of hot data.
type line struct {
	tag, wide uint64 // address of the piece; the same if the next piece is not watched either, for accesses of 16 bytes
	ctx       uint64 // context id; 0 matches nothing
	page      unsafe.Pointer
}

const (
	lineSize  = 8
	lineMask  = lineSize - 1
	lineCount = mmu.PageSize / lineSize
)

// fillLine lets the fast path reach the piece of a watched page in which no watchpoint lies.
func (c *CPU) fillLine(lines *[lineCount]line, va uint64, host unsafe.Pointer, write bool) {
	va &^= lineMask
	if c.watched(va, lineSize, write) {
		return
	}
	l := line{tag: va, wide: 1, ctx: c.ctx, page: host}
	if va&pageMask != mmu.PageSize-lineSize && !c.watched(va+lineSize, lineSize, write) {
		l.wide = va
	}
	lines[va/lineSize%lineCount] = l
	c.lined = true
}

// inLines reports whether the second arrays hold an access.
func (c *CPU) inLines(lines *[lineCount]line, va, size uint64) bool {
	l := &lines[va/lineSize%lineCount]
	return l.ctx == c.ctx && (l.tag == (va+size-1)&^lineMask || l.wide == va && size == 2*lineSize)
}

// dropLines empties the second arrays.
func (c *CPU) dropLines() {
	c.engine.aside.in = nil
	if c.lined {
		c.lineR, c.lineW, c.lined = [lineCount]line{}, [lineCount]line{}, false
	}
}

// dropLineWrites empties the one for writes.
func (c *CPU) dropLineWrites() {
	c.engine.aside.in = nil
	if c.lined {
		c.lineW = [lineCount]line{}
	}
}

// aside is a write that the block engine does apart from its block, because a watchpoint waits for a change there. It stays known
// until the arrays are dropped: the next time, nothing has to be looked up.
type aside struct {
	in   *uop // nil: none
	va   uint64
	ctx  uint64
	host unsafe.Pointer // where it writes
	size int
	old  uint64 // what was there
}

// asideRoom is the number of micro-operations at the head of the arena that are in no block: they are for the one that is aside.
const asideRoom = 2

// harmless reports whether a write that the arrays do not hold, and never will, lies in one piece of RAM without code, where
// watchpoints wait for nothing but changes, and the TLB grants it.
func (c *CPU) harmless(in *uop, va uint64) bool {
	size := uint64(uopBytes[in.op])
	if size == 0 || (va^(va+size-1))&^lineMask != 0 || c.slowData || !in.last || !c.watched(va&^lineMask, lineSize, true) {
		return false
	}
	plain := c.walker.Untagged(va, mmu.Write)
	for i := range c.watches {
		if w := c.watchAt(i); (w.Read || !w.Changed) && w.Overlap(plain, int(size)) != 0 {
			return false
		}
	}
	if c.watchedGuest(plain, size) {
		return false
	}
	page, ok := c.writable(va)
	return ok && c.ram.Page(page) != nil && !c.ram.PageHasCode(page)
}

// writable is the physical page of an address of Normal memory that the TLB lets the current privilege write.
func (c *CPU) writable(va uint64) (page uint64, ok bool) {
	if !c.walker.On {
		return 0, false
	}
	e, a := &c.TLB.D[mmu.Index(va)], c.access(mmu.Write)
	return e.PA, e.Holds(c.walker.Untagged(va, a), c.walker.ASID) && c.walker.Allowed(e, a) && e.Perm&mmu.PermDevice == 0
}

// setAside makes a copy of a harmless write and a stop behind it, and opens the piece that it writes. So a watchpoint that waits
// for changes costs little where nothing changes.
func (c *CPU) setAside(in *uop) *uop {
	e, va := &c.engine, c.engine.missVA
	a, l := &e.aside, &c.lineW[va/lineSize%lineCount]
	if a.in != in || a.va != va || a.ctx != c.ctx || l.tag != va&^lineMask {
		page, _ := c.writable(va)
		c.ram.MarkDirty(page)
		host := c.ram.Page(page)
		*a = aside{in: in, va: va, ctx: c.ctx, host: unsafe.Add(host, va&pageMask), size: int(uopBytes[in.op])}
		*l = line{tag: va &^ lineMask, wide: 1, page: host}
		c.lined = true
		e.arena[0], e.arena[1] = *in, uop{op: uAside}
		e.arena[0].op = singleOf(in.op)
	}
	a.old = peek(a.host, a.size)
	l.ctx = c.ctx
	return &e.arena[0]
}

// knowsAside reports whether a write is the one that was aside last, with everything as it was.
func (c *CPU) knowsAside(in *uop, va uint64) bool {
	a := &c.engine.aside
	return a.in == in && a.va == va && a.ctx == c.ctx
}

// fromAside goes on behind the write that was aside, if nothing has changed.
func (c *CPU) fromAside() *uop {
	e := &c.engine
	a := &e.aside
	c.lineW[a.va/lineSize%lineCount].ctx = 0
	changed := a.old ^ peek(a.host, a.size)
	if changed == 0 {
		return next1(a.in)
	}
	b, _, left := c.sync(a.in)
	c.pc += decode.Len
	c.budget--
	c.watchWrite(a.va, a.size, changed)
	switch {
	case c.leaving || c.attention:
		return e.exitOp
	case left == 1 || b.Dead:
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
