package debug

// operation is what the machine has been told to do. It runs in legs, each one Resume of the target: between two legs other
// goroutines are served, and a step may need many.
type operation interface {
	// plan is what the next leg does.
	plan() Plan
	// start is where a step begins, if this is one.
	start() (pc uint64, ok bool)
	// stopped takes the end of a leg, and says what to report and whether this is the end of the operation.
	stopped(Stop) (Stop, bool)
}

// running is the operation of a machine in which no CPU steps.
type running struct{ actions []Action }

func (r *running) plan() Plan                  { return Plan{Actions: r.actions} }
func (r *running) start() (uint64, bool)       { return 0, false }
func (r *running) stopped(s Stop) (Stop, bool) { return s, s.Kind != StopInterrupt }

// free lets the whole machine run.
func (d *Debugger) free() { d.op = &running{d.all(Continue)} }

// halt ends the operation.
func (d *Debugger) halt() {
	d.breakpoints.drop(stepOwner)
	d.op = nil
}

// all is a plan with one action for every CPU.
func (d *Debugger) all(a Action) []Action {
	actions := make([]Action, len(d.cpus))
	for i := range actions {
		actions[i] = a
	}
	return actions
}
