package loader

import "encoding/binary"

// Part is bytes for a place in memory.
type Part struct {
	Addr uint32
	Data []byte
}

// Parts are a Linux kernel as a boot loader in real mode puts it in memory. It jumps to 20h paragraphs behind Setup.
type Parts struct {
	Setup, Kernel, CommandLine, Initrd Part
}

// Places of the parts, as QEMU has them. The firmware's tables lie at the end of memory below 4 GiB.
const (
	setupBase       = 0x10000
	commandLineBase = 0x20000
	tablesReserve   = 0x28000

	hdrHeapEnd    = 0x224
	canUseHeap    = 1 << 7
	loaderQEMU    = 0xb0
	oldInitrdMax  = 0x37ffffff
	versionInitrd = 0x0203
)

// cut takes a bzImage apart and fills in its header.
//
// Source: Linux, "The Linux/x86 Boot Protocol", "Loading The Rest of The Kernel".
func cut(s Spec) (p Parts, err error) {
	b, err := parseBzImage(s.Kernel.Data)
	if err != nil {
		return p, err
	}
	if err := b.fits(s.Append); err != nil {
		return p, err
	}
	setup := s.Kernel.Data[:len(s.Kernel.Data)-len(b.kernel)]
	p = Parts{
		Setup:       Part{setupBase, append([]byte(nil), setup...)},
		Kernel:      Part{extendedBase, b.kernel},
		CommandLine: Part{commandLineBase, append([]byte(s.Append), 0)},
	}
	if p.Initrd, err = b.initrdPart(s); err != nil {
		return p, err
	}
	le, h := binary.LittleEndian, p.Setup.Data
	h[hdrTypeOfLoader] = loaderQEMU
	h[hdrLoadflags] |= canUseHeap
	le.PutUint16(h[hdrHeapEnd:], commandLineBase-setupBase-0x200)
	le.PutUint32(h[hdrCmdLinePtr:], commandLineBase)
	le.PutUint32(h[hdrRamdiskImage:], p.Initrd.Addr)
	le.PutUint32(h[hdrRamdiskSize:], uint32(len(p.Initrd.Data)))
	return p, nil
}

// initrdPart puts the initrd as high as the kernel and the firmware let it.
func (b *bzImage) initrdPart(s Spec) (Part, error) {
	data := joinInitrds(s.Initrds)
	if len(data) == 0 {
		return Part{}, nil
	}
	limit := uint64(oldInitrdMax)
	if b.version >= versionInitrd {
		limit = b.initrdMax
	}
	limit = min(limit, min(s.MemSize, s.HoleBase)-tablesReserve-1)
	addr := (limit - uint64(len(data))) &^ pageAlignment
	if uint64(len(data)) > limit || addr < extendedBase+uint64(len(b.kernel)) {
		return Part{}, newPlacer(s).noRoom("initrd", uint64(len(data)), extendedBase, limit)
	}
	return Part{uint32(addr), data}, nil
}
