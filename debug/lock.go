package debug

// scheduler is a Target that can leave CPUs out of its schedule. To do so moves what the guest computes, and the Target records it.
type scheduler interface {
	Turn() int            // the CPU that runs next by the schedule
	LockCPUs(cpus uint64) // leave these out, a bit for each, until the next call
}

// lock leaves out the CPUs about which a resume says nothing. A step of the CPU whose turn it is anyway needs no lock: that is
// how front ends step over a breakpoint, and the schedule stays what it was.
func (d *Debugger) lock(actions []Action) {
	s, ok := d.target.(scheduler)
	if !ok {
		return
	}
	var out uint64
	step := -1
	for i, a := range actions {
		switch a {
		case Hold:
			out |= 1 << i
		case Step:
			step = i
		}
	}
	if step >= 0 && s.Turn() == step && !d.cpus[step].Halted() {
		out = 0
	}
	s.LockCPUs(out)
}
