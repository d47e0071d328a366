// Package gic is Arm's Generic Interrupt Controller, of architecture version 2 or 3: the distributor, the redistributors, and the
// CPU interfaces, in memory (version 2) or as system registers (version 3). There is one security state, no LPIs, no ITS and no
// virtualization.
//
// Invariant: what the CPUs' wires carry follows from State alone; update computes it after every change.
//
// Sources: ARM Generic Interrupt Controller Architecture Specification, version 2.0 (IHI 0048); Arm Generic Interrupt Controller
// Architecture Specification, GIC architecture version 3 and version 4 (IHI 0069).
package gic

import (
	"math/bits"

	"stasis/irq"
)

// Numbers of interrupts: 16 software generated, 16 private ones of each CPU, and the shared ones.
const (
	MaxCPUs = 8
	sgis    = 16
	private = 32
	shared  = 256
	words   = shared / 32
	total   = private + shared

	spurious      = 1023
	spuriousOther = 1022 // version 2: the interrupt is of group 1 and was asked for as one of group 0
	idle          = 0xff // the running priority of a CPU that handles none
)

// Bank is 32 interrupts, a bit each.
type Bank struct {
	Group    uint32 // 1: group 1
	Enabled  uint32
	Pending  uint32 // latched: an edge, or written
	Level    uint32 // the wires
	Active   uint32
	Edge     uint32 // configured as edge-triggered
	Priority [32]uint8
}

// pending are the interrupts that wait.
func (b *Bank) pending() uint32 { return b.Pending | b.Level&^b.Edge }

// Interface is a CPU interface.
type Interface struct {
	PMR     uint8
	Enable  [2]bool // of the groups
	BPR     [2]uint8
	Active  [2]uint32 // active priorities of the groups, a bit each
	EOImode bool      // a drop of priority does not deactivate
	CBPR    bool      // group 1 uses the binary point of group 0
	AckCtl  bool      // version 2: the registers of group 0 acknowledge group 1 too
	FIQEn   bool      // version 2: group 0 comes as FIQ
	Asleep  bool      // version 3: the redistributor's ProcessorSleep
}

// State is all that the controller remembers.
type State struct {
	CTLR    uint32 // of the distributor
	Shared  [words]Bank
	Targets [shared]uint8  // version 2: the CPUs, a bit each
	Route   [shared]uint64 // version 3: the CPU's affinity
	Private [MaxCPUs]Bank
	Sources [MaxCPUs][sgis]uint8 // version 2: the CPUs that have sent an SGI, a bit each
	CPU     [MaxCPUs]Interface
}

// Lines are the wires to a CPU.
type Lines struct {
	IRQ, FIQ irq.Line
}

// GIC is an interrupt controller.
type GIC struct {
	version int
	lines   []Lines
	State
}

// New returns a controller of version 2 or 3 after reset, for as many CPUs as there are lines.
func New(version int, lines []Lines) *GIC {
	g := &GIC{version: version, lines: lines}
	g.Reset()
	return g
}

// Reset is a reset of the controller.
func (g *GIC) Reset() {
	g.State = State{}
	for i := range g.lines {
		g.Private[i].Edge = 1<<sgis - 1
		g.Private[i].Enabled = g.alwaysEnabled()
		g.CPU[i] = Interface{BPR: [2]uint8{minBPR, minBPR + 1}, Asleep: g.version == 3}
	}
	if g.version == 3 {
		g.CTLR = ctlrARE | ctlrDS
	}
	g.update()
}

// alwaysEnabled are the private interrupts that cannot be disabled: in version 2 the SGIs.
func (g *GIC) alwaysEnabled() uint32 {
	if g.version == 2 {
		return 1<<sgis - 1
	}
	return 0
}

// SetState loads a saved state and drives the wires from it.
func (g *GIC) SetState(s State) {
	g.State = s
	g.update()
}

// bank returns the 32 interrupts that id is one of, as a CPU sees them.
func (g *GIC) bank(cpu, id int) *Bank {
	if id < private {
		return &g.Private[cpu]
	}
	return &g.Shared[id/32-1]
}

// SPI returns the wire of a shared interrupt, by its number among these.
func (g *GIC) SPI(n int) irq.Line {
	return irq.Func(func(high bool) { g.set(&g.Shared[n/32], uint32(1)<<(n%32), high) })
}

// PPI returns the wire of a CPU's private interrupt, by its number among these.
func (g *GIC) PPI(cpu, n int) irq.Line {
	return irq.Func(func(high bool) { g.set(&g.Private[cpu], uint32(1)<<(sgis+n), high) })
}

// set moves a wire. Its rise is latched where it is configured so.
func (g *GIC) set(b *Bank, bit uint32, high bool) {
	was := b.Level&bit != 0
	if was == high {
		return
	}
	b.Level ^= bit
	if high {
		b.Pending |= bit & b.Edge
	}
	g.update()
}

// candidate is an interrupt that waits for a CPU.
type candidate struct {
	id       int
	group    int
	priority uint8
}

// best returns the interrupt of the highest priority that waits for a CPU, of the groups that are enabled; of equals the one with
// the lowest number.
func (g *GIC) best(cpu int) candidate {
	c := candidate{id: spurious, priority: idle}
	enabled := g.enabledGroups(cpu)
	for w := range words + 1 {
		b := g.bank(cpu, w*32)
		waiting := b.pending() & b.Enabled &^ b.Active & (b.Group&enabled[1] | ^b.Group&enabled[0])
		for ; waiting != 0; waiting &= waiting - 1 {
			n := bits.TrailingZeros32(waiting)
			if p := b.Priority[n]; p < c.priority && (w == 0 || g.reaches(cpu, w*32+n)) {
				c = candidate{w*32 + n, int(b.Group >> n & 1), p}
			}
		}
	}
	return c
}

// enabledGroups are masks, of all ones for a group that is enabled in the distributor and at the CPU.
func (g *GIC) enabledGroups(cpu int) (masks [2]uint32) {
	for i := range masks {
		if g.CTLR>>i&1 != 0 && g.CPU[cpu].Enable[i] {
			masks[i] = ^uint32(0)
		}
	}
	return masks
}

// reaches reports whether a shared interrupt goes to a CPU. In version 2 it may go to several: the first that acknowledges has it.
func (g *GIC) reaches(cpu, id int) bool {
	if g.version == 2 {
		return len(g.lines) == 1 || g.Targets[id-private]>>cpu&1 != 0
	}
	return g.Route[id-private] == uint64(cpu)
}

// update drives all wires.
func (g *GIC) update() {
	for i, l := range g.lines {
		c := g.best(i)
		raise := g.signals(i, c)
		fiq := raise && c.group == 0 && (g.version == 3 || g.CPU[i].FIQEn)
		l.IRQ.Set(raise && !fiq)
		l.FIQ.Set(fiq)
	}
}

// signals reports whether a candidate is urgent enough to be signalled to its CPU.
//
// Source: IHI 0069, "Interrupt prioritization" and "Preemption".
func (g *GIC) signals(cpu int, c candidate) bool {
	i := &g.CPU[cpu]
	return c.id != spurious && c.priority < i.PMR && c.priority&i.groupMask(c.group) < i.running()
}
