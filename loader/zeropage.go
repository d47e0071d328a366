package loader

import (
	"encoding/binary"
	"fmt"

	"stasis/loader/acpi"
)

// Fields of the zero page outside the setup header.
//
// Source: Linux, "Zero Page".
const (
	zeroRSDP         = 0x070
	zeroExtRamdisk   = 0x0c0
	zeroExtRamdiskSz = 0x0c4
	zeroExtCmdline   = 0x0c8
	zeroAltMem       = 0x1e0
	zeroE820Entries  = 0x1e8
	zeroE820Table    = 0x2d0
	e820EntrySize    = 20
)

// zeroPage completes the boot parameters: loader type, memory map, ACPI's root.
func (b *bzImage) zeroPage(s Spec) []byte {
	le := binary.LittleEndian
	z := b.header
	z[hdrTypeOfLoader] = loaderUndefined
	le.PutUint16(z[hdrVidMode:], videoNormal)
	le.PutUint32(z[hdrCode32Start:], uint32(b.load))
	le.PutUint64(z[zeroRSDP:], acpi.RSDPAddr)
	ranges := memoryMap(s.MemSize, s.HoleBase)
	le.PutUint32(z[zeroAltMem:], uint32(ranges[3].Size>>10))
	z[zeroE820Entries] = byte(len(ranges))
	for i, r := range ranges {
		e := z[zeroE820Table+i*e820EntrySize:]
		le.PutUint64(e, r.Addr)
		le.PutUint64(e[8:], r.Size)
		le.PutUint32(e[16:], r.Type)
	}
	return z
}

// placeCommandLine puts the command line below 640 KiB.
func (b *bzImage) placeCommandLine(p *placer, line string) error {
	if err := b.fits(line); err != nil {
		return err
	}
	addr, err := p.info("command line", append([]byte(line), 0), 16)
	binary.LittleEndian.PutUint32(b.header[hdrCmdLinePtr:], uint32(addr))
	return err
}

// fits reports a command line that is too long.
func (b *bzImage) fits(line string) error {
	if uint64(len(line)) > b.cmdline {
		return fmt.Errorf("the command line has %d bytes and this kernel takes %d; shorten --append", len(line), b.cmdline)
	}
	return nil
}

// placeInitrd puts the initrds, one after the other, as high as the kernel takes them; above 4 GiB only when there is no
// room below.
func (b *bzImage) placeInitrd(p *placer, files []File) error {
	data := joinInitrds(files)
	if len(data) == 0 {
		return nil
	}
	n := uint64(len(data))
	addr, err := p.high("initrd", n, pageSize, extendedBase, b.initrdMax+1)
	if err != nil && b.xload&xloadAbove4G != 0 {
		addr, err = p.high("initrd", n, pageSize, highBase, ^uint64(0))
	}
	if err != nil {
		return fmt.Errorf("initrd %s: %w", files[0].Name, err)
	}
	le := binary.LittleEndian
	le.PutUint32(b.header[hdrRamdiskImage:], uint32(addr))
	le.PutUint32(b.header[hdrRamdiskSize:], uint32(n))
	le.PutUint32(b.header[zeroExtRamdisk:], uint32(addr>>32))
	le.PutUint32(b.header[zeroExtRamdiskSz:], uint32(n>>32))
	return p.put("initrd", addr, data, 0)
}

// joinInitrds joins archives as Linux reads them: each starts on a multiple of four, zeroes between.
//
// Source: Linux, "initramfs buffer format".
func joinInitrds(files []File) []byte {
	if len(files) == 1 {
		return files[0].Data
	}
	var all []byte
	for _, f := range files {
		all = append(all, make([]byte, -len(all)&3)...)
		all = append(all, f.Data...)
	}
	return all
}
