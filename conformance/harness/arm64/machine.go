package arm64

import (
	"encoding/binary"

	"stasis/bus"
	"stasis/cpu/arm64"
)

// Machine is a CPU at EL1 or EL0 whose virtual pages are mapped one by one, anywhere in both halves of the address space.
type Machine struct {
	CPU   *arm64.CPU
	ram   *bus.RAM
	base  *arm64.State
	next  uint64            // free page
	pages map[uint64]uint64 // virtual page → physical page
}

// Roots of the page tables for TTBR0_EL1 and TTBR1_EL1.
const (
	root0 = tables
	root1 = tables + 0x1000

	// VBAR is where exceptions go if a line does not say otherwise. Nothing is there.
	VBAR = 0xfffffffffff00000

	page = 3 | 1<<6 | 3<<8 | 1<<10 // as block, of level 3
)

// NewMachine has nothing mapped.
func NewMachine() *Machine {
	ram, err := bus.NewRAM(ramSize, 0, ramBase)
	if err != nil {
		panic(err)
	}
	m := &Machine{ram: ram, next: tables + 0x2000, pages: map[uint64]uint64{}}
	m.CPU = arm64.New(&System{ram}, 0, arm64.Config{IPS: 1e9, Seed: 1, QARMA5: true, CPUs: 1})
	ram.OnCodeWrite = m.CPU.InvalidateCode
	ram.OnCode = m.CPU.ProtectCode
	m.CPU.SetSingleStep(true)
	s := m.CPU.Snapshot()
	s.DAIF, s.Sys.VBAR = 0, VBAR
	s.Sys.TTBR0, s.Sys.TTBR1, s.Sys.TCR, s.Sys.MAIR = root0, root1, tcr&^(1<<23)|16<<16|1<<24|1<<26|3<<28|2<<30|1<<38, mair
	s.Sys.SCTLR |= sctlr
	s.Sys.CPACR = cpacr
	m.base = s
	return m
}

// Close gives the memory back.
func (m *Machine) Close() error { return m.ram.Close() }

// Start sets the CPU to the state in which lines begin, at an exception level.
func (m *Machine) Start(el uint8) {
	s := *m.base
	s.EL, s.SPSel = el, el
	m.CPU.SetState(&s)
}

// Map gives a virtual page a physical one, to EL0 too if user is set; EL1 cannot execute what EL0 can write.
func (m *Machine) Map(va uint64, user bool) {
	table := uint64(root0)
	if va>>63 != 0 {
		table = root1
	}
	for shift := 39; shift > 12; shift -= 9 {
		at := table + va>>shift&511<<3
		entry := m.read64(at)
		if entry == 0 {
			entry = m.page() | 3
			m.write64(at, entry)
		}
		table = entry &^ 0xfff
	}
	m.pages[va] = m.page()
	entry := m.pages[va] | page
	if !user {
		entry &^= 1 << 6
	}
	m.write64(table+va>>12&511<<3, entry)
}

func (m *Machine) page() uint64 {
	m.next += bus.PageSize
	return m.next - bus.PageSize
}

// Write writes within a mapped page.
func (m *Machine) Write(va uint64, data []byte) {
	if err := m.ram.WriteAt(data, m.pages[va&^0xfff]+va&0xfff); err != nil {
		panic(err)
	}
}

// Read reads within a mapped page.
func (m *Machine) Read(va uint64, n int) []byte {
	p := make([]byte, n)
	if err := m.ram.ReadAt(p, m.pages[va&^0xfff]+va&0xfff); err != nil {
		panic(err)
	}
	return p
}

func (m *Machine) write64(pa, v uint64) {
	if err := m.ram.WriteAt(binary.LittleEndian.AppendUint64(nil, v), pa); err != nil {
		panic(err)
	}
}

func (m *Machine) read64(pa uint64) uint64 {
	p := make([]byte, 8)
	if err := m.ram.ReadAt(p, pa); err != nil {
		panic(err)
	}
	return binary.LittleEndian.Uint64(p)
}
