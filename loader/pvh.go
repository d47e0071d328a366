package loader

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math"

	"stasis/loader/acpi"
)

// pvhEntryNote is XEN_ELFNOTE_PHYS32_ENTRY: the physical address of the 32-bit entry point.
const pvhEntryNote = 18

// hvm_start_info and its lists.
//
// Source: Xen, "x86/HVM direct boot ABI", start_info.h.
const (
	startMagic      = 0x336ec578
	startVersion    = 1 // with a memory map
	startInfoSize   = 56
	moduleEntrySize = 32
	memmapEntrySize = 24
)

func isPVH(k File) bool {
	if !isELF(k.Data) {
		return false
	}
	f, err := openELF(k.Data)
	if err != nil {
		return false
	}
	_, ok := pvhEntry(f, k.Data)
	return ok
}

// pvhEntry looks through the notes.
func pvhEntry(f *elf.File, k []byte) (entry uint64, ok bool) {
	for _, prog := range f.Progs {
		if prog.Type != elf.PT_NOTE {
			continue
		}
		notes, err := slice(k, prog.Off, prog.Filesz)
		if err != nil {
			continue
		}
		if entry, ok = findNote(notes, max(prog.Align, 4)); ok {
			return entry, true
		}
	}
	return 0, false
}

// findNote walks notes padded to align. Source: System V ABI, "Note Section".
func findNote(b []byte, align uint64) (entry uint64, ok bool) {
	if align != 8 {
		align = 4
	}
	for len(b) >= 12 {
		le := binary.LittleEndian
		nameSize, descSize, kind := uint64(le.Uint32(b)), uint64(le.Uint32(b[4:])), le.Uint32(b[8:])
		descAt := alignUp(12+nameSize, align)
		end := descAt + descSize
		if end > uint64(len(b)) {
			return 0, false
		}
		if kind == pvhEntryNote && string(b[12:12+nameSize]) == "Xen\x00" {
			switch descSize {
			case 4:
				return uint64(le.Uint32(b[descAt:])), true
			case 8:
				return le.Uint64(b[descAt:]), true
			}
		}
		b = b[min(alignUp(end, align), uint64(len(b))):]
	}
	return 0, false
}

// loadPVH enters the kernel in 32-bit protected mode with EBX pointing at an hvm_start_info.
func loadPVH(s Spec) (*Image, error) {
	f, err := openELF(s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	p := newPlacer(s)
	end, err := placeELF(p, f, s.Kernel.Data)
	if err != nil {
		return nil, err
	}
	entry, _ := pvhEntry(f, s.Kernel.Data)
	if entry >= end || entry > math.MaxUint32 {
		return nil, fmt.Errorf("%w: PVH entry point %#x lies outside the kernel, which ends at %#x", ErrFormat, entry, end)
	}
	info, err := placeStartInfo(p, s)
	if err != nil {
		return nil, err
	}
	cpu := CPU{RIP: entry, RBX: info}
	if err := p.enterFlat(&cpu, attrCode32); err != nil {
		return nil, err
	}
	return p.finish(s, "ELF, PVH entry", cpu), nil
}

// placeStartInfo writes the hvm_start_info with everything that it points at.
func placeStartInfo(p *placer, s Spec) (uint64, error) {
	le := binary.LittleEndian
	modules, count, err := placePVHModules(p, s)
	if err != nil {
		return 0, err
	}
	cmdline, err := p.info("command line", append([]byte(s.Append), 0), 16)
	if err != nil {
		return 0, err
	}
	var entries []byte
	for _, r := range memoryMap(s.MemSize, s.HoleBase) {
		entries = le.AppendUint64(entries, r.Addr)
		entries = le.AppendUint64(entries, r.Size)
		entries = le.AppendUint64(entries, uint64(r.Type))
	}
	memmap, err := p.info("memory map", entries, 16)
	if err != nil {
		return 0, err
	}
	b := make([]byte, startInfoSize)
	le.PutUint32(b[0:], startMagic)
	le.PutUint32(b[4:], startVersion)
	le.PutUint32(b[12:], uint32(count))
	le.PutUint64(b[16:], modules)
	le.PutUint64(b[24:], cmdline)
	le.PutUint64(b[32:], acpi.RSDPAddr)
	le.PutUint64(b[40:], memmap)
	le.PutUint32(b[48:], uint32(len(entries)/memmapEntrySize))
	return p.info("PVH start info", b, 16)
}

// placePVHModules places the initrds, joined, as the first module, which is what Linux takes as its initrd, and the
// modules after it.
func placePVHModules(p *placer, s Spec) (list uint64, count int, err error) {
	le := binary.LittleEndian
	files := s.Modules
	if len(s.Initrds) > 0 {
		files = append([]File{{Name: s.Initrds[0].Name, Data: joinInitrds(s.Initrds)}}, files...)
	}
	var entries []byte
	for _, f := range files {
		addr, err := p.high(f.Name, uint64(len(f.Data)), pageSize, extendedBase, highBase)
		if err != nil {
			return 0, 0, err
		}
		if err := p.put(f.Name, addr, f.Data, 0); err != nil {
			return 0, 0, err
		}
		args, err := p.info("module string", append([]byte(f.Args), 0), 1)
		if err != nil {
			return 0, 0, err
		}
		entries = le.AppendUint64(entries, addr)
		entries = le.AppendUint64(entries, uint64(len(f.Data)))
		entries = le.AppendUint64(entries, args)
		entries = le.AppendUint64(entries, 0)
	}
	if len(entries) == 0 {
		return 0, 0, nil
	}
	list, err = p.info("module list", entries, 16)
	return list, len(entries) / moduleEntrySize, err
}
