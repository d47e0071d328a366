package machine

import (
	"time"

	"stasis/replay"
)

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

// hostClock makes the Clock follow the host's by advances: inputs like any other, so that such a run replays.
//
// It looks once a slice, and lets small differences be.
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
	if h.off {
		return
	}
	if h.zero.IsZero() || m.host.ClockOnStop != ClockRuns {
		h.zero = m.host.Clock().Add(-m.hostTime(m.Clock()))
		return
	}
	if m.recorder.Live() {
		m.followClock()
	}
}

// followClock makes an input of what the Clock lags behind.
func (m *Machine) followClock() {
	m.hostClock.due = false
	if d := m.host.Clock().Sub(m.hostClock.zero) - m.hostTime(m.Clock()); d >= smallestAdvance {
		m.Input(replay.ClockAdvance(m.units(d)))
	}
}
