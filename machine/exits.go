package machine

import (
	"errors"
	"fmt"

	"stasis/replay"
)

// ErrExits is a machine whose CPUs have no exits.
var ErrExits = errors.New("the CPUs cannot intercept or inject exceptions")

// exits is a CPU under a monitor: it can stop before it delivers an exception, and be given one.
type exits interface {
	Intercept(vectors uint32) error
	InjectException(vector uint8, code uint32, length uint8) error
	InterruptWindow() bool
}

func (m *Machine) exits(i int) (exits, error) {
	if i >= 0 && i < len(m.cpus) {
		if x, ok := m.cpus[i].(exits); ok {
			return x, nil
		}
	}
	return nil, fmt.Errorf("CPU %d: %w", i, ErrExits)
}

// Intercept makes Resume return StopException before a CPU delivers one of the exceptions whose vectors' bits are set: 1 (#DB)
// and 3 (#BP of an INT3). What the monitor does not want goes on its way by InjectException.
func (m *Machine) Intercept(vectors uint32) error {
	for i := range m.cpus {
		x, err := m.exits(i)
		if err == nil {
			err = x.Intercept(vectors)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// InjectException gives a stopped machine's CPU an exception, which it delivers first thing. The length is that of the
// instruction at PC that the exception stands for, as StopException gave it, or 0. To give the guest what it was about to get
// changes nothing; anything else is an intervention, like a write to a register.
func (m *Machine) InjectException(i int, vector uint8, code uint32, length uint8) error {
	in := replay.Inject(uint8(i), vector, code, length)
	err := m.inject(i, in)
	if err == nil {
		m.record(in)
	}
	return err
}

func (m *Machine) inject(i int, in replay.Input) error {
	x, err := m.exits(i)
	if err != nil {
		return err
	}
	return x.InjectException(in.Injected())
}

// InterruptWindow reports whether CPU i would take a maskable interrupt now.
func (m *Machine) InterruptWindow(i int) bool {
	x, err := m.exits(i)
	return err == nil && x.InterruptWindow()
}
