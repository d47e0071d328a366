package main

import (
	"errors"
	"fmt"
	"strings"

	"stasis/cpu/x86"
	"stasis/debug"
	"stasis/machine"
	"stasis/mmu"
)

// addCommands gives the monitor the commands that need the machine and not only a debugger's view of it.
func (s *session) addCommands() {
	for _, c := range []debug.Command{
		{Name: "timers", Args: "[pause|pause-step|run]", Help: "the deadlines that devices have set; with a word: what time does while stopped (--clock host)", Run: s.timers},
		{Name: "system_reset", Help: "start the machine anew, as its reset button would", Run: s.systemReset},
		{Name: "info tlb", Help: "the translations that the CPU holds", Run: s.tlb},
	} {
		s.debugger.AddCommand(c)
	}
}

func (s *session) timers(_ *debug.Debugger, _ int, args []string) (string, error) {
	switch len(args) {
	case 0:
		return s.deadlines(), nil
	case 1:
		return s.clockPolicy(args[0])
	}
	return "usage: timers [pause|pause-step|run]\n", nil
}

// clockPolicy says what time does while the machine is stopped, from this stop on.
func (s *session) clockPolicy(name string) (string, error) {
	policy, err := machine.ParseClockOnStop(name)
	if err != nil {
		return "", err
	}
	if _, follows := s.machine.ClockOnStop(); !follows {
		if policy == machine.ClockRuns {
			return "", errors.New("time is counted in instructions here: it cannot run while none is executed; --clock host can")
		}
		return "time is counted in instructions: it never passes while the machine is stopped\n", nil
	}
	s.machine.SetClockOnStop(policy)
	return fmt.Sprintf("while the machine is stopped: %s\n", policyText[policy]), nil
}

// policyText describes what time does.
var policyText = [...]string{
	machine.ClockPauses:      "all timers pause",
	machine.ClockPausesSteps: "all timers pause, and during steps too",
	machine.ClockRuns:        "all timers run",
}

func (s *session) deadlines() string {
	var b strings.Builder
	now := s.machine.Clock()
	for _, t := range s.machine.Timers() {
		fmt.Fprintf(&b, "%s: at %d, in %d units\n", t.Name, t.Deadline, t.Deadline-min(now, t.Deadline))
	}
	if b.Len() == 0 {
		return "none\n"
	}
	return b.String()
}

func (s *session) systemReset(*debug.Debugger, int, []string) (string, error) {
	s.machine.PressReset()
	return "", nil
}

func (s *session) tlb(_ *debug.Debugger, cpu int, _ []string) (string, error) {
	c, ok := s.machine.CPUs()[cpu].(*x86.CPU)
	if !ok {
		return "", fmt.Errorf("CPU %d does not tell", cpu)
	}
	t := c.Snapshot().TLB
	var b strings.Builder
	for _, side := range []struct {
		name    string
		entries *[mmu.Entries]mmu.Entry
	}{{"data", &t.D}, {"code", &t.I}} {
		for _, e := range side.entries {
			if e.Tag&1 != 0 {
				fmt.Fprintf(&b, "%s 0x%016x -> 0x%x %s pcid %d\n", side.name, e.Tag&^1, e.PA, rights(e.Perm), e.PCID)
			}
		}
	}
	return b.String(), nil
}

// rights are an entry's permissions, a letter each.
func rights(perm uint16) string {
	b := []byte("------")
	for i, r := range []struct {
		bit    uint16
		letter byte
	}{{mmu.PermUser, 'u'}, {mmu.PermWrite, 'w'}, {mmu.PermExec, 'x'}, {mmu.PermDirty, 'd'}, {mmu.PermGlobal, 'g'}, {mmu.PermLarge, 'l'}} {
		if perm&r.bit != 0 {
			b[i] = r.letter
		}
	}
	return string(b)
}
