package main

import "fmt"

// Data processing. The first operand is in src, the second in idx or the immediate, the result goes to dst.

// shiftKinds are the ways to shift the second operand: n is the count.
var shiftKinds = []string{"LSL", "LSR", "ASR", "ROR"}

// second is the second operand of a form as y.
func second(form string, bits int) string {
	y := get("idx", bits)
	mask := bits - 1
	switch form {
	case "RI":
		return fmt.Sprintf("y := uint%d(in.imm)\n", bits)
	case "LSL":
		return fmt.Sprintf("y := %s << (in.scale & %d)\n", y, mask)
	case "LSR":
		return fmt.Sprintf("y := %s >> (in.scale & %d)\n", y, mask)
	case "ASR":
		return fmt.Sprintf("y := uint%d(int%d(%s) >> (in.scale & %d))\n", bits, bits, y, mask)
	case "ROR":
		return fmt.Sprintf("y := bits.RotateLeft%d(%s, -int(in.scale))\n", bits, y)
	}
	return "y := " + y + "\n"
}

// operations are the two-operand operations without flags.
var operations = []struct{ name, text string }{
	{"ADD", "x + y"}, {"SUB", "x - y"}, {"AND", "x & y"}, {"ORR", "x | y"}, {"EOR", "x ^ y"},
	{"BIC", "x &^ y"}, {"ORN", "x | ^y"}, {"EON", "x ^ ^y"},
}

// flagOf are the flags of r, a result of x and y, by operation.
func flagOf(name string, bits int) string {
	top := bits - 1
	nz := "var z, cf uint8\nif r == 0 {\nz = 1\n}\n" // 1 and not 4: the compiler makes a SETcc of it, not a jump
	switch name {
	case "ADDS":
		return nz + fmt.Sprintf("if r < x {\ncf = 1\n}\nc.nzcv = uint8(r>>%d)<<3 | z<<2 | cf<<1 | uint8((x^r)&(y^r)>>%d)\n", top, top)
	case "SUBS":
		return nz + fmt.Sprintf("if x >= y {\ncf = 1\n}\nc.nzcv = uint8(r>>%d)<<3 | z<<2 | cf<<1 | uint8((x^y)&(x^r)>>%d)\n", top, top)
	}
	return fmt.Sprintf("var z uint8\nif r == 0 {\nz = 1\n}\nc.nzcv = uint8(r>>%d)<<3 | z<<2\n", top)
}

// flagged are the operations that set flags.
var flagged = []struct{ name, text string }{{"ADDS", "x + y"}, {"SUBS", "x - y"}, {"ANDS", "x & y"}, {"BICS", "x &^ y"}}

func (u *uops) arithmetic() {
	forms := append([]string{"RR", "RI"}, shiftKinds...)
	for _, bits := range []int{32, 64} {
		for _, form := range forms {
			pre := fmt.Sprintf("x := %s\n", get("src", bits)) + second(form, bits)
			for _, op := range operations {
				if form == "RI" && (op.name == "BIC" || op.name == "ORN" || op.name == "EON") {
					continue
				}
				name := fmt.Sprintf("u%s_%s%d", op.name, form, bits)
				u.Add(name, 0, pre+put("dst", bits, "("+op.text+")")+advance)
				u.key(op.name, form, bits, 0, name)
			}
			for _, op := range flagged {
				if form == "RI" && op.name == "BICS" {
					continue
				}
				name := fmt.Sprintf("u%s_%s%d", op.name, form, bits)
				u.Add(name, 0, pre+"r := "+op.text+"\n"+flagOf(op.name, bits)+put("dst", bits, "r")+advance)
				u.key(op.name, form, bits, 0, name)
			}
		}
	}
}

func (u *uops) simple(name, what string, bits int, body string) {
	u.Add(name, 0, body+advance)
	u.key(what, "R", bits, 0, name)
}

