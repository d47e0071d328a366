package loader

import "fmt"

// format is one kind of kernel. match looks at the content only, load may still find fault with it.
type format struct {
	name  string
	match func(k File) bool
	load  func(s Spec) (*Image, error)
}

// formats in the order tried. The first match wins.
var formats = []format{
	{"Linux bzImage", isBzImage, loadBzImage},
	{"PVH", isPVH, loadPVH},
	{"multiboot", isMultiboot, loadMultiboot},
	{"other", isForeign, refuseForeign},
	{"boot sector", isBootSector, loadBootSector},
	{"flat binary", isFlat, loadFlat},
}

// Load places a kernel and everything it is given. Errors name the file, what is wrong and what to do.
func Load(s Spec) (*Image, error) {
	s, err := s.normal()
	if err != nil {
		return nil, err
	}
	if s.Kernel, err = decompress(s.Kernel); err != nil {
		return nil, fmt.Errorf("load %s: %w", s.Kernel.Name, err)
	}
	if s.Firmware.Name != "" {
		image, err := loadFirmware(s)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", s.Firmware.Name, err)
		}
		return image, nil
	}
	for _, f := range formats {
		if !f.match(s.Kernel) {
			continue
		}
		image, err := f.load(s)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", s.Kernel.Name, err)
		}
		return image, nil
	}
	return nil, fmt.Errorf("load %s: %w: neither bzImage, ELF with a PVH note, multiboot nor boot sector; "+
		"a flat binary must be named *.bin", s.Kernel.Name, ErrFormat)
}
