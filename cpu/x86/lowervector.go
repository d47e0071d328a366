package x86

import (
	"unsafe"

	decode "stasis/decode/x86"
)

// Where operands of vector micro-operations lie in the CPU.
const (
	offsetR      = unsafe.Offsetof(CPU{}.R)
	offsetVector = offsetR + 8*regVector
	offsetXMM    = unsafe.Offsetof(CPU{}.FPU) + unsafe.Offsetof(FPU{}.XMM)
)

// vectorOps are the instructions with an XMM register and a source of so many bytes.
var vectorOps = func() [decode.NumOps]vectorOp {
	ops := [decode.NumOps]vectorOp{
		decode.PADDD: {uVPADDD, 16}, decode.PSUBD: {uVPSUBD, 16}, decode.PADDQ: {uVPADDQ, 16}, decode.PSUBQ: {uVPSUBQ, 16},
		decode.ADDSD: {uVADD64, 8}, decode.SUBSD: {uVSUB64, 8}, decode.MULSD: {uVMUL64, 8}, decode.DIVSD: {uVDIV64, 8}, decode.SQRTSD: {uVSQRT64, 8},
		decode.ADDSS: {uVADD32, 4}, decode.SUBSS: {uVSUB32, 4}, decode.MULSS: {uVMUL32, 4}, decode.DIVSS: {uVDIV32, 4}, decode.SQRTSS: {uVSQRT32, 4},
		decode.MINSD: {uVMIN64, 8}, decode.MAXSD: {uVMAX64, 8}, decode.MINSS: {uVMIN32, 4}, decode.MAXSS: {uVMAX32, 4},
		decode.COMISD: {uVCOMI64, 8}, decode.UCOMISD: {uVCOMI64, 8}, decode.COMISS: {uVCOMI32, 4}, decode.UCOMISS: {uVCOMI32, 4},
		decode.CVTSS2SD: {uVWIDEN, 4}, decode.CVTSD2SS: {uVNARROW, 8},
	}
	for op, list := range map[uint16][]decode.Op{
		uVAND: {decode.PAND, decode.ANDPS, decode.ANDPD}, uVANDN: {decode.PANDN, decode.ANDNPS, decode.ANDNPD},
		uVOR: {decode.POR, decode.ORPS, decode.ORPD}, uVXOR: {decode.PXOR, decode.XORPS, decode.XORPD},
	} {
		for _, o := range list {
			ops[o] = vectorOp{op, 16}
		}
	}
	return ops
}()

type vectorOp struct {
	op   uint16
	size int
}

// vectorMoves are the moves, by how much they move.
var vectorMoves = [decode.NumOps]int{
	decode.MOVAPS: 16, decode.MOVAPD: 16, decode.MOVDQA: 16, decode.MOVUPS: 16, decode.MOVUPD: 16, decode.MOVDQU: 16, decode.LDDQU: 16,
	decode.MOVNTPS: 16, decode.MOVNTPD: 16, decode.MOVNTDQ: 16, decode.MOVNTDQA: 16, decode.MOVSD_X: 8, decode.MOVSS: 4, decode.MOVQ: 8, decode.MOVD: 4,
}

// vectorHalves are the moves of a quadword that leave the other one: the places in destination and source, and how much is read.
var vectorHalves = [decode.NumOps][3]uint8{
	decode.MOVLPS: {0, 0, 8}, decode.MOVLPD: {0, 0, 8}, decode.MOVHPS: {8, 0, 8}, decode.MOVHPD: {8, 0, 8}, decode.MOVHLPS: {0, 8, 8}, decode.MOVLHPS: {8, 0, 8},
	decode.PUNPCKLQDQ: {8, 0, 16}, decode.UNPCKLPD: {8, 0, 16},
}

// vector lowers an SSE instruction that has a micro-operation of its own.
func (w *builder) vector(k int) bool {
	i := &w.insts[k]
	op, size, half := vectorOpOf(i), vectorMoves[i.Op], vectorHalves[i.Op]
	if op.size+size+int(half[2]) == 0 {
		return false
	}
	w.needSSE(k)
	switch {
	case size != 0:
		w.vectorMove(k, size)
	case op.size != 0:
		dst := i.Reg * 16
		if decode.Forms[i.Row].Operands[0].Kind == decode.KindG {
			dst = i.Reg * 8
		}
		w.emit(k, uop{op: op.op, dst: dst, disp: w.vectorSource(k, op.size)})
	case decode.Forms[i.Row].Operands[0].Kind == decode.KindM:
		w.vectorMemory(k, uVST64, 8, offsetXMM+uintptr(i.Reg)*16+uintptr(half[0]))
	default:
		w.emit(k, uop{op: uVMOV64, dst: i.Reg*16 + half[0], disp: w.vectorSource(k, int(half[2])) + int64(half[1])})
	}
	return true
}

