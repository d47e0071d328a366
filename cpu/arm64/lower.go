package arm64

import (
	"unsafe"

	decode "stasis/decode/arm64"
)

// uopKey is what a micro-operation is made for.
type uopKey struct {
	what, form uint8
	bits       uint8
	kind       uint8
}

// Effects on the flags, for finding flags that nobody reads.
const (
	flagsKeep  = iota // reads none, does not write all, and cannot leave the block
	flagsWrite        // writes all, reads none, and cannot leave the block
	flagsRead         // reads some, or may leave the block
)

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
	w.sp = w.mode&modeSP == 0
	w.arrival()
	for k := range w.insts {
		i := &w.insts[k]
		if k == len(w.insts)-2 && w.insts[k+1].Op == decode.Bcond && w.fuse(k) {
			return
		}
		if endsBlock(i) {
			if !w.terminal(k) {
				w.emit(k, uop{op: uSlow})
			}
			return
		}
		if !w.simple(k, dead[k]) {
			w.emit(k, uop{op: uSlow})
		}
		w.trackSP(i)
	}
	w.goOn()
}

// arrival is what an instruction does first to which an indirect branch has led. BRK keeps the type of the branch.
func (w *builder) arrival() {
	w.arrived = 0
	if w.mode&modeTarget == 0 || w.insts[0].Op == decode.BRK {
		return
	}
	types := uint8(0b1111)
	if w.mode&modeGuarded != 0 {
		types = landing(&w.insts[0], true)
	}
	w.emit(0, uop{op: uTarget, scale: types})
	w.out[0].last = false
	w.arrived = 1
}

// effect is what an instruction does to the flags. Whatever touches memory may leave the block: its flags are read.
func effect(i *Inst) int {
	switch i.Op {
	case decode.ADDSimm, decode.SUBSimm, decode.ANDSimm, decode.ADDSshift, decode.SUBSshift, decode.ANDSshift, decode.BICSshift,
		decode.ADDSext, decode.SUBSext:
		return flagsWrite
	case decode.ADDimm, decode.SUBimm, decode.ANDimm, decode.ORRimm, decode.EORimm, decode.ADDshift, decode.SUBshift, decode.ANDshift,
		decode.BICshift, decode.ORRshift, decode.ORNshift, decode.EORshift, decode.EONshift, decode.ADDext, decode.SUBext, decode.MOVZ,
		decode.MOVN, decode.MOVK, decode.ADR, decode.ADRP, decode.UBFM, decode.SBFM, decode.BFM, decode.EXTR, decode.MADD, decode.MSUB,
		decode.LSLV, decode.LSRV, decode.ASRV, decode.RORV, decode.CLZ, decode.REV, decode.UMULH, decode.UDIV, decode.SDIV,
		decode.SMADDL, decode.SMSUBL, decode.UMADDL, decode.UMSUBL:
		return flagsKeep
	}
	return flagsRead
}

// emit appends a micro-operation of instruction k.
func (w *builder) emit(k int, u uop) {
	u.side = w.side + uint32(k)
	u.last = true
	w.out = append(w.out, u)
}

// find emits the micro-operation of a key, if there is one.
func (w *builder) find(k int, u uop, what, form uint8, bits, kind int) bool {
	op, ok := uopOf[uopKey{what, form, uint8(bits), uint8(kind)}]
	if ok {
		u.op = op
		w.emit(k, u)
	}
	return ok
}

