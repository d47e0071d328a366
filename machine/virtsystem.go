package machine

import (
	"stasis/bus"
	"stasis/cpu/arm64"
	"stasis/device/gic"
	"stasis/loader/fdt"
)

// virtSystem is what one CPU of the board virt sees of the rest of the machine.
type virtSystem struct {
	*virt
	cpu int
}

func (s *virtSystem) Clock() uint64 { return s.m.Clock() }
func (s *virtSystem) RAM() *bus.RAM { return s.m.bus.RAM }

// window returns the CPU's own view of a GICv2, if the address lies in it.
func (s *virtSystem) window(pa uint64) (d bus.Device, offset uint64) {
	if s.m.config.GIC != 2 {
		return nil, 0
	}
	switch {
	case pa-fdt.GICDBase < gic.DistributorSize:
		return s.gic.Distributor(s.cpu), pa - fdt.GICDBase
	case pa-fdt.GICCBase < gic.InterfaceSize:
		return s.gic.Interface(s.cpu), pa - fdt.GICCBase
	}
	return nil, 0
}

// ReadMMIO reads physical memory that is not RAM.
func (s *virtSystem) ReadMMIO(pa uint64, size int) uint64 {
	if d, offset := s.window(pa); d != nil {
		return d.Read(offset, size)
	}
	return s.m.bus.Read(pa, size)
}

// WriteMMIO writes physical memory that is not RAM.
func (s *virtSystem) WriteMMIO(pa uint64, size int, v uint64) {
	if d, offset := s.window(pa); d != nil {
		d.Write(offset, size, v)
		return
	}
	s.m.bus.Write(pa, size, v)
}

func (s *virtSystem) Steady() bool { return s.m.steady() }

// ReadSystem reads a register of the timer or of the interrupt controller.
func (s *virtSystem) ReadSystem(r arm64.SysReg) (v uint64, ok bool) {
	if v, ok = s.timers[s.cpu].ReadRegister(uint16(r)); ok {
		return v, true
	}
	return s.gic.ReadRegister(s.cpu, uint16(r))
}

// WriteSystem writes one.
func (s *virtSystem) WriteSystem(r arm64.SysReg, v uint64) (ok bool) {
	return s.timers[s.cpu].WriteRegister(uint16(r), v) || s.gic.WriteRegister(s.cpu, uint16(r), v)
}

// BroadcastTLBI lets the other CPUs do a TLB invalidation.
func (s *virtSystem) BroadcastTLBI(from int, t arm64.TLBI) {
	for i, c := range s.cpus {
		if i != from {
			c.Invalidate(t)
		}
	}
}

// SendEvent is SEV.
func (s *virtSystem) SendEvent() {
	for _, c := range s.cpus {
		c.SetEvent()
	}
}