// needSSE checks, once a block, that SSE is turned on: what turns it off ends a block.
func (w *builder) needSSE(k int) {
	if !w.checked {
		w.checked = true
		w.emit(k, uop{op: uSSE})
	}
}

// vectorOpOf is the micro-operation of an instruction with a source; of conversions it depends on the width of the general register.
func vectorOpOf(i *Inst) vectorOp {
	general := uint16(0)
	size := 4
	if wide(i) {
		general, size = 1, 8
	}
	switch i.Op {
	case decode.CVTSI2SD:
		return vectorOp{[2]uint16{uVFROM32_64, uVFROM64_64}[general], size}
	case decode.CVTSI2SS:
		return vectorOp{[2]uint16{uVFROM32_32, uVFROM64_32}[general], size}
	case decode.CVTTSD2SI:
		return vectorOp{[2]uint16{uVTRUNC64_32, uVTRUNC64_64}[general], 8}
	case decode.CVTTSS2SI:
		return vectorOp{[2]uint16{uVTRUNC32_32, uVTRUNC32_64}[general], 4}
	}
	return vectorOps[i.Op]
}

// vectorSource is where the r/m operand lies. Memory is loaded first.
func (w *builder) vectorSource(k, size int) int64 {
	i := &w.insts[k]
	if i.IsMem {
		w.vectorMemory(k, [3]uint16{uVLD32, uVLD64, uVLD128}[size>>3], size, offsetVector)
		w.out[len(w.out)-1].last = false
		return int64(offsetVector)
	}
	if decode.Forms[i.Row].Operands[1].Kind == decode.KindE {
		return int64(offsetR) + 8*int64(i.RM)
	}
	return int64(offsetXMM) + 16*int64(i.RM)
}

// vectorMemory emits a load or a store.
func (w *builder) vectorMemory(k int, op uint16, size int, at uintptr) {
	u := uop{imm: int64(at)}
	if size == 16 && decode.Rows[w.insts[k].Row].Flags&decode.Unaligned == 0 {
		u.src = 15
	}
	if w.address(k, &u, size) {
		op++
	}
	u.op = op
	w.emit(k, u)
}

// vectorMove lowers a move of so many bytes, by which of its operands is a vector register.
func (w *builder) vectorMove(k, size int) {
	i := &w.insts[k]
	form := &decode.Forms[i.Row]
	if i.Op == decode.MOVD && wide(i) {
		size = 8
	}
	n := size >> 3 // 0, 1, 2
	store := form.Operands[0].Kind != decode.KindV
	at := offsetXMM + uintptr(i.Reg)*16
	dst, src := i.Reg*16, int64(offsetXMM)+16*int64(i.RM)
	if store {
		dst, src = i.RM*16, int64(at)
	}
	switch {
	case i.IsMem && store:
		w.vectorMemory(k, [3]uint16{uVST32, uVST64, uVST128}[n], size, at)
	case i.IsMem:
		w.vectorMemory(k, [3]uint16{uVLD32, uVLD64, uVLD128}[n], size, at)
	case form.Operands[0].Kind == decode.KindE:
		w.emit(k, uop{op: [2]uint16{uVGET32, uVGET64}[n&1], dst: i.RM * 8, disp: src})
	case form.Operands[1].Kind == decode.KindE:
		w.emit(k, uop{op: [2]uint16{uVMOVZ32, uVMOVZ64}[n&1], dst: dst, disp: int64(offsetR) + 8*int64(i.RM)})
	case i.Op == decode.MOVQ:
		w.emit(k, uop{op: uVMOVZ64, dst: dst, disp: src})
	default:
		w.emit(k, uop{op: [3]uint16{uVMOV32, uVMOV64, uVMOV128}[n], dst: dst, disp: src})
	}
}