// terminate appends a terminator with its ways: the fall-through or only one, and the taken one.
func (w *builder) terminate(k int, u uop, targets ...uint64) {
	w.emit(k, u)
	w.out[len(w.out)-1].last = false
	at := len(w.out)
	w.out = append(w.out, uop{})
	e := &w.c.engine
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

// goOn ends a block that has no branch: at the page's end, at its greatest length, before a breakpoint.
func (w *builder) goOn() { w.terminate(len(w.insts)-1, uop{op: uB}, w.next) }

// destination is the slot of a register that is written.
func destination(n uint8) uint8 {
	if n == regZero {
		return regSink
	}
	return n
}

// bitsOf is the width of an instruction.
func bitsOf(i *Inst) int {
	if wide(i) {
		return 64
	}
	return 32
}

// simple lowers an instruction that has a micro-operation of its own, or none at all.
func (w *builder) simple(k int, dead bool) bool {
	i := &w.insts[k]
	switch i.Op {
	case decode.HINT, decode.YIELD, decode.BTI, decode.DSB, decode.DMB, decode.ISB, decode.SB,
		decode.PRFMimm, decode.PRFMreg, decode.PRFMlit, decode.PRFUM:
		return true
	case decode.MOVZ, decode.MOVN, decode.MOVK, decode.ADR, decode.ADRP:
		return w.constant(k)
	case decode.UBFM, decode.SBFM, decode.BFM, decode.EXTR:
		return w.bitfield(k)
	case decode.MRS:
		return w.system(k)
	}
	return w.arithmetic(k, dead) || w.register(k) || w.conditional(k) || w.access(k) || w.vector(k) || w.direct(k)
}

// system lowers MRS of a register of the CPU; one of the board's needs the exact position.
func (w *builder) system(k int) bool {
	own := sysregAt[sysRegOf(&w.insts[k])] != 0
	if own {
		w.emit(k, uop{op: uRead, imm: int64(w.first) + int64(k)})
	}
	return own
}

// direct lowers what has a handler that is free of pc, of memory and of anything that could end the block: data processing, and
// pointer authentication in the hint space. That a handler raises an exception is seen to when that unwinds.
func (w *builder) direct(k int) bool {
	i := &w.insts[k]
	const registers, vectors = 5, 7 // bits 27 to 25 of the classes
	class := i.Raw >> 25 & 7
	if class != registers && class != vectors && i.Raw&hintMask != hintValue || handlers[i.Op] == nil {
		return false
	}
	w.emit(k, uop{op: uDirect, imm: int64(w.first) + int64(k)})
	return true
}

// twoOperand gives what additions and logic do: with flags, and without when nobody reads them.
var twoOperand = map[decode.Op][2]uint8{
	decode.ADDimm: {doADD, doADD}, decode.ADDshift: {doADD, doADD}, decode.ADDext: {doADD, doADD},
	decode.SUBimm: {doSUB, doSUB}, decode.SUBshift: {doSUB, doSUB}, decode.SUBext: {doSUB, doSUB},
	decode.ADDSimm: {doADDS, doADD}, decode.ADDSshift: {doADDS, doADD}, decode.ADDSext: {doADDS, doADD},
	decode.SUBSimm: {doSUBS, doSUB}, decode.SUBSshift: {doSUBS, doSUB}, decode.SUBSext: {doSUBS, doSUB},
	decode.ANDimm: {doAND, doAND}, decode.ANDshift: {doAND, doAND}, decode.ANDSimm: {doANDS, doAND}, decode.ANDSshift: {doANDS, doAND},
	decode.ORRimm: {doORR, doORR}, decode.ORRshift: {doORR, doORR}, decode.EORimm: {doEOR, doEOR}, decode.EORshift: {doEOR, doEOR},
	decode.BICshift: {doBIC, doBIC}, decode.BICSshift: {doBICS, doBIC}, decode.ORNshift: {doORN, doORN}, decode.EONshift: {doEON, doEON},
}

var shiftForms = [4]uint8{formLSL, formLSR, formASR, formROR}

// arithmetic lowers additions and logic.
func (w *builder) arithmetic(k int, dead bool) bool {
	i := &w.insts[k]
	what, ok := twoOperand[i.Op]
	if !ok {
		return false
	}
	u, form, ok := w.operands(k)
	n := 0
	if dead {
		n = 1
	}
	if what[n] == doORR && form == formRR && u.src == regZero {
		u.src = u.idx
		return w.find(k, u, doMOV, formR, bitsOf(i), 0)
	}
	return ok && w.find(k, u, what[n], form, bitsOf(i), 0)
}

// operands are the places of an addition or of logic; the extension of a register is a micro-operation before.
func (w *builder) operands(k int) (u uop, form uint8, ok bool) {
	i := &w.insts[k]
	u = uop{dst: destination(i.Rd()), src: i.Rn(), idx: i.Rm()}
	switch i.Op {
	case decode.ADDimm, decode.SUBimm, decode.ADDSimm, decode.SUBSimm:
		u.src, u.imm, form = orSP(i.Rn()), int64(imm12(i)), formRI
	case decode.ANDimm, decode.ORRimm, decode.EORimm, decode.ANDSimm:
		u.imm, form = int64(bitMask(i)), formRI
	case decode.ADDext, decode.SUBext, decode.ADDSext, decode.SUBSext:
		u.src, u.idx, form = orSP(i.Rn()), regTemp, formRR
		w.extend(k, i.Rm(), i.Field(15, 13), uint8(i.Field(12, 10)))
	default:
		form = formRR
		if u.scale = uint8(i.Field(15, 10)); u.scale != 0 {
			form = shiftForms[i.Field(23, 22)]
		}
		return u, form, true
	}
	if i.Op != decode.ANDSimm && i.Field(29, 29) == 0 || logical(i.Op) {
		u.dst = orSP(i.Rd())
	}
	return u, form, true
}

// logical reports the logic with an immediate whose number 31 is SP.
func logical(op decode.Op) bool {
	return op == decode.ANDimm || op == decode.ORRimm || op == decode.EORimm
}

// extend emits the extension of a register to the temporary one.
func (w *builder) extend(k int, rm uint8, option uint32, shift uint8) {
	if option == 7 {
		option = 3
	}
	w.find(k, uop{dst: regTemp, src: rm, scale: shift}, doEXT, formR, 64, int(option))
}

// constant lowers what is known when the block is built.
func (w *builder) constant(k int) bool {
	i := &w.insts[k]
	u := uop{dst: destination(i.Rd())}
	imm, at := halfword(i)
	switch i.Op {
	case decode.MOVZ:
		u.imm = int64(cut(i, imm))
	case decode.MOVN:
		u.imm = int64(cut(i, ^imm))
	case decode.ADR:
		u.imm = int64(w.addrs[k]) + pcOffset(i)
	case decode.ADRP:
		u.imm = int64(w.addrs[k]&^pageMask) + pcOffset(i)<<12
	default:
		u.imm, u.disp = int64(imm), int64(cut(i, ^(uint64(0xffff)<<at)))
		return w.find(k, u, doMOVK, formR, 64, 0)
	}
	return w.find(k, u, doMOVi, formR, 64, 0)
}

// bitfield lowers bit fields: an extraction or an insertion is two shifts, or a rotation and masks.
func (w *builder) bitfield(k int) bool {
	i := &w.insts[k]
	bits, r, s := bitsOf(i), int(i.Field(21, 16)), int(i.Field(15, 10))
	u := uop{dst: destination(i.Rd()), src: i.Rn()}
	if i.Op == decode.EXTR {
		u.idx, u.scale = i.Rm(), uint8(s)
		return w.find(k, u, doEXTR, formR, bits, 0)
	}
	left := 63 - s
	u.imm, u.disp = int64(left), int64(left+r)
	if s < r {
		u.disp = int64(left - (bits - r))
	}
	switch i.Op {
	case decode.UBFM:
		return w.find(k, u, doUBFM, formR, 64, 0)
	case decode.SBFM:
		return w.find(k, u, doSBFM, formR, bits, 0)
	}
	rotation, mask := (64-r)&63, ^uint64(0)>>(63-(s-r)&63)
	if s < r {
		rotation = bits - r
		mask = ^uint64(0) >> left << rotation
	}
	u.scale, u.imm, u.disp = uint8(rotation), int64(mask), int64(cut(i, ^mask))
	return w.find(k, u, doBFM, formR, 64, 0)
}

// registerOps gives what operations on registers alone do.
var registerOps = map[decode.Op]uint8{decode.MADD: doMADD, decode.MSUB: doMSUB, decode.LSLV: doLSLV, decode.LSRV: doLSRV, decode.ASRV: doASRV,
	decode.RORV: doRORV, decode.CLZ: doCLZ, decode.ADC: doADC, decode.SBC: doSBC, decode.ADCS: doADCS, decode.SBCS: doSBCS, decode.REV: doREV, decode.SMADDL: doSMADDL,
	decode.SMSUBL: doSMSUBL, decode.UMADDL: doUMADDL, decode.UMSUBL: doUMSUBL}

func (w *builder) register(k int) bool {
	i := &w.insts[k]
	what, ok := registerOps[i.Op]
	return ok && w.find(k, uop{dst: destination(i.Rd()), src: i.Rn(), idx: i.Rm(), base: i.Ra()}, what, formR, bitsOf(i), 0)
}

// conditional lowers selections and comparisons on a condition, which is a mask of the states of the flags.
func (w *builder) conditional(k int) bool {
	i := &w.insts[k]
	u := uop{dst: destination(i.Rd()), src: i.Rn(), idx: i.Rm(), imm: int64(conditions[i.Field(15, 12)])}
	var what uint8
	form := uint8(formR)
	switch i.Op {
	case decode.CSEL:
		what = doCSEL
	case decode.CSINC:
		what = doCSINC
	case decode.CSINV:
		what = doCSINV
	case decode.CSNEG:
		what = doCSNEG
	case decode.CCMPreg:
		what, form = doCCMP, formRR
	case decode.CCMPimm:
		what, form = doCCMP, formRI
	case decode.CCMNreg:
		what, form = doCCMN, formRR
	case decode.CCMNimm:
		what, form = doCCMN, formRI
	default:
		return false
	}
	if form != formR {
		u.scale = uint8(i.Field(3, 0))
	}
	return w.find(k, u, what, form, bitsOf(i), 0)
}
