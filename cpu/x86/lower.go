package x86

import (
	"unsafe"

	decode "stasis/decode/x86"
)

// Operand forms of micro-operations: r a register, m memory, i an immediate, c CL; the number is the source's width.
const (
	formRR = iota
	formRI
	formRM
	formMR
	formMI
	formR
	formM
	formRC
	formRRI
	formRR8
	formRM8
	formRR16
	formRM16
	formRR32
	formRM32
)

// uopKey is what a micro-operation is made for.
type uopKey struct {
	op            decode.Op
	form          uint8
	size          uint8 // operand size in bytes
	indexed, dead bool
	cc            uint8 // condition + 1 of a conditional one
}

// flag effects of an instruction, for finding flags that nobody reads.
const (
	flagsKeep  = iota // reads none, does not write all six, and cannot leave the block
	flagsWrite        // writes all six, reads none, and cannot leave the block
	flagsRead         // reads some, or may leave the block
)

var writesFlags = [decode.NumOps]bool{decode.ADD: true, decode.OR: true, decode.AND: true, decode.SUB: true, decode.XOR: true,
	decode.CMP: true, decode.TEST: true, decode.NEG: true}

var shifts = [decode.NumOps]bool{decode.SHL: true, decode.SHR: true, decode.SAR: true, decode.ROL: true, decode.ROR: true}

var keepsFlags = [decode.NumOps]bool{decode.MOV: true, decode.MOVZX: true, decode.MOVSX: true, decode.MOVSXD: true, decode.LEA: true,
	decode.NOP: true, decode.NOT: true, decode.XCHG: true, decode.CBW: true, decode.CWD: true, decode.BSWAP: true,
	decode.INC: true, decode.DEC: true, decode.BT: true, decode.BTS: true, decode.BTR: true, decode.BTC: true}

// effect is what an instruction does to the flags. Whatever touches memory may leave the block: its flags are read.
func effect(i *Inst) int {
	form := &decode.Forms[i.Row]
	switch {
	case i.Op == decode.LEA || i.Op == decode.NOP || i.Op == decode.PAUSE:
		return flagsKeep
	case i.IsMem || form.N == 0 && i.Op != decode.CBW && i.Op != decode.CWD:
		return flagsRead
	case i.Op == decode.IMUL && form.N == 1:
		return flagsRead
	case writesFlags[i.Op]:
		return flagsWrite
	case shifts[i.Op] && shiftCount(i) > 0 && i.Op != decode.ROL && i.Op != decode.ROR:
		return flagsWrite
	case keepsFlags[i.Op], shifts[i.Op], i.Op == decode.IMUL:
		return flagsKeep
	}
	return flagsRead
}

// shiftCount is the masked immediate count of a shift, or −1 for CL.
func shiftCount(i *Inst) int {
	mask := uint8(31)
	if i.OpSize == 8 && operandBytes(i) == 8 {
		mask = 63
	}
	switch decode.Forms[i.Row].Operands[1].Kind {
	case decode.KindI:
		return int(uint8(i.Imm) & mask)
	case decode.KindOne:
		return 1
	}
	return -1
}

// operandBytes is the size of the first operand.
func operandBytes(i *Inst) uint8 { return uint8(i.OperandSize(0)) }

// lower turns the block's instructions into micro-operations. It goes backwards once to see which flags are read.
func (w *builder) lower() {
	var dead [blockMax]bool
	live := true
	for k := len(w.insts) - 1; k >= 0; k-- {
		dead[k] = !live
		switch effect(&w.insts[k]) {
		case flagsWrite:
			live = false
		case flagsRead:
			live = true
		}
	}
	w.checked = false
	for k := range w.insts {
		i := &w.insts[k]
		if k == len(w.insts)-2 && w.insts[k+1].Op == decode.JCC && w.fuse(k) {
			return
		}
		switch {
		case endsBlock(i):
			if !w.terminal(k) {
				w.emit(k, uop{op: uSlow})
			}
			return
		case i.Op == decode.NOP || i.Op == decode.PAUSE:
		case !w.simple(k, dead[k]) && !w.float(k):
			w.emit(k, uop{op: uSlow})
		}
	}
	w.goOn()
}

