package debug

import (
	"context"
	"errors"
	"sync"
)

var (
	// ErrBusy is a second client where one is attached.
	ErrBusy = errors.New("another debugger is attached")
	// ErrOver is a request to a machine that has ended.
	ErrOver = errors.New("the machine has ended")
)

// Client is a front end: it is told when the machine stops. Stopped is called on the machine's goroutine and must not block.
type Client interface{ Stopped(Stop) }

// Debugger controls one Target. Run, Do, Kill and Over may be called from any goroutine, everything else only inside Do or
// before Run.
type Debugger struct {
	target Target
	cpus   []CPU
	names  map[string]int // of registers: their rows in the table
	client Client

	breakpoints breakpoints
	watchpoints watchpoints
	catches     catches
	points      []point // the monitor's
	nextPoint   int     // number of the latest
	armed       []given
	hits        []hit // breakpoint stops that the next resume steps over

	op     operation // what the machine is doing; nil: it is stopped
	last   Stop
	fatal  *Stop // a stop after which the machine cannot go on
	policy Policy
	extra  []Command // of the monitor

	mu       sync.Mutex
	requests []func()
	over     bool
	killed   bool
	wake     chan struct{} // something is in requests, or killed is set
	done     chan struct{} // closed when over
}

// hit is a breakpoint that was reported where the CPU now stands.
type hit struct {
	pc    uint64
	valid bool
}

// New makes a debugger for a target.
func New(t Target) *Debugger {
	cpus := t.CPUs()
	names := map[string]int{}
	for i, r := range cpus[0].Registers() {
		names[r.Name] = i
	}
	return &Debugger{
		target: t,
		cpus:   cpus,
		names:  names,
		armed:  make([]given, len(cpus)),
		hits:   make([]hit, len(cpus)),
		policy: Through,
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
}

// Run runs the machine until it ends, is killed, or ctx is done, and says why it ended. If wait is set it begins stopped.
func (d *Debugger) Run(ctx context.Context, wait bool) Stop {
	defer d.finish()
	defer context.AfterFunc(ctx, d.Kill)()
	if !wait && d.client == nil {
		d.free()
	}
	for !d.serve() {
		stop, final := d.leg()
		if !final {
			continue
		}
		if stop = d.report(stop); stop.Kind == StopEnd {
			return stop
		}
	}
	return d.kill()
}

// kill is the end by Kill.
func (d *Debugger) kill() Stop {
	return d.report(Stop{Kind: StopEnd, Reason: "killed", Code: exitKilled})
}

// exitKilled is the exit status of a machine that a debugger has killed.
const exitKilled = 16

// leg runs the machine once by the present operation. It reports whether that operation is at its end.
func (d *Debugger) leg() (Stop, bool) {
	if d.fatal != nil {
		return Stop{Kind: StopEnd, CPU: d.fatal.CPU, Reason: d.fatal.Reason, Code: d.fatal.Code}, true
	}
	plan := d.op.plan()
	d.arm(plan)
	stop := d.target.Resume(plan)
	switch stop.Kind {
	case StopEnd:
		return stop, true
	case StopBreakpoint:
		d.hits[stop.CPU] = hit{stop.Addr, true}
		if !d.wanted(stop) {
			return stop, false
		}
	case StopWatchpoint:
		if !d.watchWanted(stop) {
			return stop, false
		}
	}
	return d.op.stopped(stop)
}

// report ends the present operation and tells the client. Without one, nobody could look: what is fatal ends the machine.
func (d *Debugger) report(stop Stop) Stop {
	if stop.Kind == StopFatal && d.client == nil {
		stop.Kind = StopEnd
	}
	if stop.Kind == StopFatal {
		fatal := stop
		d.fatal = &fatal
	}
	d.halt()
	d.last = stop
	if d.client != nil {
		d.client.Stopped(stop)
	}
	return stop
}
