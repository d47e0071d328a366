package main

import (
	"fmt"
	"strings"
)

// The cases of x87, MMX and SSE instructions. A source operand lies disp bytes into the CPU: a register, or what a case before has loaded
// into the slots that no instruction names. An XMM destination lies dst bytes into the registers.
const (
	vectorDst = "unsafe.Add(unsafe.Pointer(&c.FPU.XMM), uintptr(in.dst))"
	vectorSrc = "unsafe.Add(unsafe.Pointer(c), in.disp)"
	place     = "unsafe.Add(unsafe.Pointer(c), in.imm)" // of loads and stores
	toHandler = "{\n" + leave + "in = c.engine.slowOp\ncontinue\n}\n"
)

// floats makes all of them.
func (u *uops) floats() {
	for _, call := range []struct {
		name, function string
		access         int
	}{
		{"uCallX87", "c.callX87", 0}, {"uCallSSE", "c.callSSE", 0}, {"uCallLoaded", "c.callLoaded", 0},
		{"uX87_m32", "x87Memory[uint32]", 4}, {"uX87_m64", "x87Memory[uint64]", 8}, {"uX87_r", "c.x87Register", 0},
		{"uFLD_m32", "x87Load[uint32]", 4}, {"uFLD_m64", "x87Load[uint64]", 8}, {"uFLD_m80", "c.x87Load80", 10}, {"uFLD_r", "c.x87Copy", 0},
		{"uFILD_m16", "x87LoadInteger[int16]", 2}, {"uFILD_m32", "x87LoadInteger[int32]", 4}, {"uFILD_m64", "x87LoadInteger[int64]", 8},
		{"uFST_m32", "x87Store[uint32]", 4}, {"uFST_m64", "x87Store[uint64]", 8}, {"uFSTP_m80", "c.x87Store80", 10}, {"uFST_r", "c.x87Move", 0},
		{"uFXCH_r", "c.x87Exchange", 0},
	} {
		arguments := "(in)"
		if call.function[0] == 'x' {
			arguments = "(c, in)"
		}
		u.Add(call.name, call.access, "in = "+call.function+arguments)
	}
	u.Add("uSSE", 0, "if c.CR0&(cr0EM|cr0TS) != 0 || c.CR4&cr4OSFXSR == 0 "+toHandler+advance)
	u.vectorMoves()
	u.lanes()
	u.scalars()
	u.conversions()
}

// vectorMoves makes loads, which clear what they do not fill, stores, and moves between registers. The lowering knows that the indexed
// one comes next.
func (u *uops) vectorMoves() {
	whole := "a, b := %[1]s[0], %[1]s[1]\nx[0], x[1] = a, b\n"
	for _, bits := range []int{32, 64, 128} {
		load := "x[0], x[1] = uint64(*p), 0\n"
		if bits == 128 {
			load = fmt.Sprintf(whole, "p")
		}
		u.vectorMemory("uVLD", bits, false, "x := (*xmm)("+place+")\n"+load)
	}
	for _, bits := range []int{32, 64, 128} {
		store := fmt.Sprintf("*p = *(*uint%d)(%s)\n", bits, place)
		if bits == 128 {
			store = "x, y := p, (*xmm)(" + place + ")\n" + fmt.Sprintf(whole, "y")
		}
		u.vectorMemory("uVST", bits, true, store)
	}
	u.Add("uVMOV128", 0, "x, y := (*xmm)("+vectorDst+"), (*xmm)("+vectorSrc+")\n"+fmt.Sprintf(whole, "y")+advance)
	for _, bits := range []int{32, 64} {
		from := fmt.Sprintf("*(*uint%d)(%s)", bits, vectorSrc)
		u.Add(fmt.Sprintf("uVMOV%d", bits), 0, fmt.Sprintf("*(*uint%d)(%s) = %s\n", bits, vectorDst, from)+advance)
		u.Add(fmt.Sprintf("uVMOVZ%d", bits), 0, "x := (*xmm)("+vectorDst+")\nx[0], x[1] = uint64("+from+"), 0\n"+advance)
		u.Add(fmt.Sprintf("uVGET%d", bits), 0, put("dst", bits, from)+advance)
	}
}

// vectorMemory makes a load or a store. The alignment of 16 bytes is checked before the page is looked for.
func (u *uops) vectorMemory(name string, bits int, write bool, body string) {
	for _, indexed := range variants(true) {
		text := strings.Replace(probe(bits, indexed, write), "*uint128", "*xmm", 1) + body + advance
		if bits == 128 {
			text = "if (" + address(indexed) + ")&uint64(in.src) != 0 " + toHandler + text
		}
		u.Add(name+fmt.Sprint(bits)+suffix(indexed, false), bits/8, text)
	}
}

