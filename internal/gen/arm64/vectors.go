package main

import (
	"fmt"
	"strings"
)

// vectorResult writes both halves of a register, the upper one under the mask in disp: it is 0 where an operation has 64 bits. Every x0, y0
// and d0 of the text stands for the operands' halves.
func vectorResult(setup, text string) string {
	var s string
	for half := range 2 {
		h := fmt.Sprint(half)
		s += fmt.Sprintf("x%s, y%s, d%s := %s, %s, %s\n_, _ = y%s, d%s\n", h, h, h, vector("src", half), vector("idx", half), vector("dst", half), h, h)
	}
	return s + setup + vector("dst", 0) + " = " + text + "\n" + vector("dst", 1) + " = (" + strings.NewReplacer("x0", "x1", "y0", "y1", "d0", "d1", "s0", "s1").Replace(text) + ") & uint64(in.disp)\n"
}

// vectors makes Advanced SIMD on whole registers, on elements by words of 64 bits, and what moves between the register files.
func (u *uops) vectors() {
	for _, op := range []struct{ name, text string }{
		{"AND", "x0 & y0"}, {"BIC", "x0 &^ y0"}, {"ORR", "x0 | y0"}, {"ORN", "x0 | ^y0"}, {"EOR", "x0 ^ y0"},
		{"BSL", "x0&d0 | y0&^d0"}, {"BIT", "x0&y0 | d0&^y0"}, {"BIF", "d0&y0 | x0&^y0"},
	} {
		u.simple("u"+op.name+"v", op.name, 128, vectorResult("", op.text))
	}
	u.elements()
	u.simple("uVCONST", "VCONST", 128, vector("dst", 0)+" = uint64(in.imm)\n"+vector("dst", 1)+" = uint64(in.disp)\n")
	u.simple("uVMASK", "VMASK", 64, vector("dst", 0)+" = "+vector("src", 0)+"&uint64(in.imm) ^ uint64(in.disp)\n"+vector("dst", 1)+" = 0\n")
	half := "*(*uint64)(unsafe.Add(unsafe.Pointer(&c.V), uintptr(in.%s)*16+uintptr(in.base)))"
	u.simple("uVGET", "VGET", 64, put("dst", 64, fmt.Sprintf(half, "src")+" >> (in.scale & 63) & uint64(in.imm)"))
	u.simple("uVINS", "VINS", 64, "p := (*uint64)(unsafe.Add(unsafe.Pointer(&c.V), uintptr(in.dst)*16+uintptr(in.base)))\n"+
		"*p = *p&^uint64(in.imm) | "+reg("src")+" << (in.scale & 63) & uint64(in.imm)\n")
	u.simple("uVSET", "VSET", 64, vector("dst", 0)+" = "+reg("src")+" & uint64(in.imm)\n"+vector("dst", 1)+" = 0\n")
	u.simple("uVDUP64", "VDUP", 64, "v := "+reg("src")+" & uint64(in.imm) * uint64(in.disp)\n"+vector("dst", 0)+" = v\n"+vector("dst", 1)+" = 0\n")
	u.simple("uVDUP128", "VDUP", 128, "v := "+reg("src")+" & uint64(in.imm) * uint64(in.disp)\n"+vector("dst", 0)+" = v\n"+vector("dst", 1)+" = v\n")
}

// elements makes what simd_word.go does: the top bits of the elements are in the immediate, the distance from an element's lowest bit to its
// top one in scale.
func (u *uops) elements() {
	const (
		tops = "tops := uint64(in.imm)\n"
		less = "(^%[1]s&%[2]s | ^(%[1]s^%[2]s)&((%[1]s|tops - %[2]s&^tops) ^ ^(%[1]s^%[2]s)&tops)) & tops"
	)
	filled := func(set string) string {
		return tops + "n := in.scale & 63\n" + fmt.Sprintf("s0 := %s\n", set) + "s1 := " + strings.NewReplacer("x0", "x1", "y0", "y1").Replace(set) + "\n"
	}
	zeros := func(x string) string { return fmt.Sprintf("^((%s)&^tops + ^tops | (%s)) & tops", x, x) }
	const mask = "(s0 | (s0 - s0>>n))"
	for _, op := range []struct{ name, setup, text string }{
		{"ADD", tops, "(x0&^tops + y0&^tops) ^ (x0^y0)&tops"},
		{"SUB", tops, "(x0|tops - y0&^tops) ^ ^(x0^y0)&tops"},
		{"CMEQ", filled(zeros("x0 ^ y0")), mask},
		{"CMEQZ", filled(zeros("x0")), mask},
		{"CMTST", filled(zeros("x0 & y0")), "^" + mask},
		{"CMHI", filled(fmt.Sprintf(less, "y0", "x0")), mask},
		{"CMHS", filled(fmt.Sprintf(less, "x0", "y0")), "^" + mask},
		{"CMGT", filled(fmt.Sprintf(less, "(y0^tops)", "(x0^tops)")), mask},
		{"CMGE", filled(fmt.Sprintf(less, "(x0^tops)", "(y0^tops)")), "^" + mask},
	} {
		u.simple("u"+op.name+"v", op.name, 128, vectorResult(op.setup, op.text))
	}
	u.simple("uSHLv", "SHL", 128, vectorResult("", "x0 << (in.scale & 63) & uint64(in.imm)"))
	u.simple("uUSHRv", "USHR", 128, vectorResult("", "x0 >> (in.scale & 63) & uint64(in.imm)"))
}

// floats makes the arithmetic that the host does alike; the rest is the handler's, and so is division, for which the compiler would need
// more of a frame.
func (u *uops) floats() {
	for _, f := range []struct{ bits, fraction, greatest int }{{32, 23, 0xff}, {64, 52, 0x7ff}} {
		normal := fmt.Sprintf("v>>%d&%#x-1 < %#x", f.fraction, f.greatest, f.greatest-1)
		sound := fmt.Sprintf("r>>%d&%#x-2 < %#x", f.fraction, f.greatest, f.greatest-2)
		for _, op := range []struct{ name, sign string }{{"FADD", "+"}, {"FSUB", "-"}, {"FMUL", "*"}} {
			name := fmt.Sprintf("u%s%d", op.name, f.bits)
			from := fmt.Sprintf("math.Float%dfrombits", f.bits)
			part := fmt.Sprintf("uint%d(%%s)", f.bits)
			u.Add(name, 0, "x, y := "+fmt.Sprintf(part, vector("src", 0))+", "+fmt.Sprintf(part, vector("idx", 0))+
				fmt.Sprintf("\nr := math.Float%dbits(%s(x) %s %s(y))\n", f.bits, from, op.sign, from)+
				"if !(c.FPCR&fpcrRMode == 0 && c.FPSR&fpsrIXC != 0 && "+strings.ReplaceAll(normal, "v", "x")+" && "+strings.ReplaceAll(normal, "v", "y")+" && "+sound+") {\n"+leave+"in = c.engine.directOp\ncontinue\n}\n"+
				vector("dst", 0)+" = uint64(r)\n"+vector("dst", 1)+" = 0\n"+advance)
			u.key(op.name, "R", f.bits, 0, name)
		}
	}
}
