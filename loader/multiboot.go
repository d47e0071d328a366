package loader

import (
	"encoding/binary"
	"fmt"
)

// Multiboot 1.
//
// Source: Multiboot Specification version 0.6.96, "The layout of Multiboot header", "Boot information format".
const (
	mbSearch      = 8192 // the header lies in the first bytes of the file, on a multiple of 4
	mbHeaderMagic = 0x1badb002
	mbBootMagic   = 0x2badb002
	mbRequired    = 0xfffc  // flags that must be understood, besides the two known
	mbVideo       = 1 << 2  // wants a video mode; a kernel must work without
	mbAddresses   = 1 << 16 // the address fields are valid

	mbInfoMemory  = 1 << 0
	mbInfoCmdline = 1 << 2
	mbInfoModules = 1 << 3
	mbInfoMap     = 1 << 6
	mbInfoLoader  = 1 << 9
	mbInfoSize    = 88
)

// mbHeader is a kernel's multiboot header and where in the file it lies.
type mbHeader struct {
	offset                                         uint64
	flags                                          uint32
	headerAddr, loadAddr, loadEnd, bssEnd, entryAt uint64
}

func isMultiboot(k File) bool {
	_, ok := findMultiboot(k.Data)
	return ok
}

// findMultiboot looks for a header with the right checksum.
func findMultiboot(k []byte) (h mbHeader, ok bool) {
	le := binary.LittleEndian
	for at := 0; at+12 <= min(len(k), mbSearch); at += 4 {
		if le.Uint32(k[at:]) != mbHeaderMagic {
			continue
		}
		h = mbHeader{offset: uint64(at), flags: le.Uint32(k[at+4:])}
		if mbHeaderMagic+h.flags+le.Uint32(k[at+8:]) != 0 {
			continue
		}
		if h.flags&mbAddresses == 0 {
			return h, true
		}
		if at+32 > len(k) {
			return h, false
		}
		for i, field := range []*uint64{&h.headerAddr, &h.loadAddr, &h.loadEnd, &h.bssEnd, &h.entryAt} {
			*field = uint64(le.Uint32(k[at+12+4*i:]))
		}
		return h, true
	}
	return h, false
}

// loadMultiboot enters the kernel in 32-bit protected mode with the boot information at EBX.
func loadMultiboot(s Spec) (*Image, error) {
	h, _ := findMultiboot(s.Kernel.Data)
	if bad := h.flags & mbRequired &^ mbVideo; bad != 0 {
		return nil, fmt.Errorf("%w: the multiboot header requires unknown features %#x", ErrFormat, bad)
	}
	p := newPlacer(s)
	entry, end, err := h.placeKernel(p, s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	if entry >= end {
		return nil, fmt.Errorf("%w: entry point %#x lies after the kernel's end at %#x", ErrFormat, entry, end)
	}
	info, err := placeMultibootInfo(p, s, end)
	if err != nil {
		return nil, err
	}
	cpu := CPU{RIP: entry, RAX: mbBootMagic, RBX: info}
	if err := p.enterFlat(&cpu, attrCode32); err != nil {
		return nil, err
	}
	return p.finish(s, "multiboot", cpu), nil
}

// placeKernel uses the header's addresses if it has them, else the file must be ELF.
func (h mbHeader) placeKernel(p *placer, k []byte) (entry, end uint64, err error) {
	if h.flags&mbAddresses != 0 {
		return h.placeByAddresses(p, k)
	}
	if !isELF(k) {
		return 0, 0, fmt.Errorf("%w: a multiboot header without addresses, in a file that is not ELF", ErrFormat)
	}
	f, err := openELF(k)
	if err != nil {
		return 0, 0, err
	}
	end, err = placeELF(p, f, k)
	return f.Entry, end, err
}

// placeByAddresses is the "a.out kludge": load_addr's byte lies as far before the header in the file as in memory.
func (h mbHeader) placeByAddresses(p *placer, k []byte) (entry, end uint64, err error) {
	back := h.headerAddr - h.loadAddr
	if h.headerAddr < h.loadAddr || back > h.offset {
		return 0, 0, fmt.Errorf("%w: multiboot header at %#x with load address %#x", ErrFormat, h.headerAddr, h.loadAddr)
	}
	start := h.offset - back
	n := uint64(len(k)) - start
	if h.loadEnd != 0 {
		if h.loadEnd < h.loadAddr {
			return 0, 0, fmt.Errorf("%w: multiboot load end %#x before load address %#x", ErrFormat, h.loadEnd, h.loadAddr)
		}
		n = h.loadEnd - h.loadAddr
	}
	data, err := slice(k, start, n)
	if err != nil {
		return 0, 0, err
	}
	end = max(h.loadAddr+n, h.bssEnd)
	return h.entryAt, end, p.put("kernel", h.loadAddr, data, end-h.loadAddr)
}
