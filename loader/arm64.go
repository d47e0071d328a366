package loader

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"stasis/loader/fdt"
)

// The header of a Linux Image.
//
// Source: Linux, "Booting AArch64 Linux", "Call the kernel image".
const (
	imgTextOffset = 8
	imgSize       = 16
	imgFlags      = 24
	imgMagic      = 56
	imgHeader     = 64
	arm64Magic    = "ARM\x64"
	imgBigEndian  = 1 << 0
	imgAlign      = 2 << 20
	oldTextOffset = 0x80000 // where the size says nothing
	initrdOffset  = 128 << 20
	maxDTB        = 2 << 20
)

func isArm64Image(k File) bool {
	return len(k.Data) >= imgHeader && string(k.Data[imgMagic:imgMagic+4]) == arm64Magic
}

// loadArm64Image places an Image at its offset from a multiple of 2 MiB, and behind it the initrd and the device tree.
func loadArm64Image(s Spec) (*Image, error) {
	if err := noModules(s); err != nil {
		return nil, err
	}
	le, k := binary.LittleEndian, s.Kernel.Data
	offset, size := le.Uint64(k[imgTextOffset:]), le.Uint64(k[imgSize:])
	switch {
	case size == 0:
		offset, size = oldTextOffset, uint64(len(k))
	case size < uint64(len(k)):
		return nil, fmt.Errorf("%w: the header says %d bytes, the file has %d", ErrFormat, size, len(k))
	case le.Uint64(k[imgFlags:])&imgBigEndian != 0:
		return nil, fmt.Errorf("%w: a big-endian kernel", ErrFormat)
	}
	if offset < pageSize {
		offset += imgAlign // a boot loader of QEMU's board leaves the first 2 MiB to itself
	}
	p := newVirtPlacer(s)
	if offset > s.MemSize {
		return nil, p.noRoom("kernel", size, fdt.RAMBase, fdt.RAMBase+s.MemSize)
	}
	at := fdt.RAMBase + offset
	if err := p.put("kernel", at, k, size); err != nil {
		return nil, err
	}
	return p.enterVirt(s, "Linux Image", at, at+size)
}

// isArm64ELF is an ELF file for AArch64.
func isArm64ELF(k File) bool {
	return len(k.Data) > 19 && isELF(k.Data) && elf.Machine(binary.LittleEndian.Uint16(k.Data[18:])) == elf.EM_AARCH64
}