// emit appends a micro-operation of instruction k.
func (w *builder) emit(k int, u uop) {
	u.side = w.side + uint32(k)
	u.last = true
	u.base, u.idx = u.base*8, u.idx*8
	w.out = append(w.out, u)
}

// leave appends the last micro-operation of a block that goes wherever it finds out: nothing stands behind it.
func (w *builder) leave(k int, u uop) {
	w.emit(k, u)
	w.out[len(w.out)-1].last = false
}

// terminate appends a terminator with its ways: the fall-through or only one, and the taken one.
func (w *builder) terminate(k int, u uop, targets ...uint64) {
	w.emit(k, u)
	w.out[len(w.out)-1].last = false
	at := len(w.out)
	w.out = append(w.out, uop{})
	c := w.c
	e := &c.engine
	first := &e.arena[e.used]
	for way, to := range targets {
		link := &e.stub[0]
		if (to^w.addrs[0])&^pageMask != 0 {
			link = (*uop)(unsafe.Add(unsafe.Pointer(first), uintptr(len(w.out))*uopSize))
			w.out = append(w.out, uop{op: uGo, disp: int64(to), side: w.side + uint32(k)})
		}
		t := (*term)(unsafe.Pointer(&w.out[at]))
		t.link[way], t.target[way] = link, to
	}
}

// goOn ends a block that has no branch: at the page's end, at its greatest length, before a host breakpoint.
func (w *builder) goOn() {
	w.terminate(len(w.insts)-1, uop{op: uJMP}, w.c.linearIP(w.next))
}

// address fills in a memory operand of size bytes.
func (w *builder) address(k int, u *uop, size int) (indexed bool) {
	i := &w.insts[k]
	c := w.c
	if c.mode != decode.Mode64 {
		w.addressLegacy(k, u, size)
		return false
	}
	base, idx := i.Base, i.Index
	u.disp, u.scale = i.Disp, i.Scale
	if base == decode.RegIP {
		base = regZero
		u.disp += int64(w.addrs[k] + uint64(i.Len))
	}
	if i.AddrSize != 8 {
		w.emit(k, uop{op: w.leaOp(4, idx != decode.RegNone), dst: regTemp * 8, base: base, idx: idx, scale: i.Scale, disp: u.disp})
		base, idx, u.disp, u.scale = regTemp, decode.RegNone, 0, 0
	}
	if i.Seg >= decode.FS && i.Op != decode.LEA { // LEA computes the offset alone
		switch {
		case base == decode.RegNone:
			base = regSegBase + i.Seg
		case idx == decode.RegNone:
			base, idx, u.scale = regSegBase+i.Seg, base, 0
		default:
			w.emit(k, uop{op: w.leaOp(8, true), dst: regTemp * 8, base: base, idx: idx, scale: u.scale, disp: u.disp})
			base, idx, u.scale, u.disp = regSegBase+i.Seg, regTemp, 0, 0
		}
	}
	u.base, u.idx = base, idx
	return idx != decode.RegNone
}

// addressLegacy is a memory operand of 16- and 32-bit code: the sum is cut first, and goes through its segment unless that is flat.
func (w *builder) addressLegacy(k int, u *uop, size int) {
	i := &w.insts[k]
	flat := w.c.engine.mode&modeFlat != 0 && i.Seg < decode.FS && i.Seg != decode.CS
	u.base, u.idx = regTemp, regZero
	switch {
	case flat && i.AddrSize == 4 && i.Base == decode.RegNone && i.Index == decode.RegNone:
		u.base, u.disp = regZero, i.Disp&0xffffffff
	case flat && i.AddrSize == 4:
		w.emit(k, w.offset(i))
	default:
		seg := w.offset(i)
		seg.op, seg.src, seg.imm = uSEG32, i.Seg, int64(size)
		if i.AddrSize == 2 {
			seg.op = uSEG16
		}
		w.leave(k, seg) // the handler does the whole instruction
	}
}

// offset computes a 32-bit effective address.
func (w *builder) offset(i *Inst) uop {
	return uop{op: w.leaOp(4, i.Index != decode.RegNone), dst: regTemp * 8, base: i.Base, idx: i.Index, scale: i.Scale, disp: i.Disp}
}

