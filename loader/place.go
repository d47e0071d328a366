package loader

import (
	"cmp"
	"fmt"
	"slices"
)

// Fixed places of the first megabyte of a PC.
const (
	biosDataArea  = 0x400
	freeBase      = 0x1000 // the page at 0 stays the interrupt vectors' and the BIOS data area's
	ebdaBase      = 0x9fc00
	legacyBase    = 0xa0000
	firmwareBase  = 0xe0000
	extendedBase  = 0x100000
	pageSize      = 4096
	pageAlignment = pageSize - 1
)

// span is [base, end).
type span struct{ base, end uint64 }

// placer keeps the segments of an image under construction in order of address.
type placer struct {
	ram  []span // where guests may be put
	used []Segment
}

// newPlacer knows the RAM of the machine that s describes.
func newPlacer(s Spec) *placer {
	p := &placer{}
	for _, r := range memoryMap(s.MemSize, s.HoleBase) {
		if r.Type == ramUsable {
			p.ram = append(p.ram, span{r.Addr, r.Addr + r.Size})
		}
	}
	p.ram[0].base = freeBase
	return p
}

// put places data at addr, with zeroes up to size.
func (p *placer) put(name string, addr uint64, data []byte, size uint64) error {
	size = max(size, uint64(len(data)))
	if size == 0 {
		return nil
	}
	want := span{addr, addr + size}
	if want.end < want.base || !slices.ContainsFunc(p.ram, func(r span) bool { return r.base <= want.base && want.end <= r.end }) {
		return fmt.Errorf("%w: %s wants %#x to %#x, and there is RAM %s; give more with --mem", ErrNoRoom, name, addr, addr+size, p)
	}
	for _, u := range p.used {
		if want.base < u.End() && u.Addr < want.end {
			return fmt.Errorf("%w: %s at %#x to %#x lies over %s at %#x to %#x", ErrNoRoom, name, addr, addr+size, u.Name, u.Addr, u.End())
		}
	}
	p.insert(Segment{Name: name, Addr: addr, Data: data, Size: size})
	return nil
}

// insert keeps used sorted. Firmware tables come this way: they lie in memory that is no guest's to use.
func (p *placer) insert(s Segment) {
	i, _ := slices.BinarySearchFunc(p.used, s.Addr, func(u Segment, a uint64) int { return cmp.Compare(u.Addr, a) })
	p.used = slices.Insert(p.used, i, s)
}

// low returns the lowest free place of that many bytes in [from, limit).
func (p *placer) low(name string, size, align, from, limit uint64) (uint64, error) {
	for _, gap := range p.gaps() {
		base := alignUp(max(gap.base, from), align)
		if end := min(gap.end, limit); base < end && size <= end-base {
			return base, nil
		}
	}
	return 0, p.noRoom(name, size, from, limit)
}

// high returns the highest free place of that many bytes in [from, limit).
func (p *placer) high(name string, size, align, from, limit uint64) (uint64, error) {
	gaps := p.gaps()
	for i := range gaps {
		gap := gaps[len(gaps)-1-i]
		end := min(gap.end, limit)
		if end < size {
			continue
		}
		base := (end - size) &^ (align - 1)
		if base >= max(gap.base, from) {
			return base, nil
		}
	}
	return 0, p.noRoom(name, size, from, limit)
}

// gaps lists the free memory, upwards.
func (p *placer) gaps() []span {
	var gaps []span
	for _, r := range p.ram {
		at := r.base
		for _, u := range p.used {
			if u.End() <= at || u.Addr >= r.end {
				continue
			}
			if u.Addr > at {
				gaps = append(gaps, span{at, u.Addr})
			}
			at = u.End()
		}
		if at < r.end {
			gaps = append(gaps, span{at, r.end})
		}
	}
	return gaps
}

// putLow places data at the lowest free place in [from, limit) and returns its address.
func (p *placer) putLow(name string, data []byte, align, from, limit uint64) (uint64, error) {
	addr, err := p.low(name, uint64(len(data)), align, from, limit)
	if err != nil {
		return 0, err
	}
	return addr, p.put(name, addr, data, 0)
}

// info places small data for the kernel below the EBDA.
func (p *placer) info(name string, data []byte, align uint64) (uint64, error) {
	return p.putLow(name, data, align, freeBase, ebdaBase)
}

func (p *placer) noRoom(name string, n, from, limit uint64) error {
	var largest uint64
	for _, g := range p.gaps() {
		if lo, hi := max(g.base, from), min(g.end, limit); lo < hi {
			largest = max(largest, hi-lo)
		}
	}
	return fmt.Errorf("%w: %s needs %s, and the largest free piece has %s; give more with --mem", ErrNoRoom, name, size(n), size(largest))
}

// String lists the RAM.
func (p *placer) String() string {
	s := ""
	for i, r := range p.ram {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%#x to %#x", r.base, r.end)
	}
	return s
}

func alignUp(v, align uint64) uint64 {
	up := (v + align - 1) &^ (align - 1)
	if up < v {
		return ^uint64(0)
	}
	return up
}
