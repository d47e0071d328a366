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

// reach is translate without its result, for callers that unwind by themselves: false is a #PF, which waits in c.exc.
func (c *CPU) reach(lin uint64, a mmu.Access) bool {
	if c.walker.Levels == 0 {
		c.fillInline(lin, lin&^pageMask, a, true)
		return true
	}
	e := c.find(lin, a)
	if e != nil {
		c.fillInline(lin, e.PA, a, e.Perm&mmu.PermDirty != 0)
	}
	return e != nil
}

// lookup finds the architectural TLB's entry, walking the page tables on a miss.
func (c *CPU) lookup(lin uint64, a mmu.Access) *mmu.Entry {
	e := c.find(lin, a)
	if e == nil {
		panic(&c.exc)
	}
	return e
}

// find is lookup for callers that unwind by themselves: nil is a #PF, which waits in c.exc.
func (c *CPU) find(lin uint64, a mmu.Access) *mmu.Entry {
	slot := mmu.Index(lin)
	e := &c.TLB.Side(a)[slot]
	if e.Holds(lin, c.walker.PCID) && c.walker.Allowed(e, a) {
		c.stats.Hits++
		return e
	}
	c.stats.Walks++
	found, fault, ok := c.walker.Walk(lin, a)
	if !ok {
		if e.Holds(lin, c.walker.PCID) {
			c.evict(slot, a)
		}
		c.CR2 = fault.VA
		c.stats.Faults++
		c.exc = exception{vecPF, kindFault, fault.Code}
		return nil
	}
	c.evict(slot, a)
	*e = found
	c.filled.Note(slot, a)
	c.large.Note(e)
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
	c.dropLines()
}

// fillInline lets the fast path reach a page, if it is RAM; a page that is watched, only in pieces. Accesses with other rights
// than the current ones (descriptor tables) leave no trace.
func (c *CPU) fillInline(lin, page uint64, a mmu.Access, dirty bool) {
	if a&mmu.Fetch != 0 || c.aligning || a != c.access(a&mmu.Write) {
		return
	}
	host := c.ram.Page(page)
	if host == nil {
		return
	}
	write := a&mmu.Write != 0
	if write {
		if !dirty || c.ram.PageHasCode(page) {
			return
		}
		c.ram.MarkDirty(page)
	}
	array, lines := &c.tlbR, &c.lineR
	if write {
		array, lines = &c.tlbW, &c.lineW
	}
	if c.watching && c.watched(lin&^pageMask, mmu.PageSize, write) {
		c.fillLine(lines, lin, host, write)
		return
	}
	array[mmu.Index(lin)] = inline{lin&^pageMask | c.ctx, host}
}

// Translate maps a virtual address with supervisor rights and without any side effect.
func (c *CPU) Translate(va uint64) (pa uint64, ok bool) {
	if c.walker.Levels == 0 {
		return va & 0xffffffff, true
	}
	if !c.canonical(va) {
		return 0, false
	}
	w := c.walker
	w.NoSetBits, w.SMAP, w.PKE = true, false, false
	e, _, ok := w.Walk(va, mmu.Read)
	return e.PA | va&pageMask, ok
}

// pagingChanged sets the walker up from the control registers. What the TLB holds stays; see flushTLB.
func (c *CPU) pagingChanged() {
	w := &c.walker
	*w = mmu.X86{Mem: physMemory{c}, Low: c.ram.LowView(), CR3: c.CR3, PhysBits: physBits, NXE: c.EFER&eferNXE != 0, WP: c.CR0&cr0WP != 0,
		SMEP: c.CR4&cr4SMEP != 0, SMAP: c.CR4&cr4SMAP != 0, PSE: c.CR4&cr4PSE != 0, PKE: c.CR4&cr4PKE != 0 && c.longMode(), PKRU: c.PKRU,
		NoGlobal: c.CR4&cr4PGE == 0, NoGiant: !c.features.giant, PDPTE: c.PDPTE, PCID: c.pcid()}
	c.vaUnused = 16
	switch {
	case c.CR0&cr0PG == 0:
	case c.CR4&cr4PAE == 0:
		w.Levels = 2
	case c.EFER&eferLMA == 0:
		w.Levels = 3
	case c.CR4&cr4LA57 == 0:
		w.Levels = 4
	default:
		w.Levels, c.vaUnused = 5, 7
	}
	c.dropContexts()
}

