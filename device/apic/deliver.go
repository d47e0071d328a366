package apic

func (l *LAPIC) enabled() bool         { return l.Base&baseEnable != 0 }
func (l *LAPIC) extended() bool        { return l.Base&baseExtended != 0 }
func (l *LAPIC) softwareEnabled() bool { return l.enabled() && l.SVR&svrEnable != 0 }

// accept takes a message that addresses this local APIC. It reports whether it could.
//
// Source: SDM Vol. 3A, "Local APIC State After It Has Been Software Disabled".
func (l *LAPIC) accept(m Message) bool {
	switch m.Mode {
	case Fixed, LowestPriority:
		if !l.softwareEnabled() {
			return false
		}
		l.request(m.Vector, m.Level)
	case NMI:
		l.wires.RaiseNMI()
	case INIT:
		l.initialize()
	case SIPI:
		l.wires.RaiseSIPI(m.Vector)
	case ExtINT:
		l.ExtINT = true
		l.drive()
	case SMI: // no system management mode: it is taken and nothing follows
	default:
		return false
	}
	return true
}

// initialize is INIT: the registers go back to their defaults, but not the ID nor IA32_APIC_BASE.
func (l *LAPIC) initialize() {
	l.State.initRegisters()
	l.update()
	l.wires.RaiseINIT()
}

// request sets a vector in IRR, with its trigger mode in TMR.
func (l *LAPIC) request(vector uint8, level bool) {
	if vector < firstVector {
		l.fail(errReceiveVector)
		return
	}
	l.IRR.set(vector)
	if level {
		l.TMR.set(vector)
	} else {
		l.TMR.clear(vector)
	}
	l.drive()
}

// ppr is the processor priority.
//
// Source: SDM Vol. 3A, "Task and Processor Priorities".
func (l *LAPIC) ppr() uint8 {
	inService, _ := l.ISR.highest()
	if l.TPR>>4 >= inService>>4 {
		return l.TPR
	}
	return inService & 0xf0
}

// deliverable returns the vector that INTR stands for, if its class is above the processor priority.
func (l *LAPIC) deliverable() (vector uint8, ok bool) {
	v, ok := l.IRR.highest()
	if !ok || !l.softwareEnabled() || v>>4 <= l.ppr()>>4 {
		return 0, false
	}
	return v, true
}

// eoi ends the interrupt in service of highest priority. A level-triggered one is told to the I/O APICs.
func (l *LAPIC) eoi() {
	v, ok := l.ISR.highest()
	if !ok {
		return
	}
	l.ISR.clear(v)
	if l.TMR.has(v) {
		l.endLINT0(v)
		if l.SVR&svrSuppressEOI == 0 {
			l.fabric.broadcastEOI(v)
		}
	}
	l.drive()
}

// fail notes an error. The first since the last write to ESR raises the error interrupt.
func (l *LAPIC) fail(err uint32) {
	first := l.Errors == 0
	l.Errors |= err
	if first {
		l.fire(lvtError)
	}
}
