package debug

import (
	"fmt"
	"slices"
	"strings"

	"stasis/cpu"
)

var registerCommands = []Command{
	{"info registers", "[all|NAME…]", "the general and system registers, all of them, or those named", monitorRegisters},
}

func monitorRegisters(d *Debugger, cpu int, args []string) (string, error) {
	for _, a := range args {
		if _, ok := d.names[a]; !ok && a != "all" {
			return "", fmt.Errorf("no register %q", a)
		}
	}
	var lines columns
	for i, r := range d.Registers() {
		if wanted(r, args) {
			lines.add(fmt.Sprintf("%s=%s", r.Name, bigEndianHex(d.cpus[cpu].ReadRegister(i))))
		}
	}
	return lines.String(), nil
}

func wanted(r cpu.Register, args []string) bool {
	if len(args) == 0 {
		return r.Group != "float" && r.Group != "vector"
	}
	return slices.Contains(args, r.Name) || slices.Contains(args, "all")
}

// bigEndianHex is a register as it is written: its top digit first.
func bigEndianHex(b []byte) string {
	b = slices.Clone(b)
	slices.Reverse(b)
	return fmt.Sprintf("%x", b)
}

// columns sets words in columns of a fixed width, in lines of at most 80 characters.
type columns struct {
	lines []string
}

func (c *columns) add(word string) {
	const width, tab = 80, 21
	last := len(c.lines) - 1
	if last >= 0 {
		used := (len(c.lines[last]) + tab) / tab * tab
		if used+len(word) <= width {
			c.lines[last] += strings.Repeat(" ", used-len(c.lines[last])) + word
			return
		}
	}
	c.lines = append(c.lines, word)
}

func (c *columns) String() string { return strings.Join(c.lines, "\n") + "\n" }
