package apic

// Interrupt command register.
const (
	icrLogical        = 1 << 11
	icrPending        = 1 << 12 // delivery status; sending takes no time here
	icrAssert         = 1 << 14
	icrLevel          = 1 << 15
	icrShorthandShift = 18
	icrSelf           = shortSelf << icrShorthandShift
	icrWritable       = 0xc_cfff
)

// Destination shorthands.
const (
	shortNone = iota
	shortSelf
	shortAll
	shortOthers
)

// sendIPI sends what ICR says; dest is its destination field as one of 32 bits.
//
// Source: SDM Vol. 3A, "Issuing Interprocessor Interrupts".
func (l *LAPIC) sendIPI(dest uint32) {
	icr := uint32(l.ICR)
	m := Message{
		Mode:        lvtMode(icr),
		Vector:      uint8(icr),
		Logical:     icr&icrLogical != 0,
		Destination: dest,
	}
	if (m.Mode == Fixed || m.Mode == LowestPriority) && m.Vector < firstVector {
		l.fail(errSendVector)
		return
	}
	if m.Mode == INIT && icr&icrLevel != 0 && icr&icrAssert == 0 {
		return // INIT level de-assert set arbitration IDs once, and nothing since
	}
	switch icr >> icrShorthandShift & 3 {
	case shortNone:
		l.fabric.Send(m)
	case shortSelf:
		l.accept(m)
	case shortAll:
		l.fabric.sendAll(m, nil)
	case shortOthers:
		l.fabric.sendAll(m, l)
	}
}

// sendAll delivers a message to every local APIC that is on, but for one.
func (f *Fabric) sendAll(m Message, but *LAPIC) {
	for _, l := range f.apics {
		if l != but && l.enabled() {
			l.accept(m)
		}
	}
}
