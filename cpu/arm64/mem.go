package arm64

import (
	"math/bits"
	"unsafe"

	"stasis/mmu"
)

const pageMask = mmu.PageSize - 1

// noTag matches no address: context ids start at 1.
const noTag = 0

// word is an element of memory.
type word interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

// load reads a T with the current privilege, in the current byte order.
func load[T word](c *CPU, va uint64) T {
	e := &c.tlbR[va>>12&(mmu.Entries-1)]
	if e.tag != (va+uint64(unsafe.Sizeof(T(0)))-1)&^pageMask|c.ctx {
		return T(c.loadSlow(va, int(unsafe.Sizeof(T(0))), c.access(mmu.Read)))
	}
	return *(*T)(unsafe.Add(e.page, va&pageMask))
}

// store writes a T with the current privilege; a store over a page's end faults before it writes.
func store[T word](c *CPU, va uint64, v T) {
	e := &c.tlbW[va>>12&(mmu.Entries-1)]
	if e.tag != (va+uint64(unsafe.Sizeof(T(0)))-1)&^pageMask|c.ctx {
		c.storeSlow(va, int(unsafe.Sizeof(T(0))), uint64(v), c.access(mmu.Write))
		return
	}
	*(*T)(unsafe.Add(e.page, va&pageMask)) = v
}

// loadAs is load; an unprivileged one has the rights of EL0, as LDTR.
func loadAs[T word](c *CPU, va uint64, unprivileged bool) T {
	if !unprivileged {
		return load[T](c, va)
	}
	return T(c.loadSlow(va, int(unsafe.Sizeof(T(0))), c.unprivileged(mmu.Read)))
}

// storeAs is store; an unprivileged one has the rights of EL0, as STTR.
func storeAs[T word](c *CPU, va uint64, v T, unprivileged bool) {
	if !unprivileged {
		store(c, va, v)
		return
	}
	c.storeSlow(va, int(unsafe.Sizeof(T(0))), uint64(v), c.unprivileged(mmu.Write))
}

// access is an access with the rights of the current level.
func (c *CPU) access(a mmu.Access) mmu.Access {
	if c.EL == 0 {
		return a | mmu.User
	}
	return a
}

// unprivileged is an access of LDTR or STTR: PSTATE.UAO makes it an ordinary one.
func (c *CPU) unprivileged(a mmu.Access) mmu.Access {
	if c.UAO {
		return c.access(a)
	}
	return a | mmu.User
}

// loadSlow is a read that the inline array does not hold: a TLB fill, a device, a watched page, one over a page's end, one that
// must be aligned, or one of big-endian data.
func (c *CPU) loadSlow(va uint64, size int, a mmu.Access) uint64 {
	if c.aligning {
		c.checkAligned(va, size, a)
	}
	var v uint64
	if va&pageMask+uint64(size) > mmu.PageSize {
		v = c.loadSplit(va, size, a)
	} else {
		pa := c.translateData(va, size, a)
		v = c.readPhys(pa, size)
	}
	if c.watching {
		c.watchRead(va, size)
	}
	return c.order(v, size)
}

// loadSplit translates both pages before it reads either.
func (c *CPU) loadSplit(va uint64, size int, a mmu.Access) (v uint64) {
	first := int(mmu.PageSize - va&pageMask)
	lo := c.translateData(va, size, a)
	hi := c.translateData(va+uint64(first), size, a)
	for n := range size {
		pa := lo + uint64(n)
		if n >= first {
			pa = hi + uint64(n-first)
		}
		v |= c.readPhys(pa, 1) << (8 * n)
	}
	return v
}

func (c *CPU) storeSlow(va uint64, size int, v uint64, a mmu.Access) {
	if c.aligning {
		c.checkAligned(va, size, a)
	}
	v = c.order(v, size)
	first := min(size, int(mmu.PageSize-va&pageMask))
	lo := c.translateData(va, size, a)
	hi := lo
	if first < size {
		hi = c.translateData(va+uint64(first), size, a)
	}
	var changed uint64
	if c.watching {
		changed = c.changes(size, v, lo, hi, first)
	}
	if first == size {
		c.writePhys(lo, size, v)
	} else {
		c.storeSplit(size, v, lo, hi, first)
	}
	if c.watching {
		c.watchWrite(va, size, changed)
	}
}

// storeSplit writes the first bytes in one page and the rest in another.
func (c *CPU) storeSplit(size int, v, lo, hi uint64, first int) {
	for n := range size {
		pa := lo + uint64(n)
		if n >= first {
			pa = hi + uint64(n-first)
		}
		c.writePhys(pa, 1, v>>(8*n)&0xff)
	}
}

