package machine

import (
	"fmt"

	"stasis/bus"
	"stasis/cpu/x86"
	"stasis/loader"
)

// New makes a machine that stands before its first instruction. What is wrong with the Config or its files is said in
// one line, with what to do.
func New(config Config, host Host) (*Machine, error) {
	config, err := config.normal()
	if err != nil {
		return nil, err
	}
	image, err := loader.Load(loader.Spec{
		Kernel: config.Kernel, Initrds: config.Initrds, Modules: config.Modules, Append: config.Append,
		Firmware: config.Firmware, Entry32: config.Entry32,
		MemSize: config.Mem, HoleBase: loader.DefaultHoleBase, CPUs: config.SMP,
	})
	if err != nil {
		return nil, err
	}
	ram, err := bus.NewRAM(config.Mem, loader.DefaultHoleBase, 4<<30)
	if err != nil {
		return nil, err
	}
	m := assemble(config, host, ram)
	pc, err := newPC(m, image)
	if err != nil {
		return nil, fmt.Errorf("board pc: %w", err)
	}
	m.fresh = m.encodeParts(nil)
	m.boot = func() error { return pc.boot(image) }
	return m, m.boot()
}

// boot leaves memory and CPUs as firmware and a boot loader would; with firmware, as a reset does.
func (pc *pc) boot(image *loader.Image) error {
	for _, s := range image.Segments {
		if err := pc.place(s); err != nil {
			return fmt.Errorf("place %s: %w", s.Name, err)
		}
	}
	if image.Firmware.Data != nil {
		return nil
	}
	pc.lapics[0].VirtualWire()
	for i, c := range pc.cpus {
		s := c.Snapshot()
		s.MTRRDefType = mtrrEnabled | mtrrWriteBack
		if i == 0 {
			start(s, &image.CPU)
		}
		c.SetState(s)
	}
	return nil
}

// Firmware makes all of memory cacheable by default.
//
// Source: SDM Vol. 3A, "IA32_MTRR_DEF_TYPE MSR".
const (
	mtrrEnabled   = 1<<11 | 1<<10
	mtrrWriteBack = 6
)

// place writes a segment, and zeros up to its size.
func (pc *pc) place(s loader.Segment) error {
	ram := pc.m.bus.RAM
	if err := ram.WriteAt(s.Data, s.Addr); err != nil {
		return err
	}
	zeros := make([]byte, min(s.Size-uint64(len(s.Data)), 1<<20))
	for at := s.Addr + uint64(len(s.Data)); at < s.End(); at += uint64(len(zeros)) {
		if err := ram.WriteAt(zeros[:min(uint64(len(zeros)), s.End()-at)], at); err != nil {
			return err
		}
	}
	return nil
}

// start gives the first CPU the registers that a loader asks for.
func start(s *x86.State, c *loader.CPU) {
	copy(s.GPR[:], []uint64{c.RAX, c.RCX, c.RDX, c.RBX, c.RSP, c.RBP, c.RSI, c.RDI})
	s.RIP, s.RFLAGS = c.RIP, c.RFLAGS
	s.CR0, s.CR3, s.CR4, s.EFER = c.CR0, c.CR3, c.CR4, c.EFER
	for i, r := range []loader.SegmentRegister{c.ES, c.CS, c.SS, c.DS, c.FS, c.GS} {
		s.Seg[i] = x86.Segment(r)
	}
	s.TR = x86.Segment(c.TR)
	s.GDTR, s.IDTR = x86.Table(c.GDTR), x86.Table(c.IDTR)
}
