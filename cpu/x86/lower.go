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