// order turns a value of size bytes between memory's order and the current one.
func (c *CPU) order(v uint64, size int) uint64 {
	if !c.bigEndian {
		return v
	}
	return bits.ReverseBytes64(v) >> (64 - 8*size)
}

// translateData translates the first byte of a data access, or of its part in the second page, and does the checks that come
// with the translation: alignment in Device memory, then the guest's watchpoints.
func (c *CPU) translateData(va uint64, size int, a mmu.Access) uint64 {
	pa, perm := c.translate(va, a)
	if perm&mmu.PermDevice != 0 {
		c.checkAligned(va, size, a)
	}
	if c.watching {
		c.watchGuest(va, size, a)
	}
	return pa
}

// checkAligned is the alignment fault of an access that does not lie on a multiple of its size.
func (c *CPU) checkAligned(va uint64, size int, a mmu.Access) {
	if va&uint64(size-1) != 0 {
		c.dataAbort(va, mmu.FaultAlignment, a)
	}
}

// needAligned is the check of exclusive, acquire, release and atomic accesses, whatever SCTLR_EL1.A says.
func (c *CPU) needAligned(va uint64, size int, a mmu.Access) { c.checkAligned(va, size, c.access(a)) }

// probeWrite checks that size bytes can be written, and does what the write would do to the page tables.
func (c *CPU) probeWrite(va uint64, size int) {
	last := va + uint64(size) - 1
	if c.tlbW[va>>12&(mmu.Entries-1)].tag == last&^pageMask|c.ctx {
		return
	}
	c.translate(va, c.access(mmu.Write))
	if (last^va)&^pageMask != 0 {
		c.translate(last&^pageMask, c.access(mmu.Write))
	}
}

// probeAtomic is the check of an access that reads and writes: it must be aligned, and what a read would fault for is reported as
// a read. Source: Arm ARM, "ESR_EL1", WnR of a Data Abort.
func (c *CPU) probeAtomic(va uint64, size int) {
	c.needAligned(va, size, mmu.Read)
	c.translate(va, c.access(mmu.Read))
	c.probeWrite(va, size)
}

// readPhys reads within one page: RAM or a device.
func (c *CPU) readPhys(pa uint64, size int) uint64 {
	page := c.ram.Page(pa)
	if page == nil {
		v := c.sys.ReadMMIO(pa, size)
		c.touched()
		return v
	}
	return peek(unsafe.Add(page, pa&pageMask), size)
}

// peek reads memory of the host's.
func peek(p unsafe.Pointer, size int) uint64 {
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

// writePhys writes within one page: RAM or a device.
func (c *CPU) writePhys(pa uint64, size int, v uint64) {
	page := c.ram.Page(pa)
	if page == nil {
		c.sys.WriteMMIO(pa, size, v)
		c.touched()
		return
	}
	p := unsafe.Add(page, pa&pageMask)
	switch size {
	case 1:
		*(*uint8)(p) = uint8(v)
	case 2:
		*(*uint16)(p) = uint16(v)
	case 4:
		*(*uint32)(p) = uint32(v)
	default:
		*(*uint64)(p) = v
	}
	c.ram.Written(pa, size)
}

// touched follows every access to a device. If a deadline or something else that the machine looks at between two runs has changed,
// Run is left at the next boundary. The CPU's own lines ask for attention themselves.
func (c *CPU) touched() {
	if !c.sys.Steady() {
		c.leaving = true
	}
}

// load128 reads 16 bytes as one element.
func load128(c *CPU, va uint64) (lo, hi uint64) {
	c.check128(va, mmu.Read)
	lo, hi = load[uint64](c, va), load[uint64](c, va+8)
	if c.bigEndian {
		return hi, lo
	}
	return lo, hi
}

// store128 writes 16 bytes as one element, or none and faults.
func store128(c *CPU, va, lo, hi uint64) {
	c.check128(va, mmu.Write)
	if c.bigEndian {
		lo, hi = hi, lo
	}
	store(c, va, lo)
	store(c, va+8, hi)
}

// check128 does what must come before either half: alignment, and both pages.
func (c *CPU) check128(va uint64, a mmu.Access) {
	e := &c.tlbR[va>>12&(mmu.Entries-1)]
	if a&mmu.Write != 0 {
		e = &c.tlbW[va>>12&(mmu.Entries-1)]
	}
	if e.tag != (va+15)&^pageMask|c.ctx {
		c.checkSlow128(va, c.access(a))
	}
}

func (c *CPU) checkSlow128(va uint64, a mmu.Access) {
	if c.aligning {
		c.checkAligned(va, 16, a)
	}
	_, perm := c.translate(va, a)
	if last := va + 15; (last^va)&^pageMask != 0 {
		_, second := c.translate(last&^pageMask, a)
		perm |= second
	}
	if perm&mmu.PermDevice != 0 {
		c.checkAligned(va, 16, a)
	}
}
