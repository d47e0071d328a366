// Package maskif is bhyve's stub with the first remedy that comes to mind: IF is clear during a step.
//
// Models: FreeBSD D39949 (2023, "bhyve: fix vCPU single-stepping on VMX") in its first form, which cleared RFLAGS.IF for the step;
// its text says that PUSHF, POPF, CLI and STI under the step corrupt IF, and the committed form (fefac543590d) blocks the injection
// of interrupts instead. Everything else is that of package bhyve.
//
// With emulate, what those instructions, IRET, SYSCALL and the frames of exceptions save and load of IF is the guest's.
package maskif

import (
	"stasis/debug/backend/bhyve"
	"stasis/debug/backend/stub"
	"stasis/debug/target"
	"stasis/machine"
)

// Backend is a machine under that stub.
type Backend struct {
	*bhyve.Backend
	emulate bool
}

// New puts the stub under a machine.
func New(m *target.Machine, emulate, exit bool) (*Backend, error) {
	inner, err := bhyve.New(m, exit)
	if err != nil {
		return nil, err
	}
	b := &Backend{inner, emulate}
	inner.Step = b.step
	return b, nil
}

// Name is "mask-if".
func (*Backend) Name() string { return "mask-if" }

// step is a unit with IF clear. The wake-up of a halted CPU needs IF as it is.
func (b *Backend) step(cpu int) machine.Stop {
	if b.CPUs()[cpu].Halted() {
		return b.Unit(cpu)
	}
	h := b.Hide(cpu, stub.IF, 0)
	b.Say(cpu, "clear IF")
	stop := b.Unit(cpu)
	if b.emulate && stop.Reason == machine.StopStep {
		h.Reveal()
	} else {
		h.Restore()
	}
	b.Say(cpu, "restore IF")
	return stop
}
