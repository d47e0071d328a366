package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
)

// rule is a piece of code and the events that it makes, for one rule of the debug architecture. The ids are those of
// docs/DEBUG-COVERAGE.md.
type rule struct {
	id, name string
	code     string // hexadecimal; ends in UD2, or at the first fault
	setup    func(*trial)
	want     string // events as trial.events writes them
}

// trial is a bare machine that is about to run a rule's code, in ring 3 and 64-bit mode unless its setup says otherwise.
type trial struct {
	*user
	t        *testing.T
	s        *x86.State
	keep     bool // DR6 is not reset between events
	noRF     bool // the handler of an execute breakpoint does not set RF
	clearRF  bool // the handler of a single step clears RF
	limit    int  // events to see
	before   func(e event, s *x86.State)
	handoff  func(cpu.Exit)         // takes intercepted exceptions
	moves    bool                   // the state goes through its encoding after each Run
	chunk    uint64                 // units of a Run
	onStop   func(cpu.Exit)         // takes the stops of breakpoints and watchpoints
	redirect func(frame *[5]uint64) // what a handler does to its frame
}

const (
	execute, write, port, access = 0, 1, 2, 3 // R/W fields of DR7

	bs, bd, bt = 1 << 14, 1 << 13, 1 << 15
	cr4DE      = 1 << 3
)

func newTrial(t *testing.T, vendor string, code string) *trial {
	t.Helper()
	r := &trial{user: newUser(vendor), t: t, limit: 40, chunk: 10000}
	t.Cleanup(func() { r.Close() })
	r.mapUser(probeCode, 0x1000)
	r.mapUser(probeBuf-0x8000, probeEdge-probeBuf+0x8000)
	r.mapUser(probeStack, 0x10000)
	r.put(probeCode, code)
	r.poke(probeBuf+0x18000, 0x2b, 0, 0, 0, 0x2b, 0)
	r.s = r.ring3(probeCode, probeRSP)
	r.s.GPR[7], r.s.GPR[6], r.s.GPR[15] = probeBuf, probeBuf+0x18000, probeEdge
	r.s.DR6, r.s.DR7 = dr6Idle, 0x400
	return r
}

// put writes hexadecimal code.
func (r *trial) put(lin uint64, code string) {
	b, err := hex.DecodeString(strings.ReplaceAll(code, " ", ""))
	if err != nil {
		r.t.Fatal(err)
	}
	r.poke(lin, b...)
}

// runRules runs each rule on both engines, as subtests named by id.
func runRules(t *testing.T, vendor string, rules []rule) {
	for from := 0; from < len(rules); {
		to := from + 1
		for to < len(rules) && rules[to].id == rules[from].id {
			to++
		}
		t.Run(rules[from].id, func(t *testing.T) {
			for _, row := range rules[from:to] {
				t.Run(row.name, func(t *testing.T) { row.check(t, vendor) })
			}
		})
		from = to
	}
}

func (row *rule) check(t *testing.T, vendor string) {
	for _, single := range []bool{false, true} {
		r := newTrial(t, vendor, row.code)
		if row.setup != nil {
			row.setup(r)
		}
		r.CPU.SetSingleStep(single)
		if got := r.events(); got != row.want {
			t.Errorf("single step %v:\n got %s\nwant %s", single, got, row.want)
		}
	}
}

// events runs to the first fault and writes down what was delivered: name, error code, place, flags and causes, as
// "BP+1 DB+3:TF,BS UD+3:RF".
func (r *trial) events() string {
	var list []string
	r.CPU.SetState(r.s)
	for len(list) < r.limit {
		if exit := r.untilHandler(); exit != cpu.ExitHalted {
			return strings.Join(append(list, fmt.Sprint("exit ", exit)), " ")
		}
		e, s := r.stopped()
		list = append(list, r.text(e, s))
		if r.before != nil {
			r.before(e, s)
		}
		if e.vector != 1 && e.vector != 2 && e.vector != 3 && e.vector != 4 && e.vector < 32 {
			break
		}
		r.goOn(e, s)
	}
	return strings.Join(list, " ")
}

// untilHandler runs to a halt, or to anything else that stops.
func (r *trial) untilHandler() cpu.ExitKind {
	for range 20000 {
		exit := r.CPU.Run(r.chunk)
		r.Base += r.CPU.Units()
		r.CPU.Run(0)
		if r.moves {
			r.move()
		}
		switch exit.Kind {
		case cpu.ExitBudget:
		case cpu.ExitBreakpoint, cpu.ExitWatchpoint:
			if r.onStop == nil {
				return exit.Kind
			}
			r.onStop(exit)
		case cpu.ExitException:
			r.handoff(exit)
		default:
			return exit.Kind
		}
	}
	r.t.Fatalf("no handler was reached; PC %#x", r.CPU.PC())
	return 0
}

// move saves the state and loads it again.
func (r *trial) move() {
	saved := r.CPU.EncodeState(nil)
	r.CPU.Reset()
	if rest, err := r.CPU.DecodeState(saved); err != nil || len(rest) > 0 {
		r.t.Fatal(err, len(rest))
	}
}

