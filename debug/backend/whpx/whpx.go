// Package whpx models QEMU's stub for the Windows Hypervisor Platform.
//
// Models: QEMU patch "whpx: Added support for breakpoints and stepping" (Ivan Shcherbakov, February to March 2022, in QEMU 7.0,
// target/i386/whpx/whpx-all.c).
//
// What is modelled: INT1 (F1) is written at a virtual address, INT3 is left to the guest. Breakpoints are written when the guest
// is resumed and taken out when it stops; where the page is not mapped at that moment the change is pending, and is tried again
// at the next change of that kind. A CPU that is started at a breakpoint steps over it with the other CPUs stopped, whether it
// has reported it or not. The exception bitmap changes only while no CPU runs, and while there are breakpoints it holds all #DB:
// those that the guest has made itself are reported to gdb and never reach it. A step sets TF, and the interrupt shadow so that
// no interrupt comes; afterwards the interrupt state is cleared. The virtual clock stops with the guest.
//
// With emulate, what PUSHF, POPF, IRET, SYSCALL and the frames of exceptions save and load of TF is the guest's, as the comment in
// the patch proposes. Without, TF shows, as it does there.
//
// Beyond the model: a byte that the guest writes over a patch is kept, and the patch renewed.
package whpx

import (
	"fmt"
	"slices"

	"stasis/debug"
	"stasis/debug/backend/stub"
	"stasis/debug/target"
	"stasis/machine"
)

const (
	int1     = 0xf1
	vectorDB = 1
	dr6BS    = 1 << 14
)

// state is what has become of a breakpoint in memory.
type state uint8

const (
	cleared state = iota
	setPending
	set
	clearPending
)

// breakpoint is one address.
type breakpoint struct {
	va     uint64
	state  state
	wanted bool
	patch  *stub.Patch // while set or clearPending
}

// Backend is a machine under that stub.
type Backend struct {
	*stub.Stub
	emulate bool
	points  []*breakpoint
	bitmap  uint32
}

// New puts the stub under a machine.
func New(m *target.Machine, emulate bool) *Backend {
	b := &Backend{Stub: stub.New(m, int1), emulate: emulate}
	b.Change = b.translate
	return b
}

// Name is "whpx".
func (*Backend) Name() string { return "whpx" }

// Capabilities are breakpoints in memory. gdb's hardware breakpoints are made of the same stuff there.
func (*Backend) Capabilities() debug.Capability {
	return debug.SoftwareBreakpoints | debug.HardwareBreakpoints
}

// CheckBreakpoint finds no fault: what cannot be written yet is pending.
func (*Backend) CheckBreakpoint(uint64) error { return nil }

// translate makes the list of breakpoints anew: those that are wanted, and those that could not be taken out of memory.
func (b *Backend) translate() {
	wanted := b.Wanted()
	for _, p := range b.points {
		p.wanted = slices.Contains(wanted, p.va)
	}
	for _, va := range wanted {
		if b.find(va) == nil {
			b.points = append(b.points, &breakpoint{va: va, wanted: true})
		}
	}
	for _, p := range b.points {
		if !p.wanted && p.state == clearPending && p.patch.In {
			b.clear(p, p.patch.PA) // its page is away, but the memory that it was in is still there
		}
	}
	b.points = slices.DeleteFunc(b.points, func(p *breakpoint) bool { return !p.wanted && p.state == cleared })
}

func (b *Backend) find(va uint64) *breakpoint {
	for _, p := range b.points {
		if p.va == va {
			return p
		}
	}
	return nil
}

// apply writes the breakpoints into memory, or takes them out, as far as their pages are mapped.
func (b *Backend) apply(cpu int, resuming bool) {
	for _, p := range b.points {
		switch {
		case resuming && p.state == clearPending:
			p.state = set
		case resuming && p.state == cleared:
			p.state = setPending
		case !resuming && p.state == setPending:
			p.state = cleared
		case !resuming && p.state == set:
			p.state = clearPending
		}
		pa, mapped := b.CPUs()[cpu].Translate(p.va)
		switch {
		case p.state == setPending && mapped:
			p.patch = b.Insert(p.va, pa)
			p.state = set
		case p.state == clearPending && mapped:
			b.clear(p, pa)
		case p.state == setPending || p.state == clearPending:
			b.Say(cpu, "%#x is not mapped: pending", p.va)
		}
	}
}

