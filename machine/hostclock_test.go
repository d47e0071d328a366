package machine

import (
	"testing"
	"time"
)

// A session by the host's clock replays from its recorded advances.
func TestHostClock(t *testing.T) {
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(time.Millisecond); return now }
	for _, onStop := range []ClockOnStop{ClockPauses, ClockRuns} {
		host := Host{Slice: 100, Clock: clock, ClockOnStop: onStop}
		m := fakeMachine(t, Config{}, host, 5_000_000_000, []func(*fakeCPU){nop, nop, store})
		m.Resume(Plan{Until: 1000})
		before := m.Clock()
		now = now.Add(time.Hour)
		m.Resume(Plan{Until: 1001})
		if hour := m.Clock()-before > 3600_000_000_000; hour != (onStop == ClockRuns) {
			t.Errorf("policy %d: the clock went on by %d during the stop", onStop, m.Clock()-before)
		}
		want := run(t, m, 5000)
		if len(m.Inputs()) == 0 {
			t.Fatal("no advance was recorded")
		}
		again := fakeMachine(t, Config{}, Host{}, 5_000_000_000, []func(*fakeCPU){nop, nop, store})
		again.Play(m.Inputs())
		if got := run(t, again, 5000); got != want {
			t.Errorf("policy %d, replayed:\n%s\nwant\n%s", onStop, got, want)
		}
	}
}
