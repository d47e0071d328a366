// Package rtc is the PC's real-time clock, an MC146818, with its CMOS memory.
//
// Invariant: the time of day is Epoch seconds plus what the divider chain has counted since Origin; registers and
// flags are computed from that when they are read. Only while the clock is stopped do the time's bytes in RAM count.
// No host time: the date at power-on is the configuration's.
//
// Source: Motorola MC146818 data sheet, 1984.
package rtc

import (
	"stasis/irq"
	"stasis/timer"
)

// chainHz is the rate of the divider chain's input; the seconds come out of its end.
const chainHz = 32768

// DefaultEpoch is 2026-01-01T00:00:00Z in Unix seconds, the date at power-on unless the configuration says otherwise.
const DefaultEpoch = 1_767_225_600

// State is all that the clock remembers.
type State struct {
	Index   uint8
	RAM     [128]uint8
	Epoch   int64  // Unix seconds at Origin
	Origin  uint64 // tick of the chain from which the seconds are counted
	Weekday uint8  // days by which the guest's weekday is ahead of the calendar's, 0 to 6
	Seen    uint64 // tick up to which the flags in register C are right
}

// RTC is the real-time clock.
type RTC struct {
	irq   irq.Line
	queue *timer.Queue
	rate  timer.Rate
	event *timer.Event
	State
}

// New returns a running clock; line is IRQ 8.
func New(q *timer.Queue, ips uint64, line irq.Line, c Config) *RTC {
	r := &RTC{irq: line, queue: q, rate: timer.Hertz(chainHz, ips)}
	r.event = q.Register("rtc", r.due)
	r.Epoch = c.Epoch
	r.RAM[regA] = aDefault
	r.RAM[regB] = b24Hour
	r.RAM[regD] = dValid
	c.fill(&r.RAM)
	return r
}

// Reset is the chip's reset pin: interrupts are disabled and forgotten. The battery keeps everything else.
func (r *RTC) Reset() {
	r.fold()
	r.RAM[regB] &^= bPeriodic | bAlarm | bUpdate | bSquareWave
	r.RAM[regC] = 0
	r.update()
}

// SetState loads a saved state and drives the interrupt line from it. The deadline is the queue's to restore.
func (r *RTC) SetState(s State) {
	r.State = s
	r.drive()
}

func (r *RTC) now() uint64 { return r.rate.Count(r.queue.Now()) }

// drive sets the interrupt line from registers B and C.
func (r *RTC) drive() { r.irq.Set(r.RAM[regB]&r.RAM[regC]&flags != 0) }

// update follows a change: it drives the line and arms the next enabled interrupt.
func (r *RTC) update() {
	r.drive()
	next := uint64(timer.Never)
	for _, s := range [...]struct {
		bit  uint8
		when func() uint64
	}{{bPeriodic, r.nextPeriod}, {bUpdate, r.nextSecond}, {bAlarm, r.nextAlarm}} {
		if r.RAM[regB]&s.bit != 0 && r.RAM[regC]&s.bit == 0 {
			next = min(next, s.when())
		}
	}
	if next == timer.Never {
		r.event.Cancel()
		return
	}
	r.event.Schedule(r.rate.When(next))
}

func (r *RTC) due() {
	r.fold()
	r.update()
}

// fold sets the flags of everything that has happened since it was last asked.
func (r *RTC) fold() {
	from, to := r.Seen-r.Origin, r.now()-r.Origin
	r.Seen = r.now()
	if r.held() {
		return
	}
	if p := r.period(); p != 0 && from/p != to/p {
		r.RAM[regC] |= bPeriodic
	}
	if !r.running() || from/chainHz == to/chainHz {
		return
	}
	r.RAM[regC] |= bUpdate
	if alarm, ok := r.alarmAfter(r.Epoch + int64(from/chainHz)); ok && alarm <= r.Epoch+int64(to/chainHz) {
		r.RAM[regC] |= bAlarm
	}
}

// period is the number of ticks between two periodic interrupts, 0 for none.
//
// Source: MC146818 data sheet, "Periodic Interrupt Rate and Square Wave Output Frequency".
func (r *RTC) period() uint64 {
	switch rate := r.RAM[regA] & aRate; rate {
	case 0:
		return 0
	case 1, 2:
		return 64 << rate
	default:
		return 1 << (rate - 1)
	}
}

func (r *RTC) nextPeriod() uint64 {
	p := r.period()
	if p == 0 || r.held() {
		return timer.Never
	}
	return r.Origin + ((r.now()-r.Origin)/p+1)*p
}

func (r *RTC) nextSecond() uint64 {
	if !r.running() {
		return timer.Never
	}
	return r.tickOf(r.unix() + 1)
}

func (r *RTC) nextAlarm() uint64 {
	alarm, ok := r.alarmAfter(r.unix())
	if !ok || !r.running() {
		return timer.Never
	}
	return r.tickOf(alarm)
}

// tickOf is the tick at which a second begins.
func (r *RTC) tickOf(unix int64) uint64 { return r.Origin + uint64(unix-r.Epoch)*chainHz }
