package cpu

import (
	"fmt"
	"strings"
)

// Architecture is what a debugger has to know of an instruction set, besides its register table.
type Architecture struct {
	Name  string            // gdb's
	Types map[string]string // definitions of the registers' types that gdb does not know by itself, in its target description's terms

	// Place are the registers that stay the same while a CPU goes from one instruction of a piece of code to the next, and change
	// where something else runs on it: address space, privilege and stack.
	Place [3]string
	// Space is the register that names the address space, by the bits of SpaceMask.
	Space     string
	SpaceMask uint64

	// WatchBefore says that a watchpoint of the architecture's own stops before the access, so that gdb takes its watchpoints out and
	// steps once before it shows the stop.
	WatchBefore bool
}

// FlagsXML is the type of a register of size bytes with fields, each "NAME:BIT" or "NAME:FIRST-LAST", in the terms of gdb's target
// descriptions. A field without a name is reserved and shown.
func FlagsXML(id string, size int, fields string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<flags id=\"%s\" size=\"%d\">\n", id, size)
	for f := range strings.FieldsSeq(fields) {
		name, at, _ := strings.Cut(f, ":")
		first, last, ok := strings.Cut(at, "-")
		if !ok {
			last = first
		}
		fmt.Fprintf(&b, "<field name=\"%s\" start=\"%s\" end=\"%s\"/>\n", name, first, last)
	}
	b.WriteString("</flags>\n")
	return b.String()
}
