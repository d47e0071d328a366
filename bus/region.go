package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// ErrOverlap is a region that would lie on another one.
var ErrOverlap = errors.New("regions overlap")

// region is the part of a space that one device claims.
type region struct {
	name   string
	base   uint64
	last   uint64
	device Device
}

// space is a set of regions, in order of address.
type space struct {
	regions []region
	recent  *region // the latest that was found: a driver mostly comes back to it
}

func (s *space) add(name string, base, size uint64, d Device) error {
	last := base + size - 1
	if size == 0 || last < base {
		return fmt.Errorf("map %s at %#x: size %#x does not fit", name, base, size)
	}
	i := sort.Search(len(s.regions), func(i int) bool { return s.regions[i].last >= base })
	if i < len(s.regions) && s.regions[i].base <= last {
		return fmt.Errorf("map %s at %#x: %w: %s is at %#x", name, base, ErrOverlap, s.regions[i].name, s.regions[i].base)
	}
	s.regions = append(s.regions, region{})
	copy(s.regions[i+1:], s.regions[i:])
	s.regions[i] = region{name, base, last, d}
	s.recent = nil
	return nil
}

// at returns the first region that ends at or after the address.
func (s *space) at(a uint64) *region {
	lo, hi := 0, len(s.regions)
	for lo < hi {
		if mid := (lo + hi) / 2; s.regions[mid].last < a {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(s.regions) {
		return nil
	}
	return &s.regions[lo]
}

// find returns the region that holds all of the access.
func (s *space) find(a uint64, size int) *region {
	r := s.recent
	if r == nil || a < r.base || a > r.last {
		r = s.at(a)
	}
	if r == nil || a < r.base || a+uint64(size)-1 > r.last || a+uint64(size)-1 < a {
		return nil
	}
	s.recent = r
	return r
}

// touches reports whether a region holds some byte of the access.
func (s *space) touches(a uint64, size int) bool {
	r := s.at(a)
	return r != nil && r.base <= a+uint64(size)-1
}

// readRAM reads memory that no device claims.
func (b *Bus) readRAM(pa uint64, size int) uint64 {
	var p [8]byte
	if b.RAM.ReadAt(p[:size], pa) == nil {
		return binary.LittleEndian.Uint64(p[:])
	}
	if size > 1 {
		return b.split(pa, size, b.readRAM)
	}
	b.Unclaimed.Reads++
	return 0xff
}

// writeRAM writes memory that no device claims.
func (b *Bus) writeRAM(pa uint64, size int, v uint64) {
	var p [8]byte
	binary.LittleEndian.PutUint64(p[:], v)
	for i := range size {
		if b.RAM.WriteAt(p[i:i+1], pa+uint64(i)) != nil {
			b.Unclaimed.Writes++
		}
	}
}

// rom is memory that cannot be written.
type rom []byte

func (r rom) Read(offset uint64, size int) uint64 {
	var p [8]byte
	copy(p[:size], r[offset:])
	return binary.LittleEndian.Uint64(p[:])
}

func (rom) Write(uint64, int, uint64) {}
