// Package gtimer is one CPU's generic timer: the counter, and the physical and the virtual timer of EL1.
//
// Invariant: the counter is a function of the Clock alone. A timer's condition is a comparison with it; an event only makes the
// machine look when it becomes true.
//
// Source: Arm ARM (DDI 0487), "The Generic Timer in AArch64 state".
package gtimer

import (
	"stasis/irq"
	"stasis/timer"
)

// Frequency is the counter's, in Hz.
const Frequency = 62_500_000

// Compare is one timer.
type Compare struct {
	CVAL uint64
	CTL  uint8
}

// The control register. ISTATUS is computed.
const (
	ctlEnable   = 1 << 0
	ctlMask     = 1 << 1
	ctlStatus   = 1 << 2
	ctlWritable = ctlEnable | ctlMask
)

// State is all that the timer remembers.
type State struct {
	FRQ               uint64 // what software is told of the frequency
	Physical, Virtual Compare
}

// channel is a timer with its wire and its event.
type channel struct {
	*Compare
	line  irq.Line
	event *timer.Event
}

// Timer is one CPU's generic timer.
type Timer struct {
	queue    *timer.Queue
	rate     timer.Rate
	channels [2]channel // the physical and the virtual one
	State
}

// New returns a timer after reset. The lines are level-sensitive.
func New(q *timer.Queue, ips uint64, physical, virtual irq.Line) *Timer {
	t := &Timer{queue: q, rate: timer.Hertz(Frequency, ips)}
	t.channels = [2]channel{{&t.Physical, physical, nil}, {&t.Virtual, virtual, nil}}
	for i := range t.channels {
		t.channels[i].event = q.Register("generic timer", func() { t.update(&t.channels[i]) })
	}
	t.Reset()
	return t
}

// Reset disables the timers.
func (t *Timer) Reset() { t.SetState(State{FRQ: Frequency}) }

// SetState loads a saved state, and drives the lines and arms the events from it.
func (t *Timer) SetState(s State) {
	t.State = s
	for i := range t.channels {
		t.update(&t.channels[i])
	}
}

// count is the counter.
func (t *Timer) count() uint64 { return t.rate.Count(t.queue.Now()) }

// met reports whether a timer's condition is true.
//
// Source: Arm ARM, "Operation of the CompareValue views of the timers".
func (t *Timer) met(c *channel) bool { return c.CTL&ctlEnable != 0 && t.count() >= c.CVAL }

// update drives a timer's line, and waits for its condition if that is not true yet.
func (t *Timer) update(c *channel) {
	met := t.met(c)
	c.line.Set(met && c.CTL&ctlMask == 0)
	if met || c.CTL&(ctlEnable|ctlMask) != ctlEnable {
		c.event.Cancel()
		return
	}
	c.event.Schedule(t.rate.When(c.CVAL))
}

// System registers, by op0, op1, CRn, CRm and op2 as bits 20 to 5 of MRS have them.
const (
	cntFRQ   = 3<<14 | 3<<11 | 14<<7
	cntPCT   = 3<<14 | 3<<11 | 14<<7 | 1
	cntVCT   = 3<<14 | 3<<11 | 14<<7 | 2
	cntFirst = 3<<14 | 3<<11 | 14<<7 | 2<<3 // TVAL, CTL and CVAL of the physical timer, and then of the virtual one
	cntLast  = cntFirst + 8 + regCVAL

	regTVAL = 0
	regCTL  = 1
	regCVAL = 2
)

// ReadRegister reads a system register; !ok is one that is not the timer's.
func (t *Timer) ReadRegister(r uint16) (v uint64, ok bool) {
	switch r {
	case cntFRQ:
		return t.FRQ, true
	case cntPCT, cntVCT:
		return t.count(), true
	}
	c, reg := t.channel(r)
	if c == nil {
		return 0, false
	}
	switch reg {
	case regTVAL:
		return uint64(uint32(c.CVAL - t.count())), true
	case regCTL:
		v = uint64(c.CTL)
		if t.met(c) {
			v |= ctlStatus
		}
		return v, true
	}
	return c.CVAL, true
}

// WriteRegister writes one.
func (t *Timer) WriteRegister(r uint16, v uint64) (ok bool) {
	if r == cntFRQ {
		t.FRQ = v & 0xffff_ffff
		return true
	}
	c, reg := t.channel(r)
	if c == nil {
		return false
	}
	switch reg {
	case regTVAL:
		c.CVAL = t.count() + uint64(int32(v))
	case regCTL:
		c.CTL = uint8(v) & ctlWritable
	case regCVAL:
		c.CVAL = v
	}
	t.update(c)
	return true
}

// channel finds the timer that a register belongs to, and which of its registers it is.
func (t *Timer) channel(r uint16) (c *channel, reg uint16) {
	n, reg := (r-cntFirst)/8, (r-cntFirst)%8
	if r < cntFirst || r > cntLast || reg > regCVAL {
		return nil, 0
	}
	return &t.channels[n], reg
}
