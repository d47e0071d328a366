package main

import (
	"fmt"
	"strings"
)

// condition is each condition as an expression of the flags.
var condition = func() (text [16]string) {
	const (
		of = "int64((c.flags.carry^c.flags.carry<<1)<<(c.flags.meta&63)) < 0"
		cf = "int64(c.flags.carry<<(c.flags.meta&63)) < 0"
		zf = "c.flags.res == 0"
		sf = "int64(c.flags.res<<(c.flags.meta&63)^c.flags.meta<<55) < 0"
		pf = "(uint64(bits.OnesCount8(uint8(c.flags.res)))^c.flags.meta>>9)&1 == 0"
		lt = "int64(c.flags.res<<(c.flags.meta&63)^c.flags.meta<<55^(c.flags.carry^c.flags.carry<<1)<<(c.flags.meta&63)) < 0"
	)
	for n, t := range []string{of, cf, zf, cf + " || " + zf, sf, pf, lt, zf + " || " + lt} {
		text[2*n] = t
		text[2*n+1] = "!(" + t + ")"
	}
	return text
}()

// after are the conditions that a fused compare knows from its operands; "" is not fused.
func afterCompare(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return map[int]string{2: "dst < src", 3: "dst >= src", 4: "dst == src", 5: "dst != src", 6: "dst <= src", 7: "dst > src",
		8: s + "(dst-src) < 0", 9: s + "(dst-src) >= 0",
		12: s + "(dst) < " + s + "(src)", 13: s + "(dst) >= " + s + "(src)", 14: s + "(dst) <= " + s + "(src)", 15: s + "(dst) > " + s + "(src)"}[cc]
}

func afterTest(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return map[int]string{4: "v == 0", 5: "v != 0", 8: s + "(v) < 0", 9: s + "(v) >= 0", 14: s + "(v) <= 0", 15: s + "(v) > 0"}[cc]
}

func afterResult(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return map[int]string{4: "r == 0", 5: "r != 0", 8: s + "(r) < 0", 9: s + "(r) >= 0"}[cc]
}

// branches makes jumps, calls, returns, and the fused pairs.
func (u *uops) branches() {
	for cc := range 16 {
		name := fmt.Sprintf("uJCC_%d", cc)
		u.Add(name, 0, branch(condition[cc]))
		u.key("JCC", "r", 64, false, false, cc, name)
		for _, bits := range []int{32, 64} {
			name := fmt.Sprintf("uCMOVCC_rr%d_%d", bits, cc)
			u.Add(name, 0, fmt.Sprintf("v := %s\nif %s {\nv = %s\n}\n", reg("dst", bits), condition[cc], reg("src", bits))+put("dst", bits, "v")+advance)
			u.key("CMOVCC", "rr", bits, false, false, cc, name)
		}
		name = fmt.Sprintf("uSETCC_r8_%d", cc)
		u.Add(name, 0, fmt.Sprintf("v := uint8(0)\nif %s {\nv = 1\n}\n", condition[cc])+put("dst", 8, "v")+advance)
		u.key("SETCC", "r", 8, false, false, cc, name)
	}
	u.fused("CMP", afterCompare, twoOperand)
	u.fused("TEST", afterTest, twoOperand)
	inRegister := twoOperand[:2]
	u.fused("SUB", afterCompare, inRegister)
	u.fused("AND", afterTest, inRegister)
	u.fused("ADD", afterResult, inRegister)
	u.fused("INC", afterResult, []form{{"r", "reg", ""}})
	u.fused("DEC", afterResult, []form{{"r", "reg", ""}})
	for _, bits := range []int{16, 32, 64} {
		count := fmt.Sprintf("n := uint%d(c.R[1])", bits)
		u.Add(fmt.Sprintf("uLOOP%d", bits), 0, count+" - 1\n"+put("dst", bits, "n")+branch("n != 0"))
		u.Add(fmt.Sprintf("uJCXZ%d", bits), 0, count+"\n"+branch("n == 0"))
	}
	u.Add("uJMP", 0, terminator+goTo(0))
	u.Add("uGo", 0, "va := uint64(in.disp)\n"+through(""))
}

// fused makes an instruction that sets flags and the conditional jump behind it one operation. The flags are stored: what
// follows may read them.
func (u *uops) fused(op string, after func(cc, bits int) string, forms []form) {
	f := u.src.Funcs[strings.ToLower(op)]
	for _, bits := range []int{8, 32, 64} {
		for _, fm := range forms {
			for cc := range 16 {
				cond := after(cc, bits)
				if cond == "" || fm.name == "mr" && op == "TEST" {
					continue
				}
				name := fmt.Sprintf("u%s_%s%d_J%d", op, fm.name, bits, cc)
				pre, post := operands(fm, bits, false, false)
				x := &expansion{src: u.src, bits: bits, live: true}
				if f.Results > 0 {
					x.result = "r"
					pre += fmt.Sprintf("var r uint%d\n", bits)
				} else {
					post = ""
				}
				u.Add(name, access(fm.memory(), bits), pre+x.body(f)+post+branch(cond))
				u.key(op, fm.name, bits, false, false, cc, name)
			}
		}
	}
}
