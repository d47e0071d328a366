package machine

import (
	"time"

	"stasis/cpu"
	"stasis/replay"
	"stasis/timer"
)

// Resume runs the machine by a plan until something stops it.
//
// It arms no breakpoint skip: who owns the breakpoints calls SkipBreakpoint of a CPU that stands at one.
func (m *Machine) Resume(p Plan) Stop {
	<-m.idle
	defer func() { m.idle <- struct{}{} }()
	defer m.flush()
	start, alarm := time.Now(), m.wallAlarm()
	defer func() { m.endWall(start, alarm) }()
	p.Until = earlier(p.Until, m.host.Until)
	if p.Units != 0 {
		p.Units += m.State.Retired
	}
	m.resumedAt = m.State.Retired
	if p.Clock != 0 {
		p.Clock -= min(m.caughtUp, p.Clock-1)
	}
	m.resumeClock(&p)
	defer m.suspendClock()
	for {
		if stop, ok := m.boundary(&p); ok {
			return stop
		}
		m.applyInputs()
		m.settle()
		i, ok := m.pick()
		if !ok {
			if stop, ok := m.jump(); ok {
				return stop
			}
			continue
		}
		m.applyInputs() // those that came while the machine stood right here
		m.settle()
		if stop, ok := m.turn(i, &p); ok {
			return stop
		}
	}
}

// earlier is the nearer of two positions; 0 is none.
func earlier(a, b uint64) uint64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// wallAlarm stops the machine when it has run as long as it may; nil if it may run for ever.
func (m *Machine) wallAlarm() *time.Timer {
	if m.host.MaxWall == 0 {
		return nil
	}
	return time.AfterFunc(m.host.MaxWall-m.wall, func() { m.Request(StopMaxWall) })
}

// endWall measures the host time of a Resume, which is over.
func (m *Machine) endWall(start time.Time, alarm *time.Timer) {
	m.wall += time.Since(start)
	if alarm != nil {
		alarm.Stop()
	}
}

// Wall returns how long the machine has run, in host time, without the time that it was stopped.
func (m *Machine) Wall() time.Duration { return m.wall }

// boundary does what is done at a boundary before anything else happens there.
func (m *Machine) boundary(p *Plan) (Stop, bool) {
	if m.host.HashEvery != 0 && m.State.Retired >= m.nextHash {
		m.takeHash()
	}
	if m.slice == 0 {
		m.slice = m.host.Slice
		m.hostClock.due = true
		m.flush()
	}
	select {
	case r := <-m.requests:
		r.run()
	default:
	}
	m.try()
	switch {
	case m.State.Ended:
		return m.State.End, true
	case p.Until != 0 && m.State.Retired >= p.Until:
		return m.stopAt(StopUntil), true
	case p.Units != 0 && m.State.Retired >= p.Units, p.Clock != 0 && m.Clock()-m.caughtUp >= p.Clock:
		return m.stopAt(StopInterrupted), true
	}
	if stop, ok := m.diverged(); ok {
		return stop, true
	}
	if r := m.request.Swap(0); r != 0 {
		return m.stopAt(Reason(r - 1)), true
	}
	return Stop{}, false
}

func (m *Machine) stopAt(r Reason) Stop { return Stop{Reason: r, CPU: m.State.Current} }

func (m *Machine) takeHash() {
	h := HashAt{m.State.Retired, m.Hash()}
	m.nextHash += m.host.HashEvery
	m.hashes = append(m.hashes, h)
	if m.host.OnHash != nil {
		m.host.OnHash(h)
	}
}

// settle fires what is due, and lets serial ports take what is typed.
func (m *Machine) settle() {
	m.queue.RunDue()
	m.feed()
	m.settled = true
}

// pick returns the CPU whose turn it is, beginning the next turn where one has ended. CPUs that wait are passed over; if
// all do, there is none and nothing changes.
func (m *Machine) pick() (int, bool) {
	i, ok := m.next()
	if ok && (m.State.Left == 0 || i != m.State.Current) {
		m.State.Current, m.State.Left = i, m.config.turn(m.State.Retired)
	}
	return i, ok
}

// next is pick without its effect.
func (m *Machine) next() (int, bool) {
	if m.State.Left > 0 && m.runnable(m.State.Current) {
		return m.State.Current, true
	}
	n := len(m.cpus)
	for k := 1; k <= n; k++ {
		if i := (m.State.Current + k) % n; m.runnable(i) {
			return i, true
		}
	}
	return m.State.Current, false
}

// runnable reports whether CPU i does not wait, and is not left out.
func (m *Machine) runnable(i int) bool {
	c := m.cpus[i]
	return m.State.Locked>>i&1 == 0 && (!c.Halted() || c.Wake())
}

