// Package ioapic is an I/O APIC with 24 pins.
//
// Invariant: a level-triggered pin has its remote IRR bit set exactly from the moment when a local APIC accepted its
// message until the EOI of that vector; while the bit is set the pin sends nothing.
//
// Sources: Intel 82093AA data sheet, order no. 290566; Intel I/O Controller Hub 9 data sheet, order no. 316972, "APIC
// Memory Registers", for the EOI register.
package ioapic

import "stasis/irq"

// Pins is the number of interrupt inputs.
const Pins = 24

// WindowSize is the size of the registers in memory.
const WindowSize = 0x1000

// Messages carries interrupts to the local APICs, in the form of MSIs. It reports whether one of them accepted.
type Messages func(address uint64, data uint32) bool

// State is all that an I/O APIC remembers.
type State struct {
	Index uint8
	ID    uint8
	Table [Pins]uint64 // the redirection table
	Lines uint32       // levels of the pins
	Edges uint32       // edges that no local APIC has accepted yet
}

// IOAPIC is an I/O APIC.
type IOAPIC struct {
	send Messages
	State
}

// New returns an I/O APIC with all pins masked. Its EOI method wants to hear the local APICs' EOI broadcasts.
func New(send Messages) *IOAPIC {
	a := &IOAPIC{send: send}
	a.Reset()
	return a
}

// Reset masks all pins. Their levels are their drivers' and stay.
func (a *IOAPIC) Reset() {
	a.State = State{Lines: a.Lines}
	for i := range a.Table {
		a.Table[i] = entryMasked
	}
}

// SetState loads a saved state. What it has sent, it has sent.
func (a *IOAPIC) SetState(s State) { a.State = s }

// Line returns the wire to a pin.
//
// The polarity bits of the redirection table are kept but change nothing: a Line is high when its source asserts it,
// whatever the voltage.
func (a *IOAPIC) Line(pin int) irq.Line { return irq.Func(func(high bool) { a.set(pin, high) }) }

func (a *IOAPIC) set(pin int, high bool) {
	bit := uint32(1) << pin
	rising := high && a.Lines&bit == 0
	a.Lines &^= bit
	if high {
		a.Lines |= bit
	}
	// Data sheet, "Interrupt Mask": an edge on a masked pin is ignored, not held.
	if e := a.Table[pin]; rising && e&entryMasked == 0 && !levelTriggered(e) {
		a.Edges |= bit
	}
	a.update(pin)
}

// update sends what a pin has to send.
func (a *IOAPIC) update(pin int) {
	e := &a.Table[pin]
	bit := uint32(1) << pin
	switch {
	case *e&entryMasked != 0:
	case levelTriggered(*e):
		if a.Lines&bit != 0 && *e&entryRemoteIRR == 0 && a.send(message(*e)) {
			*e |= entryRemoteIRR
		}
	case a.Edges&bit != 0 && a.send(message(*e)):
		a.Edges &^= bit
	}
}

// EOI is a local APIC's broadcast, or a write to the EOI register: all level-triggered pins with this vector may send
// again, and those whose line is still high do.
func (a *IOAPIC) EOI(vector uint8) {
	for pin := range a.Table {
		if e := &a.Table[pin]; uint8(*e) == vector && *e&entryRemoteIRR != 0 {
			*e &^= entryRemoteIRR
			a.update(pin)
		}
	}
}
