package fwcfg

import (
	"encoding/binary"
	"math/bits"
)

// Ports, from the selector's on.
const (
	Size = 12

	portSelector = 0 // 2 bytes
	portData     = 1 // 1 byte
	portDMAHigh  = 4 // 4 bytes, big endian
	portDMALow   = 8 // 4 bytes, big endian; writing it starts the transfer
)

// signature is what the DMA address register reads as.
const signature = "QEMU CFG"

// A transfer's control word.
const (
	dmaError       = 1 << 0
	dmaRead        = 1 << 1
	dmaSkip        = 1 << 2
	dmaSelect      = 1 << 3
	dmaWrite       = 1 << 4
	dmaSelectShift = 16
)

// Read reads ports. A read at the data port is a byte of the item, whatever its size.
func (d *Device) Read(offset uint64, size int) uint64 {
	var p [8]byte
	switch {
	case offset >= portDMAHigh:
		copy(p[:size], signature[offset-portDMAHigh:])
	case offset <= portData && size == 1:
		d.fetch(p[:1])
	}
	return binary.LittleEndian.Uint64(p[:])
}

// Write writes ports. No item can be changed, so that a write to the data port has no effect.
func (d *Device) Write(offset uint64, size int, value uint64) {
	switch {
	case offset == portSelector && size == 2:
		d.selectItem(uint16(value))
	case offset == portDMAHigh && size == 4:
		d.Address = uint64(bits.ReverseBytes32(uint32(value))) << 32
	case offset == portDMALow && size == 4:
		at := d.Address | uint64(bits.ReverseBytes32(uint32(value)))
		d.Address = 0
		d.transfer(at)
	}
}

// transfer does what the descriptor at the given address says, at once, and writes the result over its control word.
func (d *Device) transfer(at uint64) {
	var p [16]byte
	if d.memory.ReadAt(p[:], at) != nil {
		return // there is nowhere to put an error
	}
	control := binary.BigEndian.Uint32(p[0:])
	length := binary.BigEndian.Uint32(p[4:])
	address := binary.BigEndian.Uint64(p[8:])
	if control&dmaSelect != 0 {
		d.selectItem(uint16(control >> dmaSelectShift))
	}
	var result uint32
	switch {
	case control&dmaRead != 0:
		result = d.copyOut(address, length)
	case control&dmaWrite != 0:
		result = dmaError
	case control&dmaSkip != 0:
		d.Offset += uint64(length)
	}
	binary.BigEndian.PutUint32(p[:], result)
	_ = d.memory.WriteAt(p[:4], at) // it could be read a moment ago
}

// copyOut reads on in the item, to memory.
func (d *Device) copyOut(address uint64, length uint32) (result uint32) {
	var p [4096]byte
	for length > 0 {
		n := min(length, uint32(len(p)))
		d.fetch(p[:n])
		if d.memory.WriteAt(p[:n], address) != nil {
			return dmaError
		}
		address += uint64(n)
		length -= n
	}
	return 0
}
