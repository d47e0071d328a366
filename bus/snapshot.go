package bus

import (
	"errors"
	"unsafe"
)

// A chunk of pages is the grain in which snapshots share their tables.
const chunkPages = 512

type page [PageSize]byte

type chunk [chunkPages]*page

// Snapshot is the contents of a RAM at one moment. It shares with other snapshots of the same RAM the pages that are
// equal in both; a nil page is zero.
type Snapshot struct {
	pages  uint64
	chunks []*chunk // nil: all zero
}

// ErrOtherMachine is a snapshot that does not fit the machine that is to take it.
var ErrOtherMachine = errors.New("the snapshot is of another machine")

func emptySnapshot(pages uint64) *Snapshot {
	return &Snapshot{pages: pages, chunks: make([]*chunk, (pages+chunkPages-1)/chunkPages)}
}

func (s *Snapshot) page(i uint64) *page {
	if c := s.chunks[i/chunkPages]; c != nil {
		return c[i%chunkPages]
	}
	return nil
}

// Snapshot copies the pages written since the last snapshot or restore, and shares all others.
func (r *RAM) Snapshot() *Snapshot {
	r.collect()
	s := &Snapshot{pages: r.saved.pages, chunks: append([]*chunk(nil), r.saved.chunks...)}
	r.unsaved.each(func(i uint64) {
		c := s.chunks[i/chunkPages]
		if c == r.saved.chunks[i/chunkPages] { // shared, or nil
			own := new(chunk)
			if c != nil {
				*own = *c
			}
			c, s.chunks[i/chunkPages] = own, own
		}
		c[i%chunkPages] = r.copyPage(i)
	})
	clear(r.unsaved)
	r.saved = s
	return s
}

func (r *RAM) pageAt(i uint64) *page { return (*page)(unsafe.Add(r.base, i<<pageShift)) }

// copyPage returns a copy of a page, or nil if it is zero.
func (r *RAM) copyPage(i uint64) *page {
	p := *r.pageAt(i)
	if p == (page{}) {
		return nil
	}
	return &p
}

// Restore brings back the contents of s. It writes only pages that differ.
func (r *RAM) Restore(s *Snapshot) error {
	if s.pages != r.saved.pages {
		return ErrOtherMachine
	}
	r.collect()
	r.unsaved.each(func(i uint64) { r.load(i, s.page(i)) })
	for c, want := range s.chunks {
		if want != r.saved.chunks[c] {
			r.loadChunk(uint64(c)*chunkPages, s)
		}
	}
	clear(r.unsaved)
	r.saved = s
	r.OnClean()
	return nil
}

func (r *RAM) loadChunk(first uint64, s *Snapshot) {
	for i := first; i < min(first+chunkPages, s.pages); i++ {
		if want := s.page(i); want != r.saved.page(i) {
			r.load(i, want)
		}
	}
}

func (r *RAM) load(i uint64, want *page) {
	if want == nil {
		want = &page{}
	}
	if have := r.pageAt(i); *have != *want {
		*have = *want
		r.unhashed.set(i)
		r.touched.set(i)
		if r.code[i] != 0 {
			r.dropCode(i)
		}
	}
}
