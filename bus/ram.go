package bus

import (
	"errors"
	"fmt"
	"math/bits"
	"unsafe"
)

// Pages are the grain of mapping, of dirty tracking, of the hash and of snapshots.
const (
	PageSize  = 4096
	pageShift = 12
)

// ErrNotRAM is an access to memory through RAM's own door where there is none.
var ErrNotRAM = errors.New("not RAM")

// RAM is guest memory, mapped lazily outside the Go heap, with a hole in its addresses for devices.
//
// Invariant: a page whose dirty bit is clear holds what it held when the bit was cleared. Whoever writes through a
// host address marks the page before the first write and asks again after OnClean.
type RAM struct {
	base     unsafe.Pointer
	mem      []byte
	low      uint64 // bytes below the hole
	highBase uint64 // where the rest begins
	highSize uint64

	dirty    bitmap // may have changed since the last collect
	unhashed bitmap // changed since the digests were made
	unsaved  bitmap // changed since the last snapshot
	touched  bitmap // ever written
	held     bitmap // somebody may hold the host address for writing
	code     []uint64
	digests  tree
	saved    *Snapshot

	// OnCodeWrite is told of a physical page whose decoded code is no longer what memory holds.
	OnCodeWrite func(page uint64)
	// OnCodeStore is told of a store that has hit a line with code, after OnCodeWrite. It comes in the midst of a unit.
	OnCodeStore func(pa uint64, n int)
	// OnCode is told of a physical page that holds decoded code from now on, and that was marked before: writes to it must be
	// seen.
	OnCode func(page uint64)
	// OnClean is told that dirty bits were cleared, or contents replaced: host addresses held for writing are void.
	OnClean func()
}

// NewRAM returns size bytes of zeroed memory: from 0 up to holeBase, the rest from holeEnd.
func NewRAM(size, holeBase, holeEnd uint64) (*RAM, error) {
	if size == 0 || size%PageSize != 0 || holeBase%PageSize != 0 || holeEnd%PageSize != 0 || holeEnd < holeBase {
		return nil, fmt.Errorf("ram: size %#x with a hole at %#x-%#x is not made of pages", size, holeBase, holeEnd)
	}
	mem, err := mapMemory(size)
	if err != nil {
		return nil, fmt.Errorf("ram: reserve %d MiB: %w", size>>20, err)
	}
	low := min(size, holeBase)
	pages := size >> pageShift
	return &RAM{
		base: unsafe.Pointer(&mem[0]), mem: mem,
		low: low, highBase: holeEnd, highSize: size - low,
		dirty: newBitmap(pages), unhashed: newBitmap(pages), unsaved: newBitmap(pages), touched: newBitmap(pages), held: newBitmap(pages),
		code:        make([]uint64, pages),
		digests:     newTree(pages),
		saved:       emptySnapshot(pages),
		OnCodeWrite: func(uint64) {},
		OnCodeStore: func(uint64, int) {},
		OnCode:      func(uint64) {},
		OnClean:     func() {},
	}, nil
}

// Close gives the memory back. The RAM must not be used any more.
func (r *RAM) Close() error {
	mem := r.mem
	r.mem, r.base, r.low, r.highSize = nil, nil, 0, 0
	if mem == nil {
		return nil
	}
	return unmapMemory(mem)
}

// Size returns how many bytes there are.
func (r *RAM) Size() uint64 { return r.low + r.highSize }

// Low returns the end of the memory below the hole.
func (r *RAM) Low() uint64 { return r.low }

// LowView is the memory below the hole, for reading.
func (r *RAM) LowView() []byte { return r.mem[:r.low] }

// High returns where the memory above the hole begins and how much there is of it.
func (r *RAM) High() (base, size uint64) { return r.highBase, r.highSize }

// offset maps a physical address to a place in mem.
func (r *RAM) offset(pa uint64) (uint64, bool) {
	if pa < r.low {
		return pa, true
	}
	if high := pa - r.highBase; pa >= r.highBase && high < r.highSize {
		return r.low + high, true
	}
	return 0, false
}

// address is the inverse of offset.
func (r *RAM) address(offset uint64) uint64 {
	if offset < r.low {
		return offset
	}
	return offset - r.low + r.highBase
}

// Page returns the host address of the page that holds pa, or nil where there is no RAM.
func (r *RAM) Page(pa uint64) unsafe.Pointer {
	o, ok := r.offset(pa)
	if !ok {
		return nil
	}
	return unsafe.Add(r.base, o&^(PageSize-1))
}

// MarkDirty says that the page of pa is about to be written.
func (r *RAM) MarkDirty(pa uint64) {
	if o, ok := r.offset(pa); ok {
		r.dirty.set(o >> pageShift)
		r.held.set(o >> pageShift)
	}
}

// ReadAt reads physical memory. It fails where a byte is not RAM.
func (r *RAM) ReadAt(p []byte, pa uint64) error {
	return r.eachPage(p, pa, func(part []byte, o uint64) { copy(part, r.mem[o:]) })
}

// WriteAt writes physical memory. It is the one door for DMA, loaders and the debugger. It fails where a byte is not
// RAM, with what comes before that written.
func (r *RAM) WriteAt(p []byte, pa uint64) error {
	return r.eachPage(p, pa, func(part []byte, o uint64) {
		copy(r.mem[o:], part)
		r.written(o, len(part))
	})
}

func (r *RAM) eachPage(p []byte, pa uint64, do func(part []byte, offset uint64)) error {
	for len(p) > 0 {
		o, ok := r.offset(pa)
		if !ok {
			return fmt.Errorf("physical address %#x: %w", pa, ErrNotRAM)
		}
		n := min(uint64(len(p)), PageSize-pa%PageSize)
		do(p[:n], o)
		p, pa = p[n:], pa+n
	}
	return nil
}

// Touched returns how many bytes, in whole pages, were ever written.
func (r *RAM) Touched() uint64 {
	r.collect()
	n := 0
	for _, w := range r.touched {
		n += bits.OnesCount64(w)
	}
	return uint64(n) * PageSize
}

// collect hands the dirty bits to all who follow changes, and clears them.
func (r *RAM) collect() {
	clean := true
	for i, w := range r.dirty {
		if w != 0 {
			clean = false
			r.unhashed[i] |= w
			r.unsaved[i] |= w
			r.touched[i] |= w
			r.dirty[i] = 0
		}
	}
	if !clean {
		r.OnClean()
	}
}

// bitmap has one bit a page.
type bitmap []uint64

func newBitmap(n uint64) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) set(i uint64)      { b[i>>6] |= 1 << (i & 63) }
func (b bitmap) clear(i uint64)    { b[i>>6] &^= 1 << (i & 63) }
func (b bitmap) has(i uint64) bool { return b[i>>6]>>(i&63)&1 != 0 }

// each calls do for every set bit, in order.
func (b bitmap) each(do func(i uint64)) {
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			do(uint64(w)<<6 + uint64(bits.TrailingZeros64(word)))
		}
	}
}
