package arm64

import decode "stasis/decode/arm64"

// accessOp is a load or store of general registers: what it does, and its addressing mode.
type accessOp struct{ what, form uint8 }

// unsigned, signed: both widths of a load with sign are told by the instruction.
var accessOps = map[decode.Op]accessOp{
	decode.LDRimm: {doLDR, formIMM}, decode.LDUR: {doLDR, formIMM}, decode.LDRpost: {doLDR, formPOST}, decode.LDRpre: {doLDR, formPRE}, decode.LDRreg: {doLDR, formIDX},
	decode.LDRSimm: {doLDRS64, formIMM}, decode.LDURS: {doLDRS64, formIMM}, decode.LDRSpost: {doLDRS64, formPOST}, decode.LDRSpre: {doLDRS64, formPRE}, decode.LDRSreg: {doLDRS64, formIDX},
	decode.STRimm: {doSTR, formIMM}, decode.STUR: {doSTR, formIMM}, decode.STRpost: {doSTR, formPOST}, decode.STRpre: {doSTR, formPRE}, decode.STRreg: {doSTR, formIDX},
}

var pairForms = [4]uint8{formIMM, formPOST, formIMM, formPRE}

// access lowers loads and stores.
func (w *builder) access(k int) bool {
	i := &w.insts[k]
	switch i.Op {
	case decode.LDRlit, decode.LDRSWlit:
		return w.literal(k)
	case decode.LDP, decode.LDNP, decode.STP, decode.STNP:
		return w.pair(k)
	case decode.LDPV, decode.LDNPV, decode.STPV, decode.STNPV:
		return w.vectorPair(k)
	case decode.LD1multi, decode.ST1multi:
		return w.wholes(k)
	}
	if op, ok := vectorOps[i.Op]; ok {
		return w.vectorAccess(k, op)
	}
	if what, ok := orderedOps[i.Op]; ok {
		return w.ordered(k, what)
	}
	op, ok := accessOps[i.Op]
	if !ok {
		return false
	}
	u := uop{base: orSP(i.Rn()), src: i.Rd(), dst: destination(i.Rd())}
	if op.what == doLDRS64 && i.Bit(22) {
		op.what = doLDRS32
	}
	switch {
	case i.Op == decode.LDRimm || i.Op == decode.LDRSimm || i.Op == decode.STRimm:
		u.disp = int64(scaledOffset(i))
	case op.form == formIDX:
		u.idx, u.scale = i.Rm(), uint8(i.Field(12, 12)*i.Field(31, 30))
	default:
		u.disp = int64(unscaledOffset(i))
	}
	if op.form != formIMM && op.form != formIDX && i.Rd() == i.Rn() && i.Rn() != regZero {
		return false
	}
	w.checkSP(k)
	if op.form == formIDX && i.Field(15, 13)&3 != 3 {
		w.extend(k, i.Rm(), i.Field(15, 13), u.scale)
		u.idx, u.scale = regTemp, 0
	}
	return w.find(k, u, op.what, op.form, 8<<i.Field(31, 30), 0)
}

// vectorOps are the loads and stores of one SIMD&FP register.
var vectorOps = map[decode.Op]accessOp{
	decode.LDRimmV: {doLDRV, formIMM}, decode.LDURV: {doLDRV, formIMM}, decode.LDRpostV: {doLDRV, formPOST}, decode.LDRpreV: {doLDRV, formPRE}, decode.LDRregV: {doLDRV, formIDX},
	decode.STRimmV: {doSTRV, formIMM}, decode.STURV: {doSTRV, formIMM}, decode.STRpostV: {doSTRV, formPOST}, decode.STRpreV: {doSTRV, formPRE}, decode.STRregV: {doSTRV, formIDX},
}

// vectorAccess lowers a load or store of a SIMD&FP register.
func (w *builder) vectorAccess(k int, op accessOp) bool {
	i := &w.insts[k]
	size := vectorSize(i)
	u := uop{base: orSP(i.Rn()), dst: i.Rd()}
	switch {
	case w.mode&modeFP != 0:
		return false
	case i.Op == decode.LDRimmV || i.Op == decode.STRimmV:
		u.disp = int64(i.Field(21, 10)) << size
	case op.form == formIDX:
		u.idx, u.scale = i.Rm(), uint8(i.Field(12, 12)*size)
	default:
		u.disp = int64(unscaledOffset(i))
	}
	w.checkSP(k)
	if op.form == formIDX && i.Field(15, 13)&3 != 3 {
		w.extend(k, i.Rm(), i.Field(15, 13), u.scale)
		u.idx, u.scale = regTemp, 0
	}
	return w.find(k, u, op.what, op.form, 8<<size, 0)
}

// vectorPair lowers LDP and STP of SIMD&FP registers. A load of two into one is left to the handler.
func (w *builder) vectorPair(k int) bool {
	i := &w.insts[k]
	size := 2 + i.Field(31, 30)
	u := uop{base: orSP(i.Rn()), dst: i.Rd(), src: i.Ra(), disp: i.Signed(21, 15) << size}
	load := i.Bit(22)
	if w.mode&modeFP != 0 || load && u.dst == u.src {
		return false
	}
	w.checkSP(k)
	what := uint8(doSTPV)
	if load {
		what = doLDPV
	}
	return w.find(k, u, what, pairForms[i.Field(24, 23)], 8<<size, 0)
}

