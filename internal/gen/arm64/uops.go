package main

import (
	"fmt"
	"slices"

	"stasis/internal/gen/cases"
)

// uops collects the cases of the switch.
type uops struct {
	cases.Cases
	whats, forms []string // what there is to do, and with which operands
}

// key makes the operation findable by the lowering: what it does, its form, its width and a condition or kind of shift.
func (u *uops) key(what, form string, bits, kind int, name string) {
	u.whats, u.forms = include(u.whats, "do"+what), include(u.forms, "form"+form)
	u.Index = append(u.Index, fmt.Sprintf("{do%s, form%s, %d, %d}: %s", what, form, bits, kind, name))
}

func include(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

const (
	advance    = cases.Advance
	leave      = cases.Leave
	terminator = cases.Terminator
)

var goTo, branch, through = cases.GoTo, cases.Branch, cases.Through

// reg is a register as a place.
func reg(field string) string {
	return "*(*uint64)(unsafe.Add(unsafe.Pointer(&c.R), uintptr(in." + field + ")*8))"
}

// get is a register as a value of the given width.
func get(field string, bits int) string {
	if bits == 64 {
		return reg(field)
	}
	return fmt.Sprintf("uint%d(%s)", bits, reg(field))
}

// put stores v in a register: 32 bits clear the upper half.
func put(field string, bits int, v string) string {
	if bits == 32 {
		v = "uint64(" + v + ")"
	}
	return reg(field) + " = " + v + "\n"
}

// probe makes p the host address of the operand at ea, or takes the miss.
func probe(ea string, bits, count int, write bool) string {
	size := bits / 8 * count
	last := "ea"
	if size > 1 {
		last = fmt.Sprintf("(ea+%d)", size-1)
	}
	return "ea := " + ea + "\n" + look(last, bits, size, write)
}

// look is probe where ea is known; last is the operand's last byte, or any in the same page and in the same piece of it.
func look(last string, bits, size int, write bool) string {
	array, lines, miss := "c.tlbR", "c.lineR", "c.engine.missR"
	if write {
		array, lines, miss = "c.tlbW", "c.lineW", "c.engine.missW"
	}
	return fmt.Sprintf(`e := &%s[ea>>12&(mmu.Entries-1)]
page := e.page
if e.tag != %s&^pageMask|c.ctx {
%s%sc.engine.missVA = ea
in = %s
continue
%s}
p := (*uint%d)(unsafe.Add(page, ea&pageMask))
`, array, last, askLines(lines, last, size), leave, miss, endLines(size), bits)
}

// askLines asks the second array, which has accesses of up to 8 bytes, and of 16.
func askLines(lines, last string, size int) string {
	held := "l.tag != " + last + "&^lineMask"
	switch {
	case size > 16:
		return ""
	case size > 8:
		held = "l.wide != ea"
	}
	return fmt.Sprintf("l := &%s[ea/lineSize%%lineCount]\nif %s || l.ctx != c.ctx {\n", lines, held)
}

func endLines(size int) string {
	if size > 16 {
		return ""
	}
	return "}\npage = l.page\n"
}
