package loader

import "fmt"

// File is a named stretch of bytes; the name serves messages, and Args is a module's string.
type File struct {
	Name string
	Data []byte
	Args string
}

// Spec says what to boot on what machine.
type Spec struct {
	Kernel  File
	Initrds []File // joined into one for Linux; modules for the other formats
	Modules []File // multiboot and PVH only
	Append  string // the command line

	Board string // "pc" or "virt"; empty: found from the kernel or the firmware
	GIC   int    // virt: version of the interrupt controller, 2 or 3; 0 is 3
	Seed  uint64 // virt: of the random numbers in the device tree
	DTB   File   // virt: a device tree instead of the board's own

	Firmware File // a BIOS; then Kernel may be missing
	Entry32  bool // enter a Linux kernel by its 32-bit entry point even if it has a 64-bit one

	MemSize  uint64 // bytes of RAM
	HoleBase uint64 // where RAM below 4 GiB ends; 0 is the default of 3 GiB
	CPUs     int    // logical processors; 0 is one
}

// Memory below 4 GiB ends at DefaultHoleBase, the rest of it starts at highBase.
const (
	DefaultHoleBase = 3 << 30
	highBase        = 4 << 30
	maxHoleBase     = 0xf0000000 // there is always room for devices
	minMemory       = 2 << 20
	maxCPUs         = 255
)

// normal returns s with defaults filled in, or says what makes no sense.
func (s Spec) normal() (Spec, error) {
	if s.HoleBase == 0 {
		s.HoleBase = DefaultHoleBase
	}
	if s.CPUs == 0 {
		s.CPUs = 1
	}
	if s.GIC == 0 {
		s.GIC = 3
	}
	switch {
	case s.GIC != 2 && s.GIC != 3:
		return s, fmt.Errorf("interrupt controller GICv%d is not known; give 2 or 3 with --gic", s.GIC)
	case s.Board != "" && s.Board != BoardPC && s.Board != BoardVirt:
		return s, fmt.Errorf("board %q is not known; there are pc and virt", s.Board)
	case s.MemSize < minMemory:
		return s, fmt.Errorf("%w: %d bytes of memory; give at least 2M with --mem", ErrNoRoom, s.MemSize)
	case s.MemSize > 1<<40:
		return s, fmt.Errorf("%w: %d bytes of memory; give at most 1024G with --mem", ErrNoRoom, s.MemSize)
	case s.HoleBase < minMemory || s.HoleBase > maxHoleBase:
		return s, fmt.Errorf("%w: memory hole at %#x", ErrNoRoom, s.HoleBase)
	case s.CPUs < 0 || s.CPUs > maxCPUs:
		return s, fmt.Errorf("%d CPUs; give 1 to %d with --smp", s.CPUs, maxCPUs)
	}
	return s, nil
}

// allModules is Initrds and Modules in the order given, for formats that do not tell them apart.
func (s Spec) allModules() []File {
	return append(append([]File(nil), s.Initrds...), s.Modules...)
}
