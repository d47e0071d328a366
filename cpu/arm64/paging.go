package arm64

import "stasis/mmu"

// Source of the rules: Arm ARM, "The AArch64 Virtual Memory System Architecture".

// translate maps an address for an access and leaves the inline arrays knowing it, or raises an abort.
func (c *CPU) translate(va uint64, a mmu.Access) (pa uint64, perm uint16) {
	pa, perm, fault, ok := c.tryTranslate(va, a)
	if !ok {
		c.abort(va, fault, a)
	}
	return pa, perm
}

// tryTranslate is translate for who raises the abort himself: !ok is one.
func (c *CPU) tryTranslate(va uint64, a mmu.Access) (pa uint64, perm uint16, fault uint8, ok bool) {
	if !c.walker.On {
		pa = c.walker.Untagged(va, a)
		return pa, mmu.PermDevice, mmu.FaultAddressSize, pa>>mmu.PABits == 0 // data is Device memory
	}
	e, fault := c.lookup(va, a)
	if e == nil {
		return 0, 0, fault, false
	}
	c.fillInline(va, e, a)
	return e.PA | va&pageMask, e.Perm, 0, true
}

// lookup finds the architectural TLB's entry, walking the tables on a miss; nil if that is a fault.
func (c *CPU) lookup(va uint64, a mmu.Access) (e *mmu.Entry, fault uint8) {
	slot := mmu.Index(va)
	e = &c.TLB.Side(a)[slot]
	plain := c.walker.Untagged(va, a)
	if e.Holds(plain, c.walker.ASID) && c.walker.Allowed(e, a) {
		c.stats.Hits++
		return e, 0
	}
	c.stats.Walks++
	found, fault, ok := c.walker.Walk(va, a)
	if !ok {
		if e.Holds(plain, c.walker.ASID) {
			c.evict(slot, a)
		}
		return nil, fault
	}
	c.evict(slot, a)
	*e = found
	c.filled.Note(slot, a)
	c.large.Note(e)
	return e, 0
}

// evict drops an architectural entry and what the inline arrays have of it.
func (c *CPU) evict(slot int, a mmu.Access) {
	c.TLB.Side(a)[slot] = mmu.Entry{}
	if a&mmu.Fetch != 0 {
		c.evictCode(slot)
		c.fetchPage = nil
		return
	}
	c.tlbR[slot].tag, c.tlbW[slot].tag = noTag, noTag
	c.dropLines()
}

// fillInline lets the fast path reach a page, if it is Normal memory and RAM that nobody watches. Accesses with other rights than
// the current ones leave no trace.
func (c *CPU) fillInline(va uint64, e *mmu.Entry, a mmu.Access) {
	if a&mmu.Fetch != 0 || c.slowData || e.Perm&mmu.PermDevice != 0 || a != c.access(a&mmu.Write) {
		return
	}
	host := c.ram.Page(e.PA)
	if host == nil {
		return
	}
	array, lines, write := &c.tlbR, &c.lineR, a&mmu.Write != 0
	if write {
		if c.ram.PageHasCode(e.PA) {
			return
		}
		c.ram.MarkDirty(e.PA)
		array, lines = &c.tlbW, &c.lineW
	}
	if c.watching && c.watched(va&^pageMask, mmu.PageSize, write) {
		c.fillLine(lines, va, host, write)
		return
	}
	array[mmu.Index(va)] = inline{va&^pageMask | c.ctx, host}
}

// abort raises the abort of a failed translation.
func (c *CPU) abort(va uint64, fsc uint8, a mmu.Access) {
	c.stats.Faults++
	if a&mmu.Fetch != 0 {
		c.raiseAt(ecInstAbort, uint32(fsc), va)
	}
	c.dataAbort(va, fsc, a)
}

// Bits of the syndrome of a data abort.
const (
	issWnR = 1 << 6
	issCM  = 1 << 8
)

// dataAbort raises a data abort. Source: Arm ARM, "ISS encoding for an exception from a Data Abort".
func (c *CPU) dataAbort(va uint64, fsc uint8, a mmu.Access) {
	c.raiseAt(ecDataAbort, dataSyndrome(fsc, a), va)
}

// refuse takes the data abort of a micro-operation. There is nothing to unwind.
func (c *CPU) refuse(va uint64, fsc uint8, a mmu.Access) *uop {
	c.stats.Faults++
	c.exc = exception{kind: kindSync, ec: ecDataAbort, iss: dataSyndrome(fsc, a), far: va, hasFAR: true}
	c.unwound()
	return c.engine.exitOp
}

