package loader

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// bootSectorBase is where a BIOS puts the first sector of a disk.
const bootSectorBase = 0x7c00

// isBootSector wants the mark at the end of the first sector, and whole sectors.
func isBootSector(k File) bool {
	n := len(k.Data)
	return n >= sectorSize && n%sectorSize == 0 && binary.LittleEndian.Uint16(k.Data[hdrBootFlag:]) == bootFlag
}

// loadBootSector enters a boot sector, with the sectors after it in place, in 16-bit real mode at 0000:7C00. There is no
// BIOS to call.
func loadBootSector(s Spec) (*Image, error) {
	if err := noExtras(s); err != nil {
		return nil, err
	}
	p := newPlacer(s)
	if err := p.put("boot sector", bootSectorBase, s.Kernel.Data, 0); err != nil {
		return nil, fmt.Errorf("%w (a file of sectors with the mark 55 AA is loaded at 0x7c00)", err)
	}
	return p.finish(s, "boot sector", realMode(bootSectorBase)), nil
}

// isFlat goes by the name, since any content would do.
func isFlat(k File) bool {
	return strings.HasSuffix(strings.ToLower(k.Name), ".bin") && len(k.Data) > 0
}

// loadFlat enters a flat binary at 1 MiB in 32-bit protected mode, flat segments, interrupts off.
func loadFlat(s Spec) (*Image, error) {
	if err := noExtras(s); err != nil {
		return nil, err
	}
	p := newPlacer(s)
	if err := p.put("flat binary", extendedBase, s.Kernel.Data, 0); err != nil {
		return nil, err
	}
	cpu := CPU{RIP: extendedBase}
	if err := p.enterFlat(&cpu, attrCode32); err != nil {
		return nil, err
	}
	return p.finish(s, "flat binary", cpu), nil
}

// noExtras refuses what a kernel without a boot protocol could never find.
func noExtras(s Spec) error {
	if extra := s.allModules(); len(extra) > 0 {
		return fmt.Errorf("a kernel of this form takes no initrd or module (%s)", extra[0].Name)
	}
	if s.Append != "" {
		return fmt.Errorf("a kernel of this form takes no command line; leave out --append")
	}
	return nil
}
