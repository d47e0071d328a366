package main

import "fmt"

// goTo takes one way of a terminator.
func goTo(way int) string {
	return fmt.Sprintf(`nx := t.link[%d]
if c.budget -= int64(nx.n); c.budget < 0 {
%sc.engine.way = %d
in = c.engine.endTerm
continue
}
in = nx
continue
`, way, leave, way)
}

const terminator = "t := (*term)(unsafe.Add(unsafe.Pointer(in), uopSize))\n"

// branch takes way 1 on a condition, else way 0. The two arms are real branches: the host's predictor follows the guest's.
func branch(cond string) string {
	return terminator + "if " + cond + " {\n" + goTo(1) + "}\n" + goTo(0)
}

// through goes to va by the jump cache; whatever it does not hold is left to the handler, before anything is committed. An indirect
// branch leads to the blocks that begin as targets.
func through(mode, commit string) string {
	return `j := &c.engine.jumps[(va^va>>12)&(jumpSize-1)]
s := &c.engine.code[va>>12&(mmu.Entries-1)]
if j.va != va || s.tag != va&^pageMask|c.ctx || j.key != s.key` + mode + ` {
` + leave + `in = c.engine.slowOp
continue
}
nx := j.link
if c.budget < int64(nx.n) {
` + leave + `in = c.engine.slowOp
continue
}
c.budget -= int64(nx.n)
` + commit + `in = nx
continue
`
}

// Conditions of a fused operation, by number; "" is not fused.
func afterSubtract(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return [...]string{"x == y", "x != y", "x >= y", "x < y", s + "(r) < 0", s + "(r) >= 0", "", "", "x > y", "x <= y",
		s + "(x) >= " + s + "(y)", s + "(x) < " + s + "(y)", s + "(x) > " + s + "(y)", s + "(x) <= " + s + "(y)", "", ""}[cc]
}

func afterAnd(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return map[int]string{0: "r == 0", 1: "r != 0", 4: s + "(r) < 0", 5: s + "(r) >= 0", 10: s + "(r) >= 0", 11: s + "(r) < 0",
		12: s + "(r) > 0", 13: s + "(r) <= 0"}[cc]
}

func afterAdd(cc, bits int) string {
	s := fmt.Sprintf("int%d", bits)
	return map[int]string{0: "r == 0", 1: "r != 0", 2: "r < x", 3: "r >= x", 4: s + "(r) < 0", 5: s + "(r) >= 0"}[cc]
}

// branches makes branches, and what sets flags together with the conditional branch behind it. The flags are stored: what follows may
// read them.
func (u *uops) branches() {
	u.add("uBcond", 0, branch(held))
	u.add("uB", 0, terminator+goTo(0))
	u.add("uBL", 0, "c.R[30] = uint64(in.imm)\n"+terminator+goTo(0))
	for _, bits := range []int{32, 64} {
		u.add(fmt.Sprintf("uCBZ%d", bits), 0, branch(get("src", bits)+" == 0"))
		u.add(fmt.Sprintf("uCBNZ%d", bits), 0, branch(get("src", bits)+" != 0"))
	}
	u.add("uTBZ", 0, branch(reg("src")+"&uint64(in.imm) == 0"))
	u.add("uTBNZ", 0, branch(reg("src")+"&uint64(in.imm) != 0"))
	for _, op := range []struct {
		name, text string
		after      func(cc, bits int) string
	}{{"SUBS", "x - y", afterSubtract}, {"ADDS", "x + y", afterAdd}, {"ANDS", "x & y", afterAnd}} {
		for _, bits := range []int{32, 64} {
			for _, form := range []string{"RR", "RI"} {
				for cc := range 16 {
					cond := op.after(cc, bits)
					if cond == "" {
						continue
					}
					name := fmt.Sprintf("u%s_%s%d_B%d", op.name, form, bits, cc)
					u.add(name, 0, fmt.Sprintf("x := %s\n", get("src", bits))+second(form, bits)+"r := "+op.text+"\n"+flagOf(op.name, bits)+put("dst", bits, "r")+branch(cond))
					u.key(op.name, form, bits, cc+1, name)
				}
			}
		}
	}
	u.add("uRET", 0, "va := "+reg("src")+"\n"+through("", ""))
	u.add("uBR", 0, "va := "+reg("src")+"\n"+through("^modeTarget", "c.BTYPE = in.scale\n"))
	u.add("uBLR", 0, "va := "+reg("src")+"\n"+through("^modeTarget", "c.BTYPE = in.scale\nc.R[30] = uint64(in.imm)\n"))
	u.add("uGo", 0, "va := uint64(in.disp)\n"+through("", ""))
	u.add("uGoBL", 0, "va := uint64(in.disp)\nc.R[30] = uint64(in.imm)\n"+through("", ""))
	u.add("uTarget", 0, "if in.scale>>(c.BTYPE&3)&1 == 0 {\n"+leave+"in = c.engine.slowOp\ncontinue\n}\nc.BTYPE = 0\n"+advance)
}
