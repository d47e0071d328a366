package machine

import (
	"math/bits"
	"time"

	"stasis/timer"
)

// jump is what happens when no CPU can run: the Clock goes to the next deadline, or to where an input comes in between.
func (m *Machine) jump() (Stop, bool) {
	m.flush()
	target := m.queue.Next()
	if in, ok := m.recorder.Peek(); ok {
		if in.Retired == m.State.Retired {
			target = min(target, in.Clock)
		}
	} else if m.mayCome() {
		if target = m.await(target); target == m.Clock() {
			return Stop{}, false // woken for a stop or a request
		}
	}
	if target == timer.Never && m.State.Locked != 0 {
		return m.stopAt(StopInterrupted), true // another could run, but for the lock
	}
	if target == timer.Never {
		return m.haltedForever()
	}
	m.skipTo(target)
	return Stop{}, false
}

func (m *Machine) haltedForever() (Stop, bool) {
	stop := m.stopAt(StopHaltedForever)
	m.State.Ended, m.State.End = true, stop
	return stop, true
}

// mayCome reports whether somebody outside may still send something, and idle time is to be waited for.
func (m *Machine) mayCome() bool {
	if m.host.Live == nil || !m.host.Live.Open() {
		return m.host.Pace && m.queue.Next() != timer.Never
	}
	return m.host.Pace || m.queue.Next() == timer.Never
}

// skipTo is an idle jump.
func (m *Machine) skipTo(clock uint64) {
	m.State.Skipped += clock - m.Clock()
	m.settled = false
}

// await sleeps until the host time of the deadline, or until something comes from outside, and returns the Clock that it
// is then: one inside the gap for an input, the present one for a stop or a request, the deadline if nothing came.
func (m *Machine) await(deadline uint64) uint64 {
	now := m.Clock()
	var timeout <-chan time.Time
	if deadline != timer.Never {
		t := time.NewTimer(m.hostTime(deadline - now))
		defer t.Stop()
		timeout = t.C
	}
	var live <-chan struct{}
	if m.host.Live != nil {
		live = m.host.Live.Ready()
	}
	start := time.Now()
	select {
	case <-timeout:
		return deadline
	case <-live:
		if !m.host.Live.Open() {
			return m.afterClose(deadline)
		}
		return now + min(max(m.units(time.Since(start)), 1), deadline-now)
	case <-m.awake:
		return now
	case r := <-m.requests:
		r.run()
		return now
	}
}

// afterClose is the Clock when the last source has closed with nothing more to say.
func (m *Machine) afterClose(deadline uint64) uint64 {
	if m.host.Pace && deadline != timer.Never {
		return m.await(deadline)
	}
	return deadline
}

// hostTime is how long so many units last at the machine's rate; at most an hour at a time matters to nobody.
func (m *Machine) hostTime(units uint64) time.Duration {
	hi, lo := bits.Mul64(units, uint64(time.Second))
	if hi >= m.config.IPS {
		return 1<<63 - 1
	}
	ns, _ := bits.Div64(hi, lo, m.config.IPS)
	return time.Duration(min(ns, 1<<63-1))
}

// units is the inverse of hostTime.
func (m *Machine) units(d time.Duration) uint64 {
	hi, lo := bits.Mul64(uint64(d), m.config.IPS)
	n, _ := bits.Div64(hi%uint64(time.Second), lo, uint64(time.Second))
	return n
}
