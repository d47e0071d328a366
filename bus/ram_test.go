package bus

import (
	"bytes"
	"errors"
	"math/rand"
	"slices"
	"testing"
	"unsafe"
)

func testRAM(t *testing.T, pages uint64) *RAM {
	t.Helper()
	r, err := NewRAM(pages*PageSize, 3<<30, 4<<30)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestHole(t *testing.T) {
	r, err := NewRAM(8*PageSize, 4*PageSize, 16*PageSize)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for page, want := range map[uint64]bool{0: true, 3: true, 4: false, 15: false, 16: true, 19: true, 20: false} {
		if got := r.Page(page*PageSize+5) != nil; got != want {
			t.Errorf("page %d is RAM: %v", page, got)
		}
	}
	if err := r.WriteAt([]byte{7}, 16*PageSize); err != nil || r.mem[4*PageSize] != 7 {
		t.Errorf("write above the hole: %v", err)
	}
	if err := r.WriteAt(make([]byte, 2), 4*PageSize-1); !errors.Is(err, ErrNotRAM) {
		t.Errorf("write into the hole: %v", err)
	}
}

func TestHashFollowsContents(t *testing.T) {
	for _, pages := range []uint64{1, 2, 16, 17, 300} {
		r, s := testRAM(t, pages), testRAM(t, pages)
		empty := r.Hash()
		rnd := rand.New(rand.NewSource(int64(pages)))
		for range 20 {
			b := []byte{byte(rnd.Int())}
			at := uint64(rnd.Int63n(int64(pages * PageSize)))
			r.WriteAt(b, at)
			r.Hash()
			s.WriteAt(b, at)
		}
		if r.Hash() != s.Hash() {
			t.Errorf("%d pages: hashed often and hashed once differ", pages)
		}
		if r.Hash() == empty {
			t.Errorf("%d pages: hash of full and empty memory is the same", pages)
		}
		r.WriteAt(make([]byte, pages*PageSize), 0)
		if r.Hash() != empty {
			t.Errorf("%d pages: written with zeros is not as never written", pages)
		}
	}
}

func TestOnCleanGuardsHostAddresses(t *testing.T) {
	r := testRAM(t, 4)
	cleaned := 0
	r.OnClean = func() { cleaned++ }
	before := r.Hash()
	r.MarkDirty(PageSize)
	*(*byte)(unsafe.Add(r.Page(PageSize), 5)) = 1
	if r.Hash() == before || cleaned != 1 {
		t.Errorf("write by host address not seen, cleaned %d times", cleaned)
	}
	if r.Touched() != PageSize {
		t.Errorf("touched %d", r.Touched())
	}
}

func TestCodeLines(t *testing.T) {
	r := testRAM(t, 4)
	var told []uint64
	r.OnCodeWrite = func(page uint64) { told = append(told, page) }
	r.MarkCode(PageSize-10, 20)
	if !r.PageHasCode(5) || !r.PageHasCode(PageSize) || r.PageHasCode(2*PageSize) {
		t.Error("marks are not where the code is")
	}
	r.Written(PageSize-65, 1)
	if len(told) != 0 {
		t.Errorf("a write beside the code told %x", told)
	}
	r.WriteAt([]byte{1, 2}, PageSize-1)
	if len(told) != 2 || told[0] != 0 || told[1] != PageSize || r.PageHasCode(0) {
		t.Errorf("told %x", told)
	}
	if lines(0, PageSize) != ^uint64(0) || lines(63, 2) != 3 || lines(4095, 1) != 1<<63 {
		t.Error("line masks")
	}
}

func TestSnapshots(t *testing.T) {
	const pages = 1100
	r := testRAM(t, pages)
	rnd := rand.New(rand.NewSource(3))
	type saved struct {
		s    *Snapshot
		mem  []byte
		hash Digest
	}
	var all []saved
	for step := range 60 {
		for range rnd.Intn(5) {
			p := make([]byte, rnd.Intn(3*PageSize))
			if rnd.Intn(3) > 0 {
				rnd.Read(p)
			}
			r.WriteAt(p, uint64(rnd.Int63n((pages-3)*PageSize)))
		}
		if len(all) == 0 || rnd.Intn(2) == 0 {
			s := r.Snapshot()
			all = append(all, saved{s, bytes.Clone(r.mem), r.Hash()})
			continue
		}
		want := all[rnd.Intn(len(all))]
		if err := r.Restore(want.s); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.mem, want.mem) || r.Hash() != want.hash {
			t.Fatalf("step %d: restored memory differs", step)
		}
	}
	if err := testRAM(t, 5).Restore(all[0].s); !errors.Is(err, ErrOtherMachine) {
		t.Errorf("restored into another machine: %v", err)
	}
}

func TestSnapshotsShareUnchangedPages(t *testing.T) {
	r := testRAM(t, 1100)
	r.WriteAt([]byte{1}, 0)
	r.WriteAt([]byte{1}, 1000*PageSize)
	a := r.Snapshot()
	r.WriteAt([]byte{2}, 0)
	b := r.Snapshot()
	if a.page(0) == b.page(0) || a.page(1000) != b.page(1000) || a.chunks[1] != b.chunks[1] {
		t.Error("sharing is wrong")
	}
}

// Who may hold a page for writing is told once that there is code in it, and again only if it has been marked since.
func TestOnCode(t *testing.T) {
	r := testRAM(t, 4)
	var told []uint64
	r.OnCode = func(page uint64) { told = append(told, page) }
	want := func(pages ...uint64) {
		t.Helper()
		if !slices.Equal(told, pages) {
			t.Errorf("told of %x, want %x", told, pages)
		}
		told = nil
	}
	r.MarkCode(0x1000, 4)
	want()
	r.MarkDirty(0x2000)
	r.MarkCode(0x2010, 4)
	r.MarkCode(0x2080, 4)
	want(0x2000)
	r.Written(0x2010, 1)
	r.MarkCode(0x2010, 4)
	want()
	r.Written(0x2010, 1)
	r.MarkDirty(0x2000)
	r.MarkCode(0x2010, 4)
	want(0x2000)
}
