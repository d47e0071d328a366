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
	p.Byte, p.In = s.peek(p.PA), true
	s.poke(p.PA, s.Opcode)
}

// Lift takes the opcode of a patch out. What the guest has written there meanwhile stays.
func (s *Stub) Lift(p *Patch) {
	if p.In && s.peek(p.PA) == s.Opcode {
		s.poke(p.PA, p.Byte)
	}
	p.In = false
}

// Remove lifts a patch and forgets it.
func (s *Stub) Remove(p *Patch) {
	s.Lift(p)
	s.Forget(p)
}

// Forget leaves memory as it is.
func (s *Stub) Forget(p *Patch) {
	s.patch = slices.DeleteFunc(s.patch, func(q *Patch) bool { return q == p })
}

// widest is the size of the widest store in bytes.
const widest = 64

// overwritten is told that the guest has stored over the first patch from an address on: what is there now is the guest's, be it
// the opcode itself. Of further patches under the same store only other bytes can be told from the opcode.
func (s *Stub) overwritten(addr uint64) {
	first := true
	for _, p := range s.patch {
		if !p.In || p.VA-addr >= widest {
			continue
		}
		if first || s.peek(p.PA) != s.Opcode {
			s.Put(p)
		}
		first = false
	}
}

// watchPatches has the CPUs tell of stores to patched bytes, as write protection of their pages would.
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

func (s *Stub) poke(pa uint64, v byte) { s.must(s.WritePhys([]byte{v}, pa)) }

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
		if i := p.PA - pa; p.In && i < uint64(n) && b[i] == s.Opcode {
			b[i] = p.Byte
		}
	}
	return n
}

// WritePhysical writes memory under the patches.
func (s *Stub) WritePhysical(b []byte, pa uint64) int {
	n := s.Machine.WritePhysical(b, pa)
	for _, p := range s.patch {
		if i := p.PA - pa; p.In && i < uint64(n) {
			s.Put(p)
		}
	}
	return n
}
