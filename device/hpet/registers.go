package hpet

import "stasis/device/internal/width"

// Registers, all of 64 bits.
const (
	regCapabilities = 0x00
	regConfig       = 0x10
	regStatus       = 0x20
	regCounter      = 0xf0
	regTimers       = 0x100 // timerStride each
	timerStride     = 0x20
	offConfig       = 0x00
	offComparator   = 0x08
)

// capabilities: Intel, legacy replacement, a counter of 64 bits, three timers, revision 1.
const capabilities = periodFemto<<32 | 0x8086<<16 | 1<<15 | 1<<13 | (timers-1)<<8 | 1

const (
	configEnable   = 1 << 0
	configLegacy   = 1 << 1
	configWritable = configEnable | configLegacy
)

// Timer configuration.
const (
	timerLevel      = 1 << 1
	timerInterrupt  = 1 << 2
	timerPeriodic   = 1 << 3
	timerCanPeriod  = 1 << 4
	timerCan64      = 1 << 5
	timerSetValue   = 1 << 6
	timer32         = 1 << 8
	timerRouteShift = 9
	timerRoute      = 0x1f << timerRouteShift
	timerWritable   = timerLevel | timerInterrupt | timerPeriodic | timerSetValue | timer32 | timerRoute
	timerFixed      = uint64(routes)<<32 | timerCanPeriod | timerCan64
)

// Read is a read of memory.
func (h *HPET) Read(offset uint64, size int) uint64 {
	return width.Part(h.read(offset&^7), offset, 8, size)
}

func (h *HPET) read(reg uint64) uint64 {
	switch reg {
	case regCapabilities:
		return capabilities
	case regConfig:
		return h.Config
	case regStatus:
		return h.status()
	case regCounter:
		return h.counter()
	}
	i, off, ok := timerRegister(reg)
	if !ok {
		return 0
	}
	t := h.Timers[i]
	if h.enabled() {
		t.pass(h.counter())
	}
	switch off {
	case offConfig:
		return t.Config&^timerSetValue | timerFixed
	case offComparator:
		return t.Comparator
	}
	return 0
}

// timerRegister tells the timers' registers apart.
func timerRegister(reg uint64) (timer int, off uint64, ok bool) {
	if reg < regTimers || reg >= regTimers+timers*timerStride {
		return 0, 0, false
	}
	return int(reg-regTimers) / timerStride, (reg - regTimers) % timerStride, true
}

// status is the interrupt status with what has matched since it was last brought up to date.
func (h *HPET) status() uint64 {
	s, now := h.Status, h.counter()
	for i, t := range h.Timers {
		if t.level() && h.enabled() && t.pass(now) {
			s |= 1 << i
		}
	}
	return s
}

// Write is a write of memory.
func (h *HPET) Write(offset uint64, size int, value uint64) {
	h.update()
	merge := func(old uint64) uint64 { return width.Merge(old, offset, 8, size, value) }
	switch reg := offset &^ 7; reg {
	case regConfig:
		h.setConfig(merge(h.Config) & configWritable)
	case regStatus:
		h.Status &^= merge(0)
	case regCounter:
		h.setCounter(merge(h.counter()))
	default:
		h.writeTimer(reg, merge)
	}
	h.update()
}

func (h *HPET) writeTimer(reg uint64, merge func(uint64) uint64) {
	i, off, ok := timerRegister(reg)
	if !ok {
		return
	}
	t := &h.Timers[i]
	switch off {
	case offConfig:
		t.setConfig(merge(t.Config))
		if !t.level() {
			h.Status &^= 1 << i
		}
	case offComparator:
		t.setComparator(merge, h.counter())
	}
}

// setConfig starts and halts the counter.
func (h *HPET) setConfig(v uint64) {
	h.Base = h.counter()
	h.Start = h.ticks()
	h.Config = v
}

// setCounter sets the main counter. Comparators that are equal to it match when it runs.
func (h *HPET) setCounter(v uint64) {
	h.Base, h.Start = v, h.ticks()
	for i := range h.Timers {
		h.Timers[i].Passed = v - 1
	}
}
