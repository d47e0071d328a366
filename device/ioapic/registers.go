package ioapic

import "stasis/device/internal/width"

// Registers in memory.
const (
	offsetIndex = 0x00
	offsetData  = 0x10
	offsetEOI   = 0x40
)

// Registers behind the index.
const (
	regID          = 0x00
	regVersion     = 0x01
	regArbitration = 0x02
	regTable       = 0x10 // two for each pin, low half first
)

// version is that of the first I/O APIC with an EOI register.
const version = 0x20 | (Pins-1)<<16

// Fields of a redirection table entry.
const (
	entryModeShift = 8
	entryModeMask  = 7
	entryLogical   = 1 << 11
	entryRemoteIRR = 1 << 14
	entryLevel     = 1 << 15
	entryMasked    = 1 << 16
	entryDestShift = 56
	entryWritable  = 0xff00_0000_0001_afff
)

// Delivery modes that always are edges.
const (
	modeSMI    = 2
	modeNMI    = 4
	modeINIT   = 5
	modeExtINT = 7
)

// levelTriggered reports whether an entry's interrupt is one that ends with an EOI.
//
// Source: 82093AA data sheet, "Delivery Mode".
func levelTriggered(e uint64) bool {
	switch e >> entryModeShift & entryModeMask {
	case modeSMI, modeNMI, modeINIT, modeExtINT:
		return false
	}
	return e&entryLevel != 0
}

// message makes an entry's MSI. The fields of its data have the places that they have in the entry.
func message(e uint64) (address uint64, data uint32) {
	const base, destShift, logicalShift, assert = 0xfee0_0000, 12, 2, 1 << 14
	address = base | e>>entryDestShift<<destShift
	if e&entryLogical != 0 {
		address |= 1 << logicalShift
	}
	data = uint32(e&0x7ff) | assert
	if levelTriggered(e) {
		data |= entryLevel
	}
	return address, data
}

// Read is a read of memory. What is no register reads as zero.
func (a *IOAPIC) Read(offset uint64, size int) uint64 {
	switch offset &^ 3 {
	case offsetIndex:
		return width.Part(uint64(a.Index), offset, 4, size)
	case offsetData:
		return width.Part(uint64(a.readData()), offset, 4, size)
	}
	return 0
}

func (a *IOAPIC) readData() uint32 {
	switch a.Index {
	case regID, regArbitration:
		return uint32(a.ID) << 24
	case regVersion:
		return version
	}
	if pin, shift, ok := a.entry(); ok {
		return uint32(a.Table[pin] >> shift)
	}
	return 0
}

// entry returns which half of which redirection table entry the index selects.
func (a *IOAPIC) entry() (pin, shift int, ok bool) {
	n := int(a.Index) - regTable
	return n / 2, n % 2 * 32, n >= 0 && n < 2*Pins
}

// Write is a write of memory. The data register takes whole writes only.
func (a *IOAPIC) Write(offset uint64, size int, value uint64) {
	switch {
	case offset == offsetIndex:
		a.Index = uint8(value)
	case offset == offsetData && size >= 4:
		a.writeData(uint32(value))
	case offset == offsetEOI:
		a.EOI(uint8(value))
	}
}

func (a *IOAPIC) writeData(v uint32) {
	if a.Index == regID {
		a.ID = uint8(v >> 24 & 0xf)
		return
	}
	if pin, shift, ok := a.entry(); ok {
		a.writeEntry(pin, a.Table[pin]&^(0xffff_ffff<<shift)|uint64(v)<<shift)
	}
}

// writeEntry writes an entry. One that is edge-triggered has no remote IRR, which is how software without the EOI
// register clears it.
func (a *IOAPIC) writeEntry(pin int, v uint64) {
	e := v&entryWritable | a.Table[pin]&entryRemoteIRR
	if !levelTriggered(e) {
		e &^= entryRemoteIRR
	} else {
		a.Edges &^= 1 << pin
	}
	a.Table[pin] = e
	a.update(pin)
}
