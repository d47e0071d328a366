package machine

import (
	"stasis/bus"
	"stasis/device/apic"
)

// apicWindow is the size of a local APIC's registers in memory.
const apicWindow = 0x1000

// system is what one CPU of the pc board sees of the rest of the machine.
type system struct {
	m     *Machine
	lapic *apic.LAPIC
}

func (s *system) Clock() uint64 { return s.m.Clock() }
func (s *system) RAM() *bus.RAM { return s.m.bus.RAM }

// ReadMMIO reads physical memory that is not RAM. A CPU's local APIC answers it alone, before the bus sees anything.
func (s *system) ReadMMIO(pa uint64, size int) uint64 {
	if base, ok := s.lapic.Window(); ok && pa-base < apicWindow {
		return s.lapic.Read(pa-base, size)
	}
	return s.m.bus.Read(pa, size)
}

// WriteMMIO writes physical memory that is not RAM.
func (s *system) WriteMMIO(pa uint64, size int, v uint64) {
	if base, ok := s.lapic.Window(); ok && pa-base < apicWindow {
		s.lapic.Write(pa-base, size, v)
		return
	}
	s.m.bus.Write(pa, size, v)
}

func (s *system) In(port uint16, size int) uint32     { return s.m.bus.In(port, size) }
func (s *system) Out(port uint16, size int, v uint32) { s.m.bus.Out(port, size, v) }

func (s *system) Steady() bool { return s.m.steady() }

func (s *system) AckInterrupt() (vector uint8, ok bool)   { return s.lapic.Ack() }
func (s *system) ReadMSR(msr uint32) (v uint64, ok bool)  { return s.lapic.ReadMSR(msr) }
func (s *system) WriteMSR(msr uint32, v uint64) (ok bool) { return s.lapic.WriteMSR(msr, v) }

// TPR is the task priority as the local APIC has it.
func (s *system) TPR() uint8     { return s.lapic.TPR }
func (s *system) SetTPR(v uint8) { s.lapic.SetCR8(v >> 4) }
