package loader

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
)

func isELF(k []byte) bool { return bytes.HasPrefix(k, []byte(elf.ELFMAG)) }

// parseELF reads the headers. Whatever is wrong with them is the file's fault.
func parseELF(k []byte) (*elf.File, error) {
	f, err := elf.NewFile(bytes.NewReader(k))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, truncated("ELF headers are missing")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: ELF: %w", ErrFormat, err)
	}
	return f, nil
}

// openELF reads the headers of a file for a PC.
func openELF(k []byte) (*elf.File, error) {
	f, err := parseELF(k)
	if err != nil {
		return nil, err
	}
	if f.Machine != elf.EM_X86_64 && f.Machine != elf.EM_386 {
		return nil, wrongArch(machineName(f.Machine))
	}
	return f, nil
}

func machineName(m elf.Machine) string {
	switch m {
	case elf.EM_AARCH64:
		return "AArch64 (arm64)"
	case elf.EM_ARM:
		return "32-bit Arm"
	case elf.EM_RISCV:
		return "RISC-V"
	}
	return m.String()
}

// placeELF puts the loadable segments at their physical addresses and returns the end of the highest.
func placeELF(p *placer, f *elf.File, k []byte) (end uint64, err error) {
	for i, prog := range f.Progs {
		if prog.Type != elf.PT_LOAD || prog.Memsz == 0 {
			continue
		}
		if prog.Filesz > prog.Memsz {
			return 0, fmt.Errorf("%w: ELF segment %d has more bytes than memory", ErrFormat, i)
		}
		data, err := slice(k, prog.Off, prog.Filesz)
		if err != nil {
			return 0, fmt.Errorf("ELF segment %d: %w", i, err)
		}
		if err := p.put(fmt.Sprintf("kernel segment %d", i), prog.Paddr, data, prog.Memsz); err != nil {
			return 0, err
		}
		end = max(end, prog.Paddr+prog.Memsz)
	}
	if end == 0 {
		return 0, fmt.Errorf("%w: ELF file without a loadable segment; give the linked kernel, not an object file", ErrFormat)
	}
	return end, nil
}

// slice returns n bytes of k from off on.
func slice(k []byte, off, n uint64) ([]byte, error) {
	if size := uint64(len(k)); off > size || n > size-off {
		return nil, truncated("bytes %#x to %#x are wanted, the file has %#x", off, off+n, size)
	}
	return k[off : off+n], nil
}
