package x86

import (
	"math/bits"
	"unsafe"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

const pageMask = mmu.PageSize - 1

// load reads a T at a linear address with the current privilege.
func load[T word](c *CPU, lin uint64) T {
	e := &c.tlbR[lin>>12&(mmu.Entries-1)]
	if e.tag != (lin+uint64(unsafe.Sizeof(T(0)))-1)&^pageMask|c.ctx {
		return T(c.loadSlow(lin, int(unsafe.Sizeof(T(0)))))
	}
	return *(*T)(unsafe.Add(e.page, lin&pageMask))
}

// store writes a T at a linear address with the current privilege; a store over a page's end faults before it writes.
func store[T word](c *CPU, lin uint64, v T) {
	e := &c.tlbW[lin>>12&(mmu.Entries-1)]
	if e.tag != (lin+uint64(unsafe.Sizeof(T(0)))-1)&^pageMask|c.ctx {
		c.storeSlow(lin, int(unsafe.Sizeof(T(0))), uint64(v))
		return
	}
	*(*T)(unsafe.Add(e.page, lin&pageMask)) = v
}

func (c *CPU) access(a mmu.Access) mmu.Access {
	if c.CPL == 3 {
		return a | mmu.User
	}
	return a
}

// loadSlow is a read that the inline array does not hold: a TLB fill, MMIO, a watched page, or one over a page's end.
func (c *CPU) loadSlow(lin uint64, size int) uint64 {
	if c.aligning {
		c.checkAligned(lin, size, mmu.Read)
	}
	v := c.loadAs(lin, size, c.access(mmu.Read))
	if c.watching {
		c.watchRead(lin, size)
	}
	return v
}

// checkAligned is #AC(0) for an operand that does not lie on a multiple of its size, once its pages are known to be there. Source:
// SDM Vol. 3A, "Interrupt 17—Alignment Check Exception".
func (c *CPU) checkAligned(lin uint64, size int, a mmu.Access) {
	if lin&uint64(size-1) == 0 {
		return
	}
	c.translate(lin, c.access(a))
	if lin&pageMask+uint64(size) > mmu.PageSize {
		c.translate(c.wrap((lin|pageMask)+1), c.access(a))
	}
	c.raise(vecAC, 0)
}

// loadAs and storeAs check no watchpoint.
func (c *CPU) loadAs(lin uint64, size int, a mmu.Access) uint64 {
	if lin&pageMask+uint64(size) > mmu.PageSize {
		return c.loadSplit(lin, size, a)
	}
	pa := c.translate(lin, a)
	return c.readPhys(pa, size)
}

// loadSplit translates both pages before it reads either.
func (c *CPU) loadSplit(lin uint64, size int, a mmu.Access) (v uint64) {
	first := int(mmu.PageSize - lin&pageMask)
	lo := c.translate(lin, a)
	hi := c.translate(c.wrap(lin+uint64(first)), a)
	for n := range size {
		pa := lo + uint64(n)
		if n >= first {
			pa = hi + uint64(n-first)
		}
		v |= c.readPhys(pa, 1) << (8 * n)
	}
	return v
}

// wrap cuts a linear address to 32 bits outside long mode.
func (c *CPU) wrap(lin uint64) uint64 {
	if c.longMode() {
		return lin
	}
	return lin & 0xffffffff
}

func (c *CPU) storeSlow(lin uint64, size int, v uint64) {
	if c.aligning {
		c.checkAligned(lin, size, mmu.Write)
	}
	c.storeWatched(lin, size, v, c.access(mmu.Write))
}

// storeWatched is a store that watchpoints see; one that faults is none.
func (c *CPU) storeWatched(lin uint64, size int, v uint64, a mmu.Access) {
	if !c.watching {
		c.storeAs(lin, size, v, a)
		return
	}
	old := c.before(lin, size, a)
	c.storeAs(lin, size, v, a)
	c.watchWrite(lin, size, old^v)
}

func (c *CPU) storeAs(lin uint64, size int, v uint64, a mmu.Access) {
	if lin&pageMask+uint64(size) > mmu.PageSize {
		c.storeSplit(lin, size, v, a)
		return
	}
	pa := c.translate(lin, a)
	c.writePhys(pa, size, v)
}

func (c *CPU) storeSplit(lin uint64, size int, v uint64, a mmu.Access) {
	first := int(mmu.PageSize - lin&pageMask)
	lo := c.translate(lin, a)
	hi := c.translate(c.wrap(lin+uint64(first)), a)
	for n := range size {
		pa := lo + uint64(n)
		if n >= first {
			pa = hi + uint64(n-first)
		}
		c.writePhys(pa, 1, v>>(8*n)&0xff)
	}
}

// probeWrite checks that size bytes can be written, and sets the D bits that a write would set.
func (c *CPU) probeWrite(lin uint64, size int) {
	if c.tlbW[lin>>12&(mmu.Entries-1)].tag == (lin+uint64(size)-1)&^pageMask|c.ctx {
		return
	}
	c.translate(lin, c.access(mmu.Write))
	if lin&pageMask+uint64(size) > mmu.PageSize {
		c.translate(c.wrap((lin|pageMask)+1), c.access(mmu.Write))
	}
}

// loadSys and storeSys are the CPU's own accesses to descriptor tables and task state: supervisor rights at
// any CPL, and no watchpoint sees them.
func loadSys[T word](c *CPU, lin uint64) T {
	size := unsafe.Sizeof(T(0))
	if p := c.implicitHost(lin, uint64(size)); p != nil {
		return *(*T)(p)
	}
	return T(c.loadAs(lin, int(unsafe.Sizeof(T(0))), mmu.Read|mmu.Implicit))
}

// implicitHost is the host address of a supervisor read inside one page of RAM that the architectural TLB holds; nil is for the
// slow way.
func (c *CPU) implicitHost(lin, size uint64) unsafe.Pointer {
	e := &c.TLB.D[mmu.Index(lin)]
	if c.walker.Levels == 0 || !e.Holds(lin, c.walker.PCID) || e.Perm&mmu.PermUser != 0 || lin&pageMask+size > mmu.PageSize {
		return nil
	}
	page := c.ram.Page(e.PA)
	if page == nil {
		return nil
	}
	return unsafe.Add(page, lin&pageMask)
}

func storeSys[T word](c *CPU, lin uint64, v T) {
	c.storeAs(lin, int(unsafe.Sizeof(T(0))), uint64(v), mmu.Write|mmu.Implicit)
}

// readPhys reads within one page: RAM or a device.
func (c *CPU) readPhys(pa uint64, size int) uint64 {
	page := c.ram.Page(pa)
	if page == nil {
		v := c.sys.ReadMMIO(pa, size)
		c.touched()
		return v
	}
	p := unsafe.Add(page, pa&pageMask)
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

// physMemory is the physical memory as page walks see it.
type physMemory struct{ c *CPU }

func (m physMemory) ReadPhys(pa uint64, size int) uint64 {
	if m.c.ram.Page(pa) == nil {
		return 0
	}
	return m.c.readPhys(pa, size)
}

func (m physMemory) WritePhys(pa uint64, size int, v uint64) {
	if m.c.ram.Page(pa) != nil {
		m.c.writePhys(pa, size, v)
	}
}

// load128 reads 16 bytes.
func load128(c *CPU, lin uint64) (lo, hi uint64) {
	if lin&pageMask > mmu.PageSize-16 { // both pages first
		c.translate(lin, c.access(mmu.Read))
		c.translate(c.wrap((lin|pageMask)+1), c.access(mmu.Read))
	}
	return load[uint64](c, lin), load[uint64](c, c.wrap(lin+8))
}

// store128 writes 16 bytes, or none and faults.
func store128(c *CPU, lin, lo, hi uint64) {
	if lin&pageMask > mmu.PageSize-16 {
		c.probeWrite(lin, 16)
	}
	store(c, lin, lo)
	store(c, c.wrap(lin+8), hi)
}

// ea is the effective offset of the memory operand.
func (c *CPU) ea(i *Inst) uint64 {
	off := uint64(i.Disp) + c.R[i.Index&31]<<i.Scale
	if i.Base == decode.RegIP {
		off += c.next
	} else {
		off += c.R[i.Base]
	}
	return addrMask(i.AddrSize, off)
}

func addrMask(size uint8, off uint64) uint64 {
	switch size {
	case 8:
		return off
	case 4:
		return off & 0xffffffff
	}
	return off & 0xffff
}

// linRead is the linear address of the memory operand, checked for a read of size bytes.
func (c *CPU) linRead(i *Inst, size int) uint64 { return c.lin(i.Seg, c.ea(i), size, false) }

// linWrite is the linear address of the memory operand, checked and probed for a write of size bytes.
func (c *CPU) linWrite(i *Inst, size int) uint64 {
	lin := c.lin(i.Seg, c.ea(i), size, true)
	c.probeWrite(lin, size)
	return lin
}

// lin is segmentation: offset to linear address, with limit, type and canonical checks.
func (c *CPU) lin(seg uint8, off uint64, size int, write bool) uint64 {
	if c.mode != decode.Mode64 {
		return c.linLegacy(seg, off, size, write)
	}
	lin := off
	if seg >= decode.FS {
		lin += c.R[regSegBase+seg]
	}
	if !c.canonical(lin) || !c.canonical(lin+uint64(size)-1) {
		c.raise(segFault(seg), 0)
	}
	return lin
}

func (c *CPU) linLegacy(seg uint8, off uint64, size int, write bool) uint64 {
	s := &c.Seg[seg]
	if !s.covers(off, uint64(size)) || !s.permits(write) && c.protected() {
		c.raise(segFault(seg), 0)
	}
	return (s.Base + off) & 0xffffffff
}

// segFault is the vector of a bad access through a segment.
func segFault(seg uint8) uint8 {
	if seg == decode.SS {
		return vecSS
	}
	return vecGP
}

// covers reports whether [off, off+size) lies inside the segment's limit.
func (s *Segment) covers(off, size uint64) bool {
	last := off + size - 1
	if s.Attr&attrCode == 0 && s.Attr&attrExpandDown != 0 {
		top := uint64(0xffff)
		if s.Attr&attrDB != 0 {
			top = 0xffffffff
		}
		return off > uint64(s.Limit) && last <= top
	}
	return last <= uint64(s.Limit)
}

// permits reports whether the descriptor's type allows the access.
func (s *Segment) permits(write bool) bool {
	if s.Attr&attrP == 0 {
		return false
	}
	if s.Attr&attrCode != 0 {
		return !write && s.Attr&attrReadable != 0
	}
	return !write || s.Attr&attrWritable != 0
}

// parity is 1 for an even number of ones.
func parity(b uint8) uint64 { return uint64(bits.OnesCount8(b)&1 ^ 1) }
