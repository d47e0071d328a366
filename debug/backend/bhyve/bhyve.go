// Package bhyve models the gdb stub of FreeBSD's hypervisor as it was when it learnt breakpoints.
//
// Models: FreeBSD r355724 (December 2019, "Support software breakpoints in the debug server on Intel CPUs"; review D20309) for
// breakpoints, D14466 for stopping and resuming single CPUs, and the monitor-trap step that D39949 (2023) describes and mends.
// For vendor=amd: illumos's SVM back end, whose svm_setreg takes the entry-instruction length and does nothing with it.
//
// What is modelled: INT3 is written at the guest-physical address when the breakpoint is inserted, which fails where nothing is
// mapped. Every #BP leaves the guest; one that is not the stub's is given back, with the length of its instruction as the
// VM-entry instruction length. A step is a monitor trap: the first unit that the CPU does, an interrupt's delivery included. Only
// that CPU is resumed for it. Events that were pending when the guest is resumed are discarded. The guest's timers go on while it
// is stopped.
//
// Beyond the model: a byte that the guest writes over a patch is kept, and the patch renewed. The original would put its own copy
// back over it.
package bhyve

import (
	"errors"
	"fmt"

	"stasis/debug"
	"stasis/debug/backend/stub"
	"stasis/debug/target"
	"stasis/machine"
)

const (
	int3     = 0xcc
	vectorBP = 3
)

// Backend is a machine under that stub.
type Backend struct {
	*stub.Stub
	// Step runs the unit of a step; by default it is a monitor trap.
	Step func(cpu int) machine.Stop
	amd  bool
	exit bool // #BP leaves the guest: VM_CAP_BPT_EXIT
}

// ErrLength is a read of the entry-instruction length where there is none.
var ErrLength = errors.New("this processor has no entry-instruction length")

// New puts the stub under a machine. Without exit the processor cannot intercept #BP, and there are no breakpoints.
func New(m *target.Machine, exit bool) (*Backend, error) {
	b := &Backend{Stub: stub.New(m, int3), amd: m.Config().CPU == "amd", exit: exit}
	b.Change, b.Step = b.update, b.Unit
	if !exit {
		return b, nil
	}
	if err := m.Intercept(1 << vectorBP); err != nil {
		return nil, fmt.Errorf("bhyve: %w", err)
	}
	return b, nil
}

// Name is "bhyve".
func (*Backend) Name() string { return "bhyve" }

// Capabilities are breakpoints in memory, where the processor lets #BP out.
func (b *Backend) Capabilities() debug.Capability {
	if !b.exit {
		return debug.TimersRun
	}
	return debug.SoftwareBreakpoints | debug.TimersRun
}

// CheckBreakpoint needs the page mapped: a breakpoint is a physical address.
func (b *Backend) CheckBreakpoint(addr uint64) error {
	if _, ok := b.CPUs()[0].Translate(addr); !ok {
		return fmt.Errorf("bhyve: no page is mapped at %#x", addr)
	}
	return nil
}

// EntryLength reads the entry-instruction length of the next injection.
func (b *Backend) EntryLength(cpu int) (uint8, error) {
	if b.amd {
		return 0, ErrLength
	}
	return uint8(b.Register(cpu, "entry_length")), nil
}

// SetEntryLength writes it. On AMD's that succeeds, and nothing comes of it.
func (b *Backend) SetEntryLength(cpu int, n uint8) {
	if !b.amd {
		b.SetRegister(cpu, "entry_length", uint64(n))
	}
}

// update makes memory hold the breakpoints that are wanted.
func (b *Backend) update() {
	wanted := b.Wanted()
	for _, p := range append([]*stub.Patch(nil), b.Patches()...) {
		if !contains(wanted, p.VA) {
			b.Remove(p)
		}
	}
	for _, va := range wanted {
		pa, ok := b.CPUs()[0].Translate(va)
		if ok && b.exit && b.At(pa) == nil {
			b.Insert(va, pa)
		}
	}
}

func contains(list []uint64, x uint64) bool {
	for _, v := range list {
		if v == x {
			return true
		}
	}
	return false
}

// hit is the stub's breakpoint that a CPU stands at, or nil.
func (b *Backend) hit(cpu int) *stub.Patch {
	pa, ok := b.CPUs()[cpu].Translate(b.CPUs()[cpu].PC())
	if !ok {
		return nil
	}
	return b.At(pa)
}

// Resume runs the machine by a plan.
func (b *Backend) Resume(p debug.Plan) debug.Stop {
	b.Renew()
	cpu, stepping := stub.Stepping(p)
	for i := range b.Skip {
		skip := b.Skip[i]
		b.Skip[i] = false
		if skip && (!stepping || i == cpu) {
			if stop, over := b.stepOver(i); over || stepping {
				return b.Report(stop)
			}
		}
	}
	if stepping {
		return b.Report(b.single(cpu))
	}
	return b.Report(b.run(p))
}

// stepOver is what gdb makes of a breakpoint where it stands: it takes the breakpoint out, steps, and puts it in again. It reports
// whether the step was not one.
func (b *Backend) stepOver(cpu int) (machine.Stop, bool) {
	p := b.hit(cpu)
	if p == nil {
		return machine.Stop{}, false
	}
	b.Say(cpu, "take INT3 out")
	b.Lift(p)
	stop := b.single(cpu)
	b.Put(p)
	b.Say(cpu, "put INT3 back")
	return stop, stop.Reason != machine.StopStep
}

// single is one step. The guest's own #BP goes back to it, and the monitor trap comes behind its delivery.
func (b *Backend) single(cpu int) machine.Stop {
	for {
		if stop := b.settle(b.Step(cpu)); stop.Reason != machine.StopException {
			return stop
		}
	}
}

// run continues to the next stop that is the debugger's.
func (b *Backend) run(p debug.Plan) machine.Stop {
	for {
		if stop := b.settle(b.Run(p)); stop.Reason != machine.StopException {
			b.suspend(stop)
			return stop
		}
	}
}

// settle says what an exit is: a hit, or else the guest's own #BP, which it gets back.
func (b *Backend) settle(stop machine.Stop) machine.Stop {
	if stop.Reason != machine.StopException {
		return stop
	}
	if b.hit(stop.CPU) != nil {
		stop.Reason = machine.StopBreakpoint
		return stop
	}
	b.SetEntryLength(stop.CPU, stop.Length)
	length, err := b.EntryLength(stop.CPU)
	if err != nil {
		length = 0
	}
	b.Say(stop.CPU, "give #BP back, entry length %d", length)
	if err := b.InjectException(stop.CPU, vectorBP, 0, length); err != nil {
		panic(fmt.Sprintf("bhyve: %v at %d", err, b.Retired()))
	}
	return stop
}

// suspendLatency is how many units another CPU runs on before it is stopped too.
const suspendLatency = 100

// suspend stops the other CPUs. One that meets a breakpoint meanwhile has its event; when it is resumed the event is discarded,
// and it meets the breakpoint again if that is still there.
func (b *Backend) suspend(stop machine.Stop) {
	n := len(b.CPUs())
	if stop.Reason != machine.StopBreakpoint || n == 1 {
		return
	}
	for i := range n {
		if i == stop.CPU || b.CPUs()[i].Halted() {
			continue
		}
		b.LockCPUs((1<<n - 1) &^ (1 << i))
		b.settle(b.Run(debug.Plan{Units: suspendLatency}))
	}
	b.LockCPUs(0)
	b.Last = stop
}
