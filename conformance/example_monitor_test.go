package conformance

import (
	"fmt"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// int3 is the breakpoint that the monitor writes into the guest's code.
const int3 = 0xcc

// monitor is a hypervisor's debugger: it patches the guest, intercepts #BP, and steps over what it has patched.
type monitor struct {
	*machine.Machine
	at   uint64 // where the patch is
	code [1]byte
}

// patch writes the breakpoint or the guest's own byte.
func (m *monitor) patch(on bool) {
	b := m.code
	if on {
		b[0] = int3
	}
	if err := m.WritePhys(b[:], m.at); err != nil {
		panic(err)
	}
}

// next runs to the next hit. What is not the monitor's goes to the guest, with the length of its instruction.
func (m *monitor) next() {
	for {
		stop := m.Resume(machine.Plan{})
		switch {
		case stop.Reason != machine.StopException:
			panic(stop.Reason)
		case stop.Addr == m.at:
			return
		}
		if err := m.InjectException(stop.CPU, stop.Vector, 0, stop.Length); err != nil {
			panic(err)
		}
	}
}

// stepOver runs the instruction under the patch.
func (m *monitor) stepOver() {
	m.patch(false)
	m.Resume(machine.Plan{Actions: []machine.Action{machine.Step}})
	m.patch(true)
}

// A hypervisor's loop over Stasis: count how often the guest comes by its loop.
func Example_monitor() {
	image := guests.ELF(guests.Demo)
	symbols, _ := guests.Symbols(image)
	vm, err := machine.New(machine.Config{Mem: 16 << 20, Kernel: loader.File{Name: "demo", Data: image}}, machine.Host{})
	if err != nil {
		panic(err)
	}
	defer vm.Close()
	m := &monitor{Machine: vm, at: symbols[guests.DemoLoop]}
	if err := m.ReadPhys(m.code[:], m.at); err != nil {
		panic(err)
	}
	if err := m.Intercept(1 << 3); err != nil {
		panic(err)
	}
	m.patch(true)
	for range 5 {
		m.next()
		fmt.Printf("hit; the interrupt window is open: %v\n", m.InterruptWindow(0))
		m.stepOver()
	}
	// Output:
	// hit; the interrupt window is open: true
	// hit; the interrupt window is open: true
	// hit; the interrupt window is open: true
	// hit; the interrupt window is open: true
	// hit; the interrupt window is open: true
}
