package acpi

import "encoding/binary"

// Resource descriptors. Source: ACPI Specification 6.5, "Resource Data Types for ACPI".
const (
	tagIRQ        = 0x22
	tagIO         = 0x47
	tagEnd        = 0x79
	tagMemory32   = 0x86
	tagDWordSpace = 0x87
	tagWordSpace  = 0x88
	decode16      = 1
	writable      = 1

	spaceMemory = 0
	spaceIO     = 1
	spaceBus    = 2
	// producerFixed: the range is passed on, both ends are fixed, positive decoding.
	producerFixed  = 0x0c
	memoryReadOnly = 0
	memoryRW       = 1
	ioEntireRange  = 3
)

// resources is a resource template: a buffer that ends in an end tag without a checksum.
func resources(items ...aml) aml {
	template := join(append(items, aml{tagEnd, 0})...)
	return counted(aml{amlBuffer}, integer(uint32(len(template))), template)
}

func irqNoFlags(n int) aml { return binary.LittleEndian.AppendUint16(aml{tagIRQ}, 1<<n) }

// ports is a fixed range of I/O ports.
func ports(base uint16, length byte) aml {
	le := binary.LittleEndian
	b := le.AppendUint16(aml{tagIO, decode16}, base)
	b = le.AppendUint16(b, base)
	return append(b, 1, length)
}

func memory32Fixed(access byte, base, length uint32) aml {
	le := binary.LittleEndian
	b := append(le.AppendUint16(aml{tagMemory32}, 9), access)
	b = le.AppendUint32(b, base)
	return le.AppendUint32(b, length)
}

// wordSpace is a window of 16-bit addresses from first to last.
func wordSpace(kind, flags byte, first, last uint16) aml {
	le := binary.LittleEndian
	b := append(le.AppendUint16(aml{tagWordSpace}, 13), kind, producerFixed, flags)
	for _, v := range []uint16{0, first, last, 0, last - first + 1} {
		b = le.AppendUint16(b, v)
	}
	return b
}

// dwordSpace is a window of 32-bit addresses from first to last.
func dwordSpace(kind, flags byte, first, last uint32) aml {
	le := binary.LittleEndian
	b := append(le.AppendUint16(aml{tagDWordSpace}, 23), kind, producerFixed, flags)
	for _, v := range []uint32{0, first, last, 0, last - first + 1} {
		b = le.AppendUint32(b, v)
	}
	return b
}