// dataSyndrome is what data aborts and watchpoints report: WnR is set for cache maintenance too.
func dataSyndrome(fsc uint8, a mmu.Access) uint32 {
	iss := uint32(fsc)
	if a&(mmu.Write|mmu.Maintenance) != 0 {
		iss |= issWnR
	}
	if a&mmu.Maintenance != 0 {
		iss |= issCM
	}
	return iss
}

// Translate maps a virtual address with the rights of EL1 and without any side effect.
func (c *CPU) Translate(va uint64) (pa uint64, ok bool) {
	if !c.walker.On {
		return va, va>>mmu.PABits == 0
	}
	w := c.walker
	w.NoSetBits, w.PAN = true, false
	e, _, ok := w.Walk(va, mmu.Read)
	return e.PA | va&pageMask, ok
}

// pagingChanged sets the walker up from the system registers. What the TLB holds stays.
func (c *CPU) pagingChanged() {
	s := &c.Sys
	c.walker = mmu.Arm64{Mem: physMemory{c}, TTBR: [2]uint64{s.TTBR0, s.TTBR1}, TCR: s.TCR, MAIR: s.MAIR,
		On: s.SCTLR&sctlrM != 0, WXN: s.SCTLR&sctlrWXN != 0, BigEndian: s.SCTLR&sctlrEE != 0}
	c.walker.Derive()
	c.dropContexts()
}

// flushTLB empties the architectural TLB, and with it everything below.
func (c *CPU) flushTLB() {
	c.filled.Flush(&c.TLB, false)
	c.large = mmu.LargePages{}
	c.translationsGone()
}

// flushASID drops one address space's translations that are not global.
func (c *CPU) flushASID(asid uint16) {
	c.filled.FlushPCID(&c.TLB, asid)
	c.contexts.Forget(asid)
	c.useContext()
	c.fetchPage = nil
}

// flushPage drops what translates one address, in every address space. An entry of another one may go too: a TLB forgets what it
// likes.
func (c *CPU) flushPage(va uint64) {
	first, n := c.TLB.FlushPage(va, &c.large)
	for slot := first; slot < first+n; slot++ {
		c.tlbR[slot].tag, c.tlbW[slot].tag = noTag, noTag
		c.evictCode(slot)
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
	classEL1 = iota
	classPAN // EL1 with PSTATE.PAN
	classEL0
	classSlow // EL0 and EL1 where the inline arrays cannot be used
)

// dropContexts makes every inline entry miss: new ids are drawn.
func (c *CPU) dropContexts() {
	c.contexts.Drop(c.walker.ASID)
	c.useContext()
}

// useSpace selects the address space of the walker's ASID.
func (c *CPU) useSpace() {
	c.contexts.Use(c.walker.ASID)
	c.useContext()
}

// useContext selects the context id of the current address space and privilege class.
func (c *CPU) useContext() {
	c.walker.PAN = c.PAN
	c.slowData = c.aligning || c.bigEndian
	switch {
	case c.slowData:
		c.class = classSlow + int(c.EL)
	case c.EL == 0:
		c.class = classEL0
	case c.PAN:
		c.class = classPAN
	default:
		c.class = classEL1
	}
	id, ok := c.contexts.ID(c.class)
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
	c.dropCode()
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

// codePage is the physical page of a code address: a look-up in the instruction side of the TLB when the page changes.
func (c *CPU) codePage(va uint64) uint64 {
	page := va &^ pageMask
	if c.fetchPage == nil || c.fetchVA != page {
		pa, perm := c.translate(va, c.access(mmu.Fetch))
		c.fetchVA, c.fetchPA, c.fetchPage = page, pa&^pageMask, c.ram.Page(pa)
		c.fetchGuarded = perm&mmu.PermGuarded != 0
	}
	return c.fetchPA
}

// checkFetch raises what the fetch of an instruction raises: alignment, then translation.
func (c *CPU) checkFetch(pc uint64) {
	if pc&3 != 0 {
		c.raiseAt(ecPCAlignment, 0, pc)
	}
	c.codePage(pc)
}

// physMemory is the physical memory as table walks see it.
type physMemory struct{ c *CPU }

// ReadTable reads a descriptor; !ok is an external abort: tables lie in RAM.
func (m physMemory) ReadTable(pa uint64) (v uint64, ok bool) {
	if m.c.ram.Page(pa) == nil {
		return 0, false
	}
	return m.c.readPhys(pa, 8), true
}

// WriteTable writes a descriptor back.
func (m physMemory) WriteTable(pa, v uint64) { m.c.writePhys(pa, 8, v) }

// branchTarget is an address as a branch leaves it in PC: a tag is replaced. Source: Arm ARM pseudocode, "AArch64.BranchAddr".
func (c *CPU) branchTarget(va uint64) uint64 { return c.walker.Untagged(va, mmu.Fetch) }
