// Package i8042 is the PC's keyboard controller, whole, with nothing plugged in. What is left of its use is its output
// port: the reset line and A20.
//
// Invariant: commands take no time, so that the input buffer is always empty; a byte sent to a keyboard or mouse times
// out at once.
//
// Source: IBM Personal System/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
package i8042

import "stasis/irq"

// State is all that the controller remembers.
type State struct {
	RAM    [32]uint8 // the first is the command byte
	Status uint8
	Output uint8 // output buffer
	Port   uint8 // output port
	Wants  uint8 // the command that waits for its data, 0 if none
}

// Controller is the keyboard controller.
type Controller struct {
	irq1, irq12 irq.Line
	a20         irq.Line
	reset       func()
	State
}

// New returns a controller as firmware leaves it: tested, with A20 on and the ports off. Its interrupts are the
// keyboard's and the mouse's; reset is the CPU's reset line.
func New(irq1, irq12, a20 irq.Line, reset func()) *Controller {
	c := &Controller{irq1: irq1, irq12: irq12, a20: a20, reset: reset}
	c.State = powerOn
	return c
}

var powerOn = State{
	RAM:    [32]uint8{commandSystem | commandNoKeyboard | commandNoMouse},
	Status: statusSystem | statusUnlocked,
	Port:   portReset | portA20,
}

// Reset is power-on.
func (c *Controller) Reset() { c.SetState(powerOn) }

// SetState loads a saved state and drives all lines from it.
func (c *Controller) SetState(s State) {
	c.State = s
	c.update()
}

// update drives all lines.
func (c *Controller) update() {
	full, mouse := c.Status&statusFull != 0, c.Status&statusMouse != 0
	c.irq1.Set(full && !mouse && c.RAM[0]&commandIRQ1 != 0)
	c.irq12.Set(full && mouse && c.RAM[0]&commandIRQ12 != 0)
	c.a20.Set(c.Port&portA20 != 0)
}

// put fills the output buffer. Flags are statusMouse and statusTimeout.
func (c *Controller) put(v, flags uint8) {
	c.Output = v
	c.Status = c.Status&^(statusMouse|statusTimeout) | statusFull | flags
}

// setPort writes the output port. Its lowest bit is the CPU's reset line, low active.
func (c *Controller) setPort(v uint8) {
	c.Port = v | portReset
	if v&portReset == 0 {
		c.reset()
	}
}

// DataPort is port 60h.
type DataPort struct{ c *Controller }

// CommandPort is port 64h.
type CommandPort struct{ c *Controller }

// Data returns port 60h.
func (c *Controller) Data() DataPort { return DataPort{c} }

// Command returns port 64h.
func (c *Controller) Command() CommandPort { return CommandPort{c} }

// Read takes the byte out of the output buffer.
func (p DataPort) Read(uint64, int) uint64 {
	p.c.Status &^= statusFull
	p.c.update()
	return uint64(p.c.Output)
}

// Write sends a byte to the last command, or to the keyboard.
func (p DataPort) Write(_ uint64, _ int, value uint64) {
	p.c.Status &^= statusCommand
	p.c.take(uint8(value))
	p.c.update()
}

// Read reads the status.
func (p CommandPort) Read(uint64, int) uint64 { return uint64(p.c.Status) }

// Write gives a command.
func (p CommandPort) Write(_ uint64, _ int, value uint64) {
	p.c.Status |= statusCommand
	p.c.obey(uint8(value))
	p.c.update()
}
