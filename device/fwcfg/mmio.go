package fwcfg

import (
	"math/bits"

	"stasis/device/internal/width"
)

// MMIOSize is that of the registers in memory.
const MMIOSize = 24

// Registers in memory. Numbers in them are big endian, as bytes lie in memory.
const (
	mmioData     = 0
	mmioSelector = 8
	mmioDMA      = 16
)

// MMIO is the device as it is found in memory.
type MMIO struct {
	*Device
}

// Read reads registers. A read at the data register is as many bytes of the item, in order.
func (m MMIO) Read(offset uint64, size int) uint64 {
	switch {
	case offset < mmioSelector:
		return width.Read8(0, size, func(uint64) uint8 {
			var p [1]byte
			m.fetch(p[:])
			return p[0]
		})
	case offset >= mmioDMA:
		return width.Read8(offset-mmioDMA, size, func(o uint64) uint8 { return signature[o%8] })
	}
	return 0
}

// Write writes registers.
func (m MMIO) Write(offset uint64, size int, value uint64) {
	switch {
	case offset == mmioSelector && size == 2:
		m.selectItem(bits.ReverseBytes16(uint16(value)))
	case offset == mmioDMA && size == 8:
		m.transfer(bits.ReverseBytes64(value))
	case offset == mmioDMA && size == 4:
		m.Device.Write(portDMAHigh, 4, value)
	case offset == mmioDMA+4 && size == 4:
		m.Device.Write(portDMALow, 4, value)
	}
}