// loadArm64ELF enters an ELF file with the device tree's address in X0, as Linux is entered.
func loadArm64ELF(s Spec) (*Image, error) {
	if err := noModules(s); err != nil {
		return nil, err
	}
	f, err := parseELF(s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	if f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("%w: ELF for AArch64, but no executable of 64 bits in little-endian order; link a kernel statically", ErrFormat)
	}
	p := newVirtPlacer(s)
	end, err := placeELF(p, f, s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	return p.enterVirt(s, "ELF, AArch64", f.Entry, end)
}

// loadArm64Flat enters a flat binary at its first byte, where a Linux kernel without a header would lie.
func loadArm64Flat(s Spec) (*Image, error) {
	if err := noModules(s); err != nil {
		return nil, err
	}
	p := newVirtPlacer(s)
	at := uint64(fdt.RAMBase + oldTextOffset)
	if err := p.put("flat binary", at, s.Kernel.Data, 0); err != nil {
		return nil, err
	}
	return p.enterVirt(s, "flat binary, AArch64", at, at+uint64(len(s.Kernel.Data)))
}

func noModules(s Spec) error {
	if len(s.Modules) > 0 {
		return fmt.Errorf("a kernel for AArch64 takes no --module (%s); give --initrd", s.Modules[0].Name)
	}
	return nil
}

// newVirtPlacer knows the RAM of the board virt.
func newVirtPlacer(s Spec) *placer {
	return &placer{ram: []span{{fdt.RAMBase, fdt.RAMBase + s.MemSize}}}
}

// enterVirt places the initrd and the device tree and enters the kernel, which ends at end.
func (p *placer) enterVirt(s Spec, format string, entry, end uint64) (*Image, error) {
	from := max(end, fdt.RAMBase+min(s.MemSize/2, initrdOffset))
	limit := uint64(fdt.RAMBase + s.MemSize)
	config := s.virt()
	if data := joinInitrds(s.Initrds); len(data) > 0 {
		at, err := p.putLow("initrd", data, pageSize, from, limit)
		if err != nil {
			return nil, err
		}
		config.InitrdStart, config.InitrdEnd = at, at+uint64(len(data))
		from = config.InitrdEnd
	}
	dtb, err := s.tree(config)
	if err != nil {
		return nil, err
	}
	at, err := p.putLow("device tree", dtb, imgAlign, from, limit)
	if err != nil {
		if at, err = p.putLow("device tree", dtb, pageSize, fdt.RAMBase, limit); err != nil {
			return nil, err
		}
	}
	return &Image{Format: format, Arch: "arm64", Board: BoardVirt, Segments: p.used, Start: Start{PC: entry, X0: at}, DTB: dtb}, nil
}

// virt is the board as the device tree describes it.
func (s Spec) virt() fdt.Config {
	return fdt.Config{CPUs: s.CPUs, MemSize: s.MemSize, GIC: s.GIC, CommandLine: s.Append, Seed: s.Seed}
}

// tree is the device tree that the user gives, or the board's own.
func (s Spec) tree(c fdt.Config) ([]byte, error) {
	if s.DTB.Name == "" {
		return fdt.Virt(c), nil
	}
	b := s.DTB.Data
	if len(b) < 40 || binary.BigEndian.Uint32(b) != fdt.Magic || uint64(binary.BigEndian.Uint32(b[4:])) > uint64(len(b)) {
		return nil, fmt.Errorf("device tree %s: %w: no whole flattened device tree; compile it with dtc", s.DTB.Name, ErrFormat)
	}
	if len(b) > maxDTB {
		return nil, fmt.Errorf("device tree %s: %w: %s, and kernels take 2 MiB at most", s.DTB.Name, ErrNoRoom, size(uint64(len(b))))
	}
	return b, nil
}

// loadVirtFirmware puts firmware into the flash, where a reset starts. It finds the device tree at the start of RAM.
func loadVirtFirmware(s Spec) (*Image, error) {
	n := uint64(len(s.Firmware.Data))
	if n == 0 || n > fdt.FlashSize {
		return nil, fmt.Errorf("%w: %d bytes are no firmware image; the flash holds 64 MiB", ErrFormat, n)
	}
	if err := noModules(s); err != nil {
		return nil, err
	}
	dtb, err := s.tree(s.virt())
	if err != nil {
		return nil, err
	}
	p := newVirtPlacer(s)
	if err := p.put("device tree", fdt.RAMBase, dtb, 0); err != nil {
		return nil, err
	}
	image := &Image{
		Format: "firmware", Arch: "arm64", Board: BoardVirt, Segments: p.used, DTB: dtb,
		Firmware: Segment{Name: "firmware", Addr: fdt.FlashBase, Data: s.Firmware.Data, Size: n},
	}
	if len(s.Kernel.Data) > 0 {
		image.Parts = &Parts{
			Kernel:      Part{Data: s.Kernel.Data},
			Initrd:      Part{Data: joinInitrds(s.Initrds)},
			CommandLine: Part{Data: append([]byte(s.Append), 0)},
		}
	}
	return image, nil
}

// isVirtFirmware reports whether an image starts as code for AArch64 does in a reset: with a branch forward.
func isVirtFirmware(k []byte) bool {
	return len(k) >= 4 && k[3] == 0x14 && !bytes.HasPrefix(k, []byte{0x55, 0xaa})
}