// others makes moves, bit fields, products, shifts by a register and operations on one source. Divisions and the high half of a product are
// handlers: on the host they need the registers in which the switch keeps its own, and every other case would have to move those.
func (u *uops) others() {
	u.simple("uMOVi", "MOVi", 64, reg("dst")+" = uint64(in.imm)\n")
	u.simple("uMOV64", "MOV", 64, put("dst", 64, get("src", 64)))
	u.simple("uMOV32", "MOV", 32, put("dst", 32, get("src", 32)))
	u.simple("uMOVK", "MOVK", 64, "v := "+reg("dst")+"&uint64(in.disp) | uint64(in.imm)\n"+put("dst", 64, "v"))
	u.simple("uUBFM", "UBFM", 64, "v := "+reg("src")+" << (uint64(in.imm) & 63) >> (uint64(in.disp) & 63)\n"+put("dst", 64, "v"))
	u.simple("uSBFM64", "SBFM", 64, "v := uint64(int64("+reg("src")+" << (uint64(in.imm) & 63)) >> (uint64(in.disp) & 63))\n"+put("dst", 64, "v"))
	u.simple("uSBFM32", "SBFM", 32, "v := uint32(int64("+reg("src")+" << (uint64(in.imm) & 63)) >> (uint64(in.disp) & 63))\n"+put("dst", 32, "v"))
	u.simple("uBFM", "BFM", 64, "v := bits.RotateLeft64("+reg("src")+", int(in.scale))&uint64(in.imm) | "+reg("dst")+"&uint64(in.disp)\n"+put("dst", 64, "v"))
	u.simple("uEXTR64", "EXTR", 64, "v := "+reg("idx")+" >> (in.scale & 63) | "+reg("src")+"<<1<<(63-in.scale&63)\n"+put("dst", 64, "v"))
	u.simple("uEXTR32", "EXTR", 32, "v := uint32(("+reg("src")+"<<32 | uint64("+get("idx", 32)+")) >> (in.scale & 31))\n"+put("dst", 32, "v"))
	for _, bits := range []int{32, 64} {
		for _, op := range []struct{ name, sign string }{{"MADD", "+"}, {"MSUB", "-"}} {
			u.simple(fmt.Sprintf("u%s%d", op.name, bits), op.name, bits,
				fmt.Sprintf("v := %s %s %s*%s\n", get("base", bits), op.sign, get("src", bits), get("idx", bits))+put("dst", bits, "v"))
		}
		for _, kind := range shiftKinds {
			y := map[string]string{"LSL": "x << n", "LSR": "x >> n", "ASR": fmt.Sprintf("uint%d(int%d(x) >> n)", bits, bits),
				"ROR": fmt.Sprintf("bits.RotateLeft%d(x, -int(n))", bits)}[kind]
			u.simple(fmt.Sprintf("u%sV%d", kind, bits), kind+"V", bits,
				fmt.Sprintf("x, n := %s, %s&%d\n", get("src", bits), reg("idx"), bits-1)+put("dst", bits, "("+y+")"))
		}
		for _, op := range []struct{ name, text string }{{"CLZ", "LeadingZeros%d"}, {"REV", "ReverseBytes%d"}} {
			u.simple(fmt.Sprintf("u%s%d", op.name, bits), op.name, bits, put("dst", bits, "uint64(bits."+fmt.Sprintf(op.text, bits)+"("+get("src", bits)+"))"))
		}
	}
	for _, op := range []struct{ name, sign, x, y string }{
		{"SMADDL", "+", "uint64(int32(%s))", "uint64(int32(%s))"}, {"SMSUBL", "-", "uint64(int32(%s))", "uint64(int32(%s))"},
		{"UMADDL", "+", "uint64(uint32(%s))", "uint64(uint32(%s))"}, {"UMSUBL", "-", "uint64(uint32(%s))", "uint64(uint32(%s))"},
	} {
		u.simple("u"+op.name, op.name, 64, "v := "+reg("base")+" "+op.sign+" "+fmt.Sprintf(op.x, reg("src"))+"*"+fmt.Sprintf(op.y, reg("idx"))+"\n"+put("dst", 64, "v"))
	}
	for _, bits := range []int{32, 64} {
		x := fmt.Sprintf("x, y := %s, %s\ncarry := uint%d(c.nzcv>>1&1)\n", get("src", bits), get("idx", bits), bits)
		u.simple(fmt.Sprintf("uADC%d", bits), "ADC", bits, x+put("dst", bits, "(x + y + carry)"))
		u.simple(fmt.Sprintf("uSBC%d", bits), "SBC", bits, x+put("dst", bits, "(x + ^y + carry)"))
		if bits == 32 {
			continue // bits.Add32 would be a call
		}
		x = fmt.Sprintf("x, y := %s, %s\n", get("src", bits), get("idx", bits))
		for _, op := range []struct{ name, not string }{{"ADCS", ""}, {"SBCS", "y = ^y\n"}} {
			u.simple(fmt.Sprintf("u%s%d", op.name, bits), op.name, bits, x+op.not+fmt.Sprintf("r, carry := bits.Add%d(x, y, uint%d(c.nzcv>>1&1))\nvar z uint8\nif r == 0 {\nz = 1\n}\nc.nzcv = uint8(r>>%d)<<3 | z<<2 | uint8(carry)<<1 | uint8((x^r)&(y^r)>>%d)\n", bits, bits, bits-1, bits-1)+put("dst", bits, "r"))
		}
	}
	for n, t := range []string{"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32"} {
		name := fmt.Sprintf("uEXT_%s", t)
		u.Add(name, 0, put("dst", 64, "uint64("+t+"("+reg("src")+")) << (in.scale & 7)")+advance)
		u.key("EXT", "R", 64, n, name)
	}
	u.conditional()
}

// held is the condition in the immediate: a bit for each state of the flags.
const held = "uint64(in.imm)>>(c.nzcv&15)&1 != 0"

// conditional makes selections and comparisons on a condition.
func (u *uops) conditional() {
	for _, bits := range []int{32, 64} {
		for _, op := range []struct{ name, text string }{{"CSEL", ""}, {"CSINC", "v++\n"}, {"CSINV", "v = ^v\n"}, {"CSNEG", "v = -v\n"}} {
			u.simple(fmt.Sprintf("u%s%d", op.name, bits), op.name, bits,
				fmt.Sprintf("v := %s\n%sif %s {\nv = %s\n}\n", get("idx", bits), op.text, held, get("src", bits))+put("dst", bits, "v"))
		}
		for _, form := range []string{"RR", "RI"} {
			y := "y := " + get("idx", bits) + "\n"
			if form == "RI" {
				y = fmt.Sprintf("y := uint%d(in.idx)\n", bits)
			}
			for _, op := range []struct{ name, flags, text string }{{"CCMP", "SUBS", "x - y"}, {"CCMN", "ADDS", "x + y"}} {
				name := fmt.Sprintf("u%s_%s%d", op.name, form, bits)
				u.Add(name, 0, fmt.Sprintf("if %s {\nx := %s\n%sr := %s\n%s%s\ncontinue\n}\nc.nzcv = in.scale\n%s", held, get("src", bits), y, op.text, flagOf(op.flags, bits), advance, advance))
				u.key(op.name, form, bits, 0, name)
			}
		}
	}
}
