package debug

import "stasis/cpu"

// CPU is one logical processor as a debugger sees it. cpu.CPU is more than this.
type CPU interface {
	Architecture() *cpu.Architecture
	Registers() []cpu.Register
	ReadRegister(i int) []byte
	PC() uint64
	Halted() bool
	Wake() bool
	Translate(va uint64) (pa uint64, ok bool)
	SetBreakpoints(addrs []uint64)
	SetWatchpoints(w []cpu.Watch)
	SkipBreakpoint()
}

// Target is a machine under a debugger. All but Interrupt is called on the goroutine of Debugger.Run, between two Resumes.
type Target interface {
	CPUs() []CPU

	// Resume runs the machine by a plan until something stops it, and says what.
	Resume(Plan) Stop
	// Interrupt makes the Resume that is running, or else the next one, return StopInterrupt at the next boundary. It may
	// be called from any goroutine.
	Interrupt()

	Retired() uint64 // the position in units
	Clock() uint64   // virtual time in units
	Rate() uint64    // units per virtual second
	Hash() [32]byte

	// ReadPhysical and WritePhysical move bytes up to the first one that is not memory, and say how many. Devices are not
	// memory: they see nothing.
	ReadPhysical(p []byte, pa uint64) int
	WritePhysical(p []byte, pa uint64) int
	WriteRegister(cpu, register int, value []byte) error
}

// Action is what a resumed CPU is to do.
type Action uint8

const (
	Hold     Action = iota // nothing was said: it stands still, but for the turns before the step of a CPU that stands at a breakpoint
	Continue               // run until something stops the machine
	Step                   // one unit, then stop the machine
)

// Plan is how a machine is resumed. If no CPU steps, it runs by its schedule; if one does, the schedule runs until that CPU has
// had its turn.
type Plan struct {
	Actions []Action // one for each CPU
	Units   uint64   // return StopInterrupt after so many units at the latest; 0: no such limit
	Clock   uint64   // return StopInterrupt soon after this virtual time; 0: no such limit
}

// StopKind is why a machine stopped.
type StopKind uint8

const (
	StopInterrupt  StopKind = iota // asked for, by Interrupt
	StopStep                       // a step is done
	StopBreakpoint                 // before the instruction at the breakpoint
	StopWatchpoint                 // after the instruction that made the access
	StopFatal                      // the guest cannot go on, but it can be looked at: a triple fault, halted for ever
	StopEnd                        // the machine is over
	StopCatch                      // before or after an event that was waited for; Reason says which
	StopStuck                      // a step cannot make progress; Reason says why
)

// Access is what a watchpoint waits for.
type Access uint8

// The kinds of access.
const (
	Write     Access = 1
	Read      Access = 2
	ReadWrite Access = Read | Write
)

// Stop is what stopped the machine.
type Stop struct {
	Kind   StopKind
	CPU    int
	Addr   uint64 // of the breakpoint, or of the watched access
	Access Access // what the access was
	Reason string // in words, for StopFatal, StopEnd, StopCatch and StopStuck
	Code   int    // the exit status of StopEnd
}

// String is the word that gdb uses for such a watchpoint.
func (a Access) String() string {
	return [...]string{"none", "watch", "rwatch", "awatch"}[a&ReadWrite]
}
