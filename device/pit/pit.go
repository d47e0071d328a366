// Package pit is the PC's 8254 interval timer, with port 61h, which holds the gate of its channel 2.
//
// Invariant: a channel's count and output at any time follow from its State and the number of CLK pulses since power
// on, floor(Clock * 105/88 MHz / ips). Looking changes nothing but the read flip-flops.
//
// Sources: Intel 8254 data sheet, order no. 231164; IBM Personal Computer AT Technical Reference, "System Timers".
package pit

import (
	"stasis/device/internal/width"
	"stasis/irq"
	"stasis/timer"
)

// State is all that the timer and port 61h remember.
type State struct {
	Channels [3]Channel
	Out0     bool  // as it was last driven
	Control  uint8 // the writable bits of port 61h
}

// PIT is the interval timer.
type PIT struct {
	queue *timer.Queue
	rate  timer.Rate
	out0  irq.Line
	event *timer.Event
	State
}

// New returns a timer on which nothing is programmed. The gates of channels 0 and 1 are high, as a PC wires them; out0
// is IRQ 0.
func New(q *timer.Queue, ips uint64, out0 irq.Line) *PIT {
	p := &PIT{queue: q, rate: timer.PIT(ips), out0: out0}
	p.event = q.Register("pit channel 0", p.tick)
	p.Reset()
	return p
}

// Reset makes the channels wait for a control word. The data sheet leaves them undefined.
func (p *PIT) Reset() {
	p.State = State{}
	for i := range p.Channels {
		p.Channels[i] = Channel{Mode: 3, RW: rwBoth, Null: true, Gate: i != 2}
	}
	p.update()
}

// SetState loads a saved state and drives OUT 0 as it was. The deadline of its next change is the queue's to restore.
func (p *PIT) SetState(s State) {
	p.State = s
	p.out0.Set(s.Out0)
}

// now is the number of CLK pulses since power-on.
func (p *PIT) now() uint64 { return p.rate.Count(p.queue.Now()) }

// tick is a change of OUT 0.
func (p *PIT) tick() {
	p.Channels[0] = p.Channels[0].at(p.now())
	p.update()
}

// update drives OUT 0 and arms its next change.
func (p *PIT) update() {
	t := p.now()
	c := p.Channels[0].at(t)
	p.Out0 = c.out(t)
	p.out0.Set(p.Out0)
	if next := c.nextChange(t); next != timer.Never {
		p.event.Schedule(p.rate.When(next))
	} else {
		p.event.Cancel()
	}
}

// Control word.
const (
	cwSelectShift = 6
	cwReadBack    = 3
	cwRWShift     = 4
	cwModeShift   = 1
	cwBCD         = 1 << 0

	readBackNoCount  = 1 << 5
	readBackNoStatus = 1 << 4
)

// Ports is ports 40h to 43h.
type Ports struct{ pit *PIT }

// Ports returns the four ports of the timer.
func (p *PIT) Ports() Ports { return Ports{p} }

// Read reads ports.
func (p Ports) Read(offset uint64, size int) uint64 { return width.Read8(offset, size, p.pit.read) }

// Write writes ports.
func (p Ports) Write(offset uint64, size int, value uint64) {
	width.Write8(offset, size, value, p.pit.write)
}

func (p *PIT) read(offset uint64) uint8 {
	if offset == 3 {
		return 0xff // the control word cannot be read
	}
	return p.Channels[offset].read(p.now())
}

func (p *PIT) write(offset uint64, v uint8) {
	switch t := p.now(); {
	case offset < 3:
		p.Channels[offset].write(t, v)
	case v>>cwSelectShift == cwReadBack:
		p.readBack(t, v)
	default:
		p.Channels[v>>cwSelectShift].control(t, v)
	}
	p.update()
}

// readBack latches the count, the status, or both of the channels that bits 1 to 3 select.
func (p *PIT) readBack(t uint64, v uint8) {
	for i := range p.Channels {
		if v>>(i+1)&1 == 0 {
			continue
		}
		if v&readBackNoCount == 0 {
			p.Channels[i].latchCount(t)
		}
		if v&readBackNoStatus == 0 {
			p.Channels[i].latchStatus(t)
		}
	}
}