// clear writes the guest's byte where the page is now; it may have come with its contents, the patch among them, from somewhere else.
func (b *Backend) clear(p *breakpoint, pa uint64) {
	b.Remove(p.patch)
	if pa != p.patch.PA {
		b.Mend(p.patch, pa)
	}
	p.state, p.patch = cleared, nil
}

// start is what is done before the first CPU runs.
func (b *Backend) start(cpu int, step bool) {
	b.apply(cpu, true)
	var bitmap uint32
	if step || len(b.points) > 0 {
		bitmap = 1 << vectorDB
	}
	if bitmap == b.bitmap {
		return
	}
	if err := b.Intercept(bitmap); err != nil {
		panic(fmt.Sprintf("whpx: %v", err))
	}
	b.bitmap = bitmap
}

// stop is what is done when the last CPU has stopped.
func (b *Backend) stop(s machine.Stop) debug.Stop {
	b.apply(s.CPU, false)
	b.translate()
	b.Last = s
	return b.Report(s)
}

// Resume runs the machine by a plan.
func (b *Backend) Resume(p debug.Plan) debug.Stop {
	cpu, stepping := stub.Stepping(p)
	b.start(max(cpu, 0), stepping)
	for i := range b.CPUs() {
		b.Skip[i] = false
		bp := b.find(b.CPUs()[i].PC())
		if bp == nil || bp.state != set || stepping && i != cpu {
			continue
		}
		if stop := b.stepOver(i, bp); stepping || stop.Reason != machine.StopStep {
			return b.stop(stop)
		}
	}
	if stepping {
		return b.stop(b.step(cpu))
	}
	return b.stop(b.run(p))
}

// stepOver steps a CPU over a breakpoint while the others stand still. Who asks for a stop meanwhile waits until that is done.
func (b *Backend) stepOver(cpu int, bp *breakpoint) machine.Stop {
	b.Say(cpu, "alone: take INT1 out")
	b.Lift(bp.patch)
	stop := b.step(cpu)
	interrupted := stop.Reason == machine.StopInterrupted
	if interrupted {
		stop = b.step(cpu)
	}
	b.Put(bp.patch)
	b.Say(cpu, "put INT1 back")
	if interrupted && stop.Reason == machine.StopStep {
		stop.Reason = machine.StopInterrupted
	}
	return stop
}

// run continues to the next stop that is the debugger's.
func (b *Backend) run(p debug.Plan) machine.Stop {
	stop := b.exit(b.Run(p))
	if stop.Reason == machine.StopBreakpoint {
		b.drift(stop.CPU)
	}
	return stop
}

// exit says what a #DB is. All of them are gdb's.
func (b *Backend) exit(stop machine.Stop) machine.Stop {
	if stop.Reason == machine.StopException {
		stop.Reason = machine.StopBreakpoint
		if b.find(stop.Addr) == nil {
			b.Say(stop.CPU, "the guest's own #DB: gdb gets it")
		}
	}
	return stop
}

// stopLatency is how many units another CPU runs on before it is stopped too.
const stopLatency = 100

// drift runs the other CPUs until the stop gets to them. A breakpoint that one meets is lost in the first one's stop.
func (b *Backend) drift(stopped int) {
	n := len(b.CPUs())
	if n == 1 {
		return
	}
	for i := range n {
		if i != stopped && !b.CPUs()[i].Halted() {
			b.LockCPUs((1<<n - 1) &^ (1 << i))
			b.exit(b.Run(debug.Plan{Units: stopLatency}))
		}
	}
	b.LockCPUs(0)
}
