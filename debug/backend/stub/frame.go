package stub

import (
	decode "stasis/decode/x86"
)

// frame finds the frame of an event that was delivered instead of, or by, the instruction: it holds where the instruction was or
// would have gone, and the code segment. It returns where the image of the flags is.
//
// Source: SDM Vol. 3A, "Stack Usage on Transfers to Interrupt and Exception-Handling Routines", "64-Bit Mode Stack Frame".
func (h *Hidden) frame() (image uint64, ok bool) {
	s := h.stub
	now := s.context(h.cpu)
	if now.rsp == h.before.rsp && now.cpl == h.before.cpl {
		return 0, false
	}
	widths := []uint64{4, 2}
	if now.bits == 64 {
		widths = []uint64{8}
	}
	for _, w := range widths {
		for _, code := range [...]uint64{0, w} { // without an error code, and with one
			word := func(n uint64) uint64 { return s.word(h.cpu, s.stack(h.cpu, code+n*w), w) }
			if h.stood(word(0), w) && word(1)&0xffff == h.before.cs&0xffff && (w != 8 || word(3) == h.before.rsp) {
				return s.stack(h.cpu, code+2*w), true
			}
		}
	}
	return 0, false
}

// stood reports whether an event that came at the instruction, or one that it made, would save this address, of so many bytes.
func (h *Hidden) stood(rip, bytes uint64) bool {
	mask := ^uint64(0) >> (64 - 8*bytes)
	switch h.inst.Op {
	case decode.INT, decode.INT3, decode.INT1, decode.INTO:
		if rip == (h.before.rip+uint64(h.inst.Len))&mask {
			return true
		}
	}
	return rip == h.before.rip&mask
}

// inHandler is what the flag is in the handler of an event.
func (h *Hidden) inHandler() uint64 {
	s := h.stub
	switch {
	case h.bit == TF:
		return 0
	case s.Register(h.cpu, "cr0")&pe == 0:
		return 0
	case !h.left86(): // INT n by the table at 0
		if h.virtual() {
			return h.guest
		}
		return 0
	case s.trapGate(h.cpu):
		return h.guest
	}
	return 0
}

const pe = 1 // in CR0

// trapGate reports whether the gate that leads to where a CPU stands leaves IF as it is.
func (s *Stub) trapGate(cpu int) bool {
	base, rip, size := s.Register(cpu, "idtr_base"), s.Register(cpu, "rip"), uint64(8)
	if s.Register(cpu, "efer")&lma != 0 {
		size = 16
	}
	for at := uint64(0); at+size-1 <= s.Register(cpu, "idtr_limit"); at += size {
		d, high := s.word(cpu, base+at, 8), uint64(0)
		if size == 16 {
			high = s.word(cpu, base+at+8, 4)
		}
		kind := d >> 40 & 15
		if kind&7 != 6 && kind&7 != 7 {
			continue
		}
		offset := d & 0xffff
		if kind&8 != 0 {
			offset |= d>>32&0xffff0000 | high<<32
		}
		if offset == rip && d>>16&0xfffc == s.Register(cpu, "cs")&0xfffc {
			return kind&1 != 0
		}
	}
	return false
}

// switched reports whether the unit has switched tasks. LTR changes the task register too, but saves nothing.
func (h *Hidden) switched() bool {
	s := h.stub
	return h.inst.Op != decode.LTR && (s.Register(h.cpu, "tr") != h.before.tr || s.Register(h.cpu, "tr_base") != h.before.task)
}

// Where EFLAGS is in task-state segments, and what in a TR's attributes tells the 32-bit one.
const (
	taskFlags16, taskFlags32 = 16, 36
	task32                   = 8
)

// mendTask mends the image of the flags in the segment of the task that was left. Its kind is in its descriptor.
func (h *Hidden) mendTask() {
	s := h.stub
	kind := s.word(h.cpu, s.Register(h.cpu, "gdtr_base")+h.before.tr&^7+5, 1)
	if kind&task32 != 0 {
		h.mend(h.before.task + taskFlags32)
		return
	}
	h.mend(h.before.task + taskFlags16)
}

// stackBig is the bit of SS's attributes that says that ESP, not SP, is the stack pointer.
const stackBig = 1 << 14

// stack is the linear address so far above the top of a CPU's stack.
func (s *Stub) stack(cpu int, above uint64) uint64 {
	sp := s.Register(cpu, "rsp") + above
	if s.Register(cpu, "code_bits") == 64 {
		return sp
	}
	if s.Register(cpu, "ss_attr")&stackBig == 0 {
		sp &= 0xffff
	}
	return uint64(uint32(s.Register(cpu, "ss_base") + sp))
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
