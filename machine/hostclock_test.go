package machine

import (
	"testing"
	"time"
)

// A session by the host's clock replays from its recorded advances.
func TestHostClock(t *testing.T) {
	for onStop := range ClockRuns + 1 {
		t.Run(onStop.String(), func(t *testing.T) {
			clock := &ScriptedClock{Slice: time.Millisecond}
			host := Host{Slice: 100, Clock: clock, ClockOnStop: onStop}
			m := fakeMachine(t, Config{}, host, 5_000_000_000, []func(*fakeCPU){nop, nop, store})
			m.Resume(Plan{Until: 1000})
			before := m.Clock()
			clock.Advance(time.Hour)
			m.Resume(Plan{Until: 1001})
			if hour := m.Clock()-before > 3600_000_000_000; hour != (onStop == ClockRuns) {
				t.Errorf("the clock went on by %d during the stop", m.Clock()-before)
			}
			want := run(t, m, 5000)
			if len(m.Inputs()) == 0 {
				t.Fatal("no advance was recorded")
			}
			again := fakeMachine(t, Config{}, Host{}, 5_000_000_000, []func(*fakeCPU){nop, nop, store})
			again.Play(m.Inputs())
			if got := run(t, again, 5000); got != want {
				t.Errorf("replayed:\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Every policy lets as much time pass in stops and steps as it says, to the unit.
func TestClockOnStop(t *testing.T) {
	const stops, length = 10, 50_000_000 // 50 ms at 1 GHz
	for _, c := range []struct {
		policy ClockOnStop
		step   bool
		slice  time.Duration
		want   uint64 // of advances
	}{
		{ClockPauses, false, 0, 0},
		{ClockPauses, true, 0, 0},
		{ClockPausesSteps, false, 0, 0},
		{ClockPausesSteps, true, time.Millisecond, 0},
		{ClockRuns, false, 0, stops * length},
		{ClockRuns, true, 0, stops * length},
	} {
		clock := &ScriptedClock{Slice: c.slice}
		m := fakeMachine(t, Config{}, Host{Slice: 1, Clock: clock, ClockOnStop: c.policy}, 5_000_000_000, []func(*fakeCPU){nop})
		m.Resume(Plan{Units: 5})
		clock.Stop, clock.Slice = length, c.slice
		before := m.State.Skipped
		for range stops {
			p := Plan{Units: 3}
			if c.step {
				p = Plan{Actions: []Action{Step}}
			}
			m.Resume(p)
		}
		// What the guest was ahead of the host's clock, which stood still, is not taken from it.
		if got := m.State.Skipped - before; got != c.want {
			t.Errorf("%v, step %v: the clock went on by %d, want %d", c.policy, c.step, got, c.want)
		}
	}
}
