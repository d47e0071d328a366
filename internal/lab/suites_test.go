package lab

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"stasis/debug"
	"stasis/debug/backend"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// spoilt are the checks that a stub spoils by its design, and how.
var spoilt = map[string]map[string]string{
	"whpx": {
		"task-faults": "every #DB is gdb's, that of a task's T bit too",
		"nmis":        "the interrupt state is cleared after a step, and with it what holds NMIs",
	},
}

// TestSuitesUnderSteps: the checks of protection, tasks, modes and interrupts pass while every other unit of them is a step of a
// stub that hides a flag.
func TestSuitesUnderSteps(t *testing.T) {
	for _, suite := range []string{guests.Checks32, guests.Checks} {
		all := checks(t, "native", suite, "", 0)
		for _, name := range []string{"mask-if", "whpx"} {
			t.Run(name+"/"+suite, func(t *testing.T) {
				t.Parallel()
				for _, line := range all {
					check, ok := strings.CutPrefix(line, "PASS ")
					if !ok {
						continue
					}
					passed := slices.Contains(checks(t, name, suite, check, 0), line) && slices.Contains(checks(t, name, suite, check, 1), line)
					if passed != (spoilt[name][check] == "") {
						t.Errorf("%s has passed under steps: %v", check, passed)
					}
				}
			})
		}
	}
}

// stepped is how far a check is stepped; what waits for timers is longer.
const stepped = 50_000

// checks runs a suite, or one of its checks, and returns what it prints, a line for each check. The odd or the even units are steps.
func checks(t *testing.T, name, suite, check string, first int) []string {
	t.Helper()
	var out bytes.Buffer
	m, err := machine.New(machine.Config{
		CPU: "intel", Mem: 16 << 20, Kernel: loader.File{Name: suite, Data: guests.ELF(suite)}, Append: check,
	}, machine.Host{Serial: [2]io.Writer{&out}, Until: limit})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	b, err := backend.New(name, target.New(m), backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := first; ; n++ {
		plan := debug.Plan{Actions: []debug.Action{debug.Step}}
		switch {
		case name == "native" || m.Retired() > stepped:
			plan.Actions[0] = debug.Continue
		case n%2 == 0:
			plan = debug.Plan{Actions: []debug.Action{debug.Continue}, Units: 1}
		}
		if stop := b.Resume(plan); stop.Kind == debug.StopEnd || stop.Kind == debug.StopFatal {
			return strings.Split(strings.TrimSpace(out.String()), "\n")
		}
	}
}
