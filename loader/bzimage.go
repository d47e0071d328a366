package loader

import (
	"encoding/binary"
	"fmt"
)

// Fields of the setup header, at their offsets in the file and in the zero page.
//
// Source: Linux, "The Linux/x86 Boot Protocol", "Details of Header Fields".
const (
	hdrSetupSects     = 0x1f1
	hdrSyssize        = 0x1f4
	hdrVidMode        = 0x1fa
	hdrBootFlag       = 0x1fe
	hdrJump           = 0x200
	hdrMagic          = 0x202
	hdrVersion        = 0x206
	hdrTypeOfLoader   = 0x210
	hdrLoadflags      = 0x211
	hdrCode32Start    = 0x214
	hdrRamdiskImage   = 0x218
	hdrRamdiskSize    = 0x21c
	hdrCmdLinePtr     = 0x228
	hdrInitrdAddrMax  = 0x22c
	hdrXloadflags     = 0x236
	hdrCmdlineSize    = 0x238
	hdrPrefAddress    = 0x258
	hdrInitSize       = 0x260
	bootFlag          = 0xaa55
	headerMagic       = "HdrS"
	sectorSize        = 512
	entry64           = 0x200 // of the 64-bit entry point in the protected-mode kernel
	loadedHigh        = 1 << 0
	xloadKernel64     = 1 << 0
	xloadAbove4G      = 1 << 1
	loaderUndefined   = 0xff
	videoNormal       = 0xffff
	oldestVersion     = 0x0204 // 4-byte syssize
	versionCmdline    = 0x0206 // cmdline_size
	versionPreferred  = 0x020a // pref_address and init_size
	versionXloadflags = 0x020c
)

// isBzImage wants the boot sector's mark and the header's.
func isBzImage(k File) bool {
	return len(k.Data) >= hdrVersion+2 && string(k.Data[hdrMagic:hdrMagic+4]) == headerMagic &&
		binary.LittleEndian.Uint16(k.Data[hdrBootFlag:]) == bootFlag
}

// bzImage is a kernel file cut in its parts.
type bzImage struct {
	header    []byte // the zero page's copy of the setup header, from 0x1f1 on
	kernel    []byte // the protected-mode kernel
	version   uint16
	xload     uint16
	cmdline   uint64 // its greatest length
	initrdMax uint64 // the greatest address of the initrd's last byte
	load      uint64 // where the kernel goes
	initSize  uint64 // what it needs from there on while it starts
}

// parseBzImage checks the file against its header.
func parseBzImage(k []byte) (b bzImage, err error) {
	le := binary.LittleEndian
	b.version = le.Uint16(k[hdrVersion:])
	if b.version < oldestVersion {
		return b, fmt.Errorf("%w: boot protocol %d.%02d is too old; give a kernel of 2.6.14 or later",
			ErrFormat, b.version>>8, b.version&0xff)
	}
	headerEnd := hdrMagic + int(k[hdrJump+1])
	sects := int(k[hdrSetupSects])
	if sects == 0 {
		sects = 4
	}
	setup := (sects + 1) * sectorSize
	if headerEnd > setup || headerEnd < hdrInitrdAddrMax+4 {
		return b, fmt.Errorf("%w: setup header ends at %#x", ErrFormat, headerEnd)
	}
	want := uint64(setup) + uint64(le.Uint32(k[hdrSyssize:]))*16
	// The last paragraph may be cut short: syssize counts whole ones.
	if have := uint64(len(k)); have+15 < want || have <= uint64(setup) {
		return b, truncated("its header speaks of %d bytes, the file has %d", want, have)
	}
	b.kernel = k[setup:]
	b.header = make([]byte, pageSize)
	copy(b.header[hdrSetupSects:], k[hdrSetupSects:headerEnd])
	return b, b.fields()
}

// fields reads the header's fields, with the defaults of older versions.
func (b *bzImage) fields() error {
	le := binary.LittleEndian
	h := b.header
	if h[hdrLoadflags]&loadedHigh == 0 {
		return fmt.Errorf("%w: a zImage, loaded below 1 MiB; give a bzImage", ErrFormat)
	}
	b.initrdMax = uint64(le.Uint32(h[hdrInitrdAddrMax:]))
	b.cmdline = 255
	if b.version >= versionCmdline {
		b.cmdline = uint64(le.Uint32(h[hdrCmdlineSize:]))
	}
	b.load, b.initSize = extendedBase, uint64(len(b.kernel))
	if b.version >= versionPreferred {
		b.load = le.Uint64(h[hdrPrefAddress:])
		b.initSize = max(b.initSize, uint64(le.Uint32(h[hdrInitSize:])))
	}
	if b.version >= versionXloadflags {
		b.xload = le.Uint16(h[hdrXloadflags:])
	}
	if b.load < extendedBase || b.load >= highBase {
		return fmt.Errorf("%w: it wants to be loaded at %#x; give a kernel linked between 1 MiB and 4 GiB", ErrFormat, b.load)
	}
	return nil
}

// loadBzImage boots Linux by its 64-bit entry point, and by the 32-bit one if it has no other or that is asked for.
func loadBzImage(s Spec) (*Image, error) {
	b, err := parseBzImage(s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	if len(s.Modules) > 0 {
		return nil, fmt.Errorf("a Linux kernel takes no --module (%s); use --initrd", s.Modules[0].Name)
	}
	p := newPlacer(s)
	if err := p.put("kernel", b.load, b.kernel, b.initSize); err != nil {
		return nil, err
	}
	if err := b.placeInitrd(p, s.Initrds); err != nil {
		return nil, err
	}
	if err := b.placeCommandLine(p, s.Append); err != nil {
		return nil, err
	}
	zeroPage, err := p.info("zero page", b.zeroPage(s), pageSize)
	if err != nil {
		return nil, err
	}
	image, err := b.enter(p, s, zeroPage)
	if parts, e := cut(s); err == nil && e == nil {
		image.Parts = &parts
	}
	return image, err
}

// enter sets the registers, by what entry points the kernel has.
func (b *bzImage) enter(p *placer, s Spec, zeroPage uint64) (*Image, error) {
	cpu := CPU{RSI: zeroPage, RIP: b.load}
	if b.xload&xloadKernel64 == 0 || s.Entry32 {
		if err := p.enterFlat(&cpu, attrCode32); err != nil {
			return nil, err
		}
		return p.finish(s, "Linux bzImage, 32-bit entry", cpu), nil
	}
	cpu.RIP += entry64
	if err := p.enterLong(&cpu); err != nil {
		return nil, err
	}
	return p.finish(s, "Linux bzImage, 64-bit entry", cpu), nil
}