// leaLegacy is LEA in 16- and 32-bit code.
func (w *builder) leaLegacy(k int) bool {
	i := &w.insts[k]
	u, dst := w.offset(i), w.regOf(i, 0)
	if i.AddrSize == 4 && i.OpSize == 4 {
		u.dst = dst
		w.emit(k, u)
		return true
	}
	w.emit(k, u)
	key := uopKey{decode.MOVZX, formRR16, 4, false, false, 0}
	if i.OpSize == 2 {
		key = uopKey{decode.MOV, formRR, 2, false, false, 0}
	}
	return w.find(k, uop{dst: dst, src: regTemp * 8}, key)
}

func (w *builder) leaOp(size uint8, indexed bool) uint16 {
	op, _ := uopFor(uopKey{decode.LEA, formRM, size, indexed, false, 0})
	return op
}

// simple lowers an instruction that has a micro-operation of its own.
func (w *builder) simple(k int, dead bool) bool {
	i := &w.insts[k]
	if i.Prefix&decode.PrefixLock != 0 && !i.IsMem {
		return false
	}
	form := &decode.Forms[i.Row]
	switch i.Op {
	case decode.CBW, decode.CWD:
		return w.widenAcc(k)
	case decode.PUSH, decode.POP:
		return w.pushPop(k)
	case decode.SWAPGS:
		w.emit(k, uop{op: uSWAPGS})
		return true
	case decode.LEAVE:
		ops := w.stackOps(i)
		if ops != nil {
			w.emit(k, uop{op: ops.leave, dst: 5 * 8})
		}
		return ops != nil
	case decode.XCHG:
		if i.IsMem {
			return false
		}
	case decode.SETCC, decode.CMOVCC:
		return w.conditional(k)
	}
	switch {
	case shifts[i.Op]:
		return w.shift(k, dead)
	case form.N == 1:
		return w.one(k, dead)
	case form.N == 2:
		return w.two(k, dead)
	case form.N == 3 && i.Op == decode.IMUL && !i.IsMem:
		u := uop{dst: w.regOf(i, 0), src: w.regOf(i, 1), imm: i.Imm}
		return w.find(k, u, uopKey{i.Op, formRRI, operandBytes(i), false, dead, 0})
	}
	return false
}

// find emits the micro-operation of a key, if there is one. Dead flags are an offer, not a need.
func (w *builder) find(k int, u uop, key uopKey) bool {
	op, ok := uopFor(key)
	if !ok && key.dead {
		key.dead = false
		op, ok = uopFor(key)
	}
	if !ok {
		return false
	}
	u.op = op
	w.emit(k, u)
	return true
}

// regOf is the byte offset of operand n, a general register.
func (w *builder) regOf(i *Inst, n int) uint8 {
	o := &decode.Forms[i.Row].Operands[n]
	reg, prefix := uint8(0), i.Prefix
	switch o.Kind {
	case decode.KindE, decode.KindR:
		reg = i.RM
	case decode.KindG:
		reg = i.Reg
	case decode.KindZ:
		reg = i.OpReg
	case decode.KindReg:
		reg, prefix = o.Reg, decode.PrefixREX
	}
	if i.OperandSize(n) == 1 {
		return uint8(regOffset[uint8](reg, prefix))
	}
	return reg * 8
}

// kindOf is 'r', 'm' or 'i' for an operand that a micro-operation can have, else 0.
func kindOf(i *Inst, n int) byte {
	switch decode.Forms[i.Row].Operands[n].Kind {
	case decode.KindE, decode.KindM, decode.KindO:
		if i.IsMem {
			return 'm'
		}
		return 'r'
	case decode.KindG, decode.KindZ, decode.KindReg, decode.KindR:
		return 'r'
	case decode.KindI, decode.KindSI:
		return 'i'
	}
	return 0
}

// twoForm is the form of an instruction of two operands, if it is one of a micro-operation.
func twoForm(i *Inst) (form uint8, ok bool) {
	switch [2]byte{kindOf(i, 0), kindOf(i, 1)} {
	case [2]byte{'r', 'r'}:
		return formRR, true
	case [2]byte{'r', 'i'}:
		return formRI, true
	case [2]byte{'r', 'm'}:
		return formRM, true
	case [2]byte{'m', 'r'}:
		return formMR, true
	case [2]byte{'m', 'i'}:
		return formMI, true
	}
	return 0, false
}

