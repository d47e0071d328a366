package gdbremote

import (
	"testing"

	debugger "stasis/debug"
)

// TestStepsOverAccess tells gdb's own step after a watchpoint from all others: it is of the CPU that stopped, alone, and made with no
// watchpoint inserted.
func TestStepsOverAccess(t *testing.T) {
	const hold, step, run = debugger.Hold, debugger.Step, debugger.Continue
	none := map[point]bool{}
	for name, v := range map[string]struct {
		access   int
		inserted map[point]bool
		request  debugger.Request
		want     bool
	}{
		"gdb's":               {1, none, debugger.Request{Actions: []debugger.Action{hold, step}}, true},
		"beside a breakpoint": {1, map[point]bool{{class: '0', addr: 64}: true}, debugger.Request{Actions: []debugger.Action{hold, step}}, true},
		"no watchpoint's":     {noThread, none, debugger.Request{Actions: []debugger.Action{hold, step}}, false},
		"another CPU's":       {0, none, debugger.Request{Actions: []debugger.Action{hold, step}}, false},
		"not alone":           {1, none, debugger.Request{Actions: []debugger.Action{run, step}}, false},
		"both":                {1, none, debugger.Request{Actions: []debugger.Action{step, step}}, false},
		"continue":            {1, none, debugger.Request{Actions: []debugger.Action{hold, run}}, false},
		"a range":             {1, none, debugger.Request{Actions: []debugger.Action{hold, step}, Range: &debugger.Range{From: 4, To: 8}}, false},
		"watched still":       {1, map[point]bool{{class: '2', addr: 64, kind: 8}: true}, debugger.Request{Actions: []debugger.Action{hold, step}}, false},
	} {
		c := &Conn{access: v.access, inserted: v.inserted}
		if got := c.stepsOverAccess(v.request); got != v.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
