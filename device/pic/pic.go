// Package pic is the PC's pair of 8259A interrupt controllers, with the edge/level control registers that EISA gave
// them.
//
// Invariant: INTR is high exactly while the master has a request that its priorities let through. The slave's request
// is an input of the master's as any other, but always a level, since the slave's INT falls with each acknowledge.
//
// An edge, once seen, stays requested until it is acknowledged, also if its line falls again before: where the data
// sheet would answer with the default IR7, the interrupt is kept, as chipsets of this century do.
//
// Sources: Intel 8259A data sheet, order no. 231468; Intel I/O Controller Hub 9 data sheet, order no. 316972,
// "Interrupt Controller I/O Registers".
package pic

import "stasis/irq"

const (
	cascade  = 2 // the master's input that the slave drives
	spurious = 7 // the level of a request that went away
)

// State is all that the pair remembers: master and slave.
type State struct {
	Chips [2]Chip
}

// Pair is master and slave.
type Pair struct {
	intr irq.Line
	State
}

// New returns a pair with everything masked; intr is the CPU's INTR, or local APIC's LINT0.
func New(intr irq.Line) *Pair {
	p := &Pair{intr: intr}
	p.Reset()
	return p
}

// Reset masks everything. The levels of the lines are their drivers' and stay.
func (p *Pair) Reset() {
	for i := range p.Chips {
		p.Chips[i] = Chip{Lines: p.Chips[i].Lines, IMR: 0xff, Lowest: 7}
	}
	p.update()
}

// SetState loads a saved state and drives INTR from it.
func (p *Pair) SetState(s State) {
	p.State = s
	p.update()
}

// Line returns the wire of IRQ n, 0 to 15. IRQ 2 is the slave's; setting it has no effect.
func (p *Pair) Line(n int) irq.Line {
	return irq.Func(func(high bool) {
		if chip := &p.Chips[n/8]; n != cascade && chip.level(n%8) != high {
			chip.set(n%8, high)
			p.update()
		}
	})
}

func (p *Pair) update() {
	_, request := p.Chips[1].pending()
	p.Chips[0].cascade(request)
	_, request = p.Chips[0].pending()
	p.intr.Set(request)
}

// Ack is the CPU's interrupt acknowledge cycle. It returns the vector: if the request is gone, that of level 7 of the
// chip that lost it.
func (p *Pair) Ack() uint8 {
	p.intr.Set(false) // INT falls with each acknowledge, so that also who looks for edges sees the next request
	vector := p.ack()
	p.update()
	return vector
}

func (p *Pair) ack() uint8 {
	master, slave := &p.Chips[0], &p.Chips[1]
	level, ok := master.acknowledge()
	if !ok {
		return master.Base | spurious
	}
	if level != cascade {
		return master.Base | level
	}
	if level, ok = slave.acknowledge(); !ok {
		level = spurious
	}
	return slave.Base | level
}
