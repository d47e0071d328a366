package harness

import (
	"encoding/binary"
	"reflect"

	"stasis/conformance/vector"
	"stasis/cpu/x86"
	decode "stasis/decode/x86"
)

// Runner runs vectors. It keeps one machine.
type Runner struct {
	*Machine
	background [1 << 16]byte
	base       *x86.State

	// Blocks lets instructions that do not branch run in a block, up to the INT3 behind them, instead of on their own.
	Blocks bool
}

// NewRunner maps the user address space of vectors.
func NewRunner() *Runner {
	r := &Runner{Machine: New()}
	vector.Background(r.background[:])
	user := uint64(Present | User | Accessed | Dirty)
	for pa := uint64(vector.CodeBase); pa < vector.StackEnd; pa += 0x1000 {
		switch {
		case pa < vector.CodeEnd, pa >= vector.ConstBase && pa < vector.ConstEnd:
			r.Map(pa, pa, user)
		case pa >= vector.DataBase && pa < vector.DataEnd, pa >= vector.StackBase:
			r.Map(pa, pa, user|Writable)
		}
	}
	r.base = r.State()
	return r
}

// Input is the state before: registers, memory and the FXSAVE image. Without a background it is the registers alone.
func Input(v *vector.Vector, background []byte) (regs vector.Regs, memory, fx []byte) {
	regs, image := vector.Start(v.Mode, v.Seed)
	for _, c := range v.Set {
		regs[c.Slot] = c.Value
	}
	if background == nil {
		return regs, nil, nil
	}
	memory = append([]byte(nil), background...)
	copy(memory[regs[vector.RIP]:], v.Code)
	for _, p := range v.Poke {
		copy(memory[p.Addr:], p.Data)
	}
	return regs, memory, image[:]
}

// Run runs a vector's instruction on the emulator and returns the vector with its outcome in place of the recorded one. ok is
// false if the CPU has not got the instruction.
func (r *Runner) Run(v *vector.Vector) (got vector.Vector, ok bool) {
	regs, memory, fx := Input(v, r.background[:])
	r.Write(vector.CodeBase, memory[vector.CodeBase:vector.StackEnd]...)
	r.load(&regs, fx)
	if r.Blocks && straight(v) {
		r.executeBlock()
	} else {
		r.execute(v, regs[vector.RIP])
	}
	if missing := r.CPU.Unimplemented(); len(missing) > 0 {
		clear(missing)
		return got, false
	}
	return r.outcome(v, &regs, memory, fx), true
}

// load makes the input the CPU's state.
func (r *Runner) load(regs *vector.Regs, fx []byte) {
	s := *r.base
	copy(s.GPR[:], regs[:16])
	s.RIP, s.RFLAGS = regs[vector.RIP], regs[vector.RFLAGS]
	for n := range s.Seg {
		s.Seg[n] = r.Descriptor(uint16(regs[vector.ES+n]))
	}
	s.Seg[4].Base, s.Seg[5].Base = regs[vector.FSBase], regs[vector.GSBase]
	s.CPL = 3
	loadFX(&s.FPU, fx)
	r.CPU.SetState(&s)
}

// execute runs the instruction to its end: REP's iterations are units of their own.
func (r *Runner) execute(v *vector.Vector, ip uint64) {
	inst, _ := decode.Decode(v.Code, decode.Mode(v.Mode))
	rows := decode.Rows[inst.Row].Flags
	limit := 1
	if rows&decode.Rep != 0 && inst.Prefix&(decode.PrefixRep|decode.PrefixRepNE) != 0 {
		limit = 1 << 17
	}
	for range limit {
		r.CPU.Run(1)
		if limit > 1 && r.CPU.PC() != ip {
			return
		}
	}
}

// straight reports whether an instruction goes on behind itself.
func straight(v *vector.Vector) bool {
	inst, _ := decode.Decode(v.Code, decode.Mode(v.Mode))
	return decode.Rows[inst.Row].Flags&decode.End == 0
}

// executeBlock runs to the INT3 behind the instruction, or to the handler of a fault, and steps back over the INT3's delivery.
func (r *Runner) executeBlock() {
	r.CPU.Run(1 << 18)
	s := r.CPU.Snapshot()
	if s.RIP != Kernel+Handlers+3*16+1 {
		s.RIP-- // HLT
		s.Halted = false
		r.CPU.SetState(s)
		return
	}
	_, frame := r.Frame(s.GPR[4], false)
	s.RIP, s.Seg[1] = frame[0]-1, r.Descriptor(uint16(frame[1]))
	s.RFLAGS, s.GPR[4], s.Seg[2] = frame[2], frame[3], r.Descriptor(uint16(frame[4]))
	s.CPL, s.Halted = 3, false
	r.CPU.SetState(s)
}

