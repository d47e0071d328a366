package cpu

import "stasis/bus"

// Stats counts what an engine did. Nothing of it is state, and nothing of it is counted on the fast path: units are added up where
// their mode changes.
type Stats struct {
	Blocks  uint64              // built
	Chained uint64              // links from a block to the next one
	Dropped [dropReasons]uint64 // blocks
	Hits    uint64              // of the architectural TLB, where the arrays of the fast path had nothing
	Walks   uint64
	Slow    [slowCauses]uint64 // instructions of blocks that went by their handlers
	Steps   uint64             // instructions that went singly

	Faults, Interrupts uint64

	units [maxModes]uint64 // by the mode in which a unit ended, the kernel's and the user's of each
	left  int64            // of the budget when units was brought up to date
	user  int64            // units of the user's since then: what was left when they began, less what was left when they ended
}

// Why blocks are dropped.
const (
	DropWritten    = iota // something was stored into their code
	DropFull              // there was no room for more
	DropBreakpoint        // a breakpoint is new in them
	DropMode              // there is no room for what they assume
	dropReasons
)

// SlowCause is why an instruction of a block goes by its handler.
type SlowCause int

// The causes, the first that holds.
const (
	SlowHandler SlowCause = iota // there is no micro-operation for it, or not with these operands
	SlowSplit                    // its access lies in two pages, or at no canonical address
	SlowChecked                  // all accesses are looked at: their alignment is checked, or data is big-endian
	SlowDevice                   // its memory is no RAM, or must be treated like a device's
	SlowCode                     // it stores into a page that holds code
	SlowWatched                  // somebody watches the page
	SlowOther
	slowCauses
)

// maxModes is how many modes units are counted by at most.
const maxModes = 6

var (
	dropNames = [dropReasons]string{"written", "full", "breakpoint", "mode"}
	slowNames = [slowCauses]string{"handler", "split", "checked", "device", "code", "watched", "other"}
)

// SlowAccess is the cause for an access within a page of which the arrays of the fast path have nothing after a look-up.
func SlowAccess(ram *bus.RAM, page uint64, write, watched bool) SlowCause {
	switch {
	case ram.Page(page) == nil:
		return SlowDevice
	case write && ram.PageHasCode(page):
		return SlowCode
	case watched:
		return SlowWatched
	}
	return SlowOther
}

// Flushed counts all blocks that are left as dropped.
func (s *Stats) Flushed(why int) {
	live := s.Blocks
	for _, n := range s.Dropped {
		live -= n
	}
	s.Dropped[why] += live
}

// Begin is the beginning of a Run with a budget, in the user's mode or not.
func (s *Stats) Begin(budget int64, user bool) {
	s.left, s.user = budget, 0
	if user {
		s.user = budget
	}
}

// Enter is a change to the user's mode or from it, where so much of the budget is left. The unit that is being done is still in it.
func (s *Stats) Enter(user bool, budget int64) {
	if user {
		s.user += budget
	} else {
		s.user -= budget
	}
}

// Account brings units up to date: mode is the number of the kernel's mode since the last time, and the user's is the next.
func (s *Stats) Account(mode int, budget int64, user bool) {
	if user {
		s.user -= budget
	}
	s.units[mode] += uint64(s.left - budget - s.user)
	s.units[mode+1] += uint64(s.user)
	s.Begin(budget, user)
}

// Counts are the counters by name, those of units by the names of the modes.
func (s *Stats) Counts(modes []string) map[string]uint64 {
	m := map[string]uint64{
		"blocks": s.Blocks, "chained": s.Chained, "tlb_hits": s.Hits, "walks": s.Walks, "steps": s.Steps, "faults": s.Faults,
		"interrupts": s.Interrupts,
	}
	sum(m, "dropped", dropNames[:], s.Dropped[:])
	sum(m, "slow", slowNames[:], s.Slow[:])
	sum(m, "units", modes, s.units[:])
	return m
}

// sum enters counts by name, and what they add up to.
func sum(m map[string]uint64, name string, names []string, counts []uint64) {
	m[name] = 0
	for i, n := range names {
		m[name] += counts[i]
		m[name+"_"+n] = counts[i]
	}
}
