package lab

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"stasis/cpu/x86"
	"stasis/debug"
	"stasis/debug/backend"
	"stasis/debug/target"
	decode "stasis/decode/x86"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// limit is how many units a guest of the lab may take; one that needs more has lost its way.
const limit = 30_000_000

// patience is how many seconds of guest time one resume may take: a guest that waits for ever is stopped.
const patience = 2

// rig is one guest under one back end, and who debugs it.
type rig struct {
	scenario *Scenario
	column   Column
	clock    *machine.ScriptedClock // the host's; it moves when somebody thinks
	machine  *machine.Machine
	backend  debug.Backend
	symbols  map[string]uint64
	points   []uint64
	changed  bool
	hits     []int    // breakpoint stops of each CPU
	at       []uint64 // where each CPU last hit; 0: it has gone on
	story    *story
	faults   []string // what is wrong
	err      error    // what the back end refused
}

// image is a scenario's guest.
func (s *Scenario) image() ([]byte, error) {
	name := guests.Lab
	if s.demo {
		name = guests.Demo
	}
	image := guests.ELF(name)
	for _, p := range s.patches() {
		var err error
		if image, err = guests.Patch(image, p.symbol, p.value); err != nil {
			return nil, err
		}
	}
	return image, nil
}

type patch struct {
	symbol string
	value  uint64
}

func (s *Scenario) patches() []patch {
	if s.demo {
		return []patch{{guests.DemoHz, cmp.Or(s.hz, tickRate)}, {guests.DemoLoops, s.rounds}}
	}
	return []patch{{"lab_case", s.code}, {"lab_rounds", s.rounds}}
}

// build makes a machine for a scenario. With a clock of the host's, guest time follows that.
func (s *Scenario) build(vendor string, clock machine.HostClock) (*machine.Machine, map[string]uint64, error) {
	image, err := s.image()
	if err != nil {
		return nil, nil, err
	}
	symbols, err := guests.Symbols(image)
	if err != nil {
		return nil, nil, err
	}
	m, err := machine.New(machine.Config{
		CPU: vendor, Mem: 16 << 20, SMP: max(s.smp, 1), Kernel: loader.File{Name: s.Name, Data: image},
	}, machine.Host{Until: limit, Clock: clock})
	return m, symbols, err
}

// newRig puts a column's back end under a scenario's guest. Guest time follows the host's, as in a hypervisor, but for Stasis's own.
func newRig(s *Scenario, c Column) (*rig, error) {
	clock := &machine.ScriptedClock{}
	var host machine.HostClock = clock
	if c.backend == "native" {
		host = nil
	}
	m, symbols, err := s.build(c.vendor, host)
	if err != nil {
		return nil, err
	}
	r := &rig{
		scenario: s, column: c, clock: clock, machine: m, symbols: symbols,
		hits: make([]int, len(m.CPUs())), at: make([]uint64, len(m.CPUs())),
	}
	r.story = &story{rig: r}
	r.backend, err = backend.New(c.backend, target.New(m), backend.Options{KeepFlags: c.keep, Log: r.story.aside})
	if err != nil {
		m.Close()
		return nil, err
	}
	if r.backend.Capabilities()&debug.TimersRun != 0 {
		m.SetClockOnStop(machine.ClockRuns)
	}
	return r, nil
}

// breakAt sets a breakpoint at a symbol, if the back end takes it.
func (r *rig) breakAt(symbol string) { r.breakAddr(r.symbol(symbol)) }

func (r *rig) symbol(name string) uint64 {
	a, ok := r.symbols[name]
	if !ok {
		panic("lab: the guest has no symbol " + name)
	}
	return a
}

func (r *rig) breakAddr(addr uint64) {
	if err := r.backend.CheckBreakpoint(addr); err != nil {
		r.err = err
		r.story.line("break at %s: %v", r.name(addr), err)
		return
	}
	r.points = append(r.points, addr)
	slices.Sort(r.points)
	r.changed = true
	r.story.line("break at %s", r.name(addr))
}

