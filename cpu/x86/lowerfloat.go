package x86

import decode "stasis/decode/x86"

// x87Ops are the micro-operations of memory operands, by the last three bits of the opcode and the reg field of ModRM; 0 is none.
var x87Ops = [8][8]uint16{
	0: {0: uX87_m32, 1: uX87_m32, 4: uX87_m32, 5: uX87_m32, 6: uX87_m32, 7: uX87_m32},
	1: {0: uFLD_m32, 2: uFST_m32, 3: uFST_m32},
	3: {0: uFILD_m32, 5: uFLD_m80, 7: uFSTP_m80},
	4: {0: uX87_m64, 1: uX87_m64, 4: uX87_m64, 5: uX87_m64, 6: uX87_m64, 7: uX87_m64},
	5: {0: uFLD_m64, 2: uFST_m64, 3: uFST_m64},
	7: {0: uFILD_m16, 5: uFILD_m64},
}

// x87Arithmetic are the instructions on registers, by the number that memory operands have for the operation, plus 1.
var x87Arithmetic = [decode.NumOps]uint8{decode.FADD: 1, decode.FADDP: 1, decode.FMUL: 2, decode.FMULP: 2, decode.FSUB: 5, decode.FSUBP: 5,
	decode.FSUBR: 6, decode.FSUBRP: 6, decode.FDIV: 7, decode.FDIVP: 7, decode.FDIVR: 8, decode.FDIVRP: 8}

// float lowers an x87, MMX or SSE instruction.
func (w *builder) float(k int) bool {
	i := &w.insts[k]
	flags := decode.Rows[i.Row].Flags
	switch {
	case flags&decode.X87 != 0 && w.x87(k), flags&(decode.SSE|decode.MMX) == decode.SSE && w.vector(k):
	case i.IsMem && w.loads(i):
		w.needSSE(k)
		w.vectorSource(k, i.OperandSize(1))
		w.handler(k, uCallLoaded)
	case i.IsMem || i.Op == decode.MASKMOVQ || i.Op == decode.MASKMOVDQU || handlers[handlerIndex(i)] == nil:
		return false
	case flags&decode.SSE != 0: // also with MMX registers: it may raise #XM
		w.handler(k, uCallSSE)
	case flags&(decode.X87|decode.MMX) != 0 || i.Op == decode.FWAIT:
		w.handler(k, uCallX87)
	default:
		return false
	}
	return true
}

// handler emits a call of the handler.
func (w *builder) handler(k int, op uint16) {
	e := &w.c.engine
	inst := int64(e.Blocks[w.side/blockMax].Inst) + int64(k)
	w.emit(k, uop{op: op, disp: inst | int64(handlerIndex(&w.insts[k]))<<32, imm: int64(w.c.ipOf(w.addrs[k]))})
}

// x87 lowers an x87 instruction that has a micro-operation of its own.
func (w *builder) x87(k int) bool {
	i := &w.insts[k]
	u := uop{dst: i.ModRM, src: i.Opcode, imm: int64(w.c.ipOf(w.addrs[k]))}
	if i.IsMem {
		return w.x87Memory(k, u)
	}
	switch kind := x87Arithmetic[i.Op]; {
	case kind != 0:
		u.op, u.scale = uX87_r, (kind-1)<<x87Kind
	case i.Op == decode.FLD:
		u.op = uFLD_r
	case i.Opcode == 0xdd && (i.Op == decode.FST || i.Op == decode.FSTP):
		u.op = uFST_r
	case i.Op == decode.FXCH:
		u.op = uFXCH_r
	default:
		return false
	}
	w.emit(k, u)
	return true
}

func (w *builder) x87Memory(k int, u uop) bool {
	i := &w.insts[k]
	op := x87Ops[i.Opcode&7][i.Reg&7]
	if op == 0 {
		return false
	}
	w.address(k, &u, int(uopBytes[op]))
	u.op = op
	u.scale |= i.Seg<<x87Segment | i.Reg&7<<x87Kind
	w.emit(k, u)
	return true
}

// loads reports an SSE instruction whose handler does nothing with memory but to read its second operand the usual way.
func (w *builder) loads(i *Inst) bool {
	row, form := &decode.Rows[i.Row], &decode.Forms[i.Row]
	register := form.Operands[0].Kind == decode.KindV || form.Operands[0].Kind == decode.KindG
	return row.Flags&(decode.SSE|decode.MMX) == decode.SSE && form.N >= 2 && register && form.Operands[1].Kind == decode.KindW && i.OperandSize(1) >= 4 &&
		handlers[handlerIndex(i)] != nil
}
