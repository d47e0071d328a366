package stub

import (
	decode "stasis/decode/x86"
)

// Bits of RFLAGS: those that a stub changes for the time of a step, and those that say who may change them.
const (
	TF   = 1 << 8
	IF   = 1 << 9
	vm   = 1 << 17
	iopl = 12
)

// Hidden is a flag that a stub has changed under the guest for one instruction, which must not see that.
//
// Sources: SDM Vol. 2, "PUSHF", "POPF", "IRET", "SYSCALL", "SYSENTER", "STI"; SDM Vol. 3A, "Flag Usage by Exception- or
// Interrupt-Handler Procedure", "Task Switching".
type Hidden struct {
	stub   *Stub
	cpu    int
	bit    uint64
	guest  uint64 // the bit as the guest has it
	inst   decode.Inst
	before context
}

// context is what tells what a unit has done.
type context struct {
	rip, rsp, cs, cpl, flags, bits uint64
	tr, task                       uint64 // the current task: its selector and where its segment is
}

func (s *Stub) context(cpu int) context {
	r := func(name string) uint64 { return s.Register(cpu, name) }
	return context{r("rip"), r("rsp"), r("cs"), r("cpl"), r("eflags"), r("code_bits"), r("tr"), r("tr_base")}
}

// Hide gives a flag another value for the next instruction of a CPU.
func (s *Stub) Hide(cpu int, bit, value uint64) *Hidden {
	h := &Hidden{stub: s, cpu: cpu, bit: bit, before: s.context(cpu)}
	h.guest = h.before.flags & bit
	code := make([]byte, decode.MaxLen)
	code = code[:s.readVirtual(cpu, s.views[cpu].PC(), code)]
	if i, err := decode.Decode(code, decode.Mode(h.before.bits)); err == nil {
		h.inst = i
	}
	s.SetRegister(cpu, "eflags", h.before.flags&^bit|value&bit)
	return h
}

// Reveal gives the flag its value back after the instruction, with what the instruction has made of it, and mends what the
// instruction has saved of it.
func (h *Hidden) Reveal() {
	if h.switched() {
		h.mendTask() // the flags are the new task's own
		return
	}
	if image, ok := h.frame(); ok {
		if !h.virtual() || h.left86() {
			h.mend(image)
		}
		h.set(h.inHandler())
		return
	}
	h.completed()
}

// completed is Reveal where the instruction has done what it does.
func (h *Hidden) completed() {
	switch h.inst.Op {
	case decode.POPF, decode.IRET, decode.SYSRET, decode.CLI, decode.STI, decode.SYSCALL, decode.SYSENTER:
		if h.loads() {
			return
		}
	case decode.PUSHF:
		if !h.virtual() {
			h.mend(h.stub.stack(h.cpu, 0))
		}
	}
	h.set(h.guest)
}

// loads is for instructions that decide themselves what some flags are. It reports whether they have done so with this one.
func (h *Hidden) loads() bool {
	s := h.stub
	allowed := h.bit == TF || h.before.cpl <= h.before.flags>>iopl&3
	switch h.inst.Op {
	case decode.STI:
		if h.bit == IF && h.guest != 0 {
			s.SetRegister(h.cpu, "interrupt_shadow", s.Register(h.cpu, "interrupt_shadow")&^shadowSTI) // only setting IF makes one
		}
		return h.bit == IF && allowed
	case decode.CLI:
		return h.bit == IF && allowed
	case decode.SYSENTER:
		return h.bit == IF
	case decode.SYSCALL:
		if s.Register(h.cpu, "efer")&lma == 0 {
			return h.bit == IF
		}
		s.SetRegister(h.cpu, "r11", s.Register(h.cpu, "r11")&^h.bit|h.guest)
		h.set(h.guest &^ s.Register(h.cpu, "sfmask"))
		return true
	case decode.SYSRET:
		return true
	}
	return allowed
}

const (
	shadowSTI = 1       // in the register interrupt_shadow
	lma       = 1 << 10 // in EFER
	vme       = 1       // in CR4
)

// virtual reports whether images of the flags have VIF in the place of IF: then nothing of IF is in them.
func (h *Hidden) virtual() bool {
	return h.bit == IF && h.before.flags&vm != 0 && h.before.flags>>iopl&3 < 3 && h.stub.Register(h.cpu, "cr4")&vme != 0
}

// left86 reports whether the CPU is not in virtual-8086 mode any more.
func (h *Hidden) left86() bool { return h.stub.Register(h.cpu, "eflags")&vm == 0 }

// Restore gives the flag the value that the guest had before, whatever the instruction has made of it.
func (h *Hidden) Restore() { h.set(h.guest) }

// Set reports whether the guest itself had the flag set.
func (h *Hidden) Set() bool { return h.guest != 0 }

func (h *Hidden) set(v uint64) {
	s := h.stub
	s.SetRegister(h.cpu, "eflags", s.Register(h.cpu, "eflags")&^h.bit|v&h.bit)
}

// mend puts the guest's flag into an image of the flags in memory.
func (h *Hidden) mend(lin uint64) {
	s := h.stub
	v := s.word(h.cpu, lin, 2)&^h.bit | h.guest
	for i := range uint64(2) {
		if pa, ok := s.views[h.cpu].Translate(lin + i); ok {
			s.poke(pa, byte(v>>(8*i)))
		}
	}
}
