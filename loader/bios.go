package loader

import "fmt"

// Places of a firmware image: it ends at 4 GiB, and its last part is seen below 1 MiB too.
const (
	maxFirmware = 16 << 20 // below are the interrupt controllers
	lowFirmware = 128 << 10
	firmwareEnd = 4 << 30
)

// loadFirmware starts the firmware where a reset does. A kernel is the firmware's to load, from the configuration device.
func loadFirmware(s Spec) (*Image, error) {
	n := uint64(len(s.Firmware.Data))
	if n == 0 || n > maxFirmware || n%pageSize != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no firmware image; give a BIOS of whole pages, as SeaBIOS's bios-256k.bin", ErrFormat, n)
	}
	if len(s.Modules) > 0 {
		return nil, fmt.Errorf("firmware takes no --module (%s)", s.Modules[0].Name)
	}
	image := &Image{Format: "firmware", Arch: "amd64", Board: "pc", Firmware: Segment{
		Name: "firmware", Addr: firmwareEnd - n, Data: s.Firmware.Data, Size: n,
	}}
	low := s.Firmware.Data[n-min(n, lowFirmware):]
	image.Segments = []Segment{{
		Name: "firmware below 1 MiB", Addr: extendedBase - uint64(len(low)), Data: low, Size: uint64(len(low)),
	}}
	return image, image.addParts(s)
}

// addParts cuts a Linux kernel for the configuration device.
func (m *Image) addParts(s Spec) error {
	if len(s.Kernel.Data) == 0 {
		return nil
	}
	if !isBzImage(s.Kernel) {
		return fmt.Errorf("kernel %s: %w: firmware starts a Linux bzImage only", s.Kernel.Name, ErrFormat)
	}
	parts, err := cut(s)
	if err != nil {
		return fmt.Errorf("kernel %s: %w", s.Kernel.Name, err)
	}
	m.Parts = &parts
	return nil
}
