package lab

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"stasis/debug"
)

// story is what happens in one cell, as lines for people.
type story struct {
	rig   *rig
	told  bool // somebody wants to know
	lines []string
	// What the guest has run since the last line of somebody else's.
	first, last []string // units
	units       int
	delivered   []uint64 // interrupts of each CPU before the latest of them
}

// A run of more units than many is only counted; shorter ones are shown whole, or by the first and the last few.
const (
	shown = 5
	many  = 100
)

// begin has the story told, unit by unit.
func (s *story) begin() {
	s.told, s.delivered = true, make([]uint64, len(s.rig.machine.CPUs()))
	s.rig.machine.TellUnits(s.unit)
}

// unit is told of a unit that a CPU is about to run.
func (s *story) unit(cpu int) {
	s.mark()
	s.delivered[cpu] = s.interrupts(cpu)
	s.units++
	line := s.here(cpu)
	if s.units <= shown {
		s.first = append(s.first, line)
		return
	}
	if s.last = append(s.last, line); len(s.last) > shown {
		s.last = s.last[1:]
	}
}

// mark says of the latest unit what it was, if it was no instruction.
func (s *story) mark() {
	list := s.first
	if len(s.last) > 0 {
		list = s.last
	}
	if len(list) == 0 {
		return
	}
	line := &list[len(list)-1]
	var cpu int
	fmt.Sscanf((*line)[9:], "%d", &cpu)
	if s.interrupts(cpu) != s.delivered[cpu] && !strings.HasSuffix(*line, interrupted) {
		*line = fmt.Sprintf("%-76s %s", *line, interrupted)
	}
}

const interrupted = "<- interrupt"

func (s *story) interrupts(cpu int) uint64 {
	return s.rig.machine.CPUs()[cpu].(interface{ Interrupts() uint64 }).Interrupts()
}

// ran tells of the units since the last line; those in the midst of many are only counted.
func (s *story) ran() {
	s.mark()
	if s.units > many {
		s.first, s.last = nil, nil
	}
	units := s.first
	if n := s.units - len(s.first) - len(s.last); n > 0 {
		units = append(units, fmt.Sprintf("%33s… %d units …", "", n))
	}
	units = append(units, s.last...)
	s.first, s.last, s.units = nil, nil, 0
	for _, u := range units {
		if n := len(s.lines); n == 0 || !strings.HasPrefix(s.lines[n-1], u) {
			s.lines = append(s.lines, u)
		}
	}
}

// Limits of a story that fits a slide.
const (
	slideHead = 18
	slideTail = 5
	slideWide = 100
)

func (s *story) line(format string, args ...any) {
	s.add("%s# %s", strings.Repeat(" ", 31), fmt.Sprintf(format, args...))
}

// aside is what a back end does behind the guest's back.
func (s *story) aside(cpu int, what string) {
	s.add("%s  | CPU %d: %s, at %s", strings.Repeat(" ", 31), cpu, what, s.rig.name(s.rig.machine.CPUs()[cpu].PC()))
}

func (s *story) add(format string, args ...any) {
	if s.told {
		s.ran()
		s.lines = append(s.lines, fmt.Sprintf(format, args...))
	}
}

func (s *story) resume(step int) {
	switch {
	case step < 0:
		s.line("continue")
	case len(s.rig.at) > 1:
		s.line("step CPU %d", step)
	}
}

// stop shows where the guest has stopped. An instruction that was about to run there has not.
func (s *story) stop(stop debug.Stop) {
	if !s.told {
		return
	}
	line := s.here(stop.CPU)
	for _, list := range []*[]string{&s.last, &s.first} {
		if n := len(*list); n > 0 {
			if (*list)[n-1] == line {
				*list = (*list)[:n-1]
				s.units--
			}
			break
		}
	}
	s.add("%-76s %s", line, why(stop))
}

// here shows where a CPU is: position, flags, the timer's line, ticks, and the next instruction.
func (s *story) here(cpu int) string {
	r := s.rig
	st := r.cpu(cpu)
	return fmt.Sprintf("%9d %d %s %s %s %5d  %s", r.machine.Retired(), cpu, flag(st.RFLAGS&(1<<9) != 0, "IF"), flag(st.RFLAGS&(1<<8) != 0, "TF"),
		flag(st.INTR, "INTR"), r.word(r.scenario.tickCounter()), s.instruction(cpu))
}

func why(stop debug.Stop) string {
	if stop.Kind == debug.StopEnd {
		return stop.Reason
	}
	return [...]string{"stopped", "step", "BREAKPOINT", "watchpoint", stop.Reason, "", stop.Reason, stop.Reason}[stop.Kind]
}

func flag(on bool, name string) string {
	if on {
		return name
	}
	return strings.Repeat("-", len(name))
}

// instruction is the one that a CPU stands at, as the guest has it.
func (s *story) instruction(cpu int) string {
	r := s.rig
	c := r.backend.CPUs()[cpu]
	code := make([]byte, 0, 15)
	for va := c.PC(); len(code) < cap(code); va++ {
		var b [1]byte
		pa, ok := c.Translate(va)
		if !ok || r.backend.ReadPhysical(b[:], pa) == 0 {
			break
		}
		code = append(code, b[0])
	}
	text := "not mapped"
	if i, err := x86asm.Decode(code, 64); err == nil {
		text = strings.ToLower(x86asm.IntelSyntax(i, c.PC(), nil))
	} else if len(code) > 0 {
		text = fmt.Sprintf("(% x)", code[:1])
	}
	return fmt.Sprintf("%-18s %s", r.name(c.PC()), text)
}

// name is an address by the nearest symbol below it.
func (r *rig) name(addr uint64) string {
	best, at := "", uint64(0)
	for name, a := range r.symbols {
		if a <= addr && a >= 1<<20 && (a > at || a == at && (best == "" || name < best)) {
			best, at = name, a
		}
	}
	switch {
	case best == "" || addr-at > 4096:
		return fmt.Sprintf("%#x", addr)
	case addr == at:
		return best
	}
	return fmt.Sprintf("%s+%d", best, addr-at)
}

// end closes the story with its verdict.
func (s *story) end() {
	if len(s.rig.faults) == 0 {
		s.line("GREEN")
		return
	}
	s.line("RED: %s", strings.Join(s.rig.faults, "; "))
}

// text is the story, cut to what fits a slide unless all of it is wanted.
func (s *story) text(all bool) string {
	lines := s.lines
	if n := len(lines); !all && n > slideHead+slideTail+1 {
		lines = append(append([]string(nil), lines[:slideHead]...), fmt.Sprintf("%33s… %d lines …", "", n-slideHead-slideTail))
		lines = append(lines, s.lines[n-slideTail:]...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  retired C IF TF INTR ticks  next instruction\n")
	for _, l := range lines {
		if r := []rune(l); !all && len(r) > slideWide {
			l = string(r[:slideWide-1]) + "…"
		}
		fmt.Fprintln(&b, strings.TrimRight(l, " "))
	}
	return b.String()
}

// Explain tells what happens in one cell: all of it, or what fits a slide.
func Explain(s *Scenario, c Column, all bool) (string, error) {
	r, err := s.run(c, true)
	if err != nil {
		return "", err
	}
	return r.story.text(all), nil
}