// hasCode are the exceptions with an error code.
const hasCode = 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<17

// outcome reads the state after.
func (r *Runner) outcome(v *vector.Vector, regs *vector.Regs, memory, fx []byte) vector.Vector {
	s := r.CPU.Snapshot()
	got := *v
	got.Exception, got.ErrorCode, got.CR2 = vector.None, 0, 0
	after := *regs
	copy(after[:16], s.GPR[:])
	after[vector.RIP], after[vector.RFLAGS] = s.RIP, s.RFLAGS
	for n := range s.Seg {
		after[vector.ES+n] = uint64(s.Seg[n].Selector)
	}
	after[vector.FSBase], after[vector.GSBase] = s.Seg[4].Base, s.Seg[5].Base
	if s.CPL == 0 {
		got.Exception = uint8((s.RIP - Kernel - Handlers) / 16)
		code, frame := r.Frame(s.GPR[4], hasCode>>got.Exception&1 != 0)
		got.ErrorCode = uint32(code)
		if got.Exception == 14 {
			got.CR2 = s.CR2
		}
		after[vector.RIP], after[vector.CS], after[vector.RFLAGS], after[4], after[vector.SS] = frame[0], frame[1], frame[2], frame[3], frame[4]
	}
	for _, p := range []*vector.Regs{regs, &after} {
		p[vector.RFLAGS] &= vector.Flags
	}
	got.Out = vector.Diff(regs, &after)
	now := r.Read(vector.CodeBase, vector.StackEnd-vector.CodeBase)
	got.Mem = vector.DiffBytes(vector.CodeBase, memory[vector.CodeBase:vector.StackEnd], now)
	got.FP = vector.DiffBytes(0, fx[:416], saveFX(&s.FPU)[:416])
	return got
}

// Equal reports whether two outcomes agree.
func Equal(a, b *vector.Vector) bool {
	if a.Exception != b.Exception || a.Exception != vector.None && a.ErrorCode != b.ErrorCode || a.Exception == 14 && a.CR2 != b.CR2 {
		return false
	}
	return reflect.DeepEqual(a.Out, b.Out) && sameBytes(a.Mem, b.Mem) && sameBytes(a.FP, b.FP)
}

func sameBytes(a, b []vector.Bytes) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

// loadFX sets x87 and SSE registers from an FXSAVE image; saveFX is its inverse. The pointers are not stated.
func loadFX(f *x86.FPU, fx []byte) {
	le := binary.LittleEndian
	f.CW, f.SW = le.Uint16(fx[vector.FXControl:]), le.Uint16(fx[vector.FXStatus:])
	f.MXCSR = le.Uint32(fx[vector.FXMXCSR:])
	if f.SW&^f.CW&0x3f != 0 {
		f.SW |= 0x8080
	} else {
		f.SW &^= 0x8080
	}
	top := int(f.SW >> 11 & 7)
	f.TW = 0
	for n := range 8 {
		if fx[vector.FXTags]>>n&1 == 0 {
			f.TW |= 3 << (2 * n)
		}
		at := vector.FXST + 16*((n-top)&7)
		f.ST[n].Mant, f.ST[n].SE = le.Uint64(fx[at:]), le.Uint16(fx[at+8:])
	}
	for n := range f.XMM {
		at := vector.FXXMM + 16*n
		f.XMM[n] = [2]uint64{le.Uint64(fx[at:]), le.Uint64(fx[at+8:])}
	}
}

func saveFX(f *x86.FPU) []byte {
	fx := make([]byte, 512)
	le := binary.LittleEndian
	le.PutUint16(fx[vector.FXControl:], f.CW)
	le.PutUint16(fx[vector.FXStatus:], f.SW)
	le.PutUint32(fx[vector.FXMXCSR:], f.MXCSR)
	top := int(f.SW >> 11 & 7)
	for n := range 8 {
		if f.TW>>(2*n)&3 != 3 {
			fx[vector.FXTags] |= 1 << n
		}
		at := vector.FXST + 16*((n-top)&7)
		le.PutUint64(fx[at:], f.ST[n].Mant)
		le.PutUint16(fx[at+8:], f.ST[n].SE)
	}
	for n := range f.XMM {
		at := vector.FXXMM + 16*n
		le.PutUint64(fx[at:], f.XMM[n][0])
		le.PutUint64(fx[at+8:], f.XMM[n][1])
	}
	return fx
}

// Background is the user memory before every vector.
func (r *Runner) Background() []byte { return r.background[:] }
