package main

import "fmt"

// modes are the addressing modes: the address, and what becomes of the base.
var modes = []struct{ name, ea, after string }{
	{"IMM", "%s + uint64(in.disp)", ""},
	{"IDX", "%s + " + reg("idx") + "<<(in.scale&3)", ""},
	{"PRE", "%s + uint64(in.disp)", "ea"},
	{"POST", "%s", "ea + uint64(in.disp)"},
}

// memory makes the loads and stores of general registers, one or two at a time.
func (u *uops) memory() {
	loads := []struct {
		name, text string
		bits       int
	}{
		{"LDR", "uint64(*p)", 8}, {"LDR", "uint64(*p)", 16}, {"LDR", "uint64(*p)", 32}, {"LDR", "*p", 64},
		{"LDRS64", "uint64(int8(*p))", 8}, {"LDRS64", "uint64(int16(*p))", 16}, {"LDRS64", "uint64(int32(*p))", 32},
		{"LDRS32", "uint64(uint32(int8(*p)))", 8}, {"LDRS32", "uint64(uint32(int16(*p)))", 16},
	}
	for _, m := range modes {
		ea, after := fmt.Sprintf(m.ea, reg("base")), ""
		if m.after != "" {
			after = reg("base") + " = " + m.after + "\n"
		}
		for _, l := range loads {
			name := fmt.Sprintf("u%s_%s%d", l.name, m.name, l.bits)
			u.add(name, l.bits/8, probe(ea, l.bits, 1, false)+reg("dst")+" = "+l.text+"\n"+after+advance)
			u.key(l.name, m.name, l.bits, 0, name)
		}
		for _, bits := range []int{8, 16, 32, 64} {
			name := fmt.Sprintf("uSTR_%s%d", m.name, bits)
			u.add(name, bits/8, probe(ea, bits, 1, true)+"*p = "+get("src", bits)+"\n"+after+advance)
			u.key("STR", m.name, bits, 0, name)
		}
		if m.name == "IDX" {
			continue
		}
		for _, bits := range []int{32, 64} {
			q := fmt.Sprintf("q := (*uint%d)(unsafe.Add(unsafe.Pointer(p), %d))\n", bits, bits/8)
			name := fmt.Sprintf("uLDP_%s%d", m.name, bits)
			u.add(name, bits/4, probe(ea, bits, 2, false)+q+"v, w := *p, *q\n"+reg("dst")+" = uint64(v)\n"+reg("src")+" = uint64(w)\n"+after+advance)
			u.key("LDP", m.name, bits, 0, name)
			name = fmt.Sprintf("uSTP_%s%d", m.name, bits)
			u.add(name, bits/4, probe(ea, bits, 2, true)+q+"*p = "+get("dst", bits)+"\n*q = "+get("src", bits)+"\n"+after+advance)
			u.key("STP", m.name, bits, 0, name)
		}
	}
	u.add("uCheckSP", 0, "if c.R[regSP]&15 != 0 {\n"+leave+"in = c.engine.slowOp\ncontinue\n}\n"+advance)
}
