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
	lines []string
	quiet bool // nobody wants to know
}

// Limits of a story that fits a slide.
const (
	slideHead = 15
	slideTail = 8
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
	if !s.quiet {
		s.lines = append(s.lines, fmt.Sprintf(format, args...))
	}
}

func (s *story) resume(step int) {
	if step >= 0 {
		s.line("step CPU %d", step)
		return
	}
	s.line("continue")
}

// stop shows where the guest has stopped.
func (s *story) stop(stop debug.Stop) { s.state(stop.CPU, why(stop)) }

// state shows a CPU: position, flags, the timer's line, ticks, and the next instruction.
func (s *story) state(cpu int, what string) {
	r := s.rig
	if s.quiet {
		return
	}
	st := r.cpu(cpu)
	text := fmt.Sprintf("%9d %d %s %s %s %5d  %s", r.machine.Retired(), cpu, flag(st.RFLAGS&(1<<9) != 0, "IF"), flag(st.RFLAGS&(1<<8) != 0, "TF"),
		flag(st.INTR, "INTR"), r.word(r.scenario.tickCounter()), s.instruction(cpu))
	s.add("%-76s %s", text, what)
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

// slide cuts a story to what fits one.
func (s *story) slide() string {
	lines := s.lines
	if n := len(lines); n > slideHead+slideTail+1 {
		lines = append(append([]string(nil), lines[:slideHead]...), fmt.Sprintf("%33s… %d lines …", "", n-slideHead-slideTail))
		lines = append(lines, s.lines[n-slideTail:]...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  retired C IF TF INTR ticks  next instruction\n")
	for _, l := range lines {
		if r := []rune(l); len(r) > slideWide {
			l = string(r[:slideWide-1]) + "…"
		}
		fmt.Fprintln(&b, strings.TrimRight(l, " "))
	}
	return b.String()
}

// Explain tells what happens in one cell.
func Explain(s *Scenario, c Column) (string, error) {
	r, err := s.run(c)
	if err != nil {
		return "", err
	}
	return r.story.slide(), nil
}
