package blocks

import (
	"slices"
	"testing"
)

// TestStore: blocks are found until they are taken out, singly or with their page, and all go when the store is cleared.
func TestStore(t *testing.T) {
	var s Store[int]
	s.Init()
	keys := []Key{{0x1000, 0x7000, 1}, {0x1000, 0x7000, 2}, {0x1040, 0x7040, 1}, {0x2000, 0x8000, 1}, {0x1000 + pageHeads<<12, 0x9000, 1}}
	for n, k := range keys {
		if got := s.Add(k, []int{n, -n}[:1+n%2], []uint64{k.VA, k.VA + 4}[:1+n%2]); got != uint32(n+1) {
			t.Errorf("block %d has number %d", n+1, got)
		}
	}
	found := func() (list []int) {
		for n := range keys {
			if b := s.Find(&keys[n]); b != nil && b.Key == keys[n] {
				list = append(list, n)
			}
		}
		return list
	}
	if got := found(); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Errorf("found %v", got)
	}
	if b := s.Find(&keys[3]); !slices.Equal(s.AddrsOf(b), []uint64{0x8000, 0x8004}) || s.AddrOf(b, 1) != 0x8004 || b.Inst != 4 || *s.InstOf(b, 1) != -3 {
		t.Errorf("block 4 has %x from %d on", s.AddrsOf(b), b.Inst)
	}
	s.Unlink(2)
	dropped := 0
	s.DropPage(0x1000, func(b *Block) {
		if dropped++; !b.Dead || b.Key.PA&^pageMask != 0x1000 {
			t.Errorf("dropped %+v", b)
		}
	})
	if got := found(); !slices.Equal(got, []int{3, 4}) || dropped != 2 {
		t.Errorf("%d dropped, %v left", dropped, got)
	}
	s.Clear()
	if got := found(); len(got) != 0 || s.Full(instRoom) || !s.Full(instRoom+1) {
		t.Errorf("after Clear: %v", got)
	}
}
