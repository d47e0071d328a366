// Package pci is a PCI bus behind configuration mechanism #1, with the host bridge and the ISA bridge of a PC.
//
// Invariant: configuration space is all that the bus knows of a function. A function that is not there reads as all
// ones.
//
// Sources: PCI Local Bus Specification 3.0, "Configuration Mechanism #1"; Intel 82441FX (440FX) data sheet, order no.
// 290549; Intel 82371SB (PIIX3) data sheet, order no. 290550.
package pci

import (
	"errors"
	"fmt"

	"stasis/device/internal/width"
)

// ErrTaken is a place on the bus that has a function already.
var ErrTaken = errors.New("place is taken")

// Function is one function of a device, as seen through its configuration space. Accesses are of 1, 2 or 4 bytes and
// do not cross a multiple of 4.
type Function interface {
	ReadConfig(offset, size int) uint32
	WriteConfig(offset, size int, v uint32)
}

// Register is a register of one byte that lies among the bus's ports.
type Register interface {
	Read(offset uint64, size int) uint64
	Write(offset uint64, size int, value uint64)
}

const (
	slots     = 32
	functions = 8
)

// State is all that the host side of the bus remembers.
type State struct {
	Address uint32 // the configuration address register
}

// Host is the bus, as the processor gets at it.
type Host struct {
	functions [slots * functions]Function
	reset     Register
	State
}

// NewHost returns a bus without any functions. The reset control register lies at port CF9h, in the middle of the
// configuration address register; byte accesses there go to reset, if it is not nil.
func NewHost(reset Register) *Host { return &Host{reset: reset} }

// Add puts a function on the bus. All but the first of a slot make its device a multi-function one.
func (h *Host) Add(slot, function int, f Function) error {
	at := &h.functions[slot*functions+function]
	if *at != nil {
		return fmt.Errorf("add function %02x.%x: %w", slot, function, ErrTaken)
	}
	*at = f
	return nil
}

// Reset clears the address. The functions have resets of their own.
func (h *Host) Reset() { h.State = State{} }

// SetState loads a saved state.
func (h *Host) SetState(s State) { h.State = s }

// Ports, and the configuration address register.
const (
	portAddress     = 0
	portReset       = 1
	portData        = 4
	addressEnable   = 1 << 31
	addressWritable = addressEnable | 0x00ff_fffc
)

// Read reads ports CF8h to CFFh. The address register answers whole accesses only.
func (h *Host) Read(offset uint64, size int) uint64 {
	switch {
	case offset == portAddress && size == 4:
		return uint64(h.Address)
	case offset >= portData:
		return uint64(h.readConfig(int(offset%4), size))
	}
	return width.Read8(offset, size, h.read8)
}

func (h *Host) read8(offset uint64) uint8 {
	switch {
	case offset >= portData:
		return uint8(h.readConfig(int(offset%4), 1))
	case offset == portReset && h.reset != nil:
		return uint8(h.reset.Read(0, 1))
	}
	return 0xff
}

// Write writes ports CF8h to CFFh.
func (h *Host) Write(offset uint64, size int, value uint64) {
	switch {
	case offset == portAddress && size == 4:
		h.Address = uint32(value) & addressWritable
	case offset >= portData:
		h.writeConfig(int(offset%4), size, uint32(value))
	default:
		width.Write8(offset, size, value, h.write8)
	}
}

func (h *Host) write8(offset uint64, v uint8) {
	switch {
	case offset >= portData:
		h.writeConfig(int(offset%4), 1, uint32(v))
	case offset == portReset && h.reset != nil:
		h.reset.Write(0, 1, uint64(v))
	}
}

// selected returns the function that the address register selects, nil if there is none, and its index.
func (h *Host) selected() (f Function, index int) {
	if h.Address&addressEnable == 0 || h.Address>>16&0xff != 0 {
		return nil, 0
	}
	index = int(h.Address >> 8 & 0xff)
	return h.functions[index], index
}

func (h *Host) readConfig(lane, size int) uint32 {
	f, index := h.selected()
	if f == nil {
		return uint32(width.Mask(size))
	}
	offset := int(h.Address&0xfc) + lane
	v := f.ReadConfig(offset, size)
	if offset <= offsetHeaderType && offset+size > offsetHeaderType && h.multiFunction(index) {
		v |= headerMulti << (8 * (offsetHeaderType - offset))
	}
	return v
}

func (h *Host) multiFunction(index int) bool {
	first := index &^ (functions - 1)
	for _, f := range h.functions[first+1 : first+functions] {
		if f != nil {
			return true
		}
	}
	return false
}

func (h *Host) writeConfig(lane, size int, v uint32) {
	if f, _ := h.selected(); f != nil {
		f.WriteConfig(int(h.Address&0xfc)+lane, size, v)
	}
}
