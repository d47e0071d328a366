package x86

import decode "stasis/decode/x86"

// stackOps are the micro-operations that use the stack, or an instruction pointer of one width.
type stackOps struct{ pushR, pushI, popR, leave, call, ret, jmpR, jmpM, callR, callM uint16 }

var (
	stack64 = stackOps{uPUSH_r64, uPUSH_i64, uPOP_r64, uLEAVE64, uCALL64, uRET64, uJMP_r64, uJMP_m64, uCALL_r64, uCALL_m64}
	stack32 = stackOps{uPUSH_r32, uPUSH_i32, uPOP_r32, uLEAVE32, uCALL32, uRET32, uJMP_r32, uJMP_m32, uCALL_r32, uCALL_m32}

	// through SS, with a pointer of 16 bits (s) and 32 bits (b)
	stack16  = stackOps{uPUSH_r16, uPUSH_i16, uPOP_r16, uLEAVE16, uCALL16, uRET16, uJMP_r16, uJMP_m16, uCALL_r16, uCALL_m16}
	stack32s = stackOps{uPUSH_r32s, uPUSH_i32s, uPOP_r32s, uLEAVE32s, uCALL32s, uRET32s, uJMP_r32s, uJMP_m32s, uCALL_r32s, uCALL_m32s}
	stack32b = stackOps{uPUSH_r32b, uPUSH_i32b, uPOP_r32b, uLEAVE32b, uCALL32b, uRET32b, uJMP_r32b, uJMP_m32b, uCALL_r32b, uCALL_m32b}
)

// stackOps are those of an instruction, nil where there are none: 16-bit words go on 16-bit stacks only.
func (w *builder) stackOps(i *Inst) *stackOps {
	switch mode := w.c.engine.mode; {
	case w.c.mode == decode.Mode64:
		if i.OpSize == 8 {
			return &stack64
		}
	case i.OpSize == 4 && mode&modeFlat != 0:
		return &stack32
	case i.OpSize == 4 && mode&modeBig != 0:
		return &stack32b
	case i.OpSize == 4:
		return &stack32s
	case mode&(modeFlat|modeBig) == 0:
		return &stack16
	}
	return nil
}

// pushPop lowers PUSH and POP of registers and PUSH of immediates.
func (w *builder) pushPop(k int) bool {
	i := &w.insts[k]
	ops := w.stackOps(i)
	if ops == nil || i.IsMem || kindOf(i, 0) == 0 {
		return false
	}
	switch {
	case kindOf(i, 0) == 'i':
		w.emit(k, uop{op: ops.pushI, imm: i.Imm})
	case i.Op == decode.PUSH:
		w.emit(k, uop{op: ops.pushR, src: w.regOf(i, 0)})
	default:
		w.emit(k, uop{op: ops.popR, dst: w.regOf(i, 0)})
	}
	return true
}

// terminal lowers the near branches.
func (w *builder) terminal(k int) bool {
	i := &w.insts[k]
	ops := w.stackOps(i)
	if w.c.mode == decode.Mode64 && w.privilege(k) {
		return true
	}
	if ops == nil {
		return false
	}
	after, to, ok := w.ways(k)
	if !ok && !i.HasModRM && i.Op != decode.RET {
		return false
	}
	switch i.Op {
	case decode.JCC:
		w.terminate(k, uop{op: w.jccOp(i)}, after, to)
	case decode.LOOP, decode.JCXZ:
		op := map[uint8]uint16{2: uLOOP16, 4: uLOOP32, 8: uLOOP64}[i.AddrSize]
		if i.Op == decode.JCXZ {
			op += uJCXZ16 - uLOOP16
		}
		w.terminate(k, uop{op: op, dst: 1 * 8}, after, to)
	case decode.JMP:
		w.jump(k, ops, to)
	case decode.CALL:
		w.call(k, ops, to)
	case decode.RET:
		w.leave(k, uop{op: ops.ret, imm: int64(uint16(i.Imm))})
	default:
		return false
	}
	return true
}

