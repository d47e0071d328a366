package guests

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
)

// Sizes in bytes.
const (
	floppySize = 2880 * 512
	sectorSize = 512
	bufferSize = 0x80000 // what lies between the boot sector's buffer and the BIOS's data
	lineSize   = 64      // the command line's place
)

// ErrDisk is a guest that the boot sector cannot load.
var ErrDisk = errors.New("no guest for a boot disk")

// Disk is a floppy disk that boots a PVH guest with a command line, for emulators that load no ELF files. The guest has one
// segment, and finds zeroes behind it: memory as the BIOS leaves it.
func Disk(image []byte, line string) ([]byte, error) {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	var code []byte
	var at uint64
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if code != nil {
			return nil, fmt.Errorf("disk: more than one segment: %w", ErrDisk)
		}
		if code, err = io.ReadAll(p.Open()); err != nil {
			return nil, fmt.Errorf("disk: %w", err)
		}
		at = p.Paddr
	}
	sectors := uint64(len(code)+sectorSize-1) / sectorSize
	if len(code) == 0 || len(code) > bufferSize || len(line) >= lineSize {
		return nil, fmt.Errorf("disk: %d bytes with a line of %d: %w", len(code), len(line), ErrDisk)
	}
	boot := ELF(Boot)
	for symbol, value := range map[string]uint64{"boot_sectors": sectors, "boot_address": at, "boot_entry": f.Entry} {
		if boot, err = Patch(boot, symbol, value); err != nil {
			return nil, err
		}
	}
	sector, err := bootSector(boot, line)
	if err != nil {
		return nil, err
	}
	disk := make([]byte, floppySize)
	copy(disk, sector)
	copy(disk[sectorSize:], code)
	return disk, nil
}

// bootSector is the sector of the ELF file, with a command line.
func bootSector(boot []byte, line string) ([]byte, error) {
	symbols, err := Symbols(boot)
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(boot))
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	text := f.Section(".text")
	sector, err := text.Data()
	if err != nil || len(sector) != sectorSize {
		return nil, fmt.Errorf("disk: a boot sector of %d bytes: %w", len(sector), errors.Join(err, ErrDisk))
	}
	copy(sector[symbols["boot_line"]-text.Addr:], line)
	return sector, nil
}
