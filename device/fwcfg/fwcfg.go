// Package fwcfg is QEMU's firmware configuration device: named blobs that a guest can fetch.
//
// Invariant: the items are configuration and never change while the machine runs; the guest's place in them is State.
//
// Source: QEMU documentation, "QEMU Firmware Configuration (fw_cfg) Device".
package fwcfg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Errors of AddFile and AddItem.
var (
	ErrTaken = errors.New("item exists")
	ErrName  = errors.New("file name is too long")
)

// Memory is what DMA needs of guest memory.
type Memory interface {
	ReadAt(p []byte, pa uint64) error
	WriteAt(p []byte, pa uint64) error
}

// Keys of items. Those of files follow keyFiles, in the order of the files' names.
const (
	KeyUUID      = 0x02 // 16 bytes
	KeyRAMSize   = 0x03 // 8 bytes
	KeyNoDisplay = 0x04 // 2 bytes
	KeyCPUs      = 0x05 // 2 bytes
	KeyNUMA      = 0x0d // 8 bytes
	KeyBootMenu  = 0x0e // 2 bytes
	KeyMaxCPUs   = 0x0f // 2 bytes

	// The parts of a kernel, each as an address and a size, 4 bytes, and the bytes.
	KeyKernelAddr  = 0x07
	KeyKernelSize  = 0x08
	KeyKernelData  = 0x11
	KeyInitrdAddr  = 0x0a
	KeyInitrdSize  = 0x0b
	KeyInitrdData  = 0x12
	KeyCmdLineAddr = 0x13
	KeyCmdLineSize = 0x14
	KeyCmdLineData = 0x15
	KeySetupAddr   = 0x16
	KeySetupSize   = 0x17
	KeySetupData   = 0x18

	KeyIRQ0Override = 0x8002 // 4 bytes: interrupt 0 arrives at the I/O APIC's pin 2

	keySignature = 0x00
	keyFeatures  = 0x01
	keyDirectory = 0x19
	keyFiles     = 0x20
	keyWrite     = 1 << 14 // a selector's write flag, no part of the key
)

const (
	featureTraditional = 1 << 0
	featureDMA         = 1 << 1
	maxName            = 55 // and a zero
)

// State is the guest's place.
type State struct {
	Selector uint16
	Offset   uint64
	Address  uint64 // DMA address, while only its high half is written
}

type item struct {
	key  uint16
	data []byte
}

type file struct {
	name string
	data []byte
}

// Device is the configuration device.
type Device struct {
	memory Memory
	items  []item
	files  []file // sorted by name
	State
}

// New returns a device with the items that tell of itself.
func New(memory Memory) *Device {
	features := binary.LittleEndian.AppendUint32(nil, featureTraditional|featureDMA)
	return &Device{memory: memory, items: []item{
		{keySignature, []byte("QEMU")},
		{keyFeatures, features},
	}}
}

// Reset selects the signature.
func (d *Device) Reset() { d.State = State{} }

// SetState loads a saved state.
func (d *Device) SetState(s State) { d.State = s }

// AddItem adds an item under a key of its own. It is for wiring time only.
func (d *Device) AddItem(key uint16, data []byte) error {
	taken := key == keyDirectory || key >= keyFiles && key < keyWrite
	if taken || slices.ContainsFunc(d.items, func(i item) bool { return i.key == key }) {
		return fmt.Errorf("add item %#x: %w", key, ErrTaken)
	}
	d.items = append(d.items, item{key, data})
	return nil
}

// AddFile adds a file to the directory. It is for wiring time only: it moves the keys of other files.
func (d *Device) AddFile(name string, data []byte) error {
	if len(name) > maxName {
		return fmt.Errorf("add file %s: %w", name, ErrName)
	}
	i, found := slices.BinarySearchFunc(d.files, name, func(f file, name string) int {
		return strings.Compare(f.name, name)
	})
	if found {
		return fmt.Errorf("add file %s: %w", name, ErrTaken)
	}
	d.files = slices.Insert(d.files, i, file{name, data})
	return nil
}

// selected is the data of the selected item; one that is not there is empty.
func (d *Device) selected() []byte {
	key := d.Selector &^ keyWrite
	if key == keyDirectory {
		return d.directory()
	}
	if n := int(key) - keyFiles; n >= 0 && n < len(d.files) {
		return d.files[n].data
	}
	for _, i := range d.items {
		if i.key == key {
			return i.data
		}
	}
	return nil
}

// directory is the item that names the files. Its numbers are big endian.
func (d *Device) directory() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(d.files)))
	for i, f := range d.files {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.data)))
		b = binary.BigEndian.AppendUint16(b, uint16(keyFiles+i))
		b = append(b, 0, 0)
		b = append(b, f.name...)
		b = append(b, make([]byte, maxName+1-len(f.name))...)
	}
	return b
}

// fetch reads on in the selected item. Behind its end there are zeros.
func (d *Device) fetch(p []byte) {
	clear(p)
	if data := d.selected(); d.Offset < uint64(len(data)) {
		copy(p, data[d.Offset:])
	}
	d.Offset += uint64(len(p))
}

func (d *Device) selectItem(selector uint16) { d.Selector, d.Offset = selector, 0 }
