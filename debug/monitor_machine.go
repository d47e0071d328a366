package debug

import (
	"fmt"
	"slices"
	"strings"
)

var machineCommands = []Command{
	{"retired", "", "the position: units retired since power-on", monitorRetired},
	{"clock", "", "virtual time: units, idle jumps included, and nanoseconds", monitorClock},
	{"hash", "", "the hash of the machine's whole state", monitorHash},
	{"cpus", "", "each CPU: where it is and whether it is halted", monitorCPUs},
	{"step-policy", "[through|arch|hold]", "whether a step passes through interrupt handlers, ends in them, or keeps them off", monitorPolicy},
	{"stop", "", "stop the machine", monitorStop},
	{"cont", "", "let the machine run", monitorCont},
	{"kill", "", "end the machine", monitorKill},
}

func monitorRetired(d *Debugger, _ int, _ []string) (string, error) {
	return fmt.Sprintf("%d\n", d.target.Retired()), nil
}

func monitorClock(d *Debugger, _ int, _ []string) (string, error) {
	clock, rate := d.target.Clock(), d.target.Rate()
	return fmt.Sprintf("%d units, %d ns\n", clock, nanoseconds(clock, rate)), nil
}

// nanoseconds is the time that so many units take, rounded down.
func nanoseconds(units, rate uint64) uint64 {
	const second = 1_000_000_000
	return units/rate*second + units%rate*second/rate
}

func monitorHash(d *Debugger, _ int, _ []string) (string, error) {
	return fmt.Sprintf("%x\n", d.target.Hash()), nil
}

func monitorCPUs(d *Debugger, cpu int, _ []string) (string, error) {
	var b strings.Builder
	for i, c := range d.cpus {
		mark, state := " ", "running"
		if i == cpu {
			mark = "*"
		}
		if c.Halted() {
			state = "halted"
		}
		fmt.Fprintf(&b, "%s CPU %d: pc=0x%016x %s\n", mark, i, c.PC(), state)
	}
	return b.String(), nil
}

func monitorPolicy(d *Debugger, _ int, args []string) (string, error) {
	if len(args) > 1 {
		return "", errUsage
	}
	if len(args) == 1 {
		p := slices.Index(policyNames[:], args[0])
		if p < 0 {
			return "", errUsage
		}
		d.policy = Policy(p)
	}
	return d.policy.String() + "\n", nil
}

func monitorStop(d *Debugger, _ int, _ []string) (string, error) {
	d.Stop()
	return "", nil
}

func monitorCont(d *Debugger, _ int, _ []string) (string, error) {
	if d.op == nil {
		d.free()
	}
	return "", nil
}

func monitorKill(d *Debugger, _ int, _ []string) (string, error) {
	d.Kill()
	return "", nil
}
