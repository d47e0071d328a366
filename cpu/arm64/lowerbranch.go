package arm64

import decode "stasis/decode/arm64"

// fuse lowers an instruction that sets flags and the conditional branch behind it as one.
func (w *builder) fuse(k int) bool {
	i, j := &w.insts[k], &w.insts[k+1]
	what, ok := twoOperand[i.Op]
	if !ok || what[0] == what[1] {
		return false
	}
	mark := len(w.out)
	u, form, ok := w.operands(k)
	op, found := uopOf[uopKey{what[0], form, uint8(bitsOf(i)), uint8(j.Field(3, 0)) + 1}]
	if !ok || !found {
		w.out = w.out[:mark]
		return false
	}
	u.op = op
	w.terminate(k, u, w.addrs[k+1]+decode.Len, w.addrs[k+1]+uint64(j.Signed(23, 5)<<2))
	return true
}

// terminal lowers branches.
func (w *builder) terminal(k int) bool {
	i := &w.insts[k]
	at := w.addrs[k]
	after := at + decode.Len
	u := uop{src: i.Rd()}
	switch i.Op {
	case decode.B:
		w.jump(k, uB, uGo, at+uint64(i.Signed(25, 0)<<2))
	case decode.BL:
		w.jump(k, uBL, uGoBL, at+uint64(i.Signed(25, 0)<<2))
	case decode.Bcond:
		w.terminate(k, uop{op: uBcond, imm: int64(conditions[i.Field(3, 0)])}, after, at+uint64(i.Signed(23, 5)<<2))
	case decode.CBZ, decode.CBNZ:
		u.op = zeroBranch(i)
		w.terminate(k, u, after, at+uint64(i.Signed(23, 5)<<2))
	case decode.TBZ, decode.TBNZ:
		u.op, u.imm = uTBZ, 1<<testedBit(i)
		if i.Op == decode.TBNZ {
			u.op = uTBNZ
		}
		w.terminate(k, u, after, at+uint64(i.Signed(18, 5)<<2))
	default:
		return w.indirect(k)
	}
	return true
}

// jump is a branch that is always taken, in the page by a link or to another one.
func (w *builder) jump(k int, near, far uint16, to uint64) {
	after := int64(w.addrs[k] + decode.Len)
	if (to^w.addrs[0])&^pageMask == 0 {
		w.terminate(k, uop{op: near, imm: after}, to)
		return
	}
	w.emit(k, uop{op: far, disp: int64(to), imm: after})
}

func zeroBranch(i *Inst) uint16 {
	switch {
	case i.Op == decode.CBZ && wide(i):
		return uCBZ64
	case i.Op == decode.CBZ:
		return uCBZ32
	case wide(i):
		return uCBNZ64
	}
	return uCBNZ32
}

// indirect lowers branches to registers.
func (w *builder) indirect(k int) bool {
	i := &w.insts[k]
	u := uop{src: i.Rn()}
	switch {
	case i.Op == decode.RET:
		u.op = uRET
	case !w.c.engine.targets:
		return false
	case i.Op == decode.BR:
		u.op, u.scale = uBR, jumpType(i.Rn(), w.mode&modeGuarded != 0)
	case i.Op == decode.BLR:
		u.op, u.scale, u.imm = uBLR, btypeCall, int64(w.addrs[k]+decode.Len)
	default:
		return false
	}
	w.emit(k, u)
	return true
}
