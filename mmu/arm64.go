package mmu

import "math/bits"

// Permission bits of an Entry of AArch64, beside those that it shares: what a walk has found, SCTLR_EL1.WXN and the tables'
// attributes applied.
const (
	PermNoExecEL1 = 1 << 6
	PermNoExecEL0 = 1 << 7
	PermDevice    = 1 << 8 // Device memory: every access must be aligned
	PermGuarded   = 1 << 9 // BTI
)

// Fault status codes: DFSC and IFSC of ESR_EL1; the first five groups have the level in their low bits. Source: Arm ARM, "ISS
// encoding for an exception from a Data Abort".
const (
	FaultAddressSize = 0x00
	FaultTranslation = 0x04
	FaultAccessFlag  = 0x08
	FaultPermission  = 0x0c
	FaultWalk        = 0x14 // external abort on a table walk
	FaultExternal    = 0x10
	FaultAlignment   = 0x21
	FaultDebug       = 0x22
)

// TableMemory is the physical memory that holds translation tables.
type TableMemory interface {
	ReadTable(pa uint64) (v uint64, ok bool) // !ok: external abort
	WriteTable(pa, v uint64)
}

// Arm64 is a walker of VMSAv8-64 stage 1 tables for EL1 and EL0.
//
// Source: Arm ARM, "The AArch64 Virtual Memory System Architecture".
type Arm64 struct {
	Mem       TableMemory
	On        bool // SCTLR_EL1.M
	TTBR      [2]uint64
	TCR       uint64
	MAIR      uint64
	WXN       bool
	PAN       bool
	BigEndian bool // SCTLR_EL1.EE: order of the tables
	NoSetBits bool // leave the access flag and the dirty state alone

	ASID    uint16 // the following are derived
	regions [2]region
}

// region is one half of the address space as TCR_EL1 describes it.
type region struct {
	disabled bool // EPD, or a size that there is not
	tbi      bool // the top byte of data addresses is ignored
	tbiCode  bool // and of instruction addresses
	flat     bool // HPD: no hierarchical attributes
	e0pd     bool // nothing of it for EL0
	input    uint // bits of an address that are translated
	output   uint // bits of a physical address
	grain    uint // log2 of the granule
	wide     bool // 52-bit descriptors
	level    uint // of the first look-up
}

// PABits is the size of physical addresses.
const PABits = 52

// Bits of TCR_EL1 that hold for both halves.
const (
	tcrA1 = 1 << 22
	tcrAS = 1 << 36
	tcrHA = 1 << 39
	tcrHD = 1 << 40
)

var (
	outputSizes = [8]uint{32, 36, 40, 42, 44, 48, 52, 52}
	granules0   = [4]uint{12, 16, 14, 12} // TG0; the reserved value is 4K
	granules1   = [4]uint{12, 14, 12, 16} // TG1
)

// SetTTBR changes a table base, with what it says of the address space.
func (w *Arm64) SetTTBR(n int, v uint64) {
	w.TTBR[n] = v
	w.ASID = uint16(w.TTBR[w.TCR/tcrA1&1] >> 48)
	if w.TCR&tcrAS == 0 {
		w.ASID &= 0xff
	}
}

// Derive fills in what follows from the registers.
func (w *Arm64) Derive() {
	t := w.TCR
	w.SetTTBR(0, w.TTBR[0])
	w.regions[0] = newRegion(t, granules0[t>>14&3], t&63, t>>7&1, t>>37&1, t>>51&1, t>>41&1)
	w.regions[1] = newRegion(t, granules1[t>>30&3], t>>16&63, t>>23&1, t>>38&1, t>>52&1, t>>42&1)
	w.regions[0].e0pd, w.regions[1].e0pd = t>>55&1 != 0, t>>56&1 != 0
}

func newRegion(tcr uint64, grain uint, size, epd, tbi, tbid, hpd uint64) region {
	r := region{grain: grain, input: 64 - uint(size), tbi: tbi != 0, tbiCode: tbi != 0 && tbid == 0, flat: hpd != 0}
	r.output = min(outputSizes[tcr>>32&7], PABits)
	r.wide = grain == 16 && r.output == 52
	least := uint64(16)
	if grain == 16 {
		least = 12
	} else {
		r.output = min(r.output, 48)
	}
	r.disabled = epd != 0 || size < least || size > 39
	if !r.disabled {
		r.level = 3 - (r.input-grain-1)/(grain-3)
	}
	return r
}

