package apic

import "stasis/irq"

func lvtMode(e uint32) Mode { return Mode(e >> modeShift & modeMask) }

// writeLVT writes an entry. A software-disabled APIC keeps all of them masked.
func (l *LAPIC) writeLVT(n int, v uint32) {
	before := l.timerMode()
	l.settle()
	writable := lvtWritable[n]
	if n == lvtTimer && !l.config.TSCDeadline {
		writable &^= timerDeadline << timerShift
	}
	l.LVT[n] = l.LVT[n]&lvtRemoteIRR | v&writable
	if !l.softwareEnabled() {
		l.LVT[n] |= lvtMasked
	}
	if n == lvtTimer {
		l.timerModeChanged(before)
	}
	if n == lvtLINT0 {
		l.checkLINT0()
	}
}

// fire delivers the interrupt of an LVT entry, edge-triggered. ExtINT is a level and not fired.
func (l *LAPIC) fire(n int) {
	e := l.LVT[n]
	if e&lvtMasked != 0 {
		return
	}
	if m := lvtMode(e); m != ExtINT {
		l.accept(Message{Mode: m, Vector: uint8(e)})
	}
}

// LINT0 and LINT1 are the local interrupt pins. The polarity bits of their LVT entries are kept but change nothing: a
// Line is high when its source asserts it, whatever the voltage.
func (l *LAPIC) LINT0() irq.Line { return irq.Func(func(high bool) { l.setLINT(0, high) }) }

// LINT1 is the pin that is NMI while the APIC is off. See LINT0.
func (l *LAPIC) LINT1() irq.Line { return irq.Func(func(high bool) { l.setLINT(1, high) }) }

func (l *LAPIC) setLINT(pin int, high bool) {
	rising := high && !l.LINT[pin]
	l.LINT[pin] = high
	switch {
	case !l.enabled():
		if rising && pin == 1 {
			l.wires.RaiseNMI()
		}
	case pin == 0 && l.levelLINT0():
		l.checkLINT0()
	case rising:
		l.fire(lvtLINT0 + pin)
	}
	l.drive()
}

// levelLINT0 reports whether LINT0 is a level-triggered fixed interrupt, the only kind with a remote IRR.
func (l *LAPIC) levelLINT0() bool {
	e := l.LVT[lvtLINT0]
	return e&lvtLevel != 0 && lvtMode(e) == Fixed
}

// checkLINT0 requests LINT0's level-triggered interrupt while the pin is high and the last one has ended.
func (l *LAPIC) checkLINT0() {
	e := &l.LVT[lvtLINT0]
	if !l.levelLINT0() {
		*e &^= lvtRemoteIRR
		return
	}
	if l.LINT[0] && *e&(lvtMasked|lvtRemoteIRR) == 0 {
		*e |= lvtRemoteIRR
		l.request(uint8(*e), true)
	}
}

// endLINT0 is the EOI of a vector, as LINT0 hears it.
func (l *LAPIC) endLINT0(vector uint8) {
	e := &l.LVT[lvtLINT0]
	if *e&lvtRemoteIRR != 0 && uint8(*e) == vector {
		*e &^= lvtRemoteIRR
		l.checkLINT0()
	}
}
