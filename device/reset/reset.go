// Package reset is the PC's reset control register, port CF9h, and its system control port A, port 92h.
//
// Invariant: a reset happens on the rising edge of its bit, so that software which writes the kind first and the bit
// then gets what it asked for.
//
// Sources: Intel I/O Controller Hub 9 data sheet, order no. 316972, "RST_CNT" and "PORT92".
package reset

import (
	"stasis/device/internal/width"
	"stasis/irq"
)

// Kind is how much is reset.
type Kind int

const (
	CPU    Kind = iota // INIT of all CPUs; devices and memory go on
	System             // everything
)

const (
	controlSystem   = 1 << 1
	controlReset    = 1 << 2
	controlFull     = 1 << 3 // with a power cycle, which here is the same
	controlWritable = controlSystem | controlReset | controlFull
)

// ControlState is all that the reset control register remembers.
type ControlState struct {
	Value uint8
}

// Control is the reset control register.
type Control struct {
	reset func(Kind)
	ControlState
}

// NewControl returns the register.
func NewControl(reset func(Kind)) *Control { return &Control{reset: reset} }

// Reset clears the register.
func (c *Control) Reset() { c.ControlState = ControlState{} }

// SetState loads a saved state.
func (c *Control) SetState(s ControlState) { c.ControlState = s }

// Read reads the register.
func (c *Control) Read(uint64, int) uint64 { return uint64(c.Value) }

// Write writes the register.
func (c *Control) Write(_ uint64, _ int, value uint64) {
	v := uint8(value) & controlWritable
	rising := v&^c.Value&controlReset != 0
	c.Value = v
	if !rising {
		return
	}
	kind := CPU
	if v&(controlSystem|controlFull) != 0 {
		kind = System
	}
	c.reset(kind)
}

const (
	port92INIT     = 1 << 0
	port92A20      = 1 << 1
	port92Writable = port92INIT | port92A20
)

// Port92State is all that system control port A remembers.
type Port92State struct {
	Value uint8
}

// Port92 is system control port A: the fast ways to A20 and to INIT.
type Port92 struct {
	init func()
	a20  irq.Line
	Port92State
}

// NewPort92 returns the port with A20 on, as firmware leaves it.
func NewPort92(init func(), a20 irq.Line) *Port92 {
	return &Port92{init: init, a20: a20, Port92State: Port92State{port92A20}}
}

// Reset turns A20 on.
func (p *Port92) Reset() { p.SetState(Port92State{port92A20}) }

// SetState loads a saved state and drives A20 from it.
func (p *Port92) SetState(s Port92State) {
	p.Port92State = s
	p.a20.Set(p.Value&port92A20 != 0)
}

// Read reads the port.
func (p *Port92) Read(_ uint64, size int) uint64 { return uint64(p.Value) & width.Mask(size) }

// Write writes the port.
func (p *Port92) Write(_ uint64, _ int, value uint64) {
	rising := uint8(value)&^p.Value&port92INIT != 0
	p.Value = uint8(value) & port92Writable
	p.a20.Set(p.Value&port92A20 != 0)
	if rising {
		p.init()
	}
}