// pcid is the current process-context identifier.
func (c *CPU) pcid() uint16 {
	if c.CR4&cr4PCIDE == 0 {
		return 0
	}
	return uint16(c.CR3 & 0xfff)
}

// flushTLB empties the architectural TLB, and with it everything below.
func (c *CPU) flushTLB(keepGlobal bool) {
	c.filled.Flush(&c.TLB, keepGlobal)
	if !keepGlobal {
		c.large = mmu.LargePages{}
	}
	c.translationsGone()
}

// flushPCID drops one address space's translations that are not global.
func (c *CPU) flushPCID(pcid uint16) {
	c.filled.FlushPCID(&c.TLB, pcid)
	c.contexts.Forget(pcid)
	c.useContext()
	c.fetchPage = nil
}

// flushPage drops what translates one address, in every address space.
func (c *CPU) flushPage(va uint64) {
	first, n := c.TLB.FlushPage(va, &c.large)
	for slot := first; slot < first+n; slot++ {
		c.tlbR[slot].tag, c.tlbW[slot].tag = noTag, noTag
		c.engine.evictCode(slot)
	}
	c.dropLines()
	c.fetchPage = nil
}

// translationsGone empties what lies below the architectural TLB.
func (c *CPU) translationsGone() {
	c.dropContexts()
	c.fetchPage = nil
}

// Classes of privilege, by what an access may do.
const (
	classSupervisor = iota
	classUser
	classOverride // supervisor whose RFLAGS.AC lifts SMAP
	classAligned  // user whose alignment is checked
)

// dropContexts makes every inline entry miss: new ids are drawn.
func (c *CPU) dropContexts() {
	c.contexts.Drop(c.walker.PCID)
	c.useContext()
}

// useSpace selects the address space of the walker's PCID.
func (c *CPU) useSpace() {
	c.contexts.Use(c.walker.PCID)
	c.useContext()
}

// class is the current privilege class.
func (c *CPU) class() int {
	ac := c.eflags&flagAC != 0
	switch {
	case c.CPL == 3 && ac && c.CR0&cr0AM != 0:
		return classAligned
	case c.CPL == 3:
		return classUser
	case ac && c.walker.SMAP:
		return classOverride
	}
	return classSupervisor
}

// useContext selects the context id of the current address space and privilege class.
func (c *CPU) useContext() {
	class := c.class()
	c.walker.AC = c.eflags&flagAC != 0
	c.aligning = class == classAligned
	id, ok := c.contexts.ID(class)
	if !ok {
		c.DropInline()
		return
	}
	c.ctx = id
}

// DropInline empties the inline arrays. They refill from the architectural TLB without a walk.
func (c *CPU) DropInline() {
	for i := range c.tlbR {
		c.tlbR[i].tag = noTag
	}
	c.DropInlineWrites()
	c.dropLines()
	c.engine.dropCode()
	c.fetchPage = nil
	c.contexts.Restart()
	c.dropContexts()
}

// DropInlineWrites makes the next write to each page visible to dirty and code tracking.
func (c *CPU) DropInlineWrites() {
	for i := range c.tlbW {
		c.tlbW[i].tag = noTag
	}
	c.dropLineWrites()
}

// ProtectCode makes the next write to a physical page visible: code of it is decoded now.
func (c *CPU) ProtectCode(page uint64) {
	host := c.ram.Page(page &^ pageMask)
	for i := range c.tlbW {
		if c.tlbW[i].page == host {
			c.tlbW[i].tag = noTag
		}
	}
	c.dropLineWrites()
}

// setCPL changes the privilege level.
func (c *CPU) setCPL(n uint8) {
	if c.awaiting {
		c.enters(n)
	}
	c.countLevel(n)
	c.CPL = n
	c.useContext()
}

// canonical reports whether the bits of a linear address that are not translated are equal to the highest one that is.
func (c *CPU) canonical(va uint64) bool {
	n := c.vaUnused & 63
	return uint64(int64(va)<<n>>n) == va
}

// baseBits is the width of linear addresses that registers can hold, whatever paging translates.
func (c *CPU) baseBits() uint {
	if c.features.la57 {
		return 57
	}
	return 48
}

// canonicalBase is the check of what is loaded into registers: it does not depend on CR4.LA57. Source: SDM Vol. 1, "Canonical
// Addressing".
func (c *CPU) canonicalBase(va uint64) bool {
	n := 64 - c.baseBits()
	return uint64(int64(va)<<n>>n) == va
}
