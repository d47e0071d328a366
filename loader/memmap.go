package loader

import "encoding/binary"

// memoryRange is an entry of the memory map, with the types of ACPI.
//
// Source: ACPI Specification 6.5, "Address Range Types".
type memoryRange struct {
	Addr, Size uint64
	Type       uint32
}

const (
	ramUsable   = 1
	ramReserved = 2
)

// memoryMap describes size bytes of RAM with a hole from holeBase to 4 GiB, upwards. The firmware's tables are in
// [firmwareBase, extendedBase).
func memoryMap(size, holeBase uint64) []memoryRange {
	m := []memoryRange{
		{0, ebdaBase, ramUsable},
		{ebdaBase, legacyBase - ebdaBase, ramReserved},
		{firmwareBase, extendedBase - firmwareBase, ramReserved},
		{extendedBase, min(size, holeBase) - extendedBase, ramUsable},
	}
	if size > holeBase {
		m = append(m, memoryRange{highBase, size - holeBase, ramUsable})
	}
	return m
}

// biosData is the part of the BIOS data area that kernels look at: serial ports, the EBDA's segment, memory in KiB.
//
// Source: IBM PC/AT Technical Reference, "BIOS Data Area".
func biosData() Segment {
	b := make([]byte, 0x100)
	binary.LittleEndian.PutUint16(b[0x00:], 0x3f8)
	binary.LittleEndian.PutUint16(b[0x02:], 0x2f8)
	binary.LittleEndian.PutUint16(b[0x0e:], ebdaBase>>4)
	binary.LittleEndian.PutUint16(b[0x13:], ebdaBase>>10)
	return Segment{Name: "BIOS data area", Addr: biosDataArea, Data: b, Size: uint64(len(b))}
}
