// Package pl061 is Arm's GPIO: eight pins, each an input or an output, with interrupts by level or edge.
//
// Source: PrimeCell General Purpose Input/Output (PL061) Technical Reference Manual (DDI 0190).
package pl061

import (
	"stasis/device/internal/primecell"
	"stasis/device/internal/width"
	"stasis/irq"
)

// Size is that of the registers.
const Size = primecell.Size

const peripheral = 0x00_04_10_61

// Registers. The data register fills the first 400h bytes: bits 9 to 2 of the address say which pins are meant.
const (
	regDIR   = 0x400
	regIS    = 0x404
	regIBE   = 0x408
	regIEV   = 0x40c
	regIE    = 0x410
	regRIS   = 0x414
	regMIS   = 0x418
	regIC    = 0x41c
	regAFSEL = 0x420
)

// State is all that the pins remember.
type State struct {
	In, Out, DIR     uint8
	IS, IBE, IEV, IE uint8
	Edges            uint8 // seen and not cleared
	AFSEL            uint8
}

// GPIO is a PL061.
type GPIO struct {
	irq irq.Line
	State
}

// New returns a GPIO after reset, with all pins low.
func New(line irq.Line) *GPIO { return &GPIO{irq: line} }

// Reset makes all pins inputs. What drives them from outside stays.
func (g *GPIO) Reset() { g.SetState(State{In: g.In}) }

// SetState loads a saved state and drives the line from it.
func (g *GPIO) SetState(s State) {
	g.State = s
	g.update()
}

// Pin returns the wire into a pin.
func (g *GPIO) Pin(n int) irq.Line {
	return irq.Func(func(high bool) {
		in := g.In &^ (1 << n)
		if high {
			in |= 1 << n
		}
		g.change(in, g.Out, g.DIR)
	})
}

// pins are the levels of all pins.
func (g *GPIO) pins() uint8 { return g.In&^g.DIR | g.Out&g.DIR }

// change moves pins and notes the edges that make an interrupt: both where IBE says so, or else those of IEV's direction.
func (g *GPIO) change(in, out, dir uint8) {
	before := g.pins()
	g.In, g.Out, g.DIR = in, out, dir
	after := g.pins()
	moved := before ^ after
	g.Edges |= moved & (g.IBE | ^(after ^ g.IEV))
	g.update()
}

// raw is the raw interrupt status: levels where IS says so, edges elsewhere.
func (g *GPIO) raw() uint8 { return g.Edges&^g.IS | ^(g.pins()^g.IEV)&g.IS }

func (g *GPIO) update() { g.irq.Set(g.raw()&g.IE != 0) }

// Read reads registers of 32 bits.
func (g *GPIO) Read(offset uint64, size int) uint64 {
	return width.Part(g.read(offset&^3), offset, 4, size)
}

func (g *GPIO) read(offset uint64) uint64 {
	if offset < regDIR {
		return uint64(g.pins() & uint8(offset>>2))
	}
	if r := g.register(offset); r != nil {
		return uint64(*r)
	}
	switch offset {
	case regDIR:
		return uint64(g.DIR)
	case regRIS:
		return uint64(g.raw())
	case regMIS:
		return uint64(g.raw() & g.IE)
	}
	v, _ := primecell.ID(peripheral, offset)
	return v
}

// register returns a register that is nothing but memory.
func (g *GPIO) register(offset uint64) *uint8 {
	switch offset {
	case regIS:
		return &g.IS
	case regIBE:
		return &g.IBE
	case regIEV:
		return &g.IEV
	case regIE:
		return &g.IE
	case regAFSEL:
		return &g.AFSEL
	}
	return nil
}

// Write writes registers of 32 bits.
func (g *GPIO) Write(offset uint64, size int, value uint64) {
	v := uint8(width.Merge(0, offset, 4, size, value))
	offset &^= 3
	if r := g.register(offset); r != nil {
		*r = v
	}
	switch {
	case offset < regDIR:
		mask := uint8(offset >> 2)
		g.change(g.In, g.Out&^mask|v&mask, g.DIR)
	case offset == regDIR:
		g.change(g.In, g.Out, v)
	case offset == regIC:
		g.Edges &^= v
	}
	g.update()
}
