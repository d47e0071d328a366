package apic

func (l *LAPIC) timerMode() uint32 { return l.LVT[lvtTimer] >> timerShift & timerMask }
func (l *LAPIC) ticks() uint64     { return l.rate.Count(l.queue.Now()) }
func (l *LAPIC) period() uint64    { return uint64(l.InitialCount) << l.divideShift() }

// divideShift is the logarithm of the divider that the divide configuration register selects: 000b is 2, 110b is 128,
// 111b is 1.
func (l *LAPIC) divideShift() uint64 {
	d := l.Divide&3 | l.Divide>>1&4
	return uint64(d+1) & 7
}

// elapsed is the number of undivided ticks of the running count.
func (l *LAPIC) elapsed() uint64 { return l.ticks() - l.Started }

// currentCount is the count-down register now.
//
// Source: SDM Vol. 3A, "APIC Timer".
func (l *LAPIC) currentCount() uint32 {
	if !l.Counting {
		return 0
	}
	e := l.elapsed() >> l.divideShift()
	switch {
	case l.timerMode() == timerPeriodic:
		e %= uint64(l.InitialCount)
	case e >= uint64(l.InitialCount):
		return 0
	}
	return l.InitialCount - uint32(e)
}

// writeInitialCount starts the count, or stops it with zero. In TSC-deadline mode there is no count.
func (l *LAPIC) writeInitialCount(v uint32) {
	if l.timerMode() == timerDeadline {
		return
	}
	l.InitialCount = v
	l.Counting = v != 0
	l.Started = l.ticks()
}

// writeDivide changes the divider under a running count, which goes on from where it is.
func (l *LAPIC) writeDivide(v uint32) {
	l.settle()
	count := l.currentCount()
	l.Divide = v & divideWritable
	if l.Counting {
		l.Started = l.ticks() - uint64(l.InitialCount-count)<<l.divideShift()
	}
}

// settle notes that a one-shot count has run out, before something changes that its end is computed from.
func (l *LAPIC) settle() {
	if l.Counting && l.timerMode() != timerPeriodic && l.elapsed() >= l.period() {
		l.Counting = false
	}
}

// timerModeChanged disarms the timer on the way into and out of TSC-deadline mode.
func (l *LAPIC) timerModeChanged(before uint32) {
	if after := l.timerMode(); before != after && (before == timerDeadline || after == timerDeadline) {
		l.Counting = false
		l.InitialCount = 0
		l.Deadline = 0
	}
}

// SetDeadline is a write of IA32_TSC_DEADLINE, as a Clock. The caller has taken the TSC's offset off the value, and
// made a deadline that has passed any earlier Clock but 0, which disarms. It calls again when the offset moves.
func (l *LAPIC) SetDeadline(clock uint64) {
	if l.timerMode() != timerDeadline {
		return
	}
	l.Deadline = clock
	l.update()
}

// ReadDeadline is the armed deadline as a Clock, 0 if there is none.
func (l *LAPIC) ReadDeadline() uint64 { return l.Deadline }

// schedule arms the queue for the next expiry that anybody will notice.
func (l *LAPIC) schedule() {
	switch {
	case l.Deadline != 0:
		l.event.Schedule(l.Deadline)
	case !l.Counting || l.LVT[lvtTimer]&lvtMasked != 0:
		l.event.Cancel()
	case l.timerMode() == timerPeriodic:
		p := l.period()
		l.event.Schedule(l.rate.When(l.Started + (l.elapsed()/p+1)*p))
	default:
		l.settle()
		if l.Counting {
			l.event.Schedule(l.rate.When(l.Started + l.period()))
		}
	}
}

// expire is the deadline of the count or of the TSC.
func (l *LAPIC) expire() {
	l.Deadline = 0
	l.settle()
	l.schedule()
	l.fire(lvtTimer)
}
