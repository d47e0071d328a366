package debug

import (
	"slices"

	"stasis/cpu"
)

// physicalBreaker is a CPU that knows breakpoints on physical addresses.
type physicalBreaker interface{ SetPhysicalBreakpoints(addrs []uint64) }

// catcher is a CPU that tells of events.
type catcher interface{ SetCatches(list []cpu.Catch) }

// given is what a CPU has been told to stop at.
type given struct{ linear, physical []uint64 }

// arm gives the CPUs their breakpoints, watchpoints and catches for a resume.
//
// A CPU about which the plan says nothing keeps the breakpoints of the last resume: a front end takes a breakpoint away while it
// steps one CPU over it, and the others must not slip past meanwhile. A skip is for a breakpoint that is still there: it holds
// interrupts off until it is used.
func (d *Debugger) arm(plan Plan) {
	for i, c := range d.cpus {
		pc := c.PC()
		skip := d.hits[i].valid && d.hits[i].pc == pc && len(d.holders(i, pc)) > 0
		d.hits[i].valid = false
		if plan.Actions[i] != Hold {
			d.armCPU(i, plan.Actions[i], skip)
		}
		if skip {
			c.SkipBreakpoint()
		}
	}
	d.watchpoints.arm(d)
	d.armCatches()
}

func (d *Debugger) armCPU(i int, a Action, skip bool) {
	linear, physical := d.breakpoints.addresses(i, len(d.cpus))
	if start, ok := d.startOf(i, a, skip); ok {
		linear = without(linear, start)
		if pa, ok := d.cpus[i].Translate(start); ok {
			physical = without(physical, pa)
		}
	}
	if !slices.Equal(d.armed[i].linear, linear) {
		d.armed[i].linear = slices.Clone(linear)
		d.cpus[i].SetBreakpoints(d.armed[i].linear)
	}
	if p, ok := d.cpus[i].(physicalBreaker); ok && !slices.Equal(d.armed[i].physical, physical) {
		d.armed[i].physical = slices.Clone(physical)
		p.SetPhysicalBreakpoints(physical)
	}
}

// startOf is where CPU i begins a step, if it stands there: no breakpoint holds there. After a breakpoint stop the CPU's own skip
// does that; elsewhere an interrupt may be due first, and must not wait for a skip to be used.
func (d *Debugger) startOf(i int, a Action, skip bool) (start uint64, ok bool) {
	if a != Step || skip {
		return 0, false
	}
	start, ok = d.op.start()
	return start, ok && d.cpus[i].PC() == start
}

// without is a sorted list less one address.
func without(addrs []uint64, addr uint64) []uint64 {
	n, found := slices.BinarySearch(addrs, addr)
	if !found {
		return addrs
	}
	return slices.Delete(slices.Clone(addrs), n, n+1)
}
