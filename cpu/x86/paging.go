package x86

import (
	"stasis/mmu"
)

// physBits is MAXPHYADDR.
const physBits = 40

// translate maps a linear address for an access and leaves the inline arrays knowing it, or raises #PF.
func (c *CPU) translate(lin uint64, a mmu.Access) uint64 {
	if c.walker.Levels == 0 {
		c.fillInline(lin, lin&^pageMask, a, true)
		return lin
	}
	e := c.lookup(lin, a)
	c.fillInline(lin, e.PA, a, e.Perm&mmu.PermDirty != 0)
	return e.PA | lin&pageMask
}

// lookup finds the architectural TLB's entry, walking the page tables on a miss.
func (c *CPU) lookup(lin uint64, a mmu.Access) *mmu.Entry {
	slot := mmu.Index(lin)
	e := &c.TLB.Side(a)[slot]
	if e.Holds(lin, c.walker.PCID) && c.walker.Allowed(e, a) {
		return e
	}
	c.stats.Walks++
	found, fault, ok := c.walker.Walk(lin, a)
	if !ok {
		if e.Holds(lin, c.walker.PCID) {
			c.evict(slot, a)
		}
		c.pageFault(fault)
	}
	c.evict(slot, a)
	*e = found
	return e
}

// evict drops an architectural entry and what the inline arrays have of it.
func (c *CPU) evict(slot int, a mmu.Access) {
	c.TLB.Side(a)[slot] = mmu.Entry{}
	if a&mmu.Fetch != 0 {
		c.engine.evictCode(slot)
		c.fetchPage = nil
		return
	}
	c.tlbR[slot].tag, c.tlbW[slot].tag = noTag, noTag
}

// fillInline lets the fast path reach a page, if it is RAM that nobody watches. Accesses with other rights than the current
// ones (descriptor tables) leave no trace.
func (c *CPU) fillInline(lin, page uint64, a mmu.Access, dirty bool) {
	if a&mmu.Fetch != 0 || a != c.access(a&mmu.Write) || c.watching && c.watched(lin&^pageMask) {
		return
	}
	host := c.ram.Page(page)
	if host == nil {
		return
	}
	slot, tag := mmu.Index(lin), lin&^pageMask|c.ctx
	if a&mmu.Write == 0 {
		c.tlbR[slot] = inline{tag, host}
		return
	}
	if dirty && !c.ram.PageHasCode(page) {
		c.ram.MarkDirty(page)
		c.tlbW[slot] = inline{tag, host}
	}
}

func (c *CPU) pageFault(f mmu.Fault) {
	c.CR2 = f.VA
	c.stats.Faults++
	c.raise(vecPF, f.Code)
}

// Translate maps a virtual address with supervisor rights and without any side effect.
func (c *CPU) Translate(va uint64) (pa uint64, ok bool) {
	if c.walker.Levels == 0 {
		return va & 0xffffffff, true
	}
	if !canonical(va) {
		return 0, false
	}
	w := c.walker
	w.NoSetBits, w.SMAP = true, false
	e, _, ok := w.Walk(va, mmu.Read)
	return e.PA | va&pageMask, ok
}

// pagingChanged sets the walker up from the control registers. What the TLB holds stays; see flushTLB.
func (c *CPU) pagingChanged() {
	w := &c.walker
	*w = mmu.X86{Mem: physMemory{c}, CR3: c.CR3, PhysBits: physBits, NXE: c.EFER&eferNXE != 0, WP: c.CR0&cr0WP != 0,
		SMEP: c.CR4&cr4SMEP != 0, PSE: c.CR4&cr4PSE != 0, NoGlobal: c.CR4&cr4PGE == 0, PDPTE: c.PDPTE}
	switch {
	case c.CR0&cr0PG == 0:
	case c.CR4&cr4PAE == 0:
		w.Levels = 2
	case c.EFER&eferLMA == 0:
		w.Levels = 3
	default:
		w.Levels = 4
	}
	c.dropContexts()
}

// flushTLB empties the architectural TLB, and with it everything below.
func (c *CPU) flushTLB(keepGlobal bool) {
	c.TLB.Flush(keepGlobal)
	c.dropContexts()
	c.engine.dropCode()
	c.fetchPage = nil
}

// dropContexts makes every inline entry miss: new ids are drawn.
func (c *CPU) dropContexts() {
	c.contexts = [4]uint16{}
	c.useContext()
}

// useContext selects the context id of the current privilege.
func (c *CPU) useContext() {
	class := 0
	if c.CPL == 3 {
		class = 1
	}
	if c.contexts[class] == 0 {
		c.contexts[class] = c.drawContext()
	}
	c.ctx = uint64(c.contexts[class])
}

// drawContext is an id that no inline entry carries.
func (c *CPU) drawContext() uint16 {
	if c.lastID == pageMask {
		c.DropInline()
		c.contexts = [4]uint16{}
	}
	c.lastID++
	return c.lastID
}

// DropInline empties the inline arrays. They refill from the architectural TLB without a walk.
func (c *CPU) DropInline() {
	for i := range c.tlbR {
		c.tlbR[i].tag = noTag
	}
	c.DropInlineWrites()
	c.engine.dropCode()
	c.fetchPage = nil
	c.lastID = 0
	c.contexts = [4]uint16{}
	c.useContext()
}

// DropInlineWrites makes the next write to each page visible to dirty and code tracking.
func (c *CPU) DropInlineWrites() {
	for i := range c.tlbW {
		c.tlbW[i].tag = noTag
	}
}

// setCPL changes the privilege level.
func (c *CPU) setCPL(n uint8) {
	c.CPL = n
	c.useContext()
}
