package mmu

import "encoding/binary"

// Memory is the physical memory that holds page tables.
type Memory interface {
	ReadPhys(pa uint64, size int) uint64
	WritePhys(pa uint64, size int, v uint64)
}

// X86 is a page walker for one CPU's control registers: the paging mode and what its checks depend on.
type X86 struct {
	Mem       Memory
	Low       []byte // what Mem has from address 0 on, to be read directly
	CR3       uint64
	Levels    int  // 0 no paging, 2 32-bit, 3 PAE, 4, 5
	PSE       bool // CR4.PSE: 4 MiB pages in 32-bit paging
	NXE       bool
	WP        bool
	SMEP      bool
	SMAP      bool
	AC        bool   // RFLAGS.AC: explicit supervisor accesses may touch user pages in spite of SMAP
	PKE       bool   // CR4.PKE in IA-32e mode
	PKRU      uint32 // rights by protection key: access disable, write disable
	PhysBits  uint   // MAXPHYADDR
	PCID      uint16
	PDPTE     [4]uint64 // PAE: loaded by MOV to CR3
	NoGlobal  bool      // CR4.PGE clear
	NoGiant   bool      // CPUID hides 1 GiB pages
	NoSetBits bool      // leave A and D alone: a debugger looks
}

// Bits of a page-table entry.
const (
	pteP  = 1 << 0
	pteW  = 1 << 1
	pteU  = 1 << 2
	pteA  = 1 << 5
	pteD  = 1 << 6
	ptePS = 1 << 7
	pteG  = 1 << 8
	pteNX = 1 << 63

	pteKeyShift = 59
)

// Bits of a #PF error code. Source: SDM Vol. 3A, "Interrupt 14—Page-Fault Exception".
const (
	FaultP    = 1 << 0
	FaultW    = 1 << 1
	FaultU    = 1 << 2
	FaultRSVD = 1 << 3
	FaultI    = 1 << 4
	FaultPK   = 1 << 5
)

// Fault is a failed translation.
type Fault struct {
	VA   uint64
	Code uint32
}

// level describes one step of a walk.
type step struct {
	entry uint64 // physical address of the entry
	pte   uint64
	size  int // bytes of an entry
}

// Walk translates va for an access, sets A and D bits as the CPU would, and returns the entry for the TLB.
func (w *X86) Walk(va uint64, a Access) (e Entry, fault Fault, ok bool) {
	var steps [5]step
	n, shift, code := w.descend(va, &steps)
	if code != 0 || n == 0 {
		return e, w.fault(va, a, code&^faultMissing), false
	}
	perm := w.rights(steps[:n])
	if !w.allowed(perm, a) {
		return e, w.fault(va, a, FaultP|w.keyFault(perm, a)), false
	}
	if !w.NoSetBits {
		w.setBits(steps[:n], a)
	}
	leaf := steps[n-1].pte
	if leaf&pteD != 0 || a&Write != 0 {
		perm |= PermDirty
	}
	if leaf&pteG != 0 && !w.NoGlobal {
		perm |= PermGlobal
	}
	if shift > 12 {
		perm |= PermLarge
	}
	pa := w.leafAddress(leaf, shift) | va&(1<<shift-1)&^(PageSize-1)
	return Entry{va&^(PageSize-1) | 1, pa, perm, w.PCID, uint8(shift)}, fault, true
}

// faultMissing marks a not-present entry inside descend; a real code has P for reserved bits.
const faultMissing = 1 << 31

// descend reads the entries from the root to the leaf. A nonzero code is faultMissing or P|RSVD.
func (w *X86) descend(va uint64, steps *[5]step) (n int, shift uint, code uint32) {
	table, bits, size := w.CR3&w.addressMask(), uint(9), 8
	shift = 12 + 9*uint(w.Levels-1)
	switch w.Levels {
	case 2:
		table, bits, size, shift = w.CR3&0xfffff000, 10, 4, 22
	case 3:
		pdpte := w.PDPTE[va>>30&3]
		if pdpte&pteP == 0 {
			return 0, 0, faultMissing
		}
		table, shift = pdpte&w.addressMask(), 21
	}
	for {
		entry := table + va>>shift&(1<<bits-1)*uint64(size)
		pte := w.read(entry, size)
		if pte&pteP == 0 {
			return 0, 0, faultMissing
		}
		large := shift > 12 && pte&ptePS != 0 && (w.Levels != 2 || w.PSE)
		if w.reserved(pte, shift, large) {
			return 0, 0, FaultP | FaultRSVD
		}
		steps[n] = step{entry, pte, size}
		n++
		if large || shift == 12 {
			return n, shift, 0
		}
		table = pte & w.addressMask()
		if w.Levels == 2 {
			table = pte & 0xfffff000
		}
		shift -= bits
	}
}

