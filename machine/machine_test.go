package machine

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"stasis/replay"
)

// run runs a machine to a position and returns what decides whether two runs are equal.
func run(t *testing.T, m *Machine, until uint64) string {
	t.Helper()
	stop := m.Resume(Plan{Until: until})
	if stop.Reason != StopUntil || m.Retired() != until {
		t.Fatalf("stopped by %v at %d (%s)", stop.Reason, m.Retired(), stop.Detail)
	}
	return fmt.Sprintf("%v %d %x", m.Hashes(), m.Clock(), m.Hash())
}

func script(t *testing.T, text string) *replay.Script {
	t.Helper()
	s, err := replay.ParseScript(strings.NewReader(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const typing = "wait \"abab\"\nsend \"hello\"\nafter retired=5000\nsend \"x\"\n"

func TestSlicesDecideNothing(t *testing.T) {
	for _, cpus := range [][][]func(*fakeCPU){{busy()}, {busy(), {nop, store}, busy()[7:]}} {
		var want string
		for _, slice := range []uint64{100_000, 997, 7, 1} {
			m := fakeMachine(t, Config{Quantum: 50}, Host{Slice: slice, HashEvery: 1000, Script: script(t, typing)}, 170, cpus...)
			got := run(t, m, 20_000)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%d CPUs, slice %d:\n%s\nwant\n%s", len(cpus), slice, got, want)
			}
		}
	}
}

func TestStopsDecideNothing(t *testing.T) {
	build := func() *Machine {
		return fakeMachine(t, Config{Quantum: 50}, Host{HashEvery: 1000, Script: script(t, typing)}, 170, busy(), busy()[3:])
	}
	want := run(t, build(), 20_000)
	m := build()
	m.cpus[0].SetBreakpoints([]uint64{5, 6, 30})
	m.cpus[1].SetBreakpoints([]uint64{6})
	for n := 0; ; n++ {
		p := Plan{Until: 20_000}
		if n%3 == 0 {
			p.Actions = []Action{Continue, Continue}
			p.Actions[n/3%2] = Step
		}
		stop := m.Resume(p)
		if stop.Reason == StopUntil {
			break
		}
		if stop.Reason == StopBreakpoint {
			m.cpus[stop.CPU].SkipBreakpoint()
			m.Hash()
		}
	}
	if got := fmt.Sprintf("%v %d %x", m.Hashes(), m.Clock(), m.Hash()); got != want {
		t.Errorf("with stops:\n%s\nwant\n%s", got, want)
	}
}

func TestStepIsOneUnit(t *testing.T) {
	m := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, nop, nop})
	for n := uint64(1); n < 10; n++ {
		stop := m.Resume(Plan{Actions: []Action{Step}})
		if stop.Reason != StopStep || m.Retired() != n {
			t.Fatalf("step %d: %+v at %d", n, stop, m.Retired())
		}
	}
}

// A breakpoint stop leaves at least a unit of the CPU's turn: its step is the schedule's next action.
func TestStepAtABreakpointRunsNoOtherCPU(t *testing.T) {
	p := []func(*fakeCPU){nop, nop, nop}
	m := fakeMachine(t, Config{Quantum: 1}, Host{}, 0, p, p, p)
	m.cpus[1].SetBreakpoints([]uint64{2})
	stop := m.Resume(Plan{})
	if stop.Reason != StopBreakpoint || stop.CPU != 1 {
		t.Fatalf("stopped by %+v", stop)
	}
	before := m.Retired()
	m.cpus[1].SkipBreakpoint()
	if stop = m.Resume(Plan{Actions: []Action{Continue, Step, Continue}}); stop.Reason != StopStep || m.Retired() != before+1 {
		t.Errorf("step: %+v after %d units", stop, m.Retired()-before)
	}
	stop = m.Resume(Plan{Actions: []Action{Continue, Step, Continue}})
	if stop.Reason != StopStep || m.Retired() != before+4 {
		t.Errorf("from a boundary: %+v after %d units, want the turns of the others first", stop, m.Retired()-before-1)
	}
}

func TestIdleJumps(t *testing.T) {
	m := fakeMachine(t, Config{}, Host{}, 1000, []func(*fakeCPU){nop, halt})
	run(t, m, 30)
	if m.Clock() < 9000 {
		t.Errorf("clock %d after ten halts with a tick every 1000", m.Clock())
	}
}

func TestHaltedForever(t *testing.T) {
	m := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, halt})
	for range 2 {
		if stop := m.Resume(Plan{}); stop.Reason != StopHaltedForever || stop.ExitCode() != 10 || m.Retired() != 2 {
			t.Errorf("stopped by %+v at %d", stop, m.Retired())
		}
	}
}

func TestOutputIsWrittenOnceAndReplayed(t *testing.T) {
	var out bytes.Buffer
	host := Host{HashEvery: 500, Script: script(t, typing)}
	host.Serial[0] = &out
	m := fakeMachine(t, Config{}, host, 170, busy())
	start := m.Snapshot()
	run(t, m, 3000)
	middle := m.Snapshot()
	want := run(t, m, 9000)
	text := out.String()
	for i, s := range []*Snapshot{start, middle, start} {
		if err := m.Restore(s); err != nil {
			t.Fatal(err)
		}
		if got := run(t, m, 9000); got != want {
			t.Errorf("again from snapshot %d:\n%s\nwant\n%s", i, got, want)
		}
	}
	if out.String() != text || text == "" {
		t.Errorf("output was written again: %q, want %q", out.String(), text)
	}
}

