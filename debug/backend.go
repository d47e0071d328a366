package debug

import (
	"errors"
	"fmt"
	"strings"
)

// Capability is something that a back end can do, or does whether wanted or not.
type Capability uint8

const (
	SoftwareBreakpoints Capability = 1 << iota // gdb's Z0
	HardwareBreakpoints                        // Z1
	Watchpoints                                // Z2 to Z4
	TimersRun                                  // the guest's timers go on while it is stopped
)

var capabilityNames = []string{"software breakpoints", "hardware breakpoints", "watchpoints", "timers run while stopped"}

// String is what is in the set, in words.
func (c Capability) String() string {
	var list []string
	for i, name := range capabilityNames {
		if c>>i&1 != 0 {
			list = append(list, name)
		}
	}
	return strings.Join(list, ", ")
}

// ErrCapability is what a back end cannot do.
var ErrCapability = errors.New("this back end cannot do that")

// Backend is a Target with a way of its own to stop at breakpoints and to step. What it cannot do it says, so that a front end
// answers an error while the guest goes on.
//
// A CPU of a back end takes its breakpoints by SetBreakpoints, as any CPU does; what that does to the guest is the back end's.
type Backend interface {
	Target
	Name() string
	Capabilities() Capability
	// CheckBreakpoint says why no software breakpoint can be set at a linear address now.
	CheckBreakpoint(addr uint64) error
}

var backendCommands = []Command{
	{"info backend", "", "the way in which breakpoints and steps are made, and what it can do", monitorBackend},
}

func monitorBackend(d *Debugger, _ int, _ []string) (string, error) {
	name := "native"
	if b, ok := d.target.(Backend); ok {
		name = b.Name()
	}
	return fmt.Sprintf("%s: %s\n", name, d.capabilities()), nil
}

// capabilities are the target's. One that is no Backend has those that are of use.
func (d *Debugger) capabilities() Capability {
	if b, ok := d.target.(Backend); ok {
		return b.Capabilities()
	}
	return SoftwareBreakpoints | HardwareBreakpoints | Watchpoints
}

// Can reports whether the target has all these capabilities.
func (d *Debugger) Can(c Capability) bool { return d.capabilities()&c == c }

// CheckBreakpoint says why no software breakpoint can be set at a linear address now.
func (d *Debugger) CheckBreakpoint(addr uint64) error {
	b, ok := d.target.(Backend)
	switch {
	case !ok:
		return nil
	case b.Capabilities()&SoftwareBreakpoints == 0:
		return ErrCapability
	}
	return b.CheckBreakpoint(addr)
}
