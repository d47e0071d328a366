package machine

// Reason is why a machine stopped.
type Reason uint8

// The reasons. From StopPowerOff on the run is over: resuming gives the same stop again, until a Restore.
const (
	StopInterrupted Reason = iota // Interrupt was called
	StopStep                      // a step is done
	StopBreakpoint                // before the instruction at the breakpoint
	StopWatchpoint                // after the instruction that made the access
	StopCatch                     // an event that a debugger waits for
	StopException                 // before the delivery of an intercepted exception
	StopUntil                     // the position asked for is reached
	StopMaxWall
	StopKilled
	StopError

	StopPowerOff
	StopReset
	StopTripleFault
	StopDebugExit
	StopHaltedForever
	StopStrict
)

var reasonNames = [...]string{
	StopInterrupted:   "interrupted",
	StopStep:          "step",
	StopBreakpoint:    "breakpoint",
	StopWatchpoint:    "watchpoint",
	StopCatch:         "catch",
	StopException:     "exception",
	StopUntil:         "until",
	StopMaxWall:       "max-wall",
	StopKilled:        "killed",
	StopError:         "error",
	StopPowerOff:      "poweroff",
	StopReset:         "reset",
	StopTripleFault:   "triple-fault",
	StopDebugExit:     "debug-exit",
	StopHaltedForever: "halted-forever",
	StopStrict:        "strict",
}

// String is the reason as the summary file names it.
func (r Reason) String() string { return reasonNames[r] }

// Over reports whether the machine cannot go on after this.
func (r Reason) Over() bool { return r >= StopPowerOff }

// Stop is what stopped a machine, and where.
type Stop struct {
	Reason Reason
	CPU    int
	Addr   uint64 // of the breakpoint, or of the watched access
	Write  bool   // the watched access was a write
	Code   int    // StopDebugExit: the value written
	Detail string

	Vector uint8  // StopException: what is about to be delivered
	Length uint8  // of the INT3 or INT1 at PC; 0: PC is the return address
	Cause  uint64 // of #DB, as bits of DR6
}

// ExitCode is the process's exit status for a run that ended so.
func (s Stop) ExitCode() int {
	switch s.Reason {
	case StopPowerOff, StopUntil:
		return 0
	case StopDebugExit:
		return (s.Code<<1 | 1) & 0xff
	case StopTripleFault:
		return 6
	case StopReset:
		return 8
	case StopHaltedForever:
		return 10
	case StopMaxWall:
		return 12
	case StopStrict:
		return 14
	case StopKilled:
		return 16
	case StopInterrupted:
		return 130
	}
	return 4
}

// Action is what a resumed CPU is to do.
type Action uint8

const (
	// Continue runs until something stops the machine.
	Continue Action = iota
	// Step runs one unit, then the machine stops. Other CPUs have the turns that the schedule gives them before it.
	Step
)

// Plan says how to resume. Without actions all CPUs continue.
type Plan struct {
	Actions []Action // one a CPU
	Until   uint64   // StopUntil when so many units are retired; 0: no such stop
	Units   uint64   // StopInterrupted after so many units; 0: no such stop
	Clock   uint64   // StopInterrupted at the first look outside when the Clock, without what it catches up, is past this; 0: no such stop
}

// steps reports whether CPU i is to make a step.
func (p *Plan) steps(i int) bool { return i < len(p.Actions) && p.Actions[i] == Step }
