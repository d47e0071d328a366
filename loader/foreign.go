package loader

import (
	"bytes"
	"debug/elf"
	"fmt"
)

// foreign lists what can be told from content but not be booted.
var foreign = []struct {
	offset int
	magic  string
	err    error
}{
	{0x38, "RSC\x05", wrongArch("RISC-V")},
	{0x24, "\x18\x28\x6f\x01", wrongArch("32-bit Arm")},
	{0, "\xcf\xfa\xed\xfe", fmt.Errorf("%w: a Mach-O file; give a bzImage or an ELF kernel", ErrFormat)},
	{0, "MZ", fmt.Errorf("%w: an EFI or Windows program; give a bzImage or an ELF kernel", ErrFormat)},
	{0, "QFI\xfb", fmt.Errorf("%w: a qcow2 disk image; give the kernel inside it", ErrFormat)},
	{0, "070701", fmt.Errorf("%w: a cpio archive; give it with --initrd", ErrFormat)},
	{0, "#!", fmt.Errorf("%w: a script", ErrFormat)},
	{0, "!<arch>\n", fmt.Errorf("%w: an archive or Debian package; give the kernel inside it", ErrFormat)},
}

func isForeign(k File) bool { return refusal(k.Data) != nil }

func refuseForeign(s Spec) (*Image, error) { return nil, refusal(s.Kernel.Data) }

// refusal says why a file of a known kind cannot be booted; nil if its kind is unknown.
func refusal(k []byte) error {
	if len(k) == 0 {
		return truncated("it is empty")
	}
	if isELF(k) {
		return refuseELF(k)
	}
	for _, f := range foreign {
		if len(k) > f.offset && bytes.HasPrefix(k[f.offset:], []byte(f.magic)) {
			return f.err
		}
	}
	return nil
}

// refuseELF is for ELF files that are neither PVH nor multiboot.
func refuseELF(k []byte) error {
	f, err := openELF(k)
	switch {
	case err != nil:
		return err
	case f.Type == elf.ET_DYN || f.Type == elf.ET_EXEC && hasInterpreter(f):
		return fmt.Errorf("%w: an ELF program or library for an operating system; give a kernel", ErrFormat)
	}
	return fmt.Errorf("%w: ELF without a PVH note or multiboot header; build Linux with CONFIG_PVH=y, or give its bzImage", ErrFormat)
}

func hasInterpreter(f *elf.File) bool {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return true
		}
	}
	return false
}
