package main

import "fmt"

// stackKind is how a group of operations uses the stack: with words of so many bits, through a pointer of so many, and in flat code or
// through SS.
type stackKind struct {
	name          string
	bits, pointer int
	segmented     bool
}

var stacks = []stackKind{{"64", 64, 64, false}, {"32", 32, 32, false}, {"16", 16, 16, true}, {"32s", 32, 16, true}, {"32b", 32, 32, true}}

// cut is an offset in the width of the pointer.
func (s stackKind) cut(v string) string {
	if s.pointer == 64 {
		return v
	}
	return fmt.Sprintf("uint64(uint%d(%s))", s.pointer, v)
}

// probe makes p the host address of the word at an offset, which the variable top holds then.
func (s stackKind) probe(offset string, write bool) string {
	if !s.segmented {
		return probeAt(s.cut(offset), s.bits, write) + "top := ea\n"
	}
	return "top := " + s.cut(offset) + "\n" + within("decode.SS", fmt.Sprint(s.bits/8)) + probeAt("uint64(uint32(c.R[regSegBase+decode.SS] + top))", s.bits, write)
}

// within leaves an access to the handler that does not lie in the plain part of a segment.
func within(segment, size string) string {
	return "if top+" + size + " > c.segEnd[" + segment + "] {\n" + leave + "in = c.engine.slowOp\ncontinue\n}\n"
}

// setPointer writes the stack pointer.
func (s stackKind) setPointer(v string) string {
	if s.pointer == 16 {
		return "*(*uint16)(unsafe.Pointer(&c.R[4])) = uint16(" + v + ")\n"
	}
	return "c.R[4] = " + s.cut(v) + "\n"
}

// target is the linear address of an instruction pointer.
func (s stackKind) target(ip string) string {
	ip = fmt.Sprintf("uint64(uint%d(%s))", s.bits, ip)
	if s.segmented {
		return "uint64(uint32(c.R[regSegBase+decode.CS] + " + ip + "))"
	}
	return ip
}

// stack makes PUSH, POP, LEAVE, and the near branches that use the stack or an address of its width.
func (u *uops) stack(s stackKind) {
	size := s.bits / 8
	word := fmt.Sprintf("uint%d", s.bits)
	top, room := s.probe("c.R[4]", false), s.probe(fmt.Sprintf("c.R[4] - %d", size), true)
	down, up := s.setPointer("top"), s.setPointer(fmt.Sprintf("top + %d", size))
	push := func(v string) string { return room + "*p = " + word + "(" + v + ")\n" + down }
	name := func(op string) string { return "u" + op + s.name }
	u.Add(name("PUSH_r"), size, push("c.R[in.src>>3&31]")+advance)
	u.Add(name("PUSH_i"), size, push("in.imm")+advance)
	u.Add(name("POP_r"), size, top+"v := *p\n"+up+put("dst", s.bits, "v")+advance)
	u.Add(name("LEAVE"), size, s.probe("c.R[5]", false)+put("dst", s.bits, "*p")+up+advance)
	u.Add(name("CALL"), size, push("in.imm")+terminator+goTo(0))
	u.Add(name("RET"), size, top+"va := "+s.target("*p")+"\n"+through(s.setPointer(fmt.Sprintf("top + %d + uint64(in.imm)", size))))
	register := "va := " + s.target("c.R[in.src>>3&31]") + "\n"
	u.Add(name("JMP_r"), 0, register+through(""))
	u.Add(name("CALL_r"), size, room+register+through("*p = "+word+"(in.imm)\n"+down))
	for _, indexed := range variants(true) { // the lowering knows that the indexed one comes next
		u.Add(name("JMP_m")+suffix(indexed, false), size, probe(s.bits, indexed, false)+"va := "+s.target("*p")+"\n"+through(""))
	}
	for _, indexed := range variants(true) {
		to := "var va uint64\n{\n" + probe(s.bits, indexed, false) + "va = " + s.target("*p") + "\n}\n"
		u.Add(name("CALL_m")+suffix(indexed, false), size, to+room+through("*p = "+word+"(in.imm)\n"+down))
	}
}

// segmented makes the address of what stands behind it from an offset in a segment: of 16 or 32 bits.
func (u *uops) segmented() {
	for _, bits := range []int{16, 32} {
		u.Add(fmt.Sprintf("uSEG%d", bits), 0, fmt.Sprintf("top := uint64(uint%d(%s))\n", bits, address(true))+within("in.src&7", "uint64(in.imm)")+
			"c.R[regTemp] = uint64(uint32(c.R[regSegBase+in.src&7] + top))\n"+advance)
	}
}