// lanes makes what works on both quadwords alike.
func (u *uops) lanes() {
	const halves = "uint64(uint32(%[1]s %[2]s %[3]s)) | (%[1]s>>32 %[2]s %[3]s>>32)<<32"
	for _, op := range []struct{ name, value string }{{"AND", "a & b"}, {"ANDN", "^a & b"}, {"OR", "a | b"}, {"XOR", "a ^ b"},
		{"PADDQ", "a + b"}, {"PSUBQ", "a - b"}, {"PADDD", fmt.Sprintf(halves, "a", "+", "b")}, {"PSUBD", fmt.Sprintf(halves, "a", "-", "b")}} {
		low, high := op.value, strings.NewReplacer("a", "p", "b", "q").Replace(op.value)
		u.Add("uV"+op.name, 0, "x, y := (*xmm)("+vectorDst+"), (*xmm)("+vectorSrc+")\na, b, p, q := x[0], y[0], x[1], y[1]\nx[0], x[1] = "+low+", "+high+"\n"+advance)
	}
}

// floatOperands binds x and y, the operands, and a and b, their bits.
func floatOperands(bits int) string {
	return fmt.Sprintf("p, q := %s, %s\nx, y := *(*float%[3]d)(p), *(*float%[3]d)(q)\na, b := *(*uint%[3]d)(p), *(*uint%[3]d)(q)\n", vectorDst, vectorSrc, bits)
}

// scalars makes arithmetic and comparisons of one lane: the host's, where that is exact.
func (u *uops) scalars() {
	for _, bits := range []int{64, 32} {
		for _, op := range []struct{ name, value, more string }{
			{"ADD", "x + y", " && v<<1 != 0"}, {"SUB", "x - y", " && v<<1 != 0"}, // a sum that is zero is exact
			{"MUL", "x * y", ""}, {"DIV", "x / y", ""}, {"SQRT", "float%[1]d(math.Sqrt(float64(y)))", ""},
		} {
			value := strings.ReplaceAll(op.value, "%[1]d", fmt.Sprint(bits))
			first := fmt.Sprintf("denormal%d(a)", bits)
			if op.name == "SQRT" {
				first, value = "false", value+"\n_, _ = x, a"
			}
			u.Add(fmt.Sprintf("uV%s%d", op.name, bits), 0, floatOperands(bits)+"r := "+value+fmt.Sprintf("\nv := math.Float%[1]dbits(r)\n"+
				"if !c.quick() || %[2]s || denormal%[1]d(b) || !ordinary%[1]d(v)%[3]s %[4]s*(*float%[1]d)(p) = r\n", bits, first, op.more, toHandler)+advance)
		}
		for _, op := range []struct{ name, relation string }{{"MIN", "<"}, {"MAX", ">"}} { // of zeros the second
			u.Add(fmt.Sprintf("uV%s%d", op.name, bits), 0, floatOperands(bits)+fmt.Sprintf("if denormal%[1]d(a) || denormal%[1]d(b) || x != x || y != y %[2]sif !(x %[3]s y) {\na = b\n}\n*(*uint%[1]d)(p) = a\n",
				bits, toHandler, op.relation)+advance)
		}
		u.Add(fmt.Sprintf("uVCOMI%d", bits), 0, floatOperands(bits)+fmt.Sprintf("if denormal%[1]d(a) || denormal%[1]d(b) || x != x || y != y %[2]s", bits, toHandler)+
			"var less, equal uint64\nif x < y {\nless = 3\n}\nif x == y {\nequal = 1\n}\nc.flags.res, c.flags.carry, c.flags.meta = equal^1, less<<62, equal*metaPF\n"+advance)
	}
}

// conversions makes those of one lane.
func (u *uops) conversions() {
	from := func(typ string) string { return "*(*" + typ + ")(" + vectorSrc + ")" }
	for _, bits := range []int{32, 64} {
		u.Add(fmt.Sprintf("uVFROM%d_64", bits), 0, fmt.Sprintf("n := int64(%s)\nif (n > 1<<53 || n < -1<<53) && !c.quick() %s*(*float64)(%s) = float64(n)\n%s", from(fmt.Sprintf("int%d", bits)), toHandler, vectorDst, advance))
		u.Add(fmt.Sprintf("uVFROM%d_32", bits), 0, fmt.Sprintf("n := int64(%s)\nif (n > 1<<24 || n < -1<<24) && !c.quick() %s*(*float32)(%s) = float32(n)\n%s", from(fmt.Sprintf("int%d", bits)), toHandler, vectorDst, advance))
		for _, float := range []int{32, 64} {
			u.Add(fmt.Sprintf("uVTRUNC%d_%d", float, bits), 0, fmt.Sprintf("x := float64(%[1]s)\nif !(x > -1<<%[2]d && x < 1<<%[2]d) %[3]sn := int64(x)\nif float64(n) != x && c.FPU.MXCSR&(mxcsrPM|mxcsrPE) != mxcsrPM|mxcsrPE %[3]s%[4]s", from(fmt.Sprintf("float%d", float)), bits-1, toHandler, put("dst", bits, fmt.Sprintf("uint%d(n)", bits))+advance))
		}
	}
	u.Add("uVWIDEN", 0, "x, a := "+from("float32")+", "+from("uint32")+"\nif denormal32(a) || x != x "+toHandler+"*(*float64)("+vectorDst+") = float64(x)\n"+advance)
	u.Add("uVNARROW", 0, "x, a := "+from("float64")+", "+from("uint64")+"\nr := float32(x)\nif !c.quick() || denormal64(a) || !ordinary32(math.Float32bits(r)) "+toHandler+"*(*float32)("+vectorDst+") = r\n"+advance)
}
