// Package native is Stasis's own way: breakpoints stand beside the guest's memory, a step is a unit, and a stop takes no time.
//
// Invariant: nothing of it shows in the guest; the machine does it all.
package native

import (
	"stasis/debug"
	"stasis/debug/target"
)

// Backend is a machine as it is.
type Backend struct{ *target.Machine }

// New makes the back end of a machine.
func New(m *target.Machine) *Backend { return &Backend{m} }

// Name is "native".
func (*Backend) Name() string { return "native" }

// Capabilities are all but TimersRun.
func (*Backend) Capabilities() debug.Capability {
	return debug.SoftwareBreakpoints | debug.HardwareBreakpoints | debug.Watchpoints
}

// CheckBreakpoint finds no fault: nothing need be mapped where a breakpoint stands.
func (*Backend) CheckBreakpoint(uint64) error { return nil }
