package stub

import (
	"cmp"
	"fmt"
	"slices"

	"stasis/cpu"
)

// At is the patch at a physical address, or nil.
func (s *Stub) At(pa uint64) *Patch {
	for _, p := range s.patch {
		if p.PA == pa {
			return p
		}
	}
	return nil
}

// Patches are all of them.
func (s *Stub) Patches() []*Patch { return s.patch }

// Insert writes the opcode over the byte at a physical address.
func (s *Stub) Insert(va, pa uint64) *Patch {
	p := &Patch{VA: va, PA: pa}
	s.patch = append(s.patch, p)
	slices.SortFunc(s.patch, func(a, b *Patch) int { return cmp.Compare(a.VA, b.VA) })
	s.Put(p)
	return p
}

// Put writes the opcode of a patch, and remembers what was there.
func (s *Stub) Put(p *Patch) {
	p.Byte, p.In, p.lost = s.guestByte(p.PA), true, false
	s.poke(p.PA, s.Opcode)
	s.track()
}

// Lift takes the opcode of a patch out, unless another patch of the same byte needs it. What the guest has written there stays.
func (s *Stub) Lift(p *Patch) {
	in := p.In
	p.In, p.lost = false, false
	if in && !s.patched(p.PA) {
		s.poke(p.PA, p.Byte)
	}
}

// patched reports whether the byte at a physical address is a patch.
func (s *Stub) patched(pa uint64) bool {
	return slices.ContainsFunc(s.patch, func(p *Patch) bool { return p.In && p.PA == pa })
}

// guestByte is a byte of memory as the guest has it.
func (s *Stub) guestByte(pa uint64) byte {
	for _, p := range s.patch {
		if p.In && p.PA == pa {
			return p.Byte
		}
	}
	return s.peek(pa)
}

// Remove lifts a patch and forgets it.
func (s *Stub) Remove(p *Patch) {
	s.Lift(p)
	s.patch = slices.DeleteFunc(s.patch, func(q *Patch) bool { return q == p })
}

// Mend writes the guest's byte of a patch where the guest has copied the opcode to.
func (s *Stub) Mend(p *Patch, pa uint64) {
	if s.peek(pa) == s.Opcode {
		s.poke(pa, p.Byte)
	}
}

// track has the machine tell of all stores to patched bytes, whatever linear address they are made by.
func (s *Stub) track() {
	var list []uint64
	for _, p := range s.patch {
		list = append(list, p.PA)
	}
	s.TrackStores(list, s.stored)
}

// stored is told of a store: what is in its bytes now is the guest's, be it the opcode itself. It comes in the midst of a unit.
func (s *Stub) stored(pa uint64, n int) {
	if s.own {
		return
	}
	for _, p := range s.patch {
		if p.In && p.PA-pa < uint64(n) {
			p.In, p.lost = false, true
		}
	}
}

// Renew puts the patches in again that the guest has stored over.
func (s *Stub) Renew() {
	for _, p := range s.patch {
		if p.lost {
			s.Put(p)
		}
	}
}

// widest is the size of the widest store in bytes.
const widest = 64

// renewAt is Renew behind a store to a linear address.
func (s *Stub) renewAt(va uint64) {
	for _, p := range s.patch {
		if p.lost && p.VA-va < widest {
			s.Put(p)
		}
	}
}

// watchPatches has the CPUs stop behind stores to patched bytes, as write protection of their pages would. A store by another
// linear address is no stop: the patch is out until Renew.
func (s *Stub) watchPatches() {
	var list []cpu.Watch
	for _, p := range s.patch {
		if p.In {
			list = append(list, cpu.Watch{Addr: p.VA, Len: 1, Write: true})
		}
	}
	if slices.Equal(list, s.watch) {
		return
	}
	s.watch = list
	for _, c := range s.Machine.Machine.CPUs() {
		c.SetWatchpoints(list)
	}
}

func (s *Stub) peek(pa uint64) byte {
	var b [1]byte
	s.must(s.ReadPhys(b[:], pa))
	return b[0]
}

func (s *Stub) poke(pa uint64, v byte) {
	s.own = true
	s.must(s.WritePhys([]byte{v}, pa))
	s.own = false
}

// must is for memory that was there a moment ago.
func (s *Stub) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("stub: %v at %d", err, s.Retired()))
	}
}

// ReadPhysical reads memory as the guest has written it: patches do not show.
func (s *Stub) ReadPhysical(b []byte, pa uint64) int {
	n := s.Machine.ReadPhysical(b, pa)
	for _, p := range s.patch {
		if i := p.PA - pa; p.In && i < uint64(n) {
			b[i] = p.Byte
		}
	}
	return n
}

// WritePhysical writes memory under the patches.
func (s *Stub) WritePhysical(b []byte, pa uint64) int {
	n := s.Machine.WritePhysical(b, pa)
	s.Renew()
	return n
}