// privilege lowers SYSCALL and SYSRET of 64-bit code.
func (w *builder) privilege(k int) bool {
	i := &w.insts[k]
	switch {
	case i.Op == decode.SYSCALL:
		w.leave(k, uop{op: uSYSCALL, imm: int64(w.addrs[k] + uint64(i.Len))})
	case i.Op == decode.SYSRET && i.OpSize == 8:
		w.leave(k, uop{op: uSYSRET})
	default:
		return false
	}
	return true
}

// ways are the addresses behind a relative branch, a block's last instruction, and where it goes; ok is false if it must not go there.
func (w *builder) ways(k int) (after, to uint64, ok bool) {
	i, c := &w.insts[k], w.c
	ip := cutSize(w.next+uint64(i.Imm), i.OpSize)
	if c.mode == decode.Mode64 {
		ok = c.canonical(ip)
	} else {
		ok = ip <= uint64(c.Seg[decode.CS].Limit)
	}
	return c.linearIP(w.next), c.linearIP(ip), ok
}

// jccOp is the micro-operation of an unfused conditional jump.
func (w *builder) jccOp(i *Inst) uint16 {
	op, _ := uopFor(uopKey{decode.JCC, formR, 8, false, false, i.Opcode&15 + 1})
	return op
}

func (w *builder) jump(k int, ops *stackOps, to uint64) {
	i := &w.insts[k]
	switch {
	case !i.HasModRM:
		w.terminate(k, uop{op: uJMP}, to)
	case !i.IsMem:
		w.leave(k, uop{op: ops.jmpR, src: i.RM * 8})
	default:
		w.through(k, uop{op: ops.jmpM})
	}
}

func (w *builder) call(k int, ops *stackOps, to uint64) {
	i, after := &w.insts[k], int64(w.next)
	switch {
	case !i.HasModRM:
		w.terminate(k, uop{op: ops.call, imm: after}, to)
	case !i.IsMem:
		w.leave(k, uop{op: ops.callR, src: i.RM * 8, imm: after})
	default:
		w.through(k, uop{op: ops.callM, imm: after})
	}
}

// through lowers a branch through memory. Each indexed form is as far behind the other.
func (w *builder) through(k int, u uop) {
	if w.address(k, &u, int(w.insts[k].OpSize)) {
		u.op += uJMP_m64x - uJMP_m64
	}
	w.leave(k, u)
}

// fusable are the instructions that the switch has together with a conditional jump.
var fusable = [decode.NumOps]bool{decode.CMP: true, decode.TEST: true, decode.SUB: true, decode.AND: true, decode.ADD: true,
	decode.INC: true, decode.DEC: true}

// fuse lowers an instruction that sets flags and the conditional jump behind it as one.
func (w *builder) fuse(k int) bool {
	i, j := &w.insts[k], &w.insts[k+1]
	if w.stackOps(j) == nil || !fusable[i.Op] || i.Prefix&decode.PrefixLock != 0 {
		return false
	}
	form, ok := fusedForm(i)
	if !ok {
		return false
	}
	op, found := uopFor(uopKey{i.Op, form, operandBytes(i), false, false, j.Opcode&15 + 1})
	after, to, canonical := w.ways(k + 1)
	if !found || !canonical {
		return false
	}
	u := uop{op: op, imm: i.Imm}
	mark := len(w.out)
	if form == formRM || form == formMR || form == formMI {
		if w.address(k, &u, int(operandBytes(i))) {
			w.out = w.out[:mark]
			return false
		}
	}
	if form != formMR && form != formMI {
		u.dst = w.regOf(i, 0)
	}
	if form == formRR || form == formMR {
		u.src = w.regOf(i, 1)
	}
	w.terminate(k, u, after, to)
	return true
}

// fusedForm is the operand form of an instruction of one or two operands.
func fusedForm(i *Inst) (form uint8, ok bool) {
	switch decode.Forms[i.Row].N {
	case 1:
		return formR, kindOf(i, 0) == 'r'
	case 2:
		form, ok = twoForm(i)
	}
	return form, ok
}
