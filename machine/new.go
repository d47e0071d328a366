package machine

import (
	"fmt"

	"stasis/bus"
	"stasis/cpu/x86"
	"stasis/loader"
	"stasis/loader/fdt"
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
		Board: config.Board, GIC: config.GIC, Seed: config.Seed, DTB: config.DTB,
		Firmware: config.Firmware, Entry32: config.Entry32,
		MemSize: config.Mem, HoleBase: loader.DefaultHoleBase, CPUs: config.SMP,
	})
	if err != nil {
		return nil, err
	}
	if config, err = config.onBoard(image.Board); err != nil {
		return nil, err
	}
	kind := boards[config.Board]
	ram, err := bus.NewRAM(config.Mem, kind.ramLow, kind.ramHigh)
	if err != nil {
		return nil, err
	}
	m := assemble(config, host, ram)
	b, err := kind.wire(m, image)
	if err != nil {
		return nil, fmt.Errorf("board %s: %w", config.Board, err)
	}
	m.board, m.dtb = b, image.DTB
	m.fresh = m.encodeParts(nil)
	m.boot = func() error {
		if err := m.place(image.Segments); err != nil {
			return err
		}
		b.start(image)
		return nil
	}
	return m, m.boot()
}

// board is what is wired around a bus.
type board interface {
	// start gives the CPUs what a boot loader leaves in them.
	start(image *loader.Image)
}

// boards are the kinds of boards. Their RAM has a hole from ramLow to ramHigh.
var boards = map[string]struct {
	ramLow, ramHigh uint64
	wire            func(*Machine, *loader.Image) (board, error)
}{
	loader.BoardPC:   {loader.DefaultHoleBase, 4 << 30, newPC},
	loader.BoardVirt: {0, fdt.RAMBase, newVirt},
}

// place writes the image's segments.
func (m *Machine) place(segments []loader.Segment) error {
	for _, s := range segments {
		if err := m.placeSegment(s); err != nil {
			return fmt.Errorf("place %s: %w", s.Name, err)
		}
	}
	return nil
}

// start leaves the CPUs as firmware and a boot loader would; with firmware, as a reset does.
func (pc *pc) start(image *loader.Image) {
	if image.Firmware.Data != nil {
		return
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
}

// Firmware makes all of memory cacheable by default.
//
// Source: SDM Vol. 3A, "IA32_MTRR_DEF_TYPE MSR".
const (
	mtrrEnabled   = 1<<11 | 1<<10
	mtrrWriteBack = 6
)

// placeSegment writes a segment, and zeros up to its size.
func (m *Machine) placeSegment(s loader.Segment) error {
	ram := m.bus.RAM
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
