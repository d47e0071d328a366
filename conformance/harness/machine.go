// Package harness is a bare x86 CPU for tests: RAM, page tables, descriptor tables and handlers that stop, but no devices.
//
// Invariant: the system's structures lie at Kernel and above, in supervisor pages; all below is the test's.
package harness

import (
	"encoding/binary"

	"stasis/bus"
	"stasis/cpu"
	"stasis/cpu/x86"
	"stasis/mmu"
)

// Physical places of the system's structures; their linear addresses are Kernel higher.
const (
	Kernel = 0xffff800000000000

	root     = 0x100000 // page tables grow from here
	gdt      = 0x140000
	ldt      = 0x141000
	idt      = 0x142000
	tss      = 0x143000
	stackTop = 0x148000
	istTop   = 0x14c000
	Handlers = 0x150000 // vector n's handler: HLT, at Handlers + 16n
	ramSize  = 0x200000
)

// Selectors of ring 0 and of the system segments.
const (
	KernelCS, KernelSS = 0x10, 0x18
	TSSSelector        = 0x40
	LDTSelector        = 0x50
)

// Bits of a page-table entry.
const (
	Present  = 1 << 0
	Writable = 1 << 1
	User     = 1 << 2
	Accessed = 1 << 5
	Dirty    = 1 << 6
	NX       = 1 << 63
)

// System is everything that the CPU sees of a machine. Its fields are what it answers.
type System struct {
	ram       *bus.RAM
	cpu       *x86.CPU
	Base      uint64 // Clock at the start of the Run
	Port      uint32 // what every port reads
	Outs      []uint64
	Interrupt []uint8 // vectors that wait to be acknowledged
	Priority  uint8
	MMIO      uint64
}

// Machine is a CPU over a System, with everything set up for long mode.
type Machine struct {
	*System
	CPU  *x86.CPU
	RAM  *bus.RAM
	next uint64 // free page for page tables
}

// New builds a machine whose CPU looks like an AMD processor.
func New() *Machine { return NewVendor("amd") }

// NewVendor builds a machine whose CPU is of the vendor.
func NewVendor(vendor string) *Machine {
	ram, err := bus.NewRAM(ramSize, 3<<30, 4<<30)
	if err != nil {
		panic(err)
	}
	m := &Machine{System: &System{ram: ram, Port: 0xffffffff, MMIO: ^uint64(0)}, RAM: ram, next: root + bus.PageSize}
	m.CPU = x86.New(m.System, 0, x86.Config{Vendor: vendor, CPUs: 1, IPS: 1e9, Seed: 1})
	m.cpu = m.CPU
	ram.OnCodeWrite = m.CPU.InvalidateCode
	ram.OnCode = m.CPU.ProtectCode
	ram.OnClean = m.CPU.DropInlineWrites
	m.buildTables()
	return m
}

// Close gives the memory back.
func (m *Machine) Close() { m.RAM.Close() }

func (s *System) Clock() uint64 {
	if s.cpu == nil {
		return 0
	}
	return s.Base + s.cpu.Units()
}
func (s *System) RAM() *bus.RAM                           { return s.ram }
func (s *System) ReadMMIO(pa uint64, size int) uint64     { return s.MMIO }
func (s *System) WriteMMIO(pa uint64, size int, v uint64) { s.MMIO = v }
func (s *System) In(port uint16, size int) uint32         { return s.Port }
func (s *System) Out(port uint16, size int, v uint32) {
	s.Outs = append(s.Outs, uint64(port)<<32|uint64(v))
}
func (s *System) ReadMSR(msr uint32) (v uint64, ok bool)  { return 0, true }
func (s *System) WriteMSR(msr uint32, v uint64) (ok bool) { return true }
func (s *System) TPR() uint8                              { return s.Priority }
func (s *System) SetTPR(v uint8)                          { s.Priority = v }

// Steady is true: nothing here has a deadline.
func (s *System) Steady() bool { return true }

// AckInterrupt hands out the first waiting vector.
func (s *System) AckInterrupt() (vector uint8, ok bool) {
	if len(s.Interrupt) == 0 {
		return 0, false
	}
	vector, s.Interrupt = s.Interrupt[0], s.Interrupt[1:]
	s.cpu.SetINTR(len(s.Interrupt) > 0)
	return vector, true
}

// Write and Read are physical memory.
func (m *Machine) Write(pa uint64, data ...byte) {
	if err := m.RAM.WriteAt(data, pa); err != nil {
		panic(err)
	}
}

// Write64 writes quadwords.
func (m *Machine) Write64(pa uint64, words ...uint64) {
	for n, w := range words {
		m.Write(pa+uint64(n)*8, binary.LittleEndian.AppendUint64(nil, w)...)
	}
}

// Read reads physical memory.
func (m *Machine) Read(pa uint64, n int) []byte {
	p := make([]byte, n)
	if err := m.RAM.ReadAt(p, pa); err != nil {
		panic(err)
	}
	return p
}

// Read64 reads a quadword.
func (m *Machine) Read64(pa uint64) uint64 { return binary.LittleEndian.Uint64(m.Read(pa, 8)) }

// Idle forgets what the last Run has counted, once it has been added to Base.
func (m *Machine) Idle() { m.CPU.Run(0) }

// Checksum is a number that tells TLBs apart.
func Checksum(t *mmu.State) (sum uint64) {
	for _, b := range cpu.Encode(nil, t) {
		sum = (sum ^ uint64(b)) * 0x100000001b3
	}
	return sum
}
