// Package lab tries the well-known ways of debugging a guest, and Stasis's own, on guests that show what each does to them.
//
// Invariant: what a scenario asks for is written without a look at the back end: mostly that the guest ends in the same state as
// without a debugger. Which cells of the table are expected to be red stands apart, each with its public source, and is checked
// too. Nothing depends on the host: the table and the stories are the same every time.
package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"stasis/machine"
)

// Column is a back end as the lab tries it.
type Column struct {
	Name    string
	backend string
	vendor  string
	keep    bool // does not emulate what instructions see of the flags
}

// Emulates reports whether the back end emulates what instructions see of the flags that it changes.
func (c Column) Emulates() bool { return !c.keep && (c.backend == "whpx" || c.backend == "mask-if") }

// Columns are the lab's back ends.
var Columns = []Column{
	{"native", "native", "intel", false},
	{"bhyve", "bhyve", "intel", false},
	{"bhyve-amd", "bhyve", "amd", false},
	{"whpx", "whpx", "intel", false},
	{"whpx-raw", "whpx", "intel", true},
	{"mask-if", "mask-if", "intel", false},
	{"mask-if-raw", "mask-if", "intel", true},
}

// Scenario is a guest, what is done to it, and what it must not notice.
type Scenario struct {
	Name  string
	About string
	demo  bool   // the guest is Demo
	hz    uint64 // of Demo's timer; 0: 1000
	code  uint64 // the case of Lab
	smp   int
	// rounds is how often the guest does what it does.
	rounds uint64
	// play debugs the guest. Unless it is over then, the rest of the run follows without a debugger.
	play func(r *rig)
	// free is a scenario whose run need not end in the state of an undebugged one: play has judged it.
	free bool
}

// Row is a cell of the table.
type Row struct {
	Scenario string `json:"scenario"`
	Backend  string `json:"backend"`
	Result   string `json:"result"`
	Expected string `json:"expected"`
	Why      string `json:"why,omitempty"`
	Source   string `json:"source,omitempty"`
}

// The results.
const (
	Green = "green"
	Red   = "red"
)

// OK reports whether the cell is as expected.
func (r Row) OK() bool { return r.Result == r.Expected }

// ColumnNames are the names of the back ends, for a message.
func ColumnNames() string { return names(Columns, func(c Column) string { return c.Name }) }

// Find returns the scenario and the column of these names.
func Find(scenario, column string) (*Scenario, Column, error) {
	if err := Known(scenario, column); err != nil {
		return nil, Column{}, err
	}
	s := slices.IndexFunc(Scenarios, func(s Scenario) bool { return s.Name == scenario })
	c := slices.IndexFunc(Columns, func(c Column) bool { return c.Name == column })
	return &Scenarios[s], Columns[c], nil
}

// Known finds fault with names that are not the lab's. An empty one stands for all.
func Known(scenario, column string) error {
	if column != "" && !slices.ContainsFunc(Columns, func(c Column) bool { return c.Name == column }) {
		return fmt.Errorf("back end %q is not known; there are %s", column, ColumnNames())
	}
	if scenario != "" && !slices.ContainsFunc(Scenarios, func(s Scenario) bool { return s.Name == scenario }) {
		return fmt.Errorf("scenario %q is not known; there are %s", scenario, names(Scenarios, func(s Scenario) string { return s.Name }))
	}
	return nil
}

func names[T any](list []T, name func(T) string) string {
	var all []string
	for _, x := range list {
		all = append(all, name(x))
	}
	return strings.Join(all, ", ")
}

// Try tries one cell.
func Try(s *Scenario, c Column) (Row, error) {
	r, err := s.run(c, false)
	if err != nil {
		return Row{}, fmt.Errorf("lab: %s, %s: %w", s.Name, c.Name, err)
	}
	row := Row{Scenario: s.Name, Backend: c.Name, Result: Green, Expected: Green, Why: strings.Join(r.faults, "; ")}
	if len(r.faults) > 0 {
		row.Result = Red
	}
	if source := sources[s.Name][c.Name]; source != "" {
		row.Expected, row.Source = Red, source
	}
	return row, nil
}

// run plays a scenario under a back end, and tells its story if somebody wants to hear it.
func (s *Scenario) run(c Column, tell bool) (*rig, error) {
	want, err := s.undisturbed(c.vendor)
	if err != nil {
		return nil, err
	}
	r, err := newRig(s, c)
	if err != nil {
		return nil, err
	}
	defer r.machine.Close()
	if tell {
		r.story.begin()
	}
	s.play(r)
	if !s.free {
		r.finish()
		r.compare(want)
	}
	r.story.end()
	return r, nil
}

// outcome is how a guest has ended.
type outcome struct {
	hash                  [32]byte
	ticks, retired, clock uint64
	memory                []byte // the guest's code and variables
}

func (s *Scenario) outcome(m *machine.Machine, symbols map[string]uint64) outcome {
	return outcome{m.Hash(), readWord(m, symbols[s.tickCounter()]), m.Retired(), m.Clock(), guestMemory(m)}
}

func (s *Scenario) tickCounter() string {
	if s.demo {
		return "tick_counter"
	}
	return "lab_ticks"
}

// undisturbed is how the guest ends without a debugger.
func (s *Scenario) undisturbed(vendor string) (outcome, error) {
	m, symbols, err := s.build(vendor, nil)
	if err != nil {
		return outcome{}, err
	}
	defer m.Close()
	if stop := m.Resume(machine.Plan{}); stop.Reason != machine.StopPowerOff && !s.free {
		return outcome{}, fmt.Errorf("the guest without a debugger ended by %v at %d", stop.Reason, m.Retired())
	}
	return s.outcome(m, symbols), nil
}

// compare notes what is not as in the undisturbed run.
func (r *rig) compare(want outcome) {
	got := r.scenario.outcome(r.machine, r.symbols)
	if got.hash == want.hash {
		return
	}
	r.want("ticks", got.ticks, want.ticks)
	if got.ticks != want.ticks {
		return
	}
	if where := r.firstDifference(got.memory, want.memory); where >= 0 {
		g, w := binary.LittleEndian.Uint64(got.memory[where:]), binary.LittleEndian.Uint64(want.memory[where:])
		r.wrong("%s is %#x, not %#x", r.name(guestBase+uint64(where)), g, w)
		return
	}
	r.wrong("the guest ends in another state, after %d units instead of %d", got.retired, want.retired)
}

// firstDifference is where two images of the guest differ, in a variable if in one; -1 if nowhere.
func (r *rig) firstDifference(a, b []byte) int {
	first := -1
	for i := 0; i < guestSize; i += 8 {
		if bytes.Equal(a[i:i+8], b[i:i+8]) {
			continue
		}
		if !strings.HasPrefix(r.name(guestBase+uint64(i)), "0x") {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// Where the guests lie.
const (
	guestBase = 1 << 20
	guestSize = 1 << 17
)

func guestMemory(m *machine.Machine) []byte {
	p := make([]byte, guestSize)
	if err := m.ReadPhys(p, guestBase); err != nil {
		panic(fmt.Sprintf("lab: %v", err))
	}
	return p
}
