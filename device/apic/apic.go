// Package apic is the local APIC of each CPU, in xAPIC and x2APIC form, and the fabric that carries messages to them.
//
// Invariant: everything that a local APIC tells its CPU follows from State. The timer's count is computed from the
// Clock whenever it is asked for; reading it changes nothing.
//
// Sources: SDM Vol. 3A, "Advanced Programmable Interrupt Controller (APIC)"; Intel 64 Architecture x2APIC
// Specification, order no. 318148.
package apic

import "stasis/timer"

// Wires are the pins of the CPU that a local APIC drives.
type Wires interface {
	SetINTR(high bool)
	RaiseNMI()
	RaiseINIT()
	RaiseSIPI(vector uint8)
}

// TimerHz is the frequency of the timer before its divider: that of the crystal in CPUID leaf 15h.
const TimerHz = 1_000_000_000

// Config is what distinguishes one local APIC of a machine from another, and one model from another.
type Config struct {
	ID          uint32
	BSP         bool   // the bootstrap processor's
	IPS         uint64 // units a virtual second
	PhysBits    int    // physical address width, CPUID 80000008h; 0 means 40
	X2APIC      bool   // CPUID.1:ECX bit 21
	TSCDeadline bool   // CPUID.1:ECX bit 24
}

// LAPIC is the local APIC of one CPU.
type LAPIC struct {
	config Config
	fabric *Fabric
	wires  Wires
	extINT func() uint8 // interrupt acknowledge cycle of the 8259s
	queue  *timer.Queue
	rate   timer.Rate
	event  *timer.Event
	State
}

// New returns a local APIC in its power-on state, attached to the fabric. Of what LINT0 and the fabric ask for as
// ExtINT, extINT acknowledges one; it may be nil where there is no 8259.
func New(fabric *Fabric, q *timer.Queue, c Config, w Wires, extINT func() uint8) *LAPIC {
	if c.PhysBits == 0 {
		c.PhysBits = 40
	}
	l := &LAPIC{config: c, fabric: fabric, wires: w, extINT: extINT, queue: q}
	l.rate = timer.Hertz(TimerHz, c.IPS)
	l.event = q.Register("apic timer", l.expire)
	l.State.powerOn(c)
	fabric.apics = append(fabric.apics, l)
	return l
}

// Reset is power-on reset. The levels of the LINT pins are their drivers' and stay.
func (l *LAPIC) Reset() {
	lint := l.LINT
	l.State = State{LINT: lint}
	l.State.powerOn(l.config)
	l.update()
}

// SetState loads a saved state and drives INTR from it. The timer's deadline is the queue's to restore.
func (l *LAPIC) SetState(s State) {
	l.State = s
	l.drive()
}

// VirtualWire does what firmware does to the bootstrap processor before it starts an operating system: the APIC is
// software enabled, LINT0 passes the 8259s on, LINT1 is NMI.
//
// Source: MultiProcessor Specification 1.4, "Virtual Wire Mode".
func (l *LAPIC) VirtualWire() {
	l.writeSVR(svrEnable | 0xff)
	l.writeLVT(lvtLINT0, uint32(ExtINT)<<modeShift|lvtLevel)
	l.writeLVT(lvtLINT1, uint32(NMI)<<modeShift)
	l.update()
}

// update follows a change of registers or time: it arms the timer and drives INTR.
func (l *LAPIC) update() {
	l.schedule()
	l.drive()
}

// drive sets INTR from the state.
func (l *LAPIC) drive() {
	_, local := l.deliverable()
	l.wires.SetINTR(local || l.external())
}

// external reports whether an 8259's interrupt is asked for: through LINT0, or by an ExtINT message.
func (l *LAPIC) external() bool {
	if !l.enabled() {
		return l.LINT[0]
	}
	e := l.LVT[lvtLINT0]
	return l.ExtINT || l.LINT[0] && e&lvtMasked == 0 && lvtMode(e) == ExtINT
}

// Ack acknowledges INTR: the highest local vector moves from IRR to ISR, or else the 8259s are asked. It reports
// false if nothing is pending any more.
func (l *LAPIC) Ack() (vector uint8, ok bool) {
	if v, ok := l.deliverable(); ok {
		l.IRR.clear(v)
		l.ISR.set(v)
		l.drive()
		return v, true
	}
	if !l.external() || l.extINT == nil {
		return 0, false
	}
	l.ExtINT = false
	v := l.extINT()
	l.drive()
	return v, true
}

// CR8 is the task priority as the CPU's CR8 shows it.
func (l *LAPIC) CR8() uint8 { return l.TPR >> 4 }

// SetCR8 is a MOV to CR8. It clears the sub-class.
func (l *LAPIC) SetCR8(v uint8) {
	l.TPR = v << 4
	l.drive()
}
