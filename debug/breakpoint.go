package debug

import (
	"maps"
	"slices"
)

// Owner is who has set a breakpoint; any comparable value.
type Owner any

// Condition says whether a CPU that has come to a breakpoint is to stop there.
type Condition func(cpu int) bool

// breakpoints are virtual addresses and, for each, who wants the machine to stop there.
type breakpoints map[uint64]map[Owner]*interest

// interest is one owner's share in a breakpoint.
type interest struct {
	count     int
	condition Condition // nil: always
}

// SetBreakpoint adds a reference of owner to the breakpoint at a virtual address. The latest condition counts.
func (d *Debugger) SetBreakpoint(owner Owner, addr uint64, c Condition) {
	if d.breakpoints == nil {
		d.breakpoints = breakpoints{}
	}
	d.breakpoints.add(owner, addr, c)
}

// ClearBreakpoint takes a reference away. It reports whether there was one.
func (d *Debugger) ClearBreakpoint(owner Owner, addr uint64) bool {
	return d.breakpoints.remove(owner, addr)
}

func (b breakpoints) add(owner Owner, addr uint64, c Condition) {
	owners := b[addr]
	if owners == nil {
		owners = map[Owner]*interest{}
		b[addr] = owners
	}
	if owners[owner] == nil {
		owners[owner] = &interest{}
	}
	owners[owner].count++
	owners[owner].condition = c
}

func (b breakpoints) remove(owner Owner, addr uint64) bool {
	i := b[addr][owner]
	if i == nil {
		return false
	}
	if i.count--; i.count > 0 {
		return true
	}
	delete(b[addr], owner)
	if len(b[addr]) == 0 {
		delete(b, addr)
	}
	return true
}

// drop removes all that an owner has set.
func (b breakpoints) drop(owner Owner) {
	for addr, owners := range b {
		if delete(owners, owner); len(owners) == 0 {
			delete(b, addr)
		}
	}
}

// wanted reports whether any owner wants this breakpoint stop. One that is armed and has no owner any more was in force when
// the CPU was last told to run (see arm): it counts.
func (b breakpoints) wanted(s Stop) bool {
	owners, ok := b[s.Addr]
	if !ok {
		return true
	}
	for _, i := range owners {
		if i.condition == nil || i.condition(s.CPU) {
			return true
		}
	}
	return false
}

// addresses are the breakpoints in order.
func (b breakpoints) addresses() []uint64 { return slices.Sorted(maps.Keys(b)) }

// arm gives the CPUs their breakpoints and watchpoints for a resume.
//
// A CPU about which the plan says nothing keeps those of the last resume: a front end takes a breakpoint away while it steps
// one CPU over it, and the others must not slip past meanwhile. A skip is for a breakpoint that is still there: it holds
// interrupts off until it is used.
func (d *Debugger) arm(plan Plan) {
	addrs := d.breakpoints.addresses()
	for i, c := range d.cpus {
		skip := d.hits[i].valid && d.hits[i].pc == c.PC() && d.breakpoints[c.PC()] != nil
		d.hits[i].valid = false
		if plan.Actions[i] != Hold {
			d.armCPU(i, d.without(addrs, i, plan.Actions[i], skip))
		}
		if skip {
			c.SkipBreakpoint()
		}
	}
	d.watchpoints.arm(d.cpus)
}

// without leaves out the breakpoint at which a step begins. After a breakpoint stop the CPU's own skip does that; elsewhere
// an interrupt may be due first, and must not wait for a skip to be used.
func (d *Debugger) without(addrs []uint64, i int, a Action, skip bool) []uint64 {
	if a != Step || skip {
		return addrs
	}
	start, ok := d.op.start()
	n, found := slices.BinarySearch(addrs, start)
	if !ok || !found || d.cpus[i].PC() != start {
		return addrs
	}
	return slices.Delete(slices.Clone(addrs), n, n+1)
}

func (d *Debugger) armCPU(i int, addrs []uint64) {
	if slices.Equal(d.armed[i], addrs) {
		return
	}
	d.armed[i] = slices.Clone(addrs)
	d.cpus[i].SetBreakpoints(d.armed[i])
}