// read reads an entry.
func (w *X86) read(entry uint64, size int) uint64 {
	if entry+8 > uint64(len(w.Low)) {
		return w.Mem.ReadPhys(entry, size)
	}
	if size == 4 {
		return uint64(binary.LittleEndian.Uint32(w.Low[entry:]))
	}
	return binary.LittleEndian.Uint64(w.Low[entry:])
}

func (w *X86) addressMask() uint64 { return (1<<w.PhysBits - 1) &^ 0xfff }

// reserved reports whether a present entry has a reserved bit set.
func (w *X86) reserved(pte uint64, shift uint, large bool) bool {
	if w.Levels == 2 {
		return large && pte>>21&1 != 0
	}
	mask := uint64(1)<<52 - 1
	mask &^= 1<<w.PhysBits - 1
	if w.Levels == 3 {
		mask |= 0x7ff << 52
	}
	if !w.NXE {
		mask |= pteNX
	}
	if large {
		mask |= (1<<shift - 1) &^ 0x1fff // between PAT (bit 12) and the address
	}
	if shift >= 39 || shift == 30 && w.NoGiant {
		mask |= ptePS
	}
	return pte&mask != 0
}

// rights combines the levels: writable and user only if all are, executable only if none forbids it.
func (w *X86) rights(steps []step) uint16 {
	and, or := ^uint64(0), uint64(0)
	for _, s := range steps {
		and &= s.pte
		or |= s.pte
	}
	perm := uint16(0)
	if and&pteW != 0 {
		perm |= PermWrite
	}
	if and&pteU != 0 {
		perm |= PermUser
	}
	if or&pteNX == 0 || !w.NXE || steps[0].size == 4 {
		perm |= PermExec
	}
	if w.PKE {
		perm |= uint16(steps[len(steps)-1].pte>>pteKeyShift&15) << PermKeyShift
	}
	return perm
}

// keyFault is FaultPK if the page's protection key forbids a data access. Source: SDM Vol. 3A, "Protection Keys".
func (w *X86) keyFault(perm uint16, a Access) uint32 {
	if !w.PKE || perm&PermUser == 0 || a&Fetch != 0 {
		return 0
	}
	rights := w.PKRU >> (perm >> PermKeyShift & 15 * 2)
	if rights&1 != 0 || rights&2 != 0 && a&Write != 0 && (a&User != 0 || w.WP) {
		return FaultPK
	}
	return 0
}

// allowed applies the access rules. Source: SDM Vol. 3A, "Determination of Access Rights".
func (w *X86) allowed(perm uint16, a Access) bool {
	user := perm&PermUser != 0
	switch {
	case w.PKE && w.keyFault(perm, a) != 0:
		return false
	case a&Fetch != 0 && perm&PermExec == 0:
		return false
	case a&User != 0:
		return user && (a&Write == 0 || perm&PermWrite != 0)
	case a&Fetch != 0:
		return !user || !w.SMEP
	case user && w.SMAP && (a&Implicit != 0 || !w.AC):
		return false
	}
	return a&Write == 0 || perm&PermWrite != 0 || !w.WP
}

// Allowed reports whether a TLB entry grants an access, without a walk.
func (w *X86) Allowed(e *Entry, a Access) bool {
	return w.allowed(e.Perm, a) && (a&Write == 0 || e.Perm&PermDirty != 0)
}

// setBits sets A on every level and D on the leaf of a write.
func (w *X86) setBits(steps []step, a Access) {
	for i, s := range steps {
		want := s.pte | pteA
		if a&Write != 0 && i == len(steps)-1 {
			want |= pteD
		}
		if want != s.pte {
			w.Mem.WritePhys(s.entry, s.size, want)
		}
	}
}

// leafAddress is the physical address of the page that a leaf maps.
func (w *X86) leafAddress(pte uint64, shift uint) uint64 {
	if w.Levels == 2 {
		if shift == 22 {
			return pte&0xffc00000 | pte>>13&0xff<<32 // PSE-36
		}
		return pte & 0xfffff000
	}
	return pte & w.addressMask() &^ (1<<shift - 1)
}

func (w *X86) fault(va uint64, a Access, code uint32) Fault {
	if a&Write != 0 {
		code |= FaultW
	}
	if a&User != 0 {
		code |= FaultU
	}
	if a&Fetch != 0 && (w.NXE && w.Levels > 2 || w.SMEP) && w.Levels != 0 {
		code |= FaultI
	}
	return Fault{va, code}
}