// half is the region of an address: bit 55 chooses, so that a tag does not matter.
func half(va uint64) uint64 { return va >> 55 & 1 }

// Untagged is an address as the TLB knows it: a top byte that is ignored is a copy of bit 55.
func (w *Arm64) Untagged(va uint64, a Access) uint64 {
	r := &w.regions[half(va)]
	if a&Fetch == 0 && r.tbi || a&Fetch != 0 && r.tbiCode {
		return uint64(int64(va<<8) >> 8)
	}
	return va
}

// Tagged reports whether the top byte of an address is ignored for data, or for code.
func (w *Arm64) Tagged(va uint64, code bool) bool {
	r := &w.regions[half(va)]
	return r.tbi && (!code || r.tbiCode)
}

// InputSize is how many bits of an address its half translates.
func (w *Arm64) InputSize(va uint64) uint { return w.regions[half(va)].input }

// walk is what a walk has learned on its way.
type walk struct {
	*region
	va    uint64
	level uint
	table uint64 // attributes of the tables, as in bits 63 to 59 of a descriptor
	at    uint64 // address of the descriptor
	desc  uint64
}

// Walk translates va for an access, sets the access flag and the dirty state as the CPU would, and returns the entry for the TLB;
// !ok is a fault with its status code. The translation must be on.
func (w *Arm64) Walk(va uint64, a Access) (e Entry, fault uint8, ok bool) {
	e, _, fault, ok = w.Find(va, a)
	return e, fault, ok
}

// Find is Walk with the leaf's descriptor.
func (w *Arm64) Find(va uint64, a Access) (e Entry, desc uint64, fault uint8, ok bool) {
	s := walk{region: &w.regions[half(va)], va: w.Untagged(va, a)}
	if s.disabled || s.e0pd && a&User != 0 || uint64(int64(s.va)>>s.input) != -half(va) {
		return e, 0, FaultTranslation, false
	}
	if fault, ok = w.descend(&s); !ok {
		return e, 0, fault, false
	}
	perm, clean := w.rights(&s)
	if !w.allowed(perm|clean, a) {
		return e, 0, uint8(FaultPermission + s.level), false
	}
	if a&Write != 0 {
		perm |= clean
	}
	w.setBits(&s, a&Write != 0 && clean != 0)
	span := s.shift()
	pa := s.address(span) | s.va&(1<<span-1)&^(PageSize-1)
	return Entry{s.va&^(PageSize-1) | 1, pa, perm, w.ASID, uint8(span)}, s.desc, 0, true
}

// shift is log2 of what a descriptor of the level maps.
func (s *walk) shift() uint { return s.grain + (3-s.level)*(s.grain-3) }

// descend reads the descriptors from the root to the leaf, its access flag included.
func (w *Arm64) descend(s *walk) (fault uint8, ok bool) {
	s.level = s.region.level
	table, first := s.base(w.TTBR[half(s.va)]), s.input-s.shift()
	if table>>s.output != 0 {
		return FaultAddressSize, false
	}
	width := first
	for {
		s.at = table | s.va>>s.shift()&(1<<width-1)<<3
		if s.desc, ok = w.read(s.at); !ok {
			return uint8(FaultWalk + s.level), false
		}
		leaf, valid := s.kind()
		if !valid {
			return uint8(FaultTranslation + s.level), false
		}
		low := s.grain
		if leaf {
			low = s.shift()
		}
		if table = s.address(low); table>>s.output != 0 {
			return uint8(FaultAddressSize + s.level), false
		}
		if leaf {
			break
		}
		if !s.flat {
			s.table |= s.desc
		}
		s.level++
		width = s.grain - 3
	}
	if s.desc&descAF == 0 && w.TCR&tcrHA == 0 {
		return uint8(FaultAccessFlag + s.level), false
	}
	return 0, true
}

// base is the address of the first table: aligned to its size.
func (s *walk) base(ttbr uint64) uint64 {
	low := max(3+s.input-s.shift(), 4)
	if !s.wide {
		return ttbr & (1<<48 - 1) &^ (1<<low - 1)
	}
	return ttbr&(1<<48-1)&^(1<<max(low, 6)-1) | ttbr>>2&15<<48
}

