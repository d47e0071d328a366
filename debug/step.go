package debug

// Policy is what a step is.
type Policy uint8

const (
	// Through steps the code that is looked at: a unit that delivers an interrupt is not the end, its handler runs in the
	// background until one instruction of the context where the step began has retired or faulted.
	Through Policy = iota
	// Arch steps one unit: an instruction, an iteration of REP, or the delivery of an event.
	Arch
	// Held is Through, with interrupts and NMIs kept off until the first instruction has been tried: they come one boundary later
	// than they would. It is the only policy that moves what the guest computes, and the machine records it as an input. It
	// never holds the wake-up of a halted CPU.
	Held
)

var policyNames = [...]string{"through", "arch", "hold"}

// String is the name that the monitor uses.
func (p Policy) String() string {
	return policyNames[p]
}

// SetPolicy chooses what a step is from now on.
func (d *Debugger) SetPolicy(p Policy) { d.policy = p }

// Policy is what a step is now.
func (d *Debugger) Policy() Policy { return d.policy }

// patience is how many units of an interrupt handler are stepped singly, to see it return to anywhere in the context. After
// that it runs free until it comes back to the instruction that it has interrupted.
const patience = 20_000

// stepOwner owns the breakpoint of a handler that runs free.
var stepOwner Owner = new(stepping)

// stepping is the operation of a machine in which a CPU steps.
type stepping struct {
	d       *Debugger
	cpu     int
	policy  Policy
	request Request

	origin uint64 // where the present step began
	home   place  // and in which context
	since  uint64 // how long the machine had run then

	asked      bool   // interrupts are held off
	first      bool   // no instruction has been stepped yet
	inside     bool   // the leg that runs began in the context
	interrupts uint64 // delivered before it
	units      int    // spent outside the context
	free       bool   // the handler runs free
}

// interruptCounter is a CPU that counts what a step through interrupts has to tell from the rest: the external interrupts and
// NMIs that it has delivered.
type interruptCounter interface{ Interrupts() uint64 }

func (d *Debugger) step(cpu int, r Request) *stepping {
	s := &stepping{d: d, cpu: cpu, policy: d.policy, request: r, first: true}
	if _, ok := d.cpus[cpu].(interruptCounter); !ok {
		s.policy = Arch
	}
	s.begin()
	return s
}

// begin starts one step where the CPU stands.
func (s *stepping) begin() {
	c := s.d.cpus[s.cpu]
	s.origin, s.since, s.units = c.PC(), s.d.ran(), 0
	if s.policy != Arch {
		s.home = s.d.place(s.cpu)
	}
}

func (s *stepping) start() (uint64, bool) { return s.origin, s.first && s.inside }

func (s *stepping) plan() Plan {
	limit := s.since + s.d.target.Rate() + s.d.target.Clock() - s.d.ran()
	if s.free {
		return Plan{Actions: s.d.all(Continue), Units: patience, Clock: limit}
	}
	s.inside = true
	s.hold()
	if s.policy != Arch {
		s.inside = s.d.place(s.cpu) == s.home
		s.interrupts = s.d.cpus[s.cpu].(interruptCounter).Interrupts()
	}
	return Plan{Actions: s.request.Actions, Clock: limit}
}

func (s *stepping) stopped(stop Stop) (Stop, bool) {
	switch {
	case stop.Kind == StopInterrupt:
		return s.late()
	case stop.Kind == StopBreakpoint && s.free && s.mine(stop):
		s.free = false
		s.units = 0
		s.d.breakpoints.drop(stepOwner)
		return stop, false
	case stop.Kind != StopStep:
		return stop, true
	case s.background():
		s.away()
		return s.late()
	}
	if r := s.request.Range; r != nil && s.d.cpus[s.cpu].PC()-r.From < r.To-r.From {
		s.first = false
		s.begin()
		return stop, false
	}
	return stop, true
}

// lateRunner is a Target whose Clock goes on while it is stopped, and catches up when it is resumed.
type lateRunner interface{ CaughtUp() uint64 }

// ran is the virtual time without what has passed in stops.
func (d *Debugger) ran() uint64 {
	now := d.target.Clock()
	if t, ok := d.target.(lateRunner); ok {
		now -= t.CaughtUp()
	}
	return now
}

// interruptHolder is a Target that can keep them from a CPU for one instruction.
type interruptHolder interface{ HoldInterrupts(cpu int) }

// hold keeps interrupts off the first instruction of a step under Held. A range of many would starve them.
func (s *stepping) hold() {
	h, ok := s.d.target.(interruptHolder)
	if ok && s.policy == Held && s.first && !s.asked && !s.d.cpus[s.cpu].Halted() {
		h.HoldInterrupts(s.cpu)
		s.asked = true
	}
}

// background reports whether the unit just done was not an instruction of the context.
func (s *stepping) background() bool {
	if s.policy == Arch {
		return false
	}
	return !s.inside || s.d.cpus[s.cpu].(interruptCounter).Interrupts() != s.interrupts
}

// away counts the units outside the context, and in the end lets the handler run free.
func (s *stepping) away() {
	if s.units++; s.units < patience {
		return
	}
	s.free = true
	s.d.SetBreakpoint(stepOwner, s.origin, func(cpu int) bool {
		return cpu == s.cpu && s.d.place(cpu) == s.home
	})
}

// mine reports whether a breakpoint stop concerns only the handler that runs free.
func (s *stepping) mine(stop Stop) bool {
	list := s.d.holders(stop.CPU, stop.Addr)
	return stop.CPU == s.cpu && len(list) == 1 && len(list[0]) == 1 && list[0][holder{owner: stepOwner}] != nil
}

// late gives a step up after a virtual second: its context is not coming back.
func (s *stepping) late() (Stop, bool) {
	if s.d.ran()-s.since < s.d.target.Rate() {
		return Stop{}, false
	}
	reason := "the step's context did not run again within a second of guest time"
	if s.d.cpus[s.cpu].Halted() {
		reason = "the CPU is halted, and nothing woke it within a second of guest time"
	}
	return Stop{Kind: StopStuck, CPU: s.cpu, Reason: reason}, true
}

// place is what stays the same while a CPU goes from one instruction of a piece of code to the next, and changes where
// something else runs on it: address space, privilege and stack.
type place [3]uint64

// place is the place where a CPU is.
func (d *Debugger) place(cpu int) (x place) {
	for i, name := range d.Architecture().Place {
		x[i], _ = d.Register(cpu, name)
	}
	return x
}
