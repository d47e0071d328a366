// Package mmu turns virtual addresses into physical ones: page walks of both instruction sets and the architectural TLB.
//
// The TLB is guest-visible, so it is state: its contents follow from the guest's own accesses and flushes alone. Whatever a
// CPU keeps to be faster (its inline arrays) holds a subset of it.
//
// Sources: SDM Vol. 3A, "Paging"; APM Vol. 2, "Page Translation and Protection".
package mmu

import "math/bits"

// PageSize is the granule of the TLB, in bytes; larger pages are held in pieces of it.
const PageSize = 4096

// Entries is the number of entries of each side of the TLB, direct-mapped by the low bits of the page number.
const Entries = 1024

// Access says what a translation is for.
type Access uint8

// Kinds of access; Read is the zero value.
const (
	Read  Access = 0
	Write Access = 1 << iota
	User         // at CPL 3, or an access made with user rights
	Fetch
	Implicit    // x86: the CPU's own access to descriptor tables and task state: RFLAGS.AC does not lift SMAP for it
	Maintenance // AArch64: by a cache maintenance instruction
)

// Permission bits of an Entry.
const (
	PermWrite = 1 << iota
	PermUser
	PermExec
	PermDirty  // the leaf's D bit is known to be set
	PermGlobal // survives a MOV to CR3
	PermLarge  // a piece of a larger page

	PermKeyShift = 8 // the protection key, 4 bits
)

// Entry is one 4 KiB translation. Tag is the virtual page address with bit 0 set when the entry is valid.
type Entry struct {
	Tag  uint64
	PA   uint64 // physical page address
	Perm uint16
	PCID uint16
	Span uint8 // log2 of the page's size
}

// Holds reports whether the entry translates va.
func (e *Entry) Holds(va uint64, pcid uint16) bool {
	return e.Tag == va&^(PageSize-1)|1 && (e.PCID == pcid || e.Perm&PermGlobal != 0)
}

// State is the architectural TLB of one CPU: a data and an instruction side.
type State struct {
	D, I [Entries]Entry
}

// Index is the slot of a virtual address.
func Index(va uint64) int { return int(va / PageSize % Entries) }

// Side picks the data or the instruction side.
func (s *State) Side(a Access) *[Entries]Entry {
	if a&Fetch != 0 {
		return &s.I
	}
	return &s.D
}

// Flush drops all entries, or all but the global ones.
func (s *State) Flush(keepGlobal bool) {
	var f Filled
	f.All()
	f.Flush(s, keepGlobal)
}

// LargePages says which large pages a TLB may hold pieces of. It is a filter, not state: a page that was never noted has none.
type LargePages struct {
	spans uint64     // a bit for each size noted
	held  [64]uint64 // a bit for each page, by a hash
}

func (l *LargePages) bit(va uint64, span int) (word *uint64, bit uint64) {
	n := va>>span + uint64(span)*0x9d
	return &l.held[n>>6&63], 1 << (n & 63)
}

// Note records an entry that goes into the TLB.
func (l *LargePages) Note(e *Entry) {
	if e.Span > 12 {
		word, bit := l.bit(e.Tag, int(e.Span))
		*word |= bit
		l.spans |= 1 << e.Span
	}
}

// All gives up: any page may have pieces.
func (l *LargePages) All() {
	*l = LargePages{spans: 1}
	for n := range l.held {
		l.held[n] = ^uint64(0)
	}
}

// May reports whether there may be pieces of a larger page that translates va.
func (l *LargePages) May(va uint64) bool {
	for spans := l.spans; spans != 0; spans &= spans - 1 {
		if word, bit := l.bit(va, bits.TrailingZeros64(spans)); *word&bit != 0 {
			return true
		}
	}
	return false
}

// FlushPage drops what translates va, the other pieces of a large page included, and returns the slots where that can have been.
func (s *State) FlushPage(va uint64, large *LargePages) (first, n int) {
	first, n = Index(va), 1
	if large.May(va) {
		first, n = 0, Entries
	}
	for _, side := range []*[Entries]Entry{&s.D, &s.I} {
		for i := first; i < first+n; i++ {
			e := &side[i]
			if e.Tag != 0 && (e.Tag^va)>>e.Span == 0 {
				*e = Entry{}
			}
		}
	}
	return first, n
}

// FlushPCID drops the non-global entries of one address space.
func (s *State) FlushPCID(pcid uint16) {
	var f Filled
	f.All()
	f.FlushPCID(s, pcid)
}
