package mmu

import "math/bits"

// Filled says which slots of a TLB may hold entries, so that a flush costs what there is to drop. It is a filter, not state: a slot
// that was not noted is empty.
type Filled struct{ D, I [Entries / 64]uint64 }

// Note records that a slot of one side is filled.
func (f *Filled) Note(slot int, a Access) {
	side := &f.D
	if a&Fetch != 0 {
		side = &f.I
	}
	side[slot/64] |= 1 << (slot % 64)
}

// All gives up: any slot may be filled.
func (f *Filled) All() {
	for n := range f.D {
		f.D[n], f.I[n] = ^uint64(0), ^uint64(0)
	}
}

// Flush drops all entries, or all but the global ones.
func (f *Filled) Flush(s *State, keepGlobal bool) {
	f.drop(s, func(e *Entry) bool { return !keepGlobal || e.Perm&PermGlobal == 0 })
}

// FlushPCID drops the non-global entries of one address space.
func (f *Filled) FlushPCID(s *State, pcid uint16) {
	f.drop(s, func(e *Entry) bool { return e.PCID == pcid && e.Perm&PermGlobal == 0 })
}

// drop empties the slots whose entries go.
func (f *Filled) drop(s *State, goes func(e *Entry) bool) {
	dropSide(&f.D, &s.D, goes)
	dropSide(&f.I, &s.I, goes)
}

func dropSide(filled *[Entries / 64]uint64, side *[Entries]Entry, goes func(e *Entry) bool) {
	for w, word := range filled {
		for rest := word; rest != 0; rest &= rest - 1 {
			n := bits.TrailingZeros64(rest)
			if e := &side[(w*64+n)%Entries]; goes(e) {
				*e = Entry{}
				word &^= 1 << n
			}
		}
		filled[w] = word
	}
}
