package main

import (
	"fmt"
	"strings"
)

// slowly leaves the instruction to its handler.
const slowly = leave + "in = c.engine.slowOp\ncontinue\n"

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
			u.Add(name, l.bits/8, probe(ea, l.bits, 1, false)+reg("dst")+" = "+l.text+"\n"+after+advance)
			u.key(l.name, m.name, l.bits, 0, name)
		}
		for _, bits := range []int{8, 16, 32, 64} {
			name := fmt.Sprintf("uSTR_%s%d", m.name, bits)
			u.Add(name, bits/8, probe(ea, bits, 1, true)+"*p = "+get("src", bits)+"\n"+after+advance)
			u.key("STR", m.name, bits, 0, name)
		}
		if m.name == "IDX" {
			continue
		}
		for _, bits := range []int{32, 64} {
			q := fmt.Sprintf("q := (*uint%d)(unsafe.Add(unsafe.Pointer(p), %d))\n", bits, bits/8)
			name := fmt.Sprintf("uLDP_%s%d", m.name, bits)
			u.Add(name, bits/4, probe(ea, bits, 2, false)+q+"v, w := *p, *q\n"+reg("dst")+" = uint64(v)\n"+reg("src")+" = uint64(w)\n"+after+advance)
			u.key("LDP", m.name, bits, 0, name)
			name = fmt.Sprintf("uSTP_%s%d", m.name, bits)
			u.Add(name, bits/4, probe(ea, bits, 2, true)+q+"*p = "+get("dst", bits)+"\n*q = "+get("src", bits)+"\n"+after+advance)
			u.key("STP", m.name, bits, 0, name)
		}
	}
	u.vectorMemory()
	u.Add("uCheckSP", 0, "if c.R[regSP]&15 != 0 {\n"+slowly+"}\n"+advance)
}

// words are the parts of a SIMD&FP register's access: how many of how many bits.
func words(bits int) (count, each int) {
	if bits == 128 {
		return 2, 64
	}
	return 1, bits
}

// vectorMemory makes the loads and stores of SIMD&FP registers, one to four at a time. A load clears what it does not fill.
func (u *uops) vectorMemory() {
	for _, m := range modes {
		ea, after := fmt.Sprintf(strings.ReplaceAll(m.ea, "&3)", "&7)"), reg("base")), ""
		if m.after != "" {
			after = reg("base") + " = " + m.after + "\n"
		}
		for _, bits := range []int{8, 16, 32, 64, 128} {
			for n, kind := range []string{"R", "P", "T", "Q"} {
				if n > 0 && (bits < 32 || m.name == "IDX") || n > 1 && (bits < 64 || m.name == "PRE") {
					continue
				}
				fields := [][]string{{"dst"}, {"dst", "src"}, {"dst", "src", "idx"}, {"dst", "src", "idx", "scale"}}[n]
				count, each := words(bits)
				for _, write := range []bool{false, true} {
					what := map[bool]string{false: "LD", true: "ST"}[write] + kind + "V"
					name := fmt.Sprintf("u%s_%s%d", what, m.name, bits)
					u.Add(name, bits/8*(n+1), probe(ea, each, count*(n+1), write)+vectorMove(fields, count, each, write)+after+advance)
					u.key(what, m.name, bits, 0, name)
				}
			}
		}
	}
}

// vectorMove moves registers from or to p.
func vectorMove(fields []string, count, each int, write bool) (s string) {
	for n, f := range fields {
		for half := range 2 {
			v := vector(f, half)
			if half >= count {
				if !write {
					s += v + " = 0\n"
				}
				continue
			}
			at := fmt.Sprintf("*(*uint%d)(unsafe.Add(unsafe.Pointer(p), %d))", each, (n*count+half)*each/8)
			if write {
				s += fmt.Sprintf("%s = uint%d(%s)\n", at, each, v)
			} else {
				s += fmt.Sprintf("%s = uint64(%s)\n", v, at)
			}
		}
	}
	return s
}

// vector is half of a SIMD&FP register as a place.
func vector(field string, half int) string {
	return fmt.Sprintf("*(*uint64)(unsafe.Add(unsafe.Pointer(&c.V), uintptr(in.%s)*16+%d))", field, 8*half)
}
