// Package replay is the only door by which anything from outside enters a machine, and the memory of what came through.
//
// Invariant: an Input carries the position at which it was applied, and the same inputs applied at the same positions
// make the same run. Whatever decides when a person's key arrives, it is decided before the stamp, and only once.
package replay

import "math"

// Never is a position that no run reaches.
const Never = math.MaxUint64

// Kind says what an input is.
type Kind uint8

const (
	// Serial is bytes that arrive at a serial port.
	Serial Kind = iota + 1
	// Advance moves the Clock on without anything being executed.
	Advance
	// Hold keeps interrupts from a CPU until its next instruction has been tried.
	Hold
	// Reset is the machine's reset button.
	Reset
	// Lock leaves CPUs out of the schedule, and lets the others in again.
	Lock
	// Memory is a debugger's write of physical memory.
	Memory
	// Register is a debugger's write of a CPU's register.
	Register
	// Exception is one that a monitor gives to a CPU.
	Exception
)

// Stamp is the boundary at which an input is applied. An idle jump changes Clock alone, so both are needed. Settled
// says that the events due at that boundary had fired before.
type Stamp struct {
	Retired, Clock uint64
	Settled        bool
}

// Input is one thing that came from outside.
type Input struct {
	Stamp
	Kind Kind
	Port uint8  // Serial: which one; Hold, Register, Exception: which CPU
	Data []byte // Serial, Memory, Register: the bytes
	N    uint64 // Advance: units; Lock: a bit for each CPU that is left out; Memory: address; Register: row; Exception: see Injected
}

// Bytes is an input of bytes at a serial port, not stamped yet.
func Bytes(port uint8, p []byte) Input { return Input{Kind: Serial, Port: port, Data: p} }

// ClockAdvance is an input that moves the Clock, not stamped yet.
func ClockAdvance(units uint64) Input { return Input{Kind: Advance, N: units} }

// InterruptHold is an input that keeps interrupts from a CPU, not stamped yet.
func InterruptHold(cpu uint8) Input { return Input{Kind: Hold, Port: cpu} }

// ResetButton is an input that starts the machine anew, not stamped yet.
func ResetButton() Input { return Input{Kind: Reset} }

// ScheduleLock is an input that leaves CPUs out of the schedule, not stamped yet.
func ScheduleLock(cpus uint64) Input { return Input{Kind: Lock, N: cpus} }

// MemoryWrite is an input that writes physical memory, not stamped yet.
func MemoryWrite(pa uint64, p []byte) Input { return Input{Kind: Memory, N: pa, Data: p} }

// RegisterWrite is an input that writes a row of a CPU's register table, not stamped yet.
func RegisterWrite(cpu uint8, row int, p []byte) Input {
	return Input{Kind: Register, Port: cpu, N: uint64(row), Data: p}
}

// Inject is an input that gives a CPU an exception, not stamped yet.
func Inject(cpu, vector uint8, code uint32, length uint8) Input {
	return Input{Kind: Exception, Port: cpu, N: uint64(vector) | uint64(length)<<8 | uint64(code)<<32}
}

// Injected is what Inject was told.
func (in Input) Injected() (vector uint8, code uint32, length uint8) {
	return uint8(in.N), uint32(in.N >> 32), uint8(in.N >> 8)
}

// Source is where inputs come from while a run is live.
type Source interface {
	// Poll returns an input to be applied now, if there is one. It is asked until it has none.
	Poll(retired uint64) (Input, bool)
	// Next is a position at which it wants to be asked, or Never.
	Next() uint64
}

// Recorder holds the inputs of a run and gives them back when the run starts again from an earlier moment.
type Recorder struct {
	inputs []Input
	cursor int
}

// Play returns a Recorder that replays the given inputs before it records new ones.
func Play(inputs []Input) *Recorder { return &Recorder{inputs: inputs} }

// Record appends a live input that has been stamped.
func (r *Recorder) Record(in Input) {
	if !r.Live() {
		panic("replay: recorded while replaying")
	}
	r.inputs = append(r.inputs, in)
	r.cursor++
}

// Live reports whether all recorded inputs have been given back.
func (r *Recorder) Live() bool { return r.cursor == len(r.inputs) }

// Peek returns the next recorded input.
func (r *Recorder) Peek() (in Input, ok bool) {
	if r.Live() {
		return Input{}, false
	}
	return r.inputs[r.cursor], true
}

// Take moves past the input that Peek has returned.
func (r *Recorder) Take() { r.cursor++ }

// Mark is a place among the inputs.
type Mark int

// Mark returns how many inputs lie behind.
func (r *Recorder) Mark() Mark { return Mark(r.cursor) }

// Seek goes back, or forth, to a place.
func (r *Recorder) Seek(m Mark) { r.cursor = int(m) }

// Fork forgets what was recorded after this place: the run goes another way from here.
func (r *Recorder) Fork() {
	if !r.Live() {
		r.inputs = r.inputs[:r.cursor:r.cursor]
	}
}

// Inputs returns all inputs recorded so far.
func (r *Recorder) Inputs() []Input { return r.inputs[:len(r.inputs):len(r.inputs)] }
