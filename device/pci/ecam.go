package pci

import (
	"fmt"

	"stasis/device/internal/width"
)

// ECAM is a bus whose configuration space lies in memory, 4 KiB for each function.
//
// Source: PCI Express Base Specification 3.0, "PCI Express Enhanced Configuration Access Mechanism (ECAM)".
type ECAM struct {
	functions [slots * functions]Function
}

const (
	ecamFunction = 4096
	headerBytes  = 256
)

// NewECAM returns a bus without any functions.
func NewECAM() *ECAM { return &ECAM{} }

// Add puts a function on bus 0.
func (e *ECAM) Add(slot, function int, f Function) error {
	at := &e.functions[slot*functions+function]
	if *at != nil {
		return fmt.Errorf("add function %02x.%x: %w", slot, function, ErrTaken)
	}
	*at = f
	return nil
}

// at returns the function that an address selects, nil if there is none, and the place in its configuration space.
func (e *ECAM) at(offset uint64) (f Function, register int) {
	if n := offset / ecamFunction; n < uint64(len(e.functions)) {
		f = e.functions[n]
	}
	return f, int(offset % ecamFunction)
}

// Read reads configuration space. What is not there reads as all ones; beyond a conventional header there are zeros.
func (e *ECAM) Read(offset uint64, size int) uint64 {
	f, at := e.at(offset)
	switch {
	case f == nil:
		return width.Mask(size)
	case at+size > headerBytes:
		return 0
	case size == 8:
		return uint64(f.ReadConfig(at, 4)) | uint64(f.ReadConfig(at+4, 4))<<32
	}
	return uint64(f.ReadConfig(at, size)) & width.Mask(size)
}

// Write writes configuration space.
func (e *ECAM) Write(offset uint64, size int, v uint64) {
	f, at := e.at(offset)
	switch {
	case f == nil || at+size > headerBytes:
	case size == 8:
		f.WriteConfig(at, 4, uint32(v))
		f.WriteConfig(at+4, 4, uint32(v>>32))
	default:
		f.WriteConfig(at, size, uint32(v))
	}
}
