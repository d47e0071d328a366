package whpx

import (
	"stasis/debug/backend/stub"
	"stasis/machine"
)

// patience is how many units a step may take whose trap does not come: the handler of an exception, where TF has gone.
const patience = 2_000

// shadowSTI is the bit of the interrupt_shadow register that holds maskable interrupts.
const shadowSTI = 1

// step runs one instruction under TF and the interrupt shadow.
func (b *Backend) step(cpu int) machine.Stop {
	if b.CPUs()[cpu].Halted() {
		return b.exit(b.Unit(cpu)) // the trap of HLT would wake it; the platform handles HLT before that
	}
	h := b.arm(cpu)
	stop := b.Unit(cpu)
	if stop.Reason == machine.StopStep && !b.emulate {
		stop = b.awaitTrap(cpu, stop)
	}
	b.disarm(cpu, h, stop.Reason == machine.StopStep)
	return b.exit(stop)
}

// arm sets TF and the shadow.
func (b *Backend) arm(cpu int) *stub.Hidden {
	h := b.Hide(cpu, stub.TF, stub.TF)
	b.SetRegister(cpu, "interrupt_shadow", shadowSTI)
	b.Say(cpu, "set TF and the interrupt shadow")
	return h
}

// awaitTrap runs on until the trap comes. After an exception that is behind its handler's IRET, if that restores TF.
func (b *Backend) awaitTrap(cpu int, stop machine.Stop) machine.Stop {
	for n := 0; n < patience && stop.Reason == machine.StopStep && !b.trapped(cpu) && !b.CPUs()[cpu].Halted(); n++ {
		if stop = b.Unit(cpu); n == 0 {
			b.Say(cpu, "no trap: TF has gone, run on")
		}
	}
	return stop
}

// trapped reports whether the single-step trap is there.
func (b *Backend) trapped(cpu int) bool { return b.Register(cpu, "pending_debug")&dr6BS != 0 }

// disarm hides the trap from the guest and takes TF away. If nothing was stepped, there is nothing to hide.
func (b *Backend) disarm(cpu int, h *stub.Hidden, stepped bool) {
	pending := b.Register(cpu, "pending_debug")
	switch {
	case !stepped:
		h.Restore()
	case b.emulate:
		h.Reveal()
		if !h.Set() {
			pending &^= dr6BS
		}
	default:
		b.SetRegister(cpu, "eflags", b.Register(cpu, "eflags")&^stub.TF)
		pending &^= dr6BS
	}
	b.SetRegister(cpu, "pending_debug", pending)
	b.SetRegister(cpu, "interrupt_shadow", 0)
	b.Say(cpu, "clear TF, the trap and the interrupt state")
}
