package pci

import "stasis/irq"

// HostBridge is the function at 00.0, a 440FX. Its attribute registers, which say what memory below 1 MiB is RAM, can be
// written and have no effect: all of it always is.
type HostBridge struct {
	writable writable
	HeaderState
}

// WriteConfig writes the attribute registers.
func (b *HostBridge) WriteConfig(offset, size int, v uint32) { b.write(&b.writable, offset, size, v) }

// Attribute registers, from that of the BIOS area on; two areas each.
const (
	pamFirst  = 0x59
	pamLast   = 0x5f
	pamBIOS   = 0x30 // the upper half: read and write RAM
	pamOthers = 0x33
)

// NewHostBridge returns the bridge as firmware leaves it if shadowed, else as a reset does. The subsystem is the one by
// which firmware knows that there is a configuration device.
func NewHostBridge(shadowed bool) *HostBridge {
	const statusDefault = 0x0280 // fast back-to-back, medium DEVSEL
	h := newHeader(ID{Vendor: 0x8086, Device: 0x1237, Revision: 2, Class: 0x06_00_00})
	h.put16(offsetCommand, commandMemory|commandMaster)
	h.put16(offsetStatus, statusDefault)
	h.put16(offsetSubVendor, 0x1af4)
	h.put16(offsetSubsystem, 0x1100)
	b := &HostBridge{HeaderState: h}
	for i := pamFirst; i <= pamLast; i++ {
		b.writable[i] = 0x33
		if shadowed {
			b.Config[i] = pamOthers
		}
	}
	b.Config[pamFirst] &= pamBIOS
	b.writable[pamFirst] = pamBIOS
	return b
}

// Interrupt routing registers of the ISA bridge.
const (
	offsetPIRQ   = 0x60
	pirqs        = 4
	pirqDisabled = 1 << 7
	pirqMask     = 0x0f
)

// ISABridgeState is all that the ISA bridge remembers.
type ISABridgeState struct {
	HeaderState
	Asserted [pirqs]uint32 // bit n: slot n asserts this PIRQ
}

// ISABridge is a PIIX3, with the router that takes the INTx pins of all slots to interrupt lines.
type ISABridge struct {
	isa, direct []irq.Line
	writable    writable
	ISABridgeState
}

// NewISABridge returns the bridge. Its PIRQ A to D go, as its registers say, to the lines isa of 16 IRQs; and always
// to the four lines direct, which are the I/O APIC's pins beyond those of ISA. Either may be nil, and so may lines in
// isa. One that is not should be the bridge's own: it is low while no PIRQ is routed to it.
func NewISABridge(isa, direct []irq.Line) *ISABridge {
	b := &ISABridge{isa: isa, direct: direct}
	b.HeaderState = newHeader(ID{Vendor: 0x8086, Device: 0x7000, Class: 0x06_01_00})
	b.put16(offsetCommand, commandIO|commandMemory|commandMaster)
	b.put16(offsetStatus, 0x0200) // medium DEVSEL
	for i := offsetPIRQ; i < offsetPIRQ+pirqs; i++ {
		b.writable[i] = pirqDisabled | pirqMask
	}
	b.writable[0x82] = 0xff // deterministic latency control: passive release means nothing here
	b.Reset()
	return b
}

// Reset ends all routing. The levels of the pins are their drivers' and stay.
func (b *ISABridge) Reset() {
	for i := offsetPIRQ; i < offsetPIRQ+pirqs; i++ {
		b.Config[i] = pirqDisabled
	}
	b.update()
}

// SetState loads a saved state and drives the lines from it.
func (b *ISABridge) SetState(s ISABridgeState) {
	b.ISABridgeState = s
	b.update()
}

// WriteConfig writes what of the header can be written, the routing among it.
func (b *ISABridge) WriteConfig(offset, size int, v uint32) {
	b.write(&b.writable, offset, size, v)
	b.update()
}

// INTx returns the wire of a slot's pin: 0 is INTA. Slots are swizzled, so that neighbours' INTA do not share.
func (b *ISABridge) INTx(slot, pin int) irq.Line {
	return irq.Func(func(high bool) {
		a := &b.Asserted[PIRQ(slot, pin)]
		*a &^= 1 << slot
		if high {
			*a |= 1 << slot
		}
		b.update()
	})
}

// PIRQ is the router's input, 0 to 3, that a slot's pin is wired to: slot 1's INTA to the first.
func PIRQ(slot, pin int) int { return (slot - 1 + pin) & (pirqs - 1) }

// update drives all lines from the state.
func (b *ISABridge) update() {
	var levels uint16
	for i, a := range b.Asserted {
		if i < len(b.direct) {
			b.direct[i].Set(a != 0)
		}
		if route := b.Config[offsetPIRQ+i]; a != 0 && route&pirqDisabled == 0 {
			levels |= 1 << (route & pirqMask)
		}
	}
	for n, line := range b.isa {
		if line != nil {
			line.Set(levels>>n&1 != 0)
		}
	}
}
