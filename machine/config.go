package machine

import (
	"fmt"

	"stasis/cpu/arm64"
	"stasis/device/rtc"
	"stasis/loader"
)

// Config is the whole machine as a plain struct: equal Configs and equal inputs make equal runs.
type Config struct {
	Board string   // "pc" or "virt"; empty: as the kernel wants
	CPU   string   // pc: vendor, "amd" or "intel"; virt: model, "max"
	Hide  []string // CPU features to hide, by x86.FeatureName or arm64.FeatureNames
	PAuth string   // virt: algorithm of pointer authentication, "fast" or "qarma5"
	GIC   int      // virt: version of the interrupt controller, 2 or 3
	Mem   uint64   // bytes
	SMP   int
	IPS   uint64 // units a virtual second, and the TSC's frequency
	Epoch int64  // what the real-time clock shows at power-on, in Unix seconds
	Seed  uint64 // of the CPUs' random numbers

	Kernel  loader.File
	Initrds []loader.File
	Modules []loader.File
	Append  string

	DTB      loader.File // virt: a device tree instead of the board's own
	Firmware loader.File // starts instead of the kernel
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
	setDefault(&c.Mem, DefaultMem)
	setDefault(&c.SMP, 1)
	setDefault(&c.IPS, DefaultIPS)
	setDefault(&c.Epoch, rtc.DefaultEpoch)
	setDefault(&c.Quantum, DefaultQuantum)
	switch {
	case c.SMP < 1 || c.SMP > MaxSMP:
		return c, fmt.Errorf("%d CPUs are not possible; give 1 to %d", c.SMP, MaxSMP)
	case c.Mem%4096 != 0:
		return c, fmt.Errorf("memory of %d bytes is not a multiple of a page", c.Mem)
	case c.IPS < 1_000_000 || c.IPS > 100_000_000_000:
		return c, fmt.Errorf("%d instructions a second are out of range; give 1000000 to 100000000000", c.IPS)
	}
	return c, nil
}

// onBoard fills in the defaults of the board that the kernel has turned out to be for.
func (c Config) onBoard(board string) (Config, error) {
	c.Board = board
	if board == loader.BoardVirt {
		setDefault(&c.CPU, "max")
		setDefault(&c.PAuth, "fast")
		setDefault(&c.GIC, 3)
		return c, c.checkVirt()
	}
	setDefault(&c.CPU, "amd")
	switch {
	case c.CPU != "amd" && c.CPU != "intel":
		return c, fmt.Errorf("CPU vendor %q is not known; there are amd and intel", c.CPU)
	case c.GIC != 0 || c.PAuth != "" || c.DTB.Name != "":
		return c, fmt.Errorf("the board pc has no GIC, no pointer authentication and no device tree; give --board virt")
	}
	return c, nil
}

func (c Config) checkVirt() error {
	switch {
	case c.CPU != "max":
		return fmt.Errorf("CPU model %q is not known on the board virt; there is max", c.CPU)
	case c.PAuth != "fast" && c.PAuth != "qarma5":
		return fmt.Errorf("pointer authentication by %q is not known; there are fast and qarma5", c.PAuth)
	case c.Entry32:
		return fmt.Errorf("the board virt has no 32-bit entry")
	}
	return arm64.CheckFeatures(c.Hide)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
