package arm64

import decode "stasis/decode/arm64"

// floatOps gives the arithmetic of single and double precision that has a micro-operation.
var floatOps = map[decode.Op]uint8{decode.FADDs: doFADD, decode.FSUBs: doFSUB, decode.FMULs: doFMUL}

// bitwiseOps and wordOps give what Advanced SIMD does by words of 64 bits, wordOps by elements.
var (
	bitwiseOps = map[decode.Op]uint8{decode.ANDv: doAND, decode.BICv: doBIC, decode.ORRv: doORR, decode.ORNv: doORN, decode.EORv: doEOR,
		decode.BSL: doBSL, decode.BIT: doBIT, decode.BIF: doBIF}
	wordOps = map[decode.Op]uint8{decode.ADDv: doADD, decode.ADDs: doADD, decode.SUBv: doSUB, decode.SUBs: doSUB,
		decode.CMEQv: doCMEQ, decode.CMEQs: doCMEQ, decode.CMEQvzero: doCMEQZ, decode.CMEQszero: doCMEQZ, decode.CMTSTv: doCMTST, decode.CMTSTs: doCMTST,
		decode.CMHIv: doCMHI, decode.CMHIs: doCMHI, decode.CMHSv: doCMHS, decode.CMHSs: doCMHS,
		decode.CMGTv: doCMGT, decode.CMGTs: doCMGT, decode.CMGEv: doCMGE, decode.CMGEs: doCMGE}
)

// vector lowers floating point and Advanced SIMD on registers.
func (w *builder) vector(k int) bool {
	i := &w.insts[k]
	if w.mode&modeFP != 0 {
		return false
	}
	u := uop{dst: i.Rd(), src: i.Rn(), idx: i.Rm()}
	if what, ok := floatOps[i.Op]; ok {
		u.imm = int64(w.first) + int64(k)
		return w.find(k, u, what, formR, int(typeSize(i)), 0)
	}
	if quad(i) {
		u.disp = -1
	}
	if what, ok := bitwiseOps[i.Op]; ok {
		return w.find(k, u, what, formR, 128, 0)
	}
	if what, ok := wordOps[i.Op]; ok {
		u.imm, u.scale = int64(tops[i.Field(23, 22)]), uint8(sizeOf(i)-1)
		return w.find(k, u, what, formR, 128, 0)
	}
	return w.vectorShift(k, u) || w.vectorConstant(k) || w.vectorMove(k) || w.vectorCopy(k)
}

// vectorShift lowers shifts of elements by a number: a shift of the word, and a mask.
func (w *builder) vectorShift(k int, u uop) bool {
	i := &w.insts[k]
	var what uint8
	var mask, by uint64
	switch i.Op {
	case decode.SHLv, decode.SHLs:
		e := shiftSize(i)
		what, by = doSHL, uint64(leftShift(i, e))
		mask = spread(ones(e)<<by&ones(e), e)[0]
	case decode.USHRv, decode.USHRs:
		e := shiftSize(i)
		what, by = doUSHR, uint64(rightShift(i, e))
		mask = spread(ones(e)>>by, e)[0]
	default:
		return false
	}
	u.imm, u.disp, u.scale = int64(mask), u.disp&int64(mask), uint8(by)
	return w.find(k, u, what, formR, 128, 0)
}

// vectorConstant lowers moves of an immediate.
func (w *builder) vectorConstant(k int) bool {
	i := &w.insts[k]
	u := uop{dst: i.Rd()}
	switch i.Op {
	case decode.MOVI, decode.FMOVvimm:
		u.imm = int64(expandedImm(i))
	case decode.MVNI:
		u.imm = int64(^expandedImm(i))
	case decode.FMOVimm:
		u.imm = int64(expandFloat(uint64(i.Field(20, 13)), typeSize(i)))
		return w.find(k, u, doVCONST, formR, 128, 0)
	default:
		return false
	}
	if i.Bit(30) {
		u.disp = u.imm
	}
	return w.find(k, u, doVCONST, formR, 128, 0)
}

// vectorMove lowers moves of scalars, also with another sign, and FMOV between the register files.
func (w *builder) vectorMove(k int) bool {
	i := &w.insts[k]
	e := typeSize(i)
	u := uop{dst: i.Rd(), src: i.Rn(), imm: int64(ones(e))}
	switch i.Op {
	case decode.FMOVreg:
	case decode.FABSs:
		u.imm &^= int64(sign(e))
	case decode.FNEGs:
		u.disp = int64(sign(e))
	case decode.FMOVgen:
		return w.moveGeneral(k, u)
	default:
		return false
	}
	return w.find(k, u, doVMASK, formR, 64, 0)
}

// moveGeneral lowers FMOV from and to a general register.
func (w *builder) moveGeneral(k int, u uop) bool {
	i := &w.insts[k]
	half := i.Field(20, 19)
	if half != 0 {
		u.imm, u.base = -1, 8
	}
	switch {
	case !i.Bit(16):
		u.dst = destination(u.dst)
		return w.find(k, u, doVGET, formR, 64, 0)
	case half != 0:
		return w.find(k, u, doVINS, formR, 64, 0)
	}
	return w.find(k, u, doVSET, formR, 64, 0)
}

// vectorCopy lowers copies of an element from and to a general register.
func (w *builder) vectorCopy(k int) bool {
	i := &w.insts[k]
	if i.Op != decode.UMOV && i.Op != decode.INSgen && i.Op != decode.DUPgen {
		return false
	}
	e, n := copySize(i)
	at := uint(n) * e
	u := uop{dst: i.Rd(), src: i.Rn(), base: uint8(at / 64 * 8), scale: uint8(at % 64), imm: int64(ones(e))}
	switch i.Op {
	case decode.UMOV:
		u.dst = destination(u.dst)
		return w.find(k, u, doVGET, formR, 64, 0)
	case decode.INSgen:
		u.imm <<= u.scale
		return w.find(k, u, doVINS, formR, 64, 0)
	}
	u.disp = int64(spread(1, e)[0])
	return w.find(k, u, doVDUP, formR, 64<<i.Field(30, 30), 0)
}