// wholes lowers LD1 and ST1 of one to four registers: no order of elements matters there.
func (w *builder) wholes(k int) bool {
	i := &w.insts[k]
	s, u := multiple(i), uop{base: orSP(i.Rn()), dst: i.Rd(), src: (i.Rd() + 1) & 31, idx: (i.Rd() + 2) & 31, scale: (i.Rd() + 3) & 31}
	if w.mode&modeFP != 0 || s.registers != 1 || i.Bit(23) && i.Rm() != regZero {
		return false
	}
	what, form, bits := [5]uint8{1: doSTRV, doSTPV, doSTTV, doSTQV}[s.repeat], uint8(formIMM), 64<<i.Field(30, 30)
	if i.Bit(22) {
		what = [5]uint8{1: doLDRV, doLDPV, doLDTV, doLDQV}[s.repeat]
	}
	if i.Bit(23) {
		form, u.disp = formPOST, int64(s.repeat*bits/8)
	}
	w.checkSP(k)
	return w.find(k, u, what, form, bits, 0)
}

// orderedOps are the loads and stores that must be aligned: those with an order, exclusives and atomics.
var orderedOps = map[decode.Op]uint8{
	decode.LDAR: doLDAR, decode.LDAPR: doLDAR, decode.STLR: doSTLR, decode.LDXR: doLDXR, decode.LDAXR: doLDXR, decode.STXR: doSTXR, decode.STLXR: doSTXR,
	decode.LDADD: doLDADD, decode.LDCLR: doLDCLR, decode.LDEOR: doLDEOR, decode.LDSET: doLDSET, decode.SWP: doSWP, decode.CAS: doCAS,
}

// ordered lowers one of them. What a Store-Exclusive, an atomic or CAS writes besides memory is in Rs.
func (w *builder) ordered(k int, what uint8) bool {
	i := &w.insts[k]
	u := uop{base: orSP(i.Rn()), src: i.Rd(), dst: destination(i.Rd())}
	switch what {
	case doSTXR:
		u.dst = destination(i.Rm())
	case doCAS:
		u.idx, u.dst = i.Rm(), destination(i.Rm())
	case doLDADD, doLDCLR, doLDEOR, doLDSET, doSWP:
		u.src = i.Rm()
	}
	w.checkSP(k)
	return w.find(k, u, what, formIMM, 8<<i.Field(31, 30), 0)
}

// literal lowers a load near PC.
func (w *builder) literal(k int) bool {
	i := &w.insts[k]
	u := uop{base: regZero, dst: destination(i.Rd()), disp: int64(w.addrs[k]) + i.Signed(23, 5)<<2}
	switch {
	case i.Op == decode.LDRSWlit:
		return w.find(k, u, doLDRS64, formIMM, 32, 0)
	case i.Bit(30):
		return w.find(k, u, doLDR, formIMM, 64, 0)
	}
	return w.find(k, u, doLDR, formIMM, 32, 0)
}

// pair lowers LDP and STP. Where the registers are one, or are the base, what happens is left to the handler.
func (w *builder) pair(k int) bool {
	i := &w.insts[k]
	form := pairForms[i.Field(24, 23)]
	load := i.Bit(22)
	u := uop{base: orSP(i.Rn()), dst: i.Rd(), src: i.Ra(), disp: i.Signed(21, 15) << pairSize(i)}
	if load {
		u.dst, u.src = destination(u.dst), destination(u.src)
	}
	if form != formIMM && (u.dst == u.base || u.src == u.base) {
		return false
	}
	w.checkSP(k)
	what := uint8(doSTP)
	if load {
		what = doLDP
	}
	return w.find(k, u, what, form, bitsOf(i), 0)
}

// checkSP emits the alignment check of SP as a base, unless it is known to be aligned.
func (w *builder) checkSP(k int) {
	if w.insts[k].Rn() == regZero && !w.sp {
		w.emit(k, uop{op: uCheckSP})
		w.sp = true
	}
}

// trackSP forgets that SP is aligned behind an instruction that may change that.
func (w *builder) trackSP(i *Inst) {
	if w.mode&modeSP == 0 {
		return
	}
	switch i.Op {
	case decode.ADDimm, decode.SUBimm:
		if i.Rd() == regZero {
			w.sp = w.sp && i.Rn() == regZero && imm12(i)&15 == 0
		}
	case decode.ADDext, decode.SUBext, decode.ANDimm, decode.ORRimm, decode.EORimm:
		w.sp = w.sp && i.Rd() != regZero
	case decode.LDP, decode.STP, decode.LDPSW:
		if i.Bit(23) && i.Rn() == regZero {
			w.sp = w.sp && i.Signed(21, 15)<<pairSize(i)&15 == 0
		}
	case decode.LDPV, decode.STPV:
		if i.Bit(23) && i.Rn() == regZero {
			w.sp = w.sp && i.Signed(21, 15)<<(2+i.Field(31, 30))&15 == 0
		}
	case decode.LDRpost, decode.LDRpre, decode.LDRSpost, decode.LDRSpre, decode.STRpost, decode.STRpre,
		decode.LDRpostV, decode.LDRpreV, decode.STRpostV, decode.STRpreV:
		w.sp = w.sp && (i.Rn() != regZero || unscaledOffset(i)&15 == 0)
	default:
		if uopOfOther(i.Op) {
			return
		}
		w.sp = w.sp && i.Rn() != regZero
	}
}

// uopOfOther reports the operations whose number 31 is never SP as a destination.
func uopOfOther(op decode.Op) bool {
	_, two := twoOperand[op]
	_, one := registerOps[op]
	_, mem := accessOps[op]
	_, vector := vectorOps[op]
	return two || one || mem || vector || effect(&Inst{Op: op}) == flagsKeep
}
