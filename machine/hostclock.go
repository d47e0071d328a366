package machine

import (
	"fmt"
	"slices"
	"time"

	"stasis/replay"
)

// HostClock is the host's time as a machine sees it.
type HostClock interface {
	// Now is asked while the machine runs, about once a slice, and when it stops.
	Now() time.Time
	// Resumed is asked when a stop is over.
	Resumed() time.Time
}

// RealClock is the host's own clock.
type RealClock struct{}

// Now is the time of day.
func (RealClock) Now() time.Time { return time.Now() }

// Resumed is the time of day.
func (RealClock) Resumed() time.Time { return time.Now() }

// ScriptedClock is a host's clock for tests: it moves only as it is told, so that a session by it is the same each time.
type ScriptedClock struct {
	At    time.Duration // since the beginning
	Stop  time.Duration // how long every stop lasts
	Slice time.Duration // how much passes between two looks at a running machine
}

// Advance lets time pass: during a stop, or between two slices.
func (c *ScriptedClock) Advance(d time.Duration) { c.At += d }

// Now is one slice later than before.
func (c *ScriptedClock) Now() time.Time {
	c.At += c.Slice
	return time.Unix(0, int64(c.At))
}

// Resumed is one stop later than before.
func (c *ScriptedClock) Resumed() time.Time {
	c.At += c.Stop
	return time.Unix(0, int64(c.At))
}

// ClockOnStop says what a Clock that follows the host's does while the machine is stopped.
type ClockOnStop uint8

const (
	// ClockPauses stands still.
	ClockPauses ClockOnStop = iota
	// ClockPausesSteps stands still, and during steps too.
	ClockPausesSteps
	// ClockRuns goes on: the machine catches up when it is resumed.
	ClockRuns
)

var clockOnStopNames = []string{ClockPauses: "pause", ClockPausesSteps: "pause-step", ClockRuns: "run"}

// String is the policy as a flag names it.
func (c ClockOnStop) String() string { return clockOnStopNames[c] }

// ParseClockOnStop is the inverse of String.
func ParseClockOnStop(name string) (ClockOnStop, error) {
	n := slices.Index(clockOnStopNames, name)
	if n < 0 {
		return 0, fmt.Errorf("%q is not known; give pause, pause-step or run", name)
	}
	return ClockOnStop(n), nil
}

// ClockOnStop returns what the Clock does while the machine is stopped, and whether it follows the host's at all.
func (m *Machine) ClockOnStop() (policy ClockOnStop, follows bool) {
	return m.host.ClockOnStop, m.host.Clock != nil
}

// SetClockOnStop changes what the Clock does from the present stop on. The time that has passed of this stop counts by the new policy.
func (m *Machine) SetClockOnStop(policy ClockOnStop) { m.host.ClockOnStop = policy }

// hostClock makes the Clock follow the host's by advances: inputs like any other, so that such a run replays.
//
// It looks once a slice, and lets small differences be. Where the guest is ahead, it waits for nobody: the host catches up.
type hostClock struct {
	zero time.Time // the host's time at Clock 0
	due  bool      // a slice has ended
	off  bool
}

const smallestAdvance = 100 * time.Microsecond

// resumeClock begins to follow the host's clock again.
func (m *Machine) resumeClock(p *Plan) {
	h := &m.hostClock
	h.off = m.host.Clock == nil || m.host.ClockOnStop == ClockPausesSteps && len(p.Actions) > 0
	if m.host.Clock == nil {
		return
	}
	now := m.host.Clock.Resumed()
	if h.zero.IsZero() || m.host.ClockOnStop != ClockRuns {
		m.rebaseClock(now)
	} else if m.recorder.Live() {
		m.followClock(now)
	}
}

// suspendClock notes when a stop begins: all the time from here on is the stop's, also if the guest was ahead.
func (m *Machine) suspendClock() {
	if m.host.Clock == nil {
		return
	}
	if now := m.host.Clock.Now(); now.Sub(m.hostClock.zero) < m.hostTime(m.Clock()) {
		m.rebaseClock(now)
	}
}

// CaughtUp is how far the Clock has gone on, all in all, by advances where the machine was resumed: time that has passed in stops, in
// which it ran nothing. Who gives a run a limit of time leaves it out.
func (m *Machine) CaughtUp() uint64 { return m.caughtUp }

// rebaseClock makes the present Clock that of the host's present time.
func (m *Machine) rebaseClock(now time.Time) {
	m.hostClock.zero = now.Add(-m.hostTime(m.Clock()))
}

// followClock makes an input of what the Clock lags behind.
func (m *Machine) followClock(now time.Time) {
	m.hostClock.due = false
	if d := now.Sub(m.hostClock.zero) - m.hostTime(m.Clock()); d >= smallestAdvance {
		m.Input(replay.ClockAdvance(m.units(d)))
	}
}
