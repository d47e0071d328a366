// Package target makes a machine.Machine a Target of the debugger.
package target

import (
	"stasis/debug"
	_ "stasis/debug/arm64" // what there is to know of the architectures
	_ "stasis/debug/x86"
	"stasis/machine"
)

// Machine is a machine as the debugger sees it.
type Machine struct {
	*machine.Machine
	cpus []debug.CPU
	Last machine.Stop // why the machine last stopped
}

// New wraps a machine.
func New(m *machine.Machine) *Machine {
	t := &Machine{Machine: m}
	for _, c := range m.CPUs() {
		t.cpus = append(t.cpus, c)
	}
	return t
}

// CPUs are the machine's.
func (t *Machine) CPUs() []debug.CPU { return t.cpus }

// Rate is units per virtual second.
func (t *Machine) Rate() uint64 { return t.Config().IPS }

// Resume runs the machine by a debugger's plan.
func (t *Machine) Resume(p debug.Plan) debug.Stop {
	plan := machine.Plan{Units: p.Units, Clock: p.Clock}
	for i, a := range p.Actions {
		if a == debug.Step {
			if plan.Actions == nil {
				plan.Actions = make([]machine.Action, len(p.Actions))
			}
			plan.Actions[i] = machine.Step
		}
	}
	t.Last = t.Machine.Resume(plan)
	return Report(t.Last)
}

// Report is a stop in the debugger's words.
func Report(s machine.Stop) debug.Stop {
	stop := debug.Stop{CPU: s.CPU, Addr: s.Addr, Reason: s.Reason.String(), Code: s.ExitCode(), Access: debug.Read}
	if s.Write {
		stop.Access = debug.Write
	}
	switch s.Reason {
	case machine.StopInterrupted:
		stop.Kind = debug.StopInterrupt
	case machine.StopStep:
		stop.Kind = debug.StopStep
	case machine.StopBreakpoint:
		stop.Kind = debug.StopBreakpoint
	case machine.StopWatchpoint:
		stop.Kind = debug.StopWatchpoint
	case machine.StopCatch:
		stop.Kind, stop.Reason = debug.StopCatch, "caught "+s.Detail
	case machine.StopTripleFault, machine.StopHaltedForever, machine.StopStrict:
		stop.Kind = debug.StopFatal
	default:
		stop.Kind = debug.StopEnd
	}
	return stop
}

// ReadPhysical reads up to the first byte that is not memory.
func (t *Machine) ReadPhysical(p []byte, pa uint64) int { return eachPage(p, pa, t.ReadPhys) }

// WritePhysical writes up to the first byte that is not memory.
func (t *Machine) WritePhysical(p []byte, pa uint64) int { return eachPage(p, pa, t.WritePhys) }

// eachPage moves bytes page by page until that fails, and says how many it has moved.
func eachPage(p []byte, pa uint64, move func(p []byte, pa uint64) error) int {
	done := 0
	for done < len(p) {
		at := pa + uint64(done)
		n := min(len(p)-done, int(4096-at%4096))
		if move(p[done:done+n], at) != nil {
			break
		}
		done += n
	}
	return done
}
