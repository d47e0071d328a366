// Package stub is what the back ends that write breakpoints into the guest's memory have in common: patched bytes, steps of one
// CPU with the others stopped, and flags that are hidden from the guest during a step.
//
// Invariant: a patched byte is the stub's only until the guest stores there, by whatever linear address. What the guest stores is
// the guest's, be it the opcode itself: it becomes the byte that is put back in the end.
package stub

import (
	"encoding/binary"
	"fmt"
	"slices"

	"stasis/cpu"
	"stasis/debug"
	"stasis/debug/target"
	"stasis/machine"
)

// Stub is a machine under a stub.
type Stub struct {
	*target.Machine
	Opcode byte                       // what is written over an instruction
	Log    func(cpu int, what string) // told of what the stub does behind the guest's back; may be nil
	Change func()                     // called when the set of breakpoints has changed
	Skip   []bool                     // for each CPU: go on from the breakpoint where it stands
	views  []debug.CPU                // the CPUs as the debugger sees them
	wanted [][]uint64                 // for each CPU, linear
	rows   map[string]int             // of registers
	patch  []*Patch                   // in the order of their linear addresses
	watch  []cpu.Watch                // what the CPUs watch for the patches' sake
	own    bool                       // a store that is made is the stub's
}

// Patch is one patched byte.
type Patch struct {
	VA, PA uint64
	Byte   byte // the guest's
	In     bool // the opcode is in memory, and is the stub's
	lost   bool // the guest has stored over it; it is to go in again
}

// New puts a stub under a machine.
func New(m *target.Machine, opcode byte) *Stub {
	s := &Stub{Machine: m, Opcode: opcode, rows: map[string]int{}}
	n := len(m.CPUs())
	s.Skip, s.wanted = make([]bool, n), make([][]uint64, n)
	for i, c := range m.CPUs() {
		s.views = append(s.views, &view{c, s, i})
	}
	for i, r := range m.CPUs()[0].Registers() {
		s.rows[r.Name] = i
	}
	return s
}

// view is a CPU whose breakpoints are the stub's. It has no watchpoints.
type view struct {
	debug.CPU
	stub *Stub
	n    int
}

func (v *view) SetBreakpoints(addrs []uint64) {
	v.stub.wanted[v.n] = slices.Clone(addrs)
	v.stub.Change()
}

func (v *view) SetWatchpoints([]cpu.Watch) {}

func (v *view) SkipBreakpoint() { v.stub.Skip[v.n] = true }

// CPUs are the machine's, with the stub's breakpoints.
func (s *Stub) CPUs() []debug.CPU { return s.views }

// Wanted are the addresses of all breakpoints, in order. Memory is the same for all CPUs: so are these.
func (s *Stub) Wanted() (list []uint64) {
	for _, w := range s.wanted {
		list = append(list, w...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Say tells of something that is done behind the guest's back.
func (s *Stub) Say(cpu int, format string, args ...any) {
	if s.Log != nil {
		s.Log(cpu, fmt.Sprintf(format, args...))
	}
}

// Register is the value of a CPU's register.
func (s *Stub) Register(cpu int, name string) uint64 {
	var b [8]byte
	copy(b[:], s.Machine.Machine.CPUs()[cpu].ReadRegister(s.rows[name]))
	return binary.LittleEndian.Uint64(b[:])
}

// SetRegister writes one that takes any value given here: a refusal is a bug.
func (s *Stub) SetRegister(cpu int, name string, v uint64) {
	row := s.rows[name]
	b := binary.LittleEndian.AppendUint64(nil, v)
	bits := s.Machine.Machine.CPUs()[cpu].Registers()[row].Bits
	if err := s.Machine.WriteRegister(cpu, row, b[:bits/8]); err != nil {
		panic(fmt.Sprintf("stub: %v at %d", err, s.Retired()))
	}
}

// Unit runs one unit of a CPU while the others stand still.
func (s *Stub) Unit(cpu int) machine.Stop {
	if n := len(s.views); n > 1 {
		s.LockCPUs((1<<n - 1) &^ (1 << cpu))
		defer s.LockCPUs(0)
	}
	plan := machine.Plan{Actions: make([]machine.Action, len(s.views)), Clock: s.Clock() + s.Rate()}
	plan.Actions[cpu] = machine.Step
	return s.run(plan)
}

// Run runs the machine by a debugger's plan up to the first thing that is not the stub's own affair.
func (s *Stub) Run(p debug.Plan) machine.Stop {
	end := s.Retired() + p.Units
	for {
		plan := machine.Plan{Clock: p.Clock}
		if p.Units != 0 {
			plan.Units = max(end-min(end, s.Retired()), 1)
		}
		if stop := s.run(plan); stop.Reason != machine.StopWatchpoint {
			return stop
		}
	}
}

// run resumes the machine once. A watchpoint stop is a store of the guest over a patch.
func (s *Stub) run(p machine.Plan) machine.Stop {
	s.watchPatches()
	stop := s.Machine.Machine.Resume(p)
	s.Last = stop
	if stop.Reason == machine.StopWatchpoint {
		s.renewAt(stop.Addr)
		if p.Actions != nil {
			stop.Reason = machine.StopStep
		}
	}
	return stop
}

// Report is a stop in the debugger's words.
func (s *Stub) Report(stop machine.Stop) debug.Stop { return target.Report(stop) }

// Stepping is the CPU that is to step, if one is.
func Stepping(p debug.Plan) (cpu int, ok bool) {
	cpu = slices.Index(p.Actions, debug.Step)
	return cpu, cpu >= 0
}
