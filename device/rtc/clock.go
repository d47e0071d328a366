package rtc

import "time"

// held reports whether the divider chain is held in reset.
func (r *RTC) held() bool { return r.RAM[regA]&aDividerReset == aDividerReset }

// running reports whether the time goes on.
func (r *RTC) running() bool { return !r.held() && r.RAM[regB]&bSet == 0 }

// unix is the time now, if the clock is running.
func (r *RTC) unix() int64 { return r.Epoch + int64((r.now()-r.Origin)/chainHz) }

// updating reports whether the registers are about to change, or changing. They are taken to change at the end.
//
// Source: MC146818 data sheet, "Update Cycle": 244 µs of warning and, on a 32 kHz crystal, 1984 µs of update.
func (r *RTC) updating() bool {
	const window = (244 + 1984) * chainHz / 1_000_000
	return r.running() && (r.now()-r.Origin)%chainHz >= chainHz-window
}

// isTime reports whether a register is part of the time.
func isTime(reg uint8) bool {
	switch reg {
	case regSeconds, regMinutes, regHours, regWeekday, regDay, regMonth, regYear, regCentury:
		return true
	}
	return false
}

// timeByte is a register of the time, as the chip shows it at the given second.
func (r *RTC) timeByte(reg uint8, unix int64) uint8 {
	t := time.Unix(unix, 0).UTC()
	switch reg {
	case regSeconds:
		return r.encode(t.Second())
	case regMinutes:
		return r.encode(t.Minute())
	case regHours:
		return r.encodeHour(t.Hour())
	case regWeekday:
		return r.encode((int(t.Weekday())+int(r.Weekday))%7 + 1)
	case regDay:
		return r.encode(t.Day())
	case regMonth:
		return r.encode(int(t.Month()))
	case regYear:
		return r.encode(t.Year() % 100)
	}
	return r.encode(t.Year() / 100)
}

// freeze puts the time into its registers, where it stays while the clock is stopped.
func (r *RTC) freeze() {
	now := r.unix()
	for reg := range uint8(len(r.RAM)) {
		if isTime(reg) {
			r.RAM[reg] = r.timeByte(reg, now)
		}
	}
}

// thaw lets the time go on from what its registers hold. Impossible dates are taken as the calendar continues them.
func (r *RTC) thaw() {
	at := func(reg uint8) int { return r.decode(r.RAM[reg]) }
	t := time.Date(at(regCentury)*100+at(regYear), time.Month(at(regMonth)), at(regDay),
		r.decodeHour(r.RAM[regHours]), at(regMinutes), at(regSeconds), 0, time.UTC)
	r.Weekday = uint8((at(regWeekday) + 6 + 7 - int(t.Weekday())) % 7)
	r.Seen = r.now()
	r.Epoch = t.Unix() - int64((r.Seen-r.Origin)/chainHz)
}

func (r *RTC) encode(v int) uint8 {
	if r.RAM[regB]&bBinary != 0 {
		return uint8(v)
	}
	return uint8(v/10<<4 | v%10)
}

func (r *RTC) decode(v uint8) int {
	if r.RAM[regB]&bBinary != 0 {
		return int(v)
	}
	return int(v>>4)*10 + int(v&0xf)
}

// encodeHour makes 12 AM the hour 0 in 12-hour mode.
func (r *RTC) encodeHour(h int) uint8 {
	if r.RAM[regB]&b24Hour != 0 {
		return r.encode(h)
	}
	v := r.encode((h+11)%12 + 1)
	if h >= 12 {
		v |= hourPM
	}
	return v
}

func (r *RTC) decodeHour(v uint8) int {
	if r.RAM[regB]&b24Hour != 0 {
		return r.decode(v)
	}
	h := r.decode(v&^hourPM) % 12
	if v&hourPM != 0 {
		h += 12
	}
	return h
}

// alarmAfter returns the first second after the given one at which the alarm's three registers match the time's.
func (r *RTC) alarmAfter(unix int64) (int64, bool) {
	const day = 24 * 60 * 60
	for t := unix + 1; t <= unix+day; {
		inDay := (t%day + day) % day
		switch {
		case !r.alarmMatches(regAlarmHours, r.encodeHour(int(inDay/3600))):
			t += 3600 - inDay%3600
		case !r.alarmMatches(regAlarmMinutes, r.encode(int(inDay/60%60))):
			t += 60 - inDay%60
		case !r.alarmMatches(regAlarmSeconds, r.encode(int(inDay%60))):
			t++
		default:
			return t, true
		}
	}
	return 0, false
}

func (r *RTC) alarmMatches(reg, v uint8) bool {
	return r.RAM[reg] >= alarmAny || r.RAM[reg] == v
}
