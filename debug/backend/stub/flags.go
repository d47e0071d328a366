package stub

import (
	decode "stasis/decode/x86"
)

// Bits of RFLAGS that a stub changes for the time of a step.
const (
	TF   = 1 << 8
	IF   = 1 << 9
	iopl = 12
)

// Hidden is a flag that a stub has changed under the guest for one instruction, which must not see that.
//
// Sources: SDM Vol. 2, "PUSHF", "POPF", "IRET", "SYSCALL"; SDM Vol. 3A, "64-Bit Mode Stack Frame", "Flag Usage by Exception- or
// Interrupt-Handler Procedure".
type Hidden struct {
	stub    *Stub
	cpu     int
	bit     uint64
	guest   uint64 // the bit as the guest has it
	inst    decode.Inst
	pc, rsp uint64
	cs, cpl uint64
	iopl    uint64
	bytes   uint64 // of a word on the stack
}

// Hide gives a flag another value for the next instruction of a CPU.
func (s *Stub) Hide(cpu int, bit, value uint64) *Hidden {
	flags := s.Register(cpu, "eflags")
	h := &Hidden{
		stub: s, cpu: cpu, bit: bit, guest: flags & bit,
		pc: s.Register(cpu, "rip"), rsp: s.Register(cpu, "rsp"), cs: s.Register(cpu, "cs"), cpl: s.Register(cpu, "cpl"),
		iopl: flags >> iopl & 3, bytes: s.Register(cpu, "code_bits") / 8,
	}
	code := make([]byte, decode.MaxLen)
	code = code[:s.readVirtual(cpu, h.pc, code)]
	if i, err := decode.Decode(code, decode.Mode(h.bytes*8)); err == nil {
		h.inst = i
	}
	s.SetRegister(cpu, "eflags", flags&^bit|value&bit)
	return h
}

// Reveal gives the flag its value back after the instruction, with what the instruction has made of it, and mends what the
// instruction has saved of it.
func (h *Hidden) Reveal() {
	s := h.stub
	if frame, ok := h.frame(); ok {
		h.mend(frame + 2*h.bytes)
		if h.bit == IF && s.gateType(h.cpu) == trapGate {
			h.set(h.guest)
		}
		return
	}
	switch {
	case h.loads():
		return
	case h.inst.Op == decode.PUSHF:
		h.mend(s.Register(h.cpu, "rsp"))
	case h.inst.Op == decode.SYSCALL:
		s.SetRegister(h.cpu, "r11", s.Register(h.cpu, "r11")&^h.bit|h.guest)
		h.set(h.guest &^ s.Register(h.cpu, "sfmask"))
		return
	}
	h.set(h.guest)
}

// loads reports whether the instruction itself has decided what the flag is.
func (h *Hidden) loads() bool {
	allowed := h.bit == TF || h.cpl <= h.iopl
	switch h.inst.Op {
	case decode.POPF, decode.IRET:
		return allowed
	case decode.CLI, decode.STI:
		return h.bit == IF && allowed
	case decode.SYSRET:
		return true
	}
	return false
}

// Delivered reports whether the unit was, or ended in, the delivery of an event.
func (h *Hidden) Delivered() bool {
	_, ok := h.frame()
	return ok
}

// frame finds the frame of an event that was delivered instead of, or by, the instruction: it holds where the instruction was or
// would have gone, and the code segment and stack of that moment.
func (h *Hidden) frame() (at uint64, ok bool) {
	s := h.stub
	rsp := s.Register(h.cpu, "rsp")
	if rsp == h.rsp {
		return 0, false
	}
	for _, at := range [...]uint64{rsp, rsp + h.bytes} { // without an error code, and with one
		rip := s.word(h.cpu, at, h.bytes)
		if (rip == h.pc || rip == h.pc+uint64(h.inst.Len)) && s.word(h.cpu, at+h.bytes, h.bytes)&0xffff == h.cs&0xffff &&
			(h.bytes != 8 || s.word(h.cpu, at+24, 8) == h.rsp) {
			return at, true
		}
	}
	return 0, false
}

// mend puts the guest's flag into an image of the flags in memory.
func (h *Hidden) mend(va uint64) {
	s := h.stub
	v := s.word(h.cpu, va, 2)&^h.bit | h.guest
	for i := range uint64(2) {
		if pa, ok := s.views[h.cpu].Translate(va + i); ok {
			s.poke(pa, byte(v>>(8*i)))
		}
	}
}

func (h *Hidden) set(v uint64) {
	s := h.stub
	s.SetRegister(h.cpu, "eflags", s.Register(h.cpu, "eflags")&^h.bit|v&h.bit)
}

// Types of gates in 64-bit mode and 32-bit mode alike.
const trapGate = 0xf

// gateType is the type of the gate that leads to where a CPU stands; 0 if none does.
func (s *Stub) gateType(cpu int) uint64 {
	base, pc := s.Register(cpu, "idtr_base"), s.Register(cpu, "rip")
	for n := range uint64(256) {
		lo, hi := s.word(cpu, base+16*n, 8), s.word(cpu, base+16*n+8, 4)
		if lo&0xffff|lo>>32&0xffff0000|hi<<32 == pc {
			return lo >> 40 & 0xf
		}
	}
	return 0
}

// word reads a number of some bytes of virtual memory; what is not mapped reads as zero.
func (s *Stub) word(cpu int, va, bytes uint64) (v uint64) {
	b := make([]byte, bytes)
	s.readVirtual(cpu, va, b)
	for i := range b {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}

// readVirtual reads up to the first byte that is not mapped or not memory, and says how many.
func (s *Stub) readVirtual(cpu int, va uint64, b []byte) int {
	for i := range b {
		pa, ok := s.views[cpu].Translate(va + uint64(i))
		if !ok || s.ReadPhysical(b[i:i+1], pa) == 0 {
			return i
		}
	}
	return len(b)
}

// Restore gives the flag the value that the guest had before, whatever the instruction has made of it.
func (h *Hidden) Restore() { h.set(h.guest) }

// Set reports whether the guest itself had the flag set.
func (h *Hidden) Set() bool { return h.guest != 0 }