func TestPlay(t *testing.T) {
	build := func(s *replay.Script) *Machine {
		return fakeMachine(t, Config{}, Host{Script: s}, 170, busy())
	}
	m := build(script(t, typing))
	m.Resume(Plan{Until: 4000})
	m.Input(advanceBy(12345))
	want := run(t, m, 9000)
	again := build(nil)
	again.Play(m.Inputs())
	if got := run(t, again, 9000); got != want {
		t.Errorf("replayed:\n%s\nwant\n%s", got, want)
	}
	other := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop})
	other.Play([]replay.Input{{Stamp: replay.Stamp{Retired: 3, Clock: 2}, Kind: replay.Advance}})
	if stop := other.Resume(Plan{Until: 100}); stop.Reason != StopError {
		t.Errorf("a foreign recording: %+v", stop)
	}
}

// An advance made while the machine stands at a breakpoint comes after the events of that boundary, in the replay too.
func TestAdvanceAtABreakpointReplays(t *testing.T) {
	build := func() *Machine {
		return fakeMachine(t, Config{Quantum: 40}, Host{HashEvery: 100}, 60, busy(), busy()[9:])
	}
	m := build()
	m.cpus[0].SetBreakpoints([]uint64{9})
	m.cpus[1].SetBreakpoints([]uint64{9})
	for range 50 {
		stop := m.Resume(Plan{})
		m.Input(advanceBy(61))
		m.cpus[stop.CPU].SkipBreakpoint()
	}
	end := m.Retired() + 100
	m.cpus[0].SetBreakpoints(nil)
	m.cpus[1].SetBreakpoints(nil)
	want := run(t, m, end)
	again := build()
	again.Play(m.Inputs())
	if got := run(t, again, end); got != want {
		t.Errorf("replayed:\n%s\nwant\n%s", got, want)
	}
}

func TestLiveInput(t *testing.T) {
	live := replay.NewLive()
	m := fakeMachine(t, Config{}, Host{Live: live}, 0, []func(*fakeCPU){nop, halt})
	go func() {
		for range 3 {
			time.Sleep(time.Millisecond)
			live.Send(replay.Bytes(0, []byte("k")))
		}
		live.Close()
	}()
	if stop := m.Resume(Plan{}); stop.Reason != StopHaltedForever {
		t.Fatalf("stopped by %+v", stop)
	}
	want := m.Hash()
	again := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, halt})
	again.Play(m.Inputs())
	again.Resume(Plan{})
	if again.Hash() != want {
		t.Error("the replay ends in another state")
	}
}

func TestInterruptAndDo(t *testing.T) {
	m := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, nop})
	ended := make(chan Stop)
	go func() { ended <- m.Resume(Plan{}) }()
	var at []uint64
	for range 3 {
		m.Do(func() { at = append(at, m.Retired()) })
	}
	m.Interrupt()
	if stop := <-ended; stop.Reason != StopInterrupted {
		t.Errorf("stopped by %+v", stop)
	}
	m.Do(func() { at = append(at, m.Retired()) })
	if len(at) != 4 || at[3] < at[0] {
		t.Errorf("done at %v", at)
	}
}

func TestInterruptWhileWaiting(t *testing.T) {
	m := fakeMachine(t, Config{}, Host{Live: replay.NewLive()}, 0, []func(*fakeCPU){halt})
	time.AfterFunc(2*time.Millisecond, m.Interrupt)
	if stop := m.Resume(Plan{}); stop.Reason != StopInterrupted {
		t.Errorf("stopped by %+v", stop)
	}
}

func TestDeviceEndsTheRun(t *testing.T) {
	bye := func(c *fakeCPU) { c.reload = true; c.m.end(StopDebugExit, 3) }
	m := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, bye})
	if stop := m.Resume(Plan{}); stop.Reason != StopDebugExit || stop.ExitCode() != 7 || m.Retired() != 2 {
		t.Errorf("stopped by %+v at %d", stop, m.Retired())
	}
}

func TestReset(t *testing.T) {
	again := func(c *fakeCPU) { c.reload = true; c.m.end(StopReset, 0) }
	m := fakeMachine(t, Config{}, Host{}, 0, []func(*fakeCPU){nop, again})
	if stop := m.Resume(Plan{}); stop.Reason != StopReset || stop.ExitCode() != 8 {
		t.Errorf("stopped by %+v", stop)
	}
	m = fakeMachine(t, Config{Reboot: true}, Host{}, 0, []func(*fakeCPU){nop, again})
	m.Resume(Plan{Until: 10})
	if c := m.cpus[0].(*fakeCPU); c.IP != 0 || m.Retired() != 10 {
		t.Errorf("PC %d at %d", c.IP, m.Retired())
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []Config{{SMP: 9}, {Mem: 5}, {IPS: 7}} {
		if _, err := c.normal(); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
	for _, c := range []Config{
		{Board: "pc", CPU: "z80"}, {Board: "pc", GIC: 2}, {Board: "pc", PAuth: "fast"},
		{Board: "virt", CPU: "amd"}, {Board: "virt", PAuth: "slow"}, {Board: "virt", Hide: []string{"SSE"}}, {Board: "virt", Entry32: true},
	} {
		if _, err := c.onBoard(c.Board); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

// A turn that is cut anywhere, and those joined to it, end where they would have ended.
func TestTurnLeft(t *testing.T) {
	c := Config{Quantum: 50}
	for n := range uint64(500) {
		want := c.turnLeft(10, 500, 1000)
		if got := c.turnLeft(c.turnLeft(10, n, 1000), 500-n, 1000+n); got != want {
			t.Errorf("cut after %d: %d are left, want %d", n, got, want)
		}
	}
	lengths := map[uint64]bool{}
	for at := range uint64(1000) {
		lengths[c.turn(at*c.Quantum)] = true
	}
	if len(lengths) != 7 || !lengths[50] || !lengths[44] {
		t.Errorf("lengths of turns: %v", lengths)
	}
}
