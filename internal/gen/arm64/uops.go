package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// uops collects the cases of the switch.
type uops struct {
	names []string
	bytes []int // of memory that the operation accesses
	cases bytes.Buffer
	index []string // entries of the look-up table from form to operation
	whats []string // what there is to do
	forms []string
	body  map[string]string
	pairs []string // entries of the look-up table from two operations to one

	firstPair int      // the first operation that is two
	firsts    []string // of those that are two
}

// add gives the next case.
func (u *uops) add(name string, access int, body string) {
	fmt.Fprintf(&u.cases, "case %s:\n%s\n", name, body)
	if b := strings.TrimSpace(body); !strings.HasSuffix(b, "continue") && !strings.HasSuffix(b, "return") {
		u.cases.WriteString("continue\n") // from here to the top at once: all cases end alike, and in stays in one register
	}
	u.body[name] = body
	u.names = append(u.names, name)
	u.bytes = append(u.bytes, access)
}

// key makes the operation findable by the lowering: what it does, its form, its width and a condition or kind of shift.
func (u *uops) key(what, form string, bits, kind int, name string) {
	u.whats, u.forms = include(u.whats, "do"+what), include(u.forms, "form"+form)
	u.index = append(u.index, fmt.Sprintf("{do%s, form%s, %d, %d}: %s", what, form, bits, kind, name))
}

func include(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

const (
	advance = "in = (*uop)(unsafe.Add(unsafe.Pointer(in), uopSize))"
	leave   = "c.at = uintptr(unsafe.Pointer(in))\n"
)

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
	array, lines, miss := "c.tlbR", "c.lineR", "c.engine.missR"
	if write {
		array, lines, miss = "c.tlbW", "c.lineW", "c.engine.missW"
	}
	size := bits / 8 * count
	last := "ea"
	if size > 1 {
		last = fmt.Sprintf("(ea+%d)", size-1)
	}
	return fmt.Sprintf(`ea := %s
e := &%s[ea>>12&(mmu.Entries-1)]
page := e.page
if e.tag != %s&^pageMask|c.ctx {
%s%sc.engine.missVA = ea
in = %s
continue
%s}
p := (*uint%d)(unsafe.Add(page, ea&pageMask))
`, ea, array, last, askLines(lines, last, size), leave, miss, endLines(size), bits)
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
