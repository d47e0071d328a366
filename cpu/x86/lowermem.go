package x86

import decode "stasis/decode/x86"

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
