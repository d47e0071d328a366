// Package pl031 is Arm's real-time clock: a counter of seconds with an alarm.
//
// Invariant: the counter is a function of the Clock and of the last load.
//
// Source: PrimeCell Real Time Clock (PL031) Technical Reference Manual (DDI 0224).
package pl031

import (
	"stasis/device/internal/primecell"
	"stasis/device/internal/width"
	"stasis/irq"
	"stasis/timer"
)

// Size is that of the registers.
const Size = primecell.Size

const peripheral = 0x00_04_10_31

// Registers.
const (
	regDR   = 0x00
	regMR   = 0x04
	regLR   = 0x08
	regCR   = 0x0c
	regIMSC = 0x10
	regRIS  = 0x14
	regMIS  = 0x18
	regICR  = 0x1c
)

// State is all that the clock remembers.
type State struct {
	Offset, MR, LR uint32 // the counter is the seconds since power-on plus Offset
	IMSC, RIS      bool
}

// Clock is a PL031.
type Clock struct {
	irq   irq.Line
	queue *timer.Queue
	rate  timer.Rate
	event *timer.Event
	epoch uint32
	State
}

// New returns a clock that shows epoch, in Unix seconds, at power-on.
func New(q *timer.Queue, ips uint64, epoch int64, line irq.Line) *Clock {
	c := &Clock{irq: line, queue: q, rate: timer.Hertz(1, ips), epoch: uint32(epoch)}
	c.event = q.Register("pl031 alarm", c.alarm)
	c.Reset()
	return c
}

// Reset sets the time and clears the rest.
func (c *Clock) Reset() { c.SetState(State{Offset: c.epoch, LR: c.epoch}) }

// SetState loads a saved state, and drives the line from it.
func (c *Clock) SetState(s State) {
	c.State = s
	c.arm()
	c.update()
}

func (c *Clock) seconds() uint64 { return c.rate.Count(c.queue.Now()) }
func (c *Clock) count() uint32   { return uint32(c.seconds()) + c.Offset }
func (c *Clock) update()         { c.irq.Set(c.RIS && c.IMSC) }

// arm waits for the counter to reach the alarm, in at most 136 years.
func (c *Clock) arm() { c.event.Schedule(c.rate.When(c.seconds() + uint64(c.MR-c.count()))) }

func (c *Clock) alarm() {
	c.RIS = true
	c.update()
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Read reads registers of 32 bits.
func (c *Clock) Read(offset uint64, size int) uint64 {
	return width.Part(c.read(offset&^3), offset, 4, size)
}

func (c *Clock) read(offset uint64) uint64 {
	switch offset {
	case regDR:
		return uint64(c.count())
	case regMR:
		return uint64(c.MR)
	case regLR:
		return uint64(c.LR)
	case regCR:
		return 1 // it always runs
	case regIMSC:
		return bit(c.IMSC)
	case regRIS:
		return bit(c.RIS)
	case regMIS:
		return bit(c.RIS && c.IMSC)
	}
	v, _ := primecell.ID(peripheral, offset)
	return v
}

// Write writes registers of 32 bits.
func (c *Clock) Write(offset uint64, size int, value uint64) {
	v := width.Merge(0, offset, 4, size, value)
	switch offset &^ 3 {
	case regMR:
		c.MR = uint32(v)
		c.arm()
	case regLR:
		c.LR = uint32(v)
		c.Offset += c.LR - c.count()
		c.arm()
	case regIMSC:
		c.IMSC = v&1 != 0
	case regICR:
		c.RIS = c.RIS && v&1 == 0
	}
	c.update()
}
