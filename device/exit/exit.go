// Package exit is the port by which a test kernel ends its machine: QEMU's isa-debug-exit.
//
// Invariant: it has no state, and a write ends the machine whatever its size.
package exit

// Size is the number of ports.
const Size = 4

// Port is the exit port.
type Port struct {
	exit func(value uint32)
}

// New returns a port that calls exit with each value written.
func New(exit func(value uint32)) *Port { return &Port{exit: exit} }

// Read returns zero, as QEMU's does.
func (*Port) Read(uint64, int) uint64 { return 0 }

// Write ends the machine.
func (p *Port) Write(_ uint64, _ int, value uint64) { p.exit(uint32(value)) }
