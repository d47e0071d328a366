package pci

import "encoding/binary"

// Offsets in a configuration header.
const (
	offsetVendor     = 0x00
	offsetDevice     = 0x02
	offsetCommand    = 0x04
	offsetStatus     = 0x06
	offsetRevision   = 0x08
	offsetClass      = 0x09
	offsetHeaderType = 0x0e
	offsetSubVendor  = 0x2c
	offsetSubsystem  = 0x2e
)

const (
	headerMulti = 0x80

	commandIO     = 1 << 0
	commandMemory = 1 << 1
	commandMaster = 1 << 2
)

// ID is what a function says about itself.
type ID struct {
	Vendor, Device uint16
	Revision       uint8
	Class          uint32 // class, subclass and programming interface, one byte each
}

// HeaderState is a function's configuration space.
type HeaderState struct {
	Config [256]uint8
}

// newHeader returns a header of type 0.
func newHeader(id ID) HeaderState {
	var h HeaderState
	h.put16(offsetVendor, id.Vendor)
	h.put16(offsetDevice, id.Device)
	h.Config[offsetRevision] = id.Revision
	for i := range 3 {
		h.Config[offsetClass+i] = uint8(id.Class >> (8 * i))
	}
	return h
}

func (h *HeaderState) put16(offset int, v uint16) {
	binary.LittleEndian.PutUint16(h.Config[offset:], v)
}

// ReadConfig reads the header.
func (h *HeaderState) ReadConfig(offset, size int) uint32 {
	var p [4]byte
	copy(p[:size], h.Config[offset:])
	return binary.LittleEndian.Uint32(p[:])
}

// writable are the bits of a configuration space that software can change.
type writable [256]uint8

// write changes what of the header can be changed.
func (h *HeaderState) write(w *writable, offset, size int, v uint32) {
	for i := offset; i < offset+size; i++ {
		h.Config[i] = h.Config[i]&^w[i] | uint8(v)&w[i]
		v >>= 8
	}
}
