package harness

import (
	"encoding/binary"

	"stasis/bus"
	"stasis/conformance/vector"
	"stasis/cpu/x86"
)

// buildTables writes descriptor tables, TSS, handlers, and maps them for ring 0.
func (m *Machine) buildTables() {
	for index, d := range vector.GDT {
		m.Write64(gdt+uint64(index)*8, d)
	}
	m.Write64(gdt+TSSSelector, systemDescriptor(0x8b, Kernel+tss, 0x67)...)
	m.Write64(gdt+LDTSelector, systemDescriptor(0x82, Kernel+ldt, 0x3f)...)
	m.Write64(ldt, vector.LDT[:]...)
	for n := range 256 {
		dpl := uint64(0)
		if n == 3 || n == 4 {
			dpl = 3
		}
		m.SetGate(n, Gate{Selector: KernelCS, Offset: Kernel + Handlers + uint64(n)*16, Kind: 14, DPL: dpl})
		m.Write(Handlers+uint64(n)*16, 0xf4)
	}
	m.Write64(tss+4, Kernel+stackTop)
	m.Write64(tss+36, Kernel+istTop)
	m.Write(tss+102, 0x68, 0)
	for pa := uint64(root); pa < ramSize; pa += bus.PageSize {
		m.Map(Kernel+pa, pa, Present|Writable|Accessed|Dirty)
	}
}

// systemDescriptor is a 16-byte descriptor.
func systemDescriptor(kind uint64, base uint64, limit uint64) []uint64 {
	return []uint64{limit&0xffff | base&0xffffff<<16 | kind<<40 | limit>>16&15<<48 | base>>24&0xff<<56, base >> 32}
}

// Gate is a descriptor of the IDT.
type Gate struct {
	Selector  uint16
	Offset    uint64
	Kind, DPL uint64
	IST       uint64
	Absent    bool
}

// SetGate writes vector n's gate.
func (m *Machine) SetGate(n int, g Gate) {
	lo := g.Offset&0xffff | uint64(g.Selector)<<16 | g.IST<<32 | g.Kind<<40 | g.DPL<<45 | 1<<47 | g.Offset>>16&0xffff<<48
	if g.Absent {
		lo &^= 1 << 47
	}
	m.Write64(idt+uint64(n)*16, lo, g.Offset>>32)
}

// Map maps a page, making tables as needed.
func (m *Machine) Map(lin, pa, flags uint64) { m.Write64(m.Entry(lin), pa|flags) }

// Entry is the physical address of the page-table entry of a linear address.
func (m *Machine) Entry(lin uint64) uint64 {
	table := uint64(root)
	for shift := 39; shift > 12; shift -= 9 {
		at := table + lin>>shift&0x1ff*8
		e := m.Read64(at)
		if e == 0 {
			e = m.next | Present | Writable | User | Accessed
			m.Write64(at, e)
			m.next += bus.PageSize
		}
		table = e & 0xfffffffff000
	}
	return table + lin>>12&0x1ff*8
}

// State is a CPU in long mode, in ring 0 and about to run at Kernel+Handlers.
func (m *Machine) State() *x86.State {
	m.CPU.Reset()
	s := m.CPU.Snapshot()
	s.CR0, s.CR3, s.CR4 = 0x80050033, root, 0x506a0
	s.EFER, s.XCR0 = 0xd01, 3
	s.GDTR = x86.Table{Base: Kernel + gdt, Limit: 0x7f}
	s.IDTR = x86.Table{Base: Kernel + idt, Limit: 0xfff}
	s.LDTR = x86.Segment{Selector: LDTSelector, Attr: 0x82, Limit: 0x3f, Base: Kernel + ldt}
	s.TR = x86.Segment{Selector: TSSSelector, Attr: 0x8b, Limit: 0x67, Base: Kernel + tss}
	s.RIP, s.RFLAGS = Kernel+Handlers, 2
	s.GPR = [16]uint64{4: Kernel + stackTop}
	for n := range s.Seg {
		s.Seg[n] = x86.Segment{}
	}
	s.Seg[1], s.Seg[2] = m.Descriptor(KernelCS), m.Descriptor(KernelSS)
	return s
}

// Descriptor is a segment register loaded with a selector of the GDT or the LDT.
func (m *Machine) Descriptor(selector uint16) x86.Segment {
	if selector&^3 == 0 {
		return x86.Segment{Selector: selector}
	}
	at := uint64(gdt)
	if selector&4 != 0 {
		at = ldt
	}
	d := m.Read64(at + uint64(selector&^7))
	s := x86.Segment{Selector: selector, Attr: uint16(d>>40) & 0xf0ff, Limit: uint32(d&0xffff | d>>32&0xf0000), Base: d>>16&0xffffff | d>>32&0xff000000}
	if s.Attr&0x8000 != 0 {
		s.Limit = s.Limit<<12 | 0xfff
	}
	return s
}

// Frame is what an event pushed: error code (if its vector has one), RIP, CS, RFLAGS, RSP, SS.
func (m *Machine) Frame(rsp uint64, hasCode bool) (code uint64, frame [5]uint64) {
	p := m.Read(rsp-Kernel, 48)
	if hasCode {
		code, p = binary.LittleEndian.Uint64(p), p[8:]
	}
	for n := range frame {
		frame[n] = binary.LittleEndian.Uint64(p[8*n:])
	}
	return code, frame
}