// Bits of a descriptor.
const (
	descAF    = 1 << 10
	descNG    = 1 << 11
	descGP    = 1 << 50
	descDBM   = 1 << 51
	descPXN   = 1 << 53
	descUXN   = 1 << 54
	descUser  = 1 << 6 // AP[1]
	descRO    = 1 << 7 // AP[2]
	tablePXN  = 1 << 59
	tableUXN  = 1 << 60
	tableNoEL = 1 << 61 // APTable[0]: no access from EL0
	tableRO   = 1 << 62 // APTable[1]
)

// kind tells a leaf from a table, and whether there is such a descriptor at this level.
func (s *walk) kind() (leaf, valid bool) {
	switch {
	case s.desc&1 == 0:
		return false, false
	case s.level == 3:
		return true, s.desc&2 != 0
	case s.desc&2 != 0:
		return false, true
	case s.grain == 12:
		return true, s.level != 0
	}
	return true, s.level == 2 || s.level == 1 && s.wide
}

// address is the output address of a descriptor, down to bit low.
func (s *walk) address(low uint) uint64 {
	pa := s.desc & (1<<48 - 1) &^ (1<<low - 1)
	if s.wide {
		pa |= s.desc >> 12 & 15 << 48
	}
	return pa
}

// rights is the permissions of a leaf; clean is PermWrite if only its dirty state stands against writing.
func (w *Arm64) rights(s *walk) (perm, clean uint16) {
	d, t := s.desc, s.table
	readOnly := d&descRO != 0
	if readOnly && d&descDBM != 0 && w.TCR&(tcrHA|tcrHD) == tcrHA|tcrHD {
		readOnly, clean = false, PermWrite
	}
	if readOnly || t&tableRO != 0 {
		clean = 0
	} else {
		perm |= PermWrite
	}
	if d&descUser != 0 && t&tableNoEL == 0 {
		perm |= PermUser
	}
	if d&descPXN != 0 || t&tablePXN != 0 || perm&PermWrite != 0 && (perm&PermUser != 0 || w.WXN) {
		perm |= PermNoExecEL1
	}
	if d&descUXN != 0 || t&tableUXN != 0 || perm&(PermUser|PermWrite) == PermUser|PermWrite && w.WXN {
		perm |= PermNoExecEL0
	}
	perm &^= clean
	if w.Attributes(d)>>4 == 0 {
		perm |= PermDevice
	}
	if d&descGP != 0 {
		perm |= PermGuarded
	}
	if d&descNG == 0 {
		perm |= PermGlobal
	}
	if s.level < 3 || s.grain > 12 {
		perm |= PermLarge
	}
	return perm, clean
}

// Attributes is the byte of MAIR_EL1 that a leaf chooses.
func (w *Arm64) Attributes(desc uint64) uint8 { return uint8(w.MAIR >> (desc >> 2 & 7 * 8)) }

// allowed applies the access rules. Source: Arm ARM, "Memory access control".
func (w *Arm64) allowed(perm uint16, a Access) bool {
	user := perm&PermUser != 0
	switch {
	case a&(Fetch|User) == Fetch|User:
		return perm&PermNoExecEL0 == 0
	case a&Fetch != 0:
		return perm&PermNoExecEL1 == 0
	case a&(Maintenance|User|Write) == Maintenance:
		return true
	case a&User != 0 && !user, a&User == 0 && user && w.PAN:
		return false
	}
	return a&Write == 0 || perm&PermWrite != 0
}

// Allowed reports whether a TLB entry grants an access, without a walk.
func (w *Arm64) Allowed(e *Entry, a Access) bool {
	return w.allowed(e.Perm, a) && (a&User == 0 || !w.regions[half(e.Tag)].e0pd)
}

// setBits is the hardware's management of the access flag and of the dirty state.
func (w *Arm64) setBits(s *walk, dirty bool) {
	want := s.desc | descAF
	if dirty {
		want &^= descRO
	}
	if want != s.desc && !w.NoSetBits {
		w.write(s.at, want)
		s.desc = want
	}
}

func (w *Arm64) read(pa uint64) (v uint64, ok bool) {
	v, ok = w.Mem.ReadTable(pa)
	if w.BigEndian {
		v = bits.ReverseBytes64(v)
	}
	return v, ok
}

func (w *Arm64) write(pa, v uint64) {
	if w.BigEndian {
		v = bits.ReverseBytes64(v)
	}
	w.Mem.WriteTable(pa, v)
}
