package x86

import decode "stasis/decode/x86"

// x87Ops are the micro-operations of memory operands, by the opcode and, in its upper bits, the reg field of ModRM.
var x87Ops = map[[2]uint8]uint16{
	{0xd8, 0}: uX87_m32, {0xd8, 1}: uX87_m32, {0xd8, 4}: uX87_m32, {0xd8, 5}: uX87_m32, {0xd8, 6}: uX87_m32, {0xd8, 7}: uX87_m32,
	{0xdc, 0}: uX87_m64, {0xdc, 1}: uX87_m64, {0xdc, 4}: uX87_m64, {0xdc, 5}: uX87_m64, {0xdc, 6}: uX87_m64, {0xdc, 7}: uX87_m64,
	{0xd9, 0}: uFLD_m32, {0xdd, 0}: uFLD_m64, {0xdb, 5}: uFLD_m80, {0xd9, 2}: uFST_m32, {0xd9, 3}: uFST_m32,
	{0xdd, 2}: uFST_m64, {0xdd, 3}: uFST_m64, {0xdb, 7}: uFSTP_m80,
	{0xdf, 0}: uFILD_m16, {0xdb, 0}: uFILD_m32, {0xdf, 5}: uFILD_m64,
}

// x87Arithmetic are the instructions on registers, by the number that memory operands have for the operation.
var x87Arithmetic = map[decode.Op]uint8{decode.FADD: 0, decode.FADDP: 0, decode.FMUL: 1, decode.FMULP: 1, decode.FSUB: 4, decode.FSUBP: 4,
	decode.FSUBR: 5, decode.FSUBRP: 5, decode.FDIV: 6, decode.FDIVP: 6, decode.FDIVR: 7, decode.FDIVRP: 7}

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
	case flags&(decode.X87|decode.MMX) != 0 || i.Op == decode.FWAIT:
		w.handler(k, uCallX87)
	case flags&decode.SSE != 0:
		w.handler(k, uCallSSE)
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
	kind, arithmetic := x87Arithmetic[i.Op]
	switch {
	case arithmetic:
		u.op, u.scale = uX87_r, kind<<x87Kind
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
	op, ok := x87Ops[[2]uint8{i.Opcode, i.Reg & 7}]
	if !ok {
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
