package loader

import "encoding/binary"

// placeMultibootInfo writes the boot information with everything that it points at. Modules follow the kernel, as many
// kernels expect.
func placeMultibootInfo(p *placer, s Spec, kernelEnd uint64) (uint64, error) {
	le := binary.LittleEndian
	modules, count, err := placeMultibootModules(p, s.allModules(), kernelEnd)
	if err != nil {
		return 0, err
	}
	line := base(s.Kernel.Name)
	if s.Append != "" {
		line += " " + s.Append
	}
	cmdline, err := p.info("command line", append([]byte(line), 0), 16)
	if err != nil {
		return 0, err
	}
	ranges := memoryMap(s.MemSize, s.HoleBase)
	entries := multibootMap(ranges)
	memmap, err := p.info("memory map", entries, 16)
	if err != nil {
		return 0, err
	}
	name, err := p.info("loader name", []byte("stasis\x00"), 1)
	if err != nil {
		return 0, err
	}
	b := make([]byte, mbInfoSize)
	le.PutUint32(b[0:], mbInfoMemory|mbInfoCmdline|mbInfoModules|mbInfoMap|mbInfoLoader)
	le.PutUint32(b[4:], ebdaBase>>10)
	le.PutUint32(b[8:], uint32(ranges[3].Size>>10))
	le.PutUint32(b[16:], uint32(cmdline))
	le.PutUint32(b[20:], uint32(count))
	le.PutUint32(b[24:], uint32(modules))
	le.PutUint32(b[44:], uint32(len(entries)))
	le.PutUint32(b[48:], uint32(memmap))
	le.PutUint32(b[64:], uint32(name))
	return p.info("multiboot information", b, 16)
}

// multibootMap is the memory map: each entry starts with its size without that field.
func multibootMap(ranges []memoryRange) []byte {
	le := binary.LittleEndian
	var b []byte
	for _, r := range ranges {
		b = le.AppendUint32(b, 20)
		b = le.AppendUint64(b, r.Addr)
		b = le.AppendUint64(b, r.Size)
		b = le.AppendUint32(b, r.Type)
	}
	return b
}

// placeMultibootModules places each module on a page of its own, above from.
func placeMultibootModules(p *placer, files []File, from uint64) (list uint64, count int, err error) {
	le := binary.LittleEndian
	var entries []byte
	for _, f := range files {
		addr, err := p.putLow(f.Name, f.Data, pageSize, max(from, extendedBase), highBase)
		if err != nil {
			return 0, 0, err
		}
		text := base(f.Name)
		if f.Args != "" {
			text = f.Args
		}
		args, err := p.info("module string", append([]byte(text), 0), 1)
		if err != nil {
			return 0, 0, err
		}
		entries = le.AppendUint32(entries, uint32(addr))
		entries = le.AppendUint32(entries, uint32(addr)+uint32(len(f.Data)))
		entries = le.AppendUint32(entries, uint32(args))
		entries = le.AppendUint32(entries, 0)
	}
	if len(entries) == 0 {
		return 0, 0, nil
	}
	list, err = p.info("module list", entries, 16)
	return list, len(files), err
}
