package conformance

import (
	"context"
	"testing"

	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// TestHostClockSteps: a step is a step also where guest time goes on in stops, and a minute has passed in this one; when the session is
// repeated, too.
func TestHostClockSteps(t *testing.T) {
	image := guests.ELF(guests.Demo)
	symbols, err := guests.Symbols(image)
	check(t, err)
	config := machine.Config{Mem: 16 << 20, Kernel: loader.File{Name: "demo", Data: image}}
	clock := &machine.ScriptedClock{}
	m, err := machine.New(config, machine.Host{Clock: clock, ClockOnStop: machine.ClockRuns})
	check(t, err)
	defer m.Close()
	for _, policy := range []debug.Policy{debug.Through, debug.Arch, debug.Held} {
		t.Run("V-041/"+policy.String(), func(t *testing.T) {
			end := stepAtLoop(t, m, symbols, policy, func() { clock.Advance(minute) })
			want := symbols["loop"] + 5 // where loop_body returns to
			if policy == debug.Arch {
				want = symbols[guests.DemoTick]
			}
			if end != want {
				t.Errorf("the step ended at %#x, not %#x", end, want)
			}
		})
	}
	again, err := machine.New(config, machine.Host{})
	check(t, err)
	defer again.Close()
	again.Play(m.Inputs())
	t.Run("V-041/repeated", func(t *testing.T) {
		if end := stepAtLoop(t, again, symbols, debug.Through, func() {}); end != symbols["loop"]+5 {
			t.Errorf("the step ended at %#x", end)
		}
	})
}

// stepAtLoop stops a machine at the loop, makes a step, thinks, makes another, and returns where that ended.
func stepAtLoop(t *testing.T, m *machine.Machine, symbols map[string]uint64, p debug.Policy, think func()) (pc uint64) {
	t.Helper()
	d := debug.New(target.New(m))
	stops := make(client, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(context.Background(), true)
	}()
	defer func() { d.Kill(); <-ended }()
	do := func(f func()) { t.Helper(); check(t, d.Do(f)) }
	do(func() {
		check(t, d.Attach(stops))
		d.SetPolicy(p)
		d.SetBreakpoint(stops, symbols[guests.DemoLoop], nil)
		d.Resume(debug.Request{Actions: []debug.Action{debug.Continue}})
	})
	if s := <-stops; s.Kind != debug.StopBreakpoint {
		t.Fatalf("stopped by %+v", s)
	}
	do(think)
	for range 2 {
		do(func() { d.Resume(debug.Request{Actions: []debug.Action{debug.Step}}) })
		if s := <-stops; s.Kind != debug.StopStep {
			t.Errorf("the step ended so: %+v", s)
		}
		do(think)
	}
	return m.CPUs()[0].PC()
}
