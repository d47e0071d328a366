package main

import "fmt"

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
	u.Add("uBcond", 0, branch(held))
	u.Add("uB", 0, terminator+goTo(0))
	u.Add("uBL", 0, "c.R[30] = uint64(in.imm)\n"+terminator+goTo(0))
	for _, bits := range []int{32, 64} {
		u.Add(fmt.Sprintf("uCBZ%d", bits), 0, branch(get("src", bits)+" == 0"))
		u.Add(fmt.Sprintf("uCBNZ%d", bits), 0, branch(get("src", bits)+" != 0"))
	}
	u.Add("uTBZ", 0, branch(reg("src")+"&uint64(in.imm) == 0"))
	u.Add("uTBNZ", 0, branch(reg("src")+"&uint64(in.imm) != 0"))
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
					u.Add(name, 0, fmt.Sprintf("x := %s\n", get("src", bits))+second(form, bits)+"r := "+op.text+"\n"+flagOf(op.name, bits)+put("dst", bits, "r")+branch(cond))
					u.key(op.name, form, bits, cc+1, name)
				}
			}
		}
	}
	u.Add("uRET", 0, "va := "+reg("src")+"\n"+through("", ""))
	u.Add("uBR", 0, "va := "+reg("src")+"\n"+through("^modeTarget", "c.BTYPE = in.scale\n"))
	u.Add("uBLR", 0, "va := "+reg("src")+"\n"+through("^modeTarget", "c.BTYPE = in.scale\nc.R[30] = uint64(in.imm)\n"))
	u.Add("uGo", 0, "va := uint64(in.disp)\n"+through("", ""))
	u.Add("uGoBL", 0, "va := uint64(in.disp)\nc.R[30] = uint64(in.imm)\n"+through("", ""))
	u.Add("uTarget", 0, "if in.scale>>(c.BTYPE&3)&1 == 0 {\n"+slowly+"}\nc.BTYPE = 0\n"+advance)
}
