// Package cpu is what the machine, the debugger and the instruction sets agree on: the CPU interface, the reasons to
// leave a run, the register table, and the canonical encoding of state.
//
// Invariant: a CPU counts units. A completed instruction is one, an iteration of REP is one (none at all: one), and an
// event delivered is one. Whatever else happens takes no time.
package cpu

// ExitKind says why a CPU left Run.
type ExitKind int

const (
	ExitBudget     ExitKind = iota // the budget is used up, or the CPU asks for it to be computed anew
	ExitHalted                     // waiting for an interrupt or for SIPI
	ExitBreakpoint                 // a host breakpoint, before anything of its instruction
	ExitWatchpoint                 // a host watchpoint, after the instruction of the access
	ExitTripleFault
	ExitStrict    // something unimplemented, under --strict
	ExitCatch     // an event that a Catch waits for
	ExitException // an intercepted exception, before its delivery
)

// Exit is why and where a CPU left Run.
type Exit struct {
	Kind   ExitKind
	Addr   uint64 // of the breakpoint, or of the watched access
	Write  bool   // the watched access was a write
	Detail string

	Vector uint8  // of an intercepted exception
	Length uint8  // of the instruction that is the exception (a breakpoint's), which stands at PC; 0: PC is what would be pushed
	Cause  uint64 // of an intercepted debug exception, as the architecture's register has it
}

// Register is one row of a CPU's register table. The order of the table is gdb's.
type Register struct {
	Name    string
	Bits    int
	Type    string // gdb's: int64, code_ptr, a vector, a set of flags, …
	Feature string // gdb's feature name
	Group   string // general, float, vector or system
}

// CPU is one logical processor, as those above it see it.
type CPU interface {
	// Run executes at most budget units. Units tells how many are done so far in this Run; it is exact also inside a
	// callback made by Run, and stays at the total after it.
	Run(budget uint64) Exit
	Units() uint64

	Halted() bool // by HLT, or waiting for SIPI
	Wake() bool   // halted, and an event would wake it now
	PC() uint64   // linear address of the next instruction

	Architecture() *Architecture
	Registers() []Register
	ReadRegister(i int) []byte // little endian, Bits/8 bytes
	WriteRegister(i int, b []byte) error
	// Translate maps a virtual address with supervisor rights and without any side effect.
	Translate(va uint64) (pa uint64, ok bool)

	SetBreakpoints(addrs []uint64) // linear virtual addresses; replaces the set
	SetWatchpoints(w []Watch)      // replaces the set
	// SkipBreakpoint lets the very next attempt of the instruction at PC pass host breakpoints.
	SkipBreakpoint()

	HoldInterrupts() // interrupts and NMIs wait until the next instruction has been tried

	InvalidateCode(page uint64) // the code of this physical page has changed
	ProtectCode(page uint64)    // code of this physical page is decoded from now on: no write to it may pass unseen
	DropInline()                // drop all inline TLB entries
	DropInlineWrites()          // drop those that let a write pass unseen

	// EncodeState and DecodeState save and load all of the CPU's State in its canonical encoding.
	EncodeState(b []byte) []byte
	DecodeState(b []byte) (rest []byte, err error)

	SetSingleStep(on bool) // run the handlers one at a time instead of blocks
	Reset()                // power-on reset

	Unimplemented() map[string]uint64 // what was met and is not there, with counts
	Stats() map[string]uint64         // counters of the engine
}
