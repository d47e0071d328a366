package debug

import (
	"fmt"
	"strings"
)

var breakpointCommands = []Command{
	{"info breakpoints", "", "the breakpoints and watchpoints that are in force", monitorBreakpoints},
}

func monitorBreakpoints(d *Debugger, _ int, _ []string) (string, error) {
	var b strings.Builder
	for _, a := range d.breakpoints.addresses() {
		fmt.Fprintf(&b, "break 0x%x\n", a)
	}
	for _, w := range d.watchpoints.list() {
		fmt.Fprintf(&b, "%s 0x%x, %d bytes\n", w.access, w.addr, w.size)
	}
	if b.Len() == 0 {
		return "none\n", nil
	}
	return b.String(), nil
}
