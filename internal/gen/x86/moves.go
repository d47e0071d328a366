package main

import "fmt"

// moves makes MOV, its widening kin, LEA and the stack.
func (u *uops) moves() {
	for _, bits := range []int{8, 16, 32, 64} {
		for _, fm := range twoOperand {
			for _, indexed := range variants(fm.memory()) {
				u.move(fm, bits, indexed)
			}
		}
	}
	for _, w := range [][2]int{{8, 16}, {8, 32}, {8, 64}, {16, 32}, {16, 64}, {32, 64}} {
		if w[0] < 32 && w[1] != 64 {
			u.widen("MOVZX", w[0], w[1], "uint%d(v)")
		}
		op := "MOVSX"
		if w[0] == 32 {
			op = "MOVSXD"
		}
		u.widen(op, w[0], w[1], fmt.Sprintf("uint%%d(int%d(v))", w[0]))
	}
	for _, bits := range []int{32, 64} {
		for _, indexed := range []bool{false, true} {
			name := fmt.Sprintf("uLEA_rm%d%s", bits, suffix(indexed, false))
			u.Add(name, 0, put("dst", bits, fmt.Sprintf("uint%d(%s)", bits, address(indexed)))+advance)
			u.key("LEA", "rm", bits, indexed, false, -1, name)
		}
		name := fmt.Sprintf("uXCHG_rr%d", bits)
		u.Add(name, 0, fmt.Sprintf("a, b := %s, %s\n", reg("dst", bits), reg("src", bits))+put("dst", bits, "b")+put("src", bits, "a")+advance)
		u.key("XCHG", "rr", bits, false, false, -1, name)
	}
	for _, s := range stacks {
		u.stack(s)
	}
	u.segmented()
	u.Add("uSWAPGS", 0, "if c.CPL != 0 {\n"+leave+"in = c.engine.slowOp\ncontinue\n}\nc.swapGS()\n"+advance)
	u.bits()
	u.Add("uCBW", 0, "*(*uint16)(unsafe.Pointer(&c.R[0])) = uint16(int8(c.R[0]))\n"+advance)
	u.Add("uCWD", 0, "*(*uint16)(unsafe.Pointer(&c.R[2])) = uint16(int16(c.R[0]) >> 15)\n"+advance)
	u.Add("uCDQE", 0, "c.R[0] = uint64(int32(c.R[0]))\n"+advance)
	u.Add("uCWDE", 0, "c.R[0] = uint64(uint32(int16(c.R[0])))\n"+advance)
	u.Add("uCQO", 0, "c.R[2] = uint64(int64(c.R[0]) >> 63)\n"+advance)
	u.Add("uCDQ", 0, "c.R[2] = uint64(uint32(int32(c.R[0]) >> 31))\n"+advance)
}

func (u *uops) move(fm form, bits int, indexed bool) {
	name := fmt.Sprintf("uMOV_%s%d%s", fm.name, bits, suffix(indexed, false))
	pre, src := "", reg("src", bits)
	if fm.memory() {
		pre = probe(bits, indexed, fm.dst == "mem")
	}
	switch fm.src {
	case "imm":
		src = fmt.Sprintf("uint%d(in.imm)", bits)
	case "mem":
		src = "*p"
	}
	store := put("dst", bits, src)
	if fm.dst == "mem" {
		store = "*p = " + src + "\n"
	}
	u.Add(name, access(fm.memory(), bits), pre+store+advance)
	u.key("MOV", fm.name, bits, indexed, false, -1, name)
}

func (u *uops) widen(op string, from, to int, format string) {
	for _, fm := range []form{{"rr", "reg", "reg"}, {"rm", "reg", "mem"}} {
		for _, indexed := range variants(fm.memory()) {
			name := fmt.Sprintf("u%s_%s%d_%d%s", op, fm.name, from, to, suffix(indexed, false))
			pre, v := "", reg("src", from)
			if fm.memory() {
				pre, v = probe(from, indexed, false), "*p"
			}
			u.Add(name, access(fm.memory(), from), pre+"v := "+v+"\n"+put("dst", to, fmt.Sprintf(format, to))+advance)
			u.key(op, fm.name+fmt.Sprint(from), to, indexed, false, -1, name)
			if op == "MOVZX" {
				u.key(op, fm.name+fmt.Sprint(from), 64, indexed, false, -1, name)
			}
		}
	}
}

// bits makes BSWAP, and the bit tests of a register by an immediate.
func (u *uops) bits() {
	for _, bits := range []int{32, 64} {
		name := fmt.Sprintf("uBSWAP_r%d", bits)
		u.Add(name, 0, put("dst", bits, fmt.Sprintf("bits.ReverseBytes%d(%s)", bits, reg("dst", bits)))+advance)
		u.key("BSWAP", "r", bits, false, false, -1, name)
		for _, op := range []struct{ name, change string }{{"BT", ""}, {"BTS", "dst | 1<<n"}, {"BTR", "dst &^ (1 << n)"}, {"BTC", "dst ^ 1<<n"}} {
			name := fmt.Sprintf("u%s_ri%d", op.name, bits)
			body := fmt.Sprintf("dst, n := %s, uint64(in.imm)&%d\ncf := uint64(dst) >> n & 1\nof := (c.flags.carry ^ c.flags.carry<<1) << (c.flags.meta & 63) >> 63\n", reg("dst", bits), bits-1)
			if op.change != "" {
				body += put("dst", bits, op.change)
			}
			body += "c.flags.carry = c.flags.carry&^(3<<(62-c.flags.meta&63)) | (cf<<1|(cf^of))<<(62-c.flags.meta&63)\n"
			u.Add(name, 0, body+advance)
			u.key(op.name, "ri", bits, false, false, -1, name)
		}
	}
}
