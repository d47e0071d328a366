// Package hpet is a high precision event timer block: a main counter of 64 bits at 100 MHz and three timers, all of
// them periodic if asked.
//
// Invariant: the main counter is Base plus the ticks since Start; comparators of periodic timers are computed forward
// from their last change. Reading changes nothing.
//
// Source: IA-PC HPET Specification, revision 1.0a.
package hpet

import (
	"stasis/irq"
	"stasis/timer"
)

const (
	hertz               = 100_000_000
	periodFemto         = 10_000_000
	timers              = 3
	legacyTimers        = 2           // that replace the PIT's and the RTC's interrupt
	routes       uint32 = 0x00f0_0000 // I/O APIC pins that a timer may use: the four beyond PCI's
)

// WindowSize is the size of the registers in memory.
const WindowSize = 0x400

// State is all that the block remembers.
type State struct {
	Config uint64
	Status uint64
	Base   uint64 // the main counter while it is halted, or else as it was at Start
	Start  uint64 // tick
	Timers [timers]Timer
	PIT    bool // level of the PIT's OUT 0
	RTC    bool // level of the RTC's IRQ
}

// Lines are where interrupts go.
type Lines struct {
	IRQ0, IRQ8 irq.Line
	Pins       []irq.Line // I/O APIC pins by number; what is missing or nil is not driven
}

// HPET is the block.
type HPET struct {
	lines  Lines
	queue  *timer.Queue
	rate   timer.Rate
	events [timers]*timer.Event
	State
}

// New returns a block with the counter halted.
func New(q *timer.Queue, ips uint64, lines Lines) *HPET {
	h := &HPET{lines: lines, queue: q, rate: timer.Hertz(hertz, ips)}
	for i := range h.events {
		h.events[i] = q.Register("hpet timer", h.update)
	}
	h.State.powerOn()
	return h
}

func (s *State) powerOn() {
	*s = State{PIT: s.PIT, RTC: s.RTC}
	for i := range s.Timers {
		s.Timers[i].Comparator = ^uint64(0)
	}
}

// Reset halts the counter and forgets all settings. The levels of its inputs are their drivers' and stay.
func (h *HPET) Reset() {
	h.State.powerOn()
	h.update()
}

// SetState loads a saved state and drives all lines from it. The deadlines are the queue's to restore.
func (h *HPET) SetState(s State) {
	h.State = s
	h.drive()
}

// PITLine and RTCLine are where the PIT's OUT 0 and the RTC's IRQ go: through to IRQ 0 and 8, except under legacy
// replacement.
func (h *HPET) PITLine() irq.Line {
	return irq.Func(func(high bool) { h.PIT = high; h.drive() })
}

// RTCLine is as PITLine.
func (h *HPET) RTCLine() irq.Line {
	return irq.Func(func(high bool) { h.RTC = high; h.drive() })
}

func (h *HPET) enabled() bool { return h.Config&configEnable != 0 }
func (h *HPET) legacy() bool  { return h.Config&configLegacy != 0 }

// counter is the main counter now.
func (h *HPET) counter() uint64 {
	if !h.enabled() {
		return h.Base
	}
	return h.Base + h.ticks() - h.Start
}

func (h *HPET) ticks() uint64 { return h.rate.Count(h.queue.Now()) }

// update brings timers and status up to now, sends what edges there are, drives all lines and arms the next matches.
func (h *HPET) update() {
	now := h.counter()
	for i := range h.Timers {
		t := &h.Timers[i]
		switch {
		case !h.enabled() || !t.pass(now):
		case t.level():
			h.Status |= 1 << i
		case t.interrupts():
			h.pulse(i)
		}
	}
	h.drive()
	for i := range h.Timers {
		h.arm(i)
	}
}

// arm schedules a timer's next match, if it would do anything then that is not done when somebody looks.
func (h *HPET) arm(i int) {
	t := &h.Timers[i]
	if !h.enabled() || !t.interrupts() || t.level() && h.Status>>i&1 != 0 {
		h.events[i].Cancel()
		return
	}
	passed := h.Start + t.Passed - h.Base
	if match := passed + t.nextMatch() - t.Passed; match > passed {
		h.events[i].Schedule(h.rate.When(match))
	} else { // beyond the end of time
		h.events[i].Cancel()
	}
}

// asserts reports whether a level-triggered timer holds its line.
func (h *HPET) asserts(i int) bool {
	t := &h.Timers[i]
	return h.enabled() && t.interrupts() && t.level() && h.Status>>i&1 != 0
}

// routed reports whether a timer's interrupt goes to an I/O APIC pin, and which.
func (h *HPET) routed(i int) (pin int, ok bool) {
	return h.Timers[i].route(), !h.legacy() || i >= legacyTimers
}

// drive sets all lines from the state.
func (h *HPET) drive() {
	var pins uint32
	for i := range h.Timers {
		if pin, ok := h.routed(i); ok && h.asserts(i) {
			pins |= 1 << pin
		}
	}
	for n, line := range h.lines.Pins {
		if line != nil && routes>>n&1 != 0 {
			line.Set(pins>>n&1 != 0)
		}
	}
	h.lines.IRQ0.Set(h.legacyLevel(0, h.PIT))
	h.lines.IRQ8.Set(h.legacyLevel(1, h.RTC))
}

func (h *HPET) legacyLevel(i int, input bool) bool {
	if h.legacy() {
		return h.asserts(i)
	}
	return input
}

// pulse sends the edge of an edge-triggered timer: the line goes up here, and down when all lines are driven next.
func (h *HPET) pulse(i int) {
	if pin, ok := h.routed(i); ok {
		if routes>>pin&1 != 0 && pin < len(h.lines.Pins) && h.lines.Pins[pin] != nil {
			h.lines.Pins[pin].Set(true)
		}
		return
	}
	[legacyTimers]irq.Line{h.lines.IRQ0, h.lines.IRQ8}[i].Set(true)
}
