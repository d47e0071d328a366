package main

import (
	"fmt"
	"strings"

	"stasis/internal/gen/cases"
	"stasis/internal/gen/semantics"
)

// uops collects the cases of the switch.
type uops struct {
	cases.Cases
	src *semantics.Source
}

// key makes the operation findable by the lowering: mnemonic, form, width, addressing, dead flags, condition.
func (u *uops) key(op, form string, bits int, indexed, dead bool, cc int, name string) {
	u.Index = append(u.Index, fmt.Sprintf("{decode.%s, form%s, %d, %v, %v, %d}: %s", op, strings.ToUpper(form), bits/8, indexed, dead, cc+1, name))
}

const (
	advance    = cases.Advance
	leave      = cases.Leave
	terminator = cases.Terminator
)

var goTo, branch = cases.GoTo, cases.Branch

func through(commit string) string { return cases.Through("", commit) }

// reg is a register as a place of the given width.
func reg(field string, bits int) string {
	return fmt.Sprintf("*(*uint%d)(unsafe.Add(unsafe.Pointer(&c.R), uintptr(in.%s)))", bits, field)
}

// put stores v in a register: 32 bits clear the upper half.
func put(field string, bits int, v string) string {
	if bits == 32 {
		return reg(field, 64) + " = uint64(" + v + ")\n"
	}
	return reg(field, bits) + " = " + v + "\n"
}

// address is the effective address.
func address(indexed bool) string {
	if indexed {
		return reg("base", 64) + " + " + reg("idx", 64) + "<<(in.scale&3) + uint64(in.disp)"
	}
	return reg("base", 64) + " + uint64(in.disp)"
}

// probe makes p the host address of the operand, or takes the miss.
func probe(bits int, indexed, write bool) string {
	return probeAt(address(indexed), bits, write)
}

func probeAt(ea string, bits int, write bool) string {
	array, lines, miss := "c.tlbR", "c.lineR", "c.engine.missR"
	if write {
		array, lines, miss = "c.tlbW", "c.lineW", "c.engine.missW"
	}
	last := "ea"
	if bits > 8 {
		last = fmt.Sprintf("(ea+%d)", bits/8-1)
	}
	return fmt.Sprintf(`ea := %s
e := &%s[ea>>12&(mmu.Entries-1)]
page := e.page
if e.tag != %s&^pageMask|c.ctx {
l := &%s[ea/lineSize%%lineCount]
if l.tag != %s&^lineMask || l.ctx != c.ctx {
%sc.engine.missVA = ea
in = %s
continue
}
page = l.page
}
p := (*uint%d)(unsafe.Add(page, ea&pageMask))
`, ea, array, last, lines, last, leave, miss, bits)
}

// mode distinguishes what a case is made for.
func variants(yes bool) []bool {
	if yes {
		return []bool{false, true}
	}
	return []bool{false}
}

func suffix(indexed, dead bool) (s string) {
	if indexed {
		s += "x"
	}
	if dead {
		s += "_n"
	}
	return s
}

// form is an operand form of a two-operand instruction.
type form struct {
	name     string
	dst, src string // reg, mem, imm
}

var twoOperand = []form{{"rr", "reg", "reg"}, {"ri", "reg", "imm"}, {"rm", "reg", "mem"}, {"mr", "mem", "reg"}, {"mi", "mem", "imm"}}

// operands binds dst and src, and returns how the result is written.
func operands(fm form, bits int, indexed, store bool) (pre, post string) {
	switch {
	case fm.dst == "mem":
		pre = probe(bits, indexed, store) + "dst := *p\n"
		post = "*p = r\n"
	case fm.src == "mem":
		pre = probe(bits, indexed, false)
		fallthrough
	default:
		pre += "dst := " + reg("dst", bits) + "\n"
		post = put("dst", bits, "r")
	}
	switch fm.src {
	case "reg":
		pre += "src := " + reg("src", bits) + "\n"
	case "imm":
		pre += fmt.Sprintf("src := uint%d(in.imm)\n", bits)
	case "mem":
		pre += "src := *p\n"
	}
	return pre, post
}

func (f form) memory() bool { return f.dst == "mem" || f.src == "mem" }

