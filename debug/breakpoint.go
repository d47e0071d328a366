package debug

import (
	"maps"
	"slices"
)

// Owner is who has set a breakpoint; any comparable value.
type Owner any

// Condition says whether a CPU that has come to a breakpoint is to stop there.
type Condition func(cpu int) bool

// Breakpoint is where to stop, and for whom. Nothing need be mapped there.
type Breakpoint struct {
	Addr      uint64 // linear, or physical
	Physical  bool
	One       bool   // only on CPU
	CPU       int    // if One
	InSpace   bool   // only in this address space
	SpaceName string // the register's name
	Space     uint64 // if InSpace: what the architecture's register holds, as far as it names the space
}

// breakpoints are the places and, for each, who wants the machine to stop there.
type breakpoints struct {
	set     map[location]map[holder]*interest
	changed bool
	linear  [][]uint64 // for each CPU, in order; valid unless changed
	frames  [][]uint64 // physical ones
}

// location is an address of either kind.
type location struct {
	addr     uint64
	physical bool
}

// holder is an owner with the limits that he has set.
type holder struct {
	owner Owner
	limit Breakpoint // without the address
}

// interest is one holder's share in a breakpoint.
type interest struct {
	count     int
	condition Condition // nil: always
}

// SetBreakpoint adds a reference of owner to the breakpoint at a linear address, on every CPU. The latest condition counts.
func (d *Debugger) SetBreakpoint(owner Owner, addr uint64, c Condition) {
	d.Break(owner, Breakpoint{Addr: addr}, c)
}

// ClearBreakpoint takes a reference away. It reports whether there was one.
func (d *Debugger) ClearBreakpoint(owner Owner, addr uint64) bool {
	return d.Unbreak(owner, Breakpoint{Addr: addr})
}

// Break adds a reference of owner to a breakpoint. The latest condition counts.
func (d *Debugger) Break(owner Owner, b Breakpoint, c Condition) { d.breakpoints.add(owner, b, c) }

// Unbreak takes a reference away. It reports whether there was one.
func (d *Debugger) Unbreak(owner Owner, b Breakpoint) bool { return d.breakpoints.remove(owner, b) }

// split is the place and the limits of a breakpoint.
func (b Breakpoint) split(owner Owner) (location, holder) {
	at := location{b.Addr, b.Physical}
	b.Addr, b.Physical, b.Space = 0, false, b.Space&^0xfff
	return at, holder{owner, b}
}

func (b *breakpoints) add(owner Owner, p Breakpoint, c Condition) {
	at, h := p.split(owner)
	if b.set == nil {
		b.set = map[location]map[holder]*interest{}
	}
	holders := b.set[at]
	if holders == nil {
		holders = map[holder]*interest{}
		b.set[at] = holders
	}
	if holders[h] == nil {
		holders[h] = &interest{}
		b.changed = true
	}
	holders[h].count++
	holders[h].condition = c
}

func (b *breakpoints) remove(owner Owner, p Breakpoint) bool {
	at, h := p.split(owner)
	i := b.set[at][h]
	if i == nil {
		return false
	}
	if i.count--; i.count > 0 {
		return true
	}
	b.changed = true
	delete(b.set[at], h)
	if len(b.set[at]) == 0 {
		delete(b.set, at)
	}
	return true
}

// drop removes all that an owner has set.
func (b *breakpoints) drop(owner Owner) {
	for at, holders := range b.set {
		n := len(holders)
		maps.DeleteFunc(holders, func(h holder, _ *interest) bool { return h.owner == owner })
		b.changed = b.changed || len(holders) != n
		if len(holders) == 0 {
			delete(b.set, at)
		}
	}
}

// addresses are the breakpoints for a CPU in order, linear and physical.
func (b *breakpoints) addresses(cpu, cpus int) (linear, frames []uint64) {
	if b.changed || len(b.linear) != cpus {
		b.collect(cpus)
	}
	return b.linear[cpu], b.frames[cpu]
}

func (b *breakpoints) collect(cpus int) {
	b.changed = false
	b.linear, b.frames = make([][]uint64, cpus), make([][]uint64, cpus)
	for at, holders := range b.set {
		list := b.linear
		if at.physical {
			list = b.frames
		}
		for i := range list {
			if wantedOn(holders, i) {
				list[i] = append(list[i], at.addr)
			}
		}
	}
	for i := range cpus {
		slices.Sort(b.linear[i])
		slices.Sort(b.frames[i])
	}
}

func wantedOn(holders map[holder]*interest, cpu int) bool {
	for h := range holders {
		if !h.limit.One || h.limit.CPU == cpu {
			return true
		}
	}
	return false
}

// holders are those who have something where a CPU stands: at a linear address and at the physical one behind it.
func (d *Debugger) holders(cpu int, lin uint64) (list []map[holder]*interest) {
	if h := d.breakpoints.set[location{lin, false}]; h != nil {
		list = append(list, h)
	}
	if pa, ok := d.cpus[cpu].Translate(lin); ok {
		if h := d.breakpoints.set[location{pa, true}]; h != nil {
			list = append(list, h)
		}
	}
	return list
}

// wanted reports whether any owner wants this breakpoint stop. One that is armed and has no owner any more was in force when
// the CPU was last told to run (see arm): it counts.
func (d *Debugger) wanted(s Stop) bool {
	list := d.holders(s.CPU, s.Addr)
	for _, holders := range list {
		for h, i := range holders {
			if d.within(h.limit, s.CPU) && (i.condition == nil || i.condition(s.CPU)) {
				return true
			}
		}
	}
	return len(list) == 0
}

// within reports whether a CPU is one that a breakpoint is for.
func (d *Debugger) within(limit Breakpoint, cpu int) bool {
	if limit.One && limit.CPU != cpu {
		return false
	}
	if !limit.InSpace {
		return true
	}
	a := d.Architecture()
	space, _ := d.Register(cpu, a.Space)
	return space&a.SpaceMask == limit.Space&a.SpaceMask
}
