package machine

import (
	"fmt"

	"stasis/device/rtc"
	"stasis/loader"
)

// Config is the whole machine as a plain struct: equal Configs and equal inputs make equal runs.
type Config struct {
	Board string   // "pc"
	CPU   string   // vendor: "amd" or "intel"
	Hide  []string // CPU features to hide, by x86.FeatureName
	Mem   uint64   // bytes
	SMP   int
	IPS   uint64 // units a virtual second, and the TSC's frequency
	Epoch int64  // what the real-time clock shows at power-on, in Unix seconds
	Seed  uint64 // of the CPUs' random numbers

	Kernel  loader.File
	Initrds []loader.File
	Modules []loader.File
	Append  string

	Firmware loader.File // a BIOS, which starts instead of the kernel
	Entry32  bool        // enter a Linux kernel by its 32-bit entry point

	Quantum uint64 // units of a CPU's longest turn
	Strict  bool   // stop at what is not implemented
	Reboot  bool   // a reset starts the machine anew instead of ending the run
}

// Defaults.
const (
	DefaultMem     = 512 << 20
	DefaultIPS     = 1_000_000_000
	DefaultQuantum = 2000
	MaxSMP         = 8
)

// normal fills in the defaults, or says what makes no sense.
func (c Config) normal() (Config, error) {
	setDefault(&c.Board, "pc")
	setDefault(&c.CPU, "amd")
	setDefault(&c.Mem, DefaultMem)
	setDefault(&c.SMP, 1)
	setDefault(&c.IPS, DefaultIPS)
	setDefault(&c.Epoch, rtc.DefaultEpoch)
	setDefault(&c.Quantum, DefaultQuantum)
	switch {
	case c.Board != "pc":
		return c, fmt.Errorf("board %q is not known; there is pc", c.Board)
	case c.CPU != "amd" && c.CPU != "intel":
		return c, fmt.Errorf("CPU vendor %q is not known; there are amd and intel", c.CPU)
	case c.SMP < 1 || c.SMP > MaxSMP:
		return c, fmt.Errorf("%d CPUs are not possible; give 1 to %d", c.SMP, MaxSMP)
	case c.Mem%4096 != 0:
		return c, fmt.Errorf("memory of %d bytes is not a multiple of a page", c.Mem)
	case c.IPS < 1_000_000 || c.IPS > 100_000_000_000:
		return c, fmt.Errorf("%d instructions a second are out of range; give 1000000 to 100000000000", c.IPS)
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