// clearAt removes one breakpoint at a symbol.
func (r *rig) clearAt(symbol string) { r.clearAddr(r.symbol(symbol)) }

func (r *rig) clearAddr(addr uint64) {
	if n := slices.Index(r.points, addr); n >= 0 {
		r.points = slices.Delete(r.points, n, n+1)
		r.changed = true
		r.story.line("delete the breakpoint at %s", r.name(addr))
	}
}

// cont continues to the next stop.
func (r *rig) cont() debug.Stop { return r.resume(-1, 0) }

// step steps a CPU.
func (r *rig) step(cpu int) debug.Stop { return r.resume(cpu, 0) }

// contFor continues for some units at most.
func (r *rig) contFor(units uint64) debug.Stop { return r.resume(-1, units) }

// resume runs the guest as a debugger would: a CPU that stands at a breakpoint that it has reported goes on from there.
func (r *rig) resume(step int, units uint64) debug.Stop {
	plan := debug.Plan{Actions: make([]debug.Action, len(r.at)), Units: units, Clock: r.machine.Clock() + patience*r.machine.Config().IPS}
	at, retired := slices.Clone(r.at), r.machine.Retired()
	for i, c := range r.backend.CPUs() {
		plan.Actions[i] = debug.Continue
		if step >= 0 {
			plan.Actions[i] = debug.Hold
		}
		if r.changed {
			c.SetBreakpoints(r.points)
		}
		if r.at[i] != 0 && r.at[i] == c.PC() && slices.Contains(r.points, c.PC()) {
			c.SkipBreakpoint()
		}
		r.at[i] = 0
	}
	if step >= 0 {
		plan.Actions[step] = debug.Step
	}
	r.changed = false
	r.story.resume(step)
	stop := r.backend.Resume(plan)
	if r.machine.Retired() == retired {
		r.at = at // nothing has moved: those who stood at a breakpoint still do
	}
	if stop.Kind == debug.StopBreakpoint {
		r.hits[stop.CPU]++
		r.at[stop.CPU] = stop.Addr
	}
	r.story.stop(stop)
	return stop
}

// think lets host time pass while the guest is stopped. What the guest's timers do meanwhile is the back end's.
func (r *rig) think(d time.Duration) {
	r.clock.Advance(d)
	r.story.line("%v of thought", d)
}

// finish takes all breakpoints away and lets the guest run to its end.
func (r *rig) finish() {
	r.points, r.changed = nil, true
	r.story.line("detach")
	r.machine.TellUnits(nil)
	stop := r.cont()
	for n := 0; stop.Kind != debug.StopEnd && stop.Kind != debug.StopInterrupt && n < 100; n++ {
		stop = r.cont()
	}
	if stop.Reason != machine.StopPowerOff.String() {
		r.wrong("the guest did not come to its end: %s", why(stop))
	}
}

// wrong notes that the scenario does not go as it should.
func (r *rig) wrong(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// want notes it if a number is not what it should be.
func (r *rig) want(what string, got, want uint64) {
	if got != want {
		r.wrong("%s: %d, not %d", what, got, want)
	}
}

// word reads a variable of the guest.
func (r *rig) word(symbol string) uint64 { return readWord(r.machine, r.symbol(symbol)) }

func readWord(m *machine.Machine, pa uint64) uint64 {
	b := make([]byte, 8)
	if err := m.ReadPhys(b, pa); err != nil {
		panic(fmt.Sprintf("lab: %v", err))
	}
	return binary.LittleEndian.Uint64(b)
}

// cpu is a CPU's state.
func (r *rig) cpu(n int) *x86.State { return r.machine.CPUs()[n].(*x86.CPU).Snapshot() }

// long reports whether a CPU is in 64-bit code.
func (r *rig) long(cpu int) bool { return r.cpu(cpu).Seg[decode.CS].Attr&(1<<13) != 0 }