// turn runs CPU i until the next boundary at which something else has to be looked at.
func (m *Machine) turn(i int, p *Plan) (Stop, bool) {
	c := m.cpus[i]
	step := p.steps(i)
	budget := m.budget(p, step)
	m.horizon, m.lone = m.queue.Next(), m.alone()
	if m.onUnit != nil {
		m.onUnit(i)
		budget = 1
	}
	m.running = c
	exit := c.Run(budget)
	m.running = nil
	n := c.Units()
	m.advance(n)
	return m.handle(i, exit, step && n > 0)
}

// budget is how many units may run before a deadline, an input, a hash, a stop or the next CPU's turn.
func (m *Machine) budget(p *Plan, step bool) uint64 {
	if step {
		return 1
	}
	n := min(m.slice, m.inputLimit(), m.trialLimit())
	if !m.alone() {
		n = min(n, m.State.Left)
	}
	if d := m.queue.Next(); d != timer.Never {
		n = min(n, d-min(d, m.Clock()))
	}
	for _, end := range [...]uint64{p.Until, p.Units} {
		if end != 0 {
			n = min(n, end-m.State.Retired)
		}
	}
	if m.host.HashEvery != 0 {
		n = min(n, m.nextHash-m.State.Retired)
	}
	return max(n, 1)
}

// steady reports, inside a Run, whether all that its budget was made from still holds, so that the CPU need not come back before its
// end. It asks for what counts, not for who has changed it: no device can forget to tell.
func (m *Machine) steady() bool {
	return m.queue.Next() >= m.horizon && // nothing is due earlier
		m.ending == nil &&
		len(m.State.Typed[0])+len(m.State.Typed[1]) == 0 && // nobody waits for room
		(m.host.Script == nil || m.host.Script.Next() == replay.Never) && // the output was not what the script waited for
		(!m.lone || m.alone()) // no other CPU has been woken
}

// advance accounts for units that a CPU has run.
func (m *Machine) advance(n uint64) {
	if n == 0 {
		return
	}
	m.State.Left = m.config.turnLeft(m.State.Left, n, m.State.Retired)
	m.State.Retired += n
	m.slice -= min(m.slice, n)
	m.settled = false
}

// alone reports whether no CPU but the present one can run. Then its turns follow each other without a pause: it is back from Run
// as soon as somebody else has been woken.
func (m *Machine) alone() bool {
	for i := range m.cpus {
		if i != m.State.Current && m.runnable(i) {
			return false
		}
	}
	return true
}

// turnLeft is what is left of a turn n units after the given position, with further turns of the same CPU joined to it.
func (c *Config) turnLeft(left, n, at uint64) uint64 {
	for n > left {
		n, at = n-left, at+left
		left = c.turn(at)
	}
	return left - n
}

// turn is the length of a turn that begins at a position. The lengths differ: were all the same, a CPU whose turns end in
// the same place of a loop each time could keep a lock from the others for ever.
func (c *Config) turn(at uint64) uint64 {
	return c.Quantum - at*0x9e3779b97f4a7c15>>32%(c.Quantum/8+1)
}

// handle turns a CPU's exit into a stop, if it is one.
func (m *Machine) handle(i int, exit cpu.Exit, stepped bool) (Stop, bool) {
	if m.ending != nil {
		return m.handleEnding(i)
	}
	stop := Stop{CPU: i, Addr: exit.Addr, Write: exit.Write, Detail: exit.Detail}
	switch {
	case exit.Kind == cpu.ExitTripleFault && m.config.Reboot:
		m.powerOn()
		return Stop{}, false
	case exit.Kind == cpu.ExitTripleFault:
		stop.Reason = StopTripleFault
	case exit.Kind == cpu.ExitStrict:
		stop.Reason = StopStrict
	case exit.Kind == cpu.ExitBreakpoint:
		stop.Reason = StopBreakpoint
	case exit.Kind == cpu.ExitWatchpoint:
		stop.Reason = StopWatchpoint
	case exit.Kind == cpu.ExitException:
		stop.Reason, stop.Vector, stop.Length, stop.Cause = StopException, exit.Vector, exit.Length, exit.Cause
	case exit.Kind == cpu.ExitCatch:
		stop.Reason = StopCatch
	case stepped:
		stop.Reason = StopStep
	default:
		return Stop{}, false
	}
	if stop.Reason.Over() {
		m.State.Ended, m.State.End = true, stop
	}
	return stop, true
}

// handleEnding is the end that a device has asked for inside the last unit.
func (m *Machine) handleEnding(i int) (Stop, bool) {
	stop := *m.ending
	stop.CPU, m.ending = i, nil
	if stop.Reason == StopReset && m.config.Reboot {
		m.powerOn()
		return Stop{}, false
	}
	m.State.Ended, m.State.End = true, stop
	return stop, true
}

// end is called by devices: the run is over when the present unit is complete.
func (m *Machine) end(r Reason, code int) {
	if m.ending == nil {
		m.ending = &Stop{Reason: r, Code: code}
	}
}
