package machine

import (
	"fmt"

	"stasis/replay"
)

// applyInputs applies what is due at this boundary: first what was recorded for it, then, when nothing recorded is left,
// what live sources have.
func (m *Machine) applyInputs() {
	for {
		in, ok := m.recorder.Peek()
		if !ok || in.Stamp != m.stamp() {
			break
		}
		m.recorder.Take()
		m.apply(in)
	}
	if !m.settled && m.recorder.Live() {
		m.pollSources()
	}
}

func (m *Machine) stamp() replay.Stamp {
	return replay.Stamp{Retired: m.State.Retired, Clock: m.Clock(), Settled: m.settled}
}

func (m *Machine) pollSources() {
	if m.host.Script != nil {
		m.drain(m.host.Script)
	}
	if m.host.Live != nil {
		m.drain(m.host.Live)
	}
	if m.hostClock.due && !m.hostClock.off {
		m.followClock(m.host.Clock.Now())
	}
}

func (m *Machine) drain(s replay.Source) {
	for in, ok := s.Poll(m.State.Retired); ok; in, ok = s.Poll(m.State.Retired) {
		m.Input(in)
	}
}

// Input stamps an input with the present position, records it and applies it.
func (m *Machine) Input(in replay.Input) {
	m.record(in)
	m.apply(in)
}

// record stamps what has come in and remembers it; what lies ahead is forgotten.
func (m *Machine) record(in replay.Input) {
	m.recorder.Fork()
	in.Stamp = m.stamp()
	m.recorder.Record(in)
}

func (m *Machine) apply(in replay.Input) {
	switch in.Kind {
	case replay.Serial:
		m.State.Typed[in.Port] = append(m.State.Typed[in.Port], in.Data...)
	case replay.Advance:
		if m.State.Retired == m.resumedAt {
			m.caughtUp += in.N
		}
		m.passTime(m.Clock() + in.N)
	case replay.Hold:
		m.cpus[in.Port].HoldInterrupts()
	case replay.Reset:
		m.powerOn()
	case replay.Lock:
		m.State.Locked = in.N
	default:
		m.applyWrite(in)
	}
}

// applyWrite repeats what a debugger wrote. It went well when it was recorded: where it does not now, the recording is of another
// machine, and the run differs from it.
func (m *Machine) applyWrite(in replay.Input) {
	var err error
	switch in.Kind {
	case replay.Memory:
		err = m.bus.RAM.WriteAt(in.Data, in.N)
	case replay.Register:
		err = m.cpus[in.Port].WriteRegister(int(in.N), in.Data)
	case replay.Exception:
		err = m.inject(int(in.Port), in)
	}
	if err != nil {
		m.ending = &Stop{Reason: StopError, Detail: fmt.Sprintf("the replay differs from the recording: %v", err)}
	}
}

// passTime moves the Clock on, from deadline to deadline: every device sees each of its own at its time.
func (m *Machine) passTime(to uint64) {
	for next := m.queue.Next(); next <= to; next = m.queue.Next() {
		m.State.Skipped += next - min(next, m.Clock())
		m.queue.RunDue()
	}
	m.State.Skipped += to - m.Clock()
}

// HoldInterrupts keeps interrupts and NMIs from a CPU until its next instruction has been tried: they come one boundary later. That
// is an input, since it moves what the guest computes.
func (m *Machine) HoldInterrupts(cpu int) { m.Input(replay.InterruptHold(uint8(cpu))) }

// LockCPUs leaves CPUs out of the schedule, a bit for each, until the next call. That is an input, since the guest takes another way.
func (m *Machine) LockCPUs(cpus uint64) {
	if cpus != m.State.Locked {
		m.Input(replay.ScheduleLock(cpus))
	}
}

// Turn returns the CPU that runs next by the schedule.
func (m *Machine) Turn() int {
	i, _ := m.next()
	return i
}

// PressReset starts the machine anew at the present position, as power-on would. That is an input.
func (m *Machine) PressReset() { m.Input(replay.ResetButton()) }

// receiver is the end of a serial line in the machine.
type receiver interface {
	// Receive takes a byte. It reports false, and takes nothing, if there is no room.
	Receive(b byte) bool
}

// feed moves typed bytes into the serial ports as far as there is room. Room comes only by an access of the guest, after
// which the machine is at a boundary while bytes wait: so the position at which a byte moves follows from the run.
func (m *Machine) feed() {
	for i, port := range m.serial {
		typed := m.State.Typed[i]
		for len(typed) > 0 && port.Receive(typed[0]) {
			typed = typed[1:]
		}
		m.State.Typed[i] = typed
	}
}

// inputLimit is how many units may run before an input may be due.
func (m *Machine) inputLimit() uint64 {
	if in, ok := m.recorder.Peek(); ok {
		return in.Retired - min(in.Retired, m.State.Retired)
	}
	if m.host.Script != nil {
		if next := m.host.Script.Next(); next > m.State.Retired {
			return next - m.State.Retired
		}
	}
	return replay.Never
}

// Inputs returns all inputs of the run so far, with their stamps.
func (m *Machine) Inputs() []replay.Input { return m.recorder.Inputs() }

// Play gives a machine at its start the inputs of an earlier run.
func (m *Machine) Play(inputs []replay.Input) { m.recorder = *replay.Play(inputs) }

// diverged reports that the run has gone past a recorded input without coming to its position: the recording is of
// another run.
func (m *Machine) diverged() (Stop, bool) {
	in, ok := m.recorder.Peek()
	if !ok || in.Retired > m.State.Retired || in.Retired == m.State.Retired && in.Clock >= m.Clock() {
		return Stop{}, false
	}
	stop := m.stopAt(StopError)
	stop.Detail = fmt.Sprintf("the replay differs from the recording: an input for retired %d, clock %d was not applied", in.Retired, in.Clock)
	return stop, true
}
