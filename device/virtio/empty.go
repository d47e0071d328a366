// Package virtio is the slots of virtio devices in memory.
//
// Source: Virtual I/O Device (VIRTIO) Version 1.2, "MMIO Device Register Layout".
package virtio

import "stasis/device/internal/width"

// Registers.
const (
	regMagic   = 0x00
	regVersion = 0x04
	regVendor  = 0x0c

	magic   = 0x74726976
	version = 2
	vendor  = 0x554d4551
)

// Empty is a slot without a device: its identification says so, and there is nothing else.
type Empty struct{}

// Read reads registers. The device ID is 0: no device.
func (Empty) Read(offset uint64, size int) uint64 {
	var v uint64
	switch offset &^ 3 {
	case regMagic:
		v = magic
	case regVersion:
		v = version
	case regVendor:
		v = vendor
	}
	return width.Part(v, offset, 4, size)
}

// Write has no effect.
func (Empty) Write(uint64, int, uint64) {}
