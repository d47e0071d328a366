package hpet

// Timer is the state of one timer.
type Timer struct {
	Config     uint64
	Comparator uint64
	Period     uint64
	Passed     uint64 // main counter up to which matches have been dealt with
}

func (t *Timer) level() bool      { return t.Config&timerLevel != 0 }
func (t *Timer) interrupts() bool { return t.Config&timerInterrupt != 0 }
func (t *Timer) periodic() bool   { return t.Config&timerPeriodic != 0 }
func (t *Timer) route() int       { return int(t.Config & timerRoute >> timerRouteShift) }

// mask is the width of the comparator.
func (t *Timer) mask() uint64 {
	if t.Config&timer32 != 0 {
		return 1<<32 - 1
	}
	return ^uint64(0)
}

// nextMatch is the main counter at the first match after Passed. A comparator of 32 bits matches in every turn of the
// counter's lower half.
func (t *Timer) nextMatch() uint64 {
	from := t.Passed + 1
	return from + (t.Comparator-from)&t.mask()
}

// pass moves the timer to the given main counter. It reports whether there was a match on the way. A periodic timer's
// comparator moves on by as many periods as have matched.
func (t *Timer) pass(now uint64) bool {
	first, distance := t.nextMatch(), now-t.Passed
	if first-t.Passed-1 >= distance {
		t.Passed = now
		return false
	}
	if t.periodic() && t.Period != 0 {
		t.Comparator = (t.Comparator + ((now-first)/t.Period+1)*t.Period) & t.mask()
	}
	t.Passed = now
	return true
}

// setComparator is a write of the comparator register, merged with what it holds by the caller.
//
// Source: HPET Specification, "Timer n Comparator Register"; what a write with Tn_VAL_SET_CNF does to the period is
// not said there, and operating systems expect that it sets both.
func (t *Timer) setComparator(merge func(old uint64) uint64, now uint64) {
	if t.periodic() {
		t.Period = merge(t.Period) & t.mask()
	}
	if !t.periodic() || t.Config&timerSetValue != 0 {
		t.Comparator = merge(t.Comparator) & t.mask()
		t.Passed = now - 1
	}
	t.Config &^= timerSetValue
}

// setConfig is a write of the configuration register. A route that the timer cannot use leaves the old one.
func (t *Timer) setConfig(v uint64) {
	if routes>>(v&timerRoute>>timerRouteShift)&1 == 0 {
		v = v&^timerRoute | t.Config&timerRoute
	}
	t.Config = v & timerWritable
	t.Comparator &= t.mask()
	t.Period &= t.mask()
}
