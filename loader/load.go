package loader

import "fmt"

// format is one kind of kernel. match looks at the content only, load may still find fault with it.
type format struct {
	name  string
	board string
	match func(k File) bool
	load  func(s Spec) (*Image, error)
}

// formats in the order tried. The first match wins.
var formats = []format{
	{"Linux bzImage", BoardPC, isBzImage, loadBzImage},
	{"Linux Image", BoardVirt, isArm64Image, loadArm64Image},
	{"ELF for AArch64", BoardVirt, isArm64ELF, loadArm64ELF},
	{"PVH", BoardPC, isPVH, loadPVH},
	{"multiboot", BoardPC, isMultiboot, loadMultiboot},
	{"other", "", isForeign, refuseForeign},
	{"boot sector", BoardPC, isBootSector, loadBootSector},
	{"flat binary", BoardPC, isFlat, loadFlat},
	{"flat binary, AArch64", BoardVirt, isFlat, loadArm64Flat},
}

// The boards.
const (
	BoardPC   = "pc"
	BoardVirt = "virt"
)

// Load places a kernel and everything it is given. Errors name the file, what is wrong and what to do.
func Load(s Spec) (*Image, error) {
	s, err := s.normal()
	if err != nil {
		return nil, err
	}
	if s.Kernel, err = decompress(s.Kernel); err == nil {
		s.Kernel, err = unpackZboot(s.Kernel)
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", s.Kernel.Name, err)
	}
	if s.Firmware.Name != "" {
		load := loadFirmware
		if s.Board == BoardVirt || s.Board == "" && isVirtFirmware(s.Firmware.Data) {
			load = loadVirtFirmware
		}
		image, err := load(s)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", s.Firmware.Name, err)
		}
		return image, nil
	}
	f, err := s.format()
	var image *Image
	if err == nil {
		image, err = f.load(s)
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", s.Kernel.Name, err)
	}
	return image, nil
}

// format finds out what the kernel is. One that tells by its content that it is for another board is refused.
func (s Spec) format() (format, error) {
	for _, f := range formats {
		if !f.match(s.Kernel) {
			continue
		}
		if s.Board == "" || f.board == "" || f.board == s.Board {
			return f, nil
		}
		if !isFlat(s.Kernel) {
			return f, fmt.Errorf("%w: %s is for the board %s; leave out --board %s", ErrArch, f.name, f.board, s.Board)
		}
	}
	return format{}, fmt.Errorf("%w: neither bzImage, Linux Image, ELF with a PVH note or for AArch64, multiboot nor boot sector; "+
		"a flat binary must be named *.bin", ErrFormat)
}