func access(fm bool, bits int) int {
	if fm {
		return bits / 8
	}
	return 0
}

// arithmetic makes the cases of the two-operand instructions.
func (u *uops) arithmetic(op string) {
	f := u.src.Funcs[strings.ToLower(op)]
	for _, bits := range []int{8, 16, 32, 64} {
		for _, fm := range twoOperand {
			for _, indexed := range variants(fm.memory()) {
				for _, dead := range variants(f.Results > 0 && fm.dst == "reg") {
					name := fmt.Sprintf("u%s_%s%d%s", op, fm.name, bits, suffix(indexed, dead))
					pre, post := operands(fm, bits, indexed, f.Results > 0)
					x := &expansion{src: u.src, bits: bits, live: !dead}
					if f.Results > 0 {
						x.result = "r"
						pre += fmt.Sprintf("var r uint%d\n", bits)
					} else {
						post = ""
					}
					u.Add(name, access(fm.memory(), bits), pre+x.body(f)+post+advance)
					u.key(op, fm.name, bits, indexed, dead, -1, name)
				}
			}
		}
	}
}

// unary makes INC, DEC, NEG and NOT.
func (u *uops) unary(op string) {
	f := u.src.Funcs[strings.ToLower(op)]
	for _, bits := range []int{8, 16, 32, 64} {
		for _, fm := range []form{{"r", "reg", ""}, {"m", "mem", ""}} {
			for _, indexed := range variants(fm.memory()) {
				for _, dead := range variants(f.Flags && !fm.memory()) {
					name := fmt.Sprintf("u%s_%s%d%s", op, fm.name, bits, suffix(indexed, dead))
					pre, post := operands(fm, bits, indexed, true)
					x := &expansion{src: u.src, bits: bits, live: !dead, result: "r"}
					u.Add(name, access(fm.memory(), bits), pre+fmt.Sprintf("var r uint%d\n", bits)+x.body(f)+post+advance)
					u.key(op, fm.name, bits, indexed, dead, -1, name)
				}
			}
		}
	}
}

// shift makes shifts and rotates of a register by an immediate that is not 0, or by CL.
func (u *uops) shift(op string) {
	f := u.src.Funcs[strings.ToLower(op)]
	for _, bits := range []int{8, 16, 32, 64} {
		for _, by := range []string{"ri", "rc"} {
			for _, dead := range []bool{false, true} {
				name := fmt.Sprintf("u%s_%s%d%s", op, by, bits, suffix(false, dead))
				x := &expansion{src: u.src, bits: bits, live: !dead, nonzero: by == "ri", result: "r"}
				count := "uint8(in.imm)"
				if by == "rc" {
					count = "uint8(c.R[1])"
				}
				u.Add(name, 0, fmt.Sprintf("dst, count := %s, %s\nvar r uint%d\n%s%s%s", reg("dst", bits), count, bits, x.body(f), put("dst", bits, "r"), advance))
				u.key(op, by, bits, false, dead, -1, name)
			}
		}
	}
}

// multiply makes IMUL with two and three operands: the register and a source, or a source and an immediate.
func (u *uops) multiply() {
	f := u.src.Funcs["imul"]
	for _, bits := range []int{32, 64} {
		for _, fm := range []form{{"rr", "reg", "reg"}, {"rm", "reg", "mem"}, {"rri", "reg", "reg"}} {
			for _, indexed := range variants(fm.memory()) {
				for _, dead := range []bool{false, true} {
					name := fmt.Sprintf("uIMUL_%s%d%s", fm.name, bits, suffix(indexed, dead))
					pre, post := operands(fm, bits, indexed, true)
					if fm.name == "rri" {
						pre = fmt.Sprintf("dst, src := %s, uint%d(in.imm)\n", reg("src", bits), bits)
					}
					x := &expansion{src: u.src, bits: bits, live: !dead, result: "r"}
					u.Add(name, access(fm.memory(), bits), pre+fmt.Sprintf("var r uint%d\n", bits)+x.body(f)+post+advance)
					u.key("IMUL", fm.name, bits, indexed, dead, -1, name)
				}
			}
		}
	}
}