// stopped reads the event whose handler has halted, from whichever stack it lies on.
func (r *trial) stopped() (e event, s *x86.State) {
	s = r.CPU.Snapshot()
	if s.RIP < harness.Kernel+harness.Handlers {
		return event{vector: 255, frame: [5]uint64{s.RIP, 0, s.RFLAGS, s.GPR[4]}}, s // HLT of the rule's own
	}
	e.vector = (s.RIP - harness.Kernel - harness.Handlers) / 16
	at := s.GPR[4]
	if hasCode>>e.vector&1 != 0 {
		e.code = r.word(at)
		at += 8
	}
	for n := range e.frame {
		e.frame[n] = r.word(at + 8*uint64(n))
	}
	return e, s
}

// word reads a quadword at a linear address.
func (r *trial) word(lin uint64) uint64 {
	pa, ok := r.CPU.Translate(lin)
	if !ok {
		r.t.Fatalf("%#x is not mapped", lin)
	}
	return binary.LittleEndian.Uint64(r.Read(pa, 8))
}

var vectorNames = map[uint64]string{0: "DE", 1: "DB", 2: "NMI", 3: "BP", 4: "OF", 6: "UD", 7: "NM", 8: "DF", 11: "NP", 12: "SS", 13: "GP", 14: "PF", 255: "HLT"}

func (r *trial) text(e event, s *x86.State) string {
	name := vectorNames[e.vector]
	if name == "" {
		name = fmt.Sprintf("INT%02X", e.vector)
	}
	if hasCode>>e.vector&1 != 0 && e.vector != 255 {
		name += fmt.Sprintf("(%x)", e.code)
	}
	at := e.frame[0] - probeCode
	if e.frame[0] >= harness.Kernel+harness.Handlers {
		name += fmt.Sprintf("@%d", (e.frame[0]-harness.Kernel-harness.Handlers)/16)
	} else {
		name += fmt.Sprintf("+%d", at)
	}
	var flags []string
	note := func(on bool, what string) {
		if on {
			flags = append(flags, what)
		}
	}
	note(e.frame[2]&flagTF != 0, "TF")
	note(e.frame[2]&flagRF != 0, "RF")
	if e.vector == 1 {
		note(s.DR6&bd != 0, "BD")
		note(s.DR6&bs != 0, "BS")
		note(s.DR6&bt != 0, "BT")
		for n := range 4 {
			note(s.DR6>>n&1 != 0, fmt.Sprintf("B%d", n))
		}
	}
	if len(flags) > 0 {
		name += ":" + strings.Join(flags, ",")
	}
	return name
}

// goOn returns from a handler: RF is set for an execute breakpoint, and DR6 reset.
func (r *trial) goOn(e event, s *x86.State) {
	frame := e.frame
	if e.vector == 255 {
		s.Halted = false
		r.CPU.SetState(s)
		return
	}
	if e.vector == 1 && !r.noRF {
		for n := range 4 {
			if s.DR6>>n&1 != 0 && s.DR7>>(16+4*n)&3 == execute {
				frame[2] |= flagRF
			}
		}
	}
	if r.clearRF && s.DR6&bs != 0 {
		frame[2] &^= flagRF
	}
	if r.redirect != nil {
		r.redirect(&frame)
	}
	if !r.keep {
		s.DR6 = dr6Idle
	}
	r.resume(s, frame)
}

// The setups.

func with(setups ...func(*trial)) func(*trial) {
	return func(r *trial) {
		for _, f := range setups {
			f(r)
		}
	}
}

func stepping(r *trial) { r.s.RFLAGS |= flagTF }

func withRF(r *trial) { r.s.RFLAGS |= flagRF }

// ring0 runs the code in ring 0.
func ring0(r *trial) {
	r.s.CPL = 0
	r.s.Seg[1], r.s.Seg[2] = r.Descriptor(harness.KernelCS), r.Descriptor(harness.KernelSS)
	r.s.GPR[4] = harness.Kernel + 0x147000
	r.poke(probeBuf+0x18000, harness.KernelSS, 0, 0, 0, harness.KernelSS, 0)
}

func atCode(off uint64) uint64 { return probeCode + off }
func atBuf(off uint64) uint64  { return probeBuf + off }

// dr arms a debug register.
func dr(n int, kind, length, addr uint64) func(*trial) {
	return func(r *trial) { r.arm(n, kind, length, addr) }
}

func (r *trial) arm(n int, kind, length, addr uint64) {
	r.s.DR[n] = addr
	r.s.DR7 |= 1<<(2*n) | (kind|map[uint64]uint64{1: 0, 2: 1, 4: 3, 8: 2}[length]<<2)<<(16+4*n)
}

// state changes a field of the state.
func state(change func(s *x86.State)) func(*trial) { return func(r *trial) { change(r.s) } }

// gpr sets a register.
func gpr(n int, v uint64) func(*trial) { return state(func(s *x86.State) { s.GPR[n] = v }) }

// gate replaces a gate.
func gate(n int, g harness.Gate) func(*trial) { return func(r *trial) { r.SetGate(n, g) } }

// handler is the harness's gate of a vector, to be changed.
func handler(n uint64, dpl uint64) harness.Gate {
	return harness.Gate{Selector: harness.KernelCS, Offset: harness.Kernel + harness.Handlers + n*16, Kind: 14, DPL: dpl}
}