// two lowers an instruction of two operands.
func (w *builder) two(k int, dead bool) bool {
	i := &w.insts[k]
	kinds := [2]byte{kindOf(i, 0), kindOf(i, 1)}
	form, ok := twoForm(i)
	if !ok {
		return false
	}
	if (i.Op == decode.MOVZX || i.Op == decode.MOVSX || i.Op == decode.MOVSXD) && form == formRR || form == formRM && widening(i) {
		if form = widenForm(form, i.OperandSize(1)); form == 0 {
			return false
		}
	}
	if i.Op == decode.LEA {
		if form = formRM; w.c.mode != decode.Mode64 {
			return w.leaLegacy(k)
		}
	}
	u := uop{imm: i.Imm}
	key := uopKey{i.Op, form, operandBytes(i), false, dead, 0}
	if kinds[0] == 'm' || kinds[1] == 'm' {
		key.indexed, key.dead = false, dead && kinds[0] == 'r'
		if _, ok := uopFor(uopKey{i.Op, form, key.size, false, false, 0}); !ok {
			return false
		}
		n := 0
		if kinds[1] == 'm' {
			n = 1
		}
		key.indexed = w.address(k, &u, i.OperandSize(n))
	}
	if kinds[0] == 'r' {
		u.dst = w.regOf(i, 0)
	}
	if kinds[1] == 'r' {
		u.src = w.regOf(i, 1)
	}
	return w.find(k, u, key)
}

func widening(i *Inst) bool {
	return i.Op == decode.MOVZX || i.Op == decode.MOVSX || i.Op == decode.MOVSXD
}

func widenForm(form uint8, size int) uint8 {
	n := map[int]uint8{1: formRR8, 2: formRR16, 4: formRR32}[size]
	if n != 0 && form == formRM {
		n++
	}
	return n
}

// one lowers an instruction of one operand.
func (w *builder) one(k int, dead bool) bool {
	i := &w.insts[k]
	u, key := uop{}, uopKey{i.Op, formR, operandBytes(i), false, dead, 0}
	switch kindOf(i, 0) {
	case 'r':
		u.dst = w.regOf(i, 0)
	case 'm':
		key.form, key.dead = formM, false
		if _, ok := uopFor(key); !ok {
			return false
		}
		key.indexed = w.address(k, &u, i.OperandSize(0))
	default:
		return false
	}
	return w.find(k, u, key)
}

// shift lowers a shift of a register. A count of 0 only clears the upper half of a 32-bit register.
func (w *builder) shift(k int, dead bool) bool {
	i := &w.insts[k]
	if i.IsMem {
		return false
	}
	u, key := uop{dst: w.regOf(i, 0)}, uopKey{i.Op, formRI, operandBytes(i), false, dead, 0}
	switch n := shiftCount(i); {
	case n < 0:
		key.form = formRC
	case n == 0:
		return false
	default:
		u.imm = int64(n)
	}
	return w.find(k, u, key)
}

// conditional lowers SETcc and CMOVcc of registers.
func (w *builder) conditional(k int) bool {
	i := &w.insts[k]
	if i.IsMem {
		return false
	}
	u, key := uop{dst: w.regOf(i, 0)}, uopKey{i.Op, formR, operandBytes(i), false, false, i.Opcode&15 + 1}
	if i.Op == decode.CMOVCC {
		key.form, u.src = formRR, w.regOf(i, 1)
	}
	return w.find(k, u, key)
}

func (w *builder) widenAcc(k int) bool {
	op := map[[2]int]uint16{{int(decode.CBW), 2}: uCBW, {int(decode.CBW), 4}: uCWDE, {int(decode.CBW), 8}: uCDQE,
		{int(decode.CWD), 2}: uCWD, {int(decode.CWD), 4}: uCDQ, {int(decode.CWD), 8}: uCQO}
	u, ok := op[[2]int{int(w.insts[k].Op), int(w.insts[k].OpSize)}]
	if ok {
		w.emit(k, uop{op: u})
	}
	return ok
}

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
