package debug

// Attach makes c the client and stops the machine.
func (d *Debugger) Attach(c Client) error {
	if d.client != nil {
		return ErrBusy
	}
	d.client = c
	d.halt()
	d.last = Stop{Kind: StopInterrupt, CPU: d.last.CPU}
	return nil
}

// Detach takes away all that the client has set, and lets the machine run.
func (d *Debugger) Detach(c Client) {
	if d.client != c {
		return
	}
	d.breakpoints.drop(c)
	d.watchpoints.drop(c)
	d.catches.drop(c)
	d.deletePoints()
	d.disarm()
	d.lock(nil)
	d.client = nil
	d.free()
}

// disarm gives the CPUs at once the breakpoints that are left: a back end may have written others into memory.
func (d *Debugger) disarm() {
	for i := range d.cpus {
		d.armCPU(i, Continue, false)
	}
}

// Stopped reports whether the machine is stopped.
func (d *Debugger) Stopped() bool { return d.op == nil }

// Last is the latest stop.
func (d *Debugger) Last() Stop { return d.last }

// CPUs are the machine's CPUs.
func (d *Debugger) CPUs() []CPU { return d.cpus }

// Retired is the machine's position in units.
func (d *Debugger) Retired() uint64 { return d.target.Retired() }

// Hash is the hash of the machine's whole state.
func (d *Debugger) Hash() [32]byte { return d.target.Hash() }

// Stop stops a running machine and tells the client.
func (d *Debugger) Stop() {
	if d.op == nil {
		return
	}
	d.report(Stop{Kind: StopInterrupt, CPU: d.last.CPU})
}

// Request is what a front end asks of the CPUs.
type Request struct {
	Actions []Action // one for each CPU
	Range   *Range   // a CPU that steps goes on stepping while it is in here
}

// Range is [From, To) of virtual addresses.
type Range struct{ From, To uint64 }

// Resume lets the machine run. The client hears of the end of it.
func (d *Debugger) Resume(r Request) {
	d.lock(r.Actions)
	for i, a := range r.Actions {
		if a == Step {
			d.op = d.step(i, r)
			return
		}
	}
	d.op = &running{r.Actions}
}
