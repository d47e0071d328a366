package pit

import "stasis/timer"

// Channel is the state of one counter. Times are in CLK pulses.
type Channel struct {
	Mode uint8 // 0 to 5
	RW   uint8 // which bytes of the count are read and written
	BCD  bool
	Gate bool

	Count uint32 // what the counting element was last loaded with; 0 is never
	Start uint64 // when that was, so that it has counted t-Start pulses by t
	Null  bool   // a count was written that is not loaded yet, or none was

	Next   uint32 // count to be loaded, if not 0,
	NextAt uint64 // at this pulse; Never waits for a trigger

	Held    bool   // the gate stopped the counting
	Elapsed uint64 // after this many pulses
	Halt    bool   // in mode 0, a new count is being written: no counting, and OUT is low

	WriteHigh bool // the next byte written is the high one
	WriteLow  uint8
	ReadHigh  bool

	CountLatched  bool
	CountLatch    uint16
	StatusLatched bool
	StatusLatch   uint8
}

// at returns the channel as it is at t, with a count loaded whose time has come.
func (c Channel) at(t uint64) Channel {
	if c.Next == 0 || c.NextAt > t {
		return c
	}
	low := c.Mode == 3 && c.Count != 0 && !c.Held && c.endsHigh()
	c.Count, c.Start, c.Next, c.NextAt = c.Next, c.NextAt, 0, 0
	if low {
		c.Start -= c.highHalf()
	}
	c.Null, c.Halt = false, false
	c.Elapsed = 0
	c.Held = !c.Gate && !c.triggered()
	return c
}

// endsHigh reports whether mode 3 loads its next count at the end of a high half, so that a low one follows.
func (c *Channel) endsHigh() bool { return (c.NextAt-1-c.Start)%uint64(c.Count) < c.highHalf() }

// triggered reports whether a rising gate starts the count in this mode, and a low one does not stop it.
func (c *Channel) triggered() bool { return c.Mode == 1 || c.Mode == 5 }

// repeats reports whether this mode loads its count again by itself.
func (c *Channel) repeats() bool { return c.Mode == 2 || c.Mode == 3 }

// highHalf is how many pulses OUT is high in a period of mode 3.
func (c *Channel) highHalf() uint64 { return (uint64(c.Count) + 1) / 2 }

// elapsed is the number of pulses counted since the count was loaded.
func (c *Channel) elapsed(t uint64) uint64 {
	if c.Held {
		return c.Elapsed
	}
	return t - c.Start
}

// phase is the number of pulses since the begin of the period.
func (c *Channel) phase(t uint64) uint64 { return c.elapsed(t) % uint64(c.Count) }

// modulus is the number of values that the counting element has.
func (c *Channel) modulus() uint64 {
	if c.BCD {
		return 10000
	}
	return 1 << 16
}

// value is the counting element.
//
// Source: 8254 data sheet, "Mode Definitions".
func (c *Channel) value(t uint64) uint16 {
	n := uint64(c.Count)
	switch {
	case n == 0:
		// Undefined on the chip. The count that is about to be loaded is what software expects whose instructions
		// take less than a pulse: Linux's quick calibration reads it at once.
		n = uint64(c.Next)
	case c.Mode == 2:
		n -= c.phase(t)
	case c.Mode == 3:
		n = c.squareValue(t)
	default:
		n += c.modulus() - c.elapsed(t)%c.modulus()
	}
	n %= c.modulus()
	if c.BCD {
		return toBCD(n)
	}
	return uint16(n)
}

// squareValue is the counting element in mode 3: it counts by twos, from an even number, once for each half.
func (c *Channel) squareValue(t uint64) uint64 {
	p := c.phase(t)
	if p >= c.highHalf() {
		p -= c.highHalf()
	}
	return uint64(c.Count)&^1 - 2*p
}

// out is the output.
//
// Source: 8254 data sheet, "Mode Definitions".
func (c *Channel) out(t uint64) bool {
	if c.Count == 0 {
		return c.Mode != 0
	}
	n := uint64(c.Count)
	switch c.Mode {
	case 0:
		return !c.Halt && c.elapsed(t) >= n
	case 1:
		return c.elapsed(t) >= n
	case 2:
		return c.Held || c.phase(t) != n-1
	case 3:
		return c.Held || c.phase(t) < c.highHalf()
	}
	return c.elapsed(t) != n
}

// nextChange is the first pulse after t at which the output may change, or Never.
func (c *Channel) nextChange(t uint64) uint64 {
	next := c.nextOwnChange(t)
	if c.Next != 0 {
		next = min(next, c.NextAt)
	}
	return next
}

func (c *Channel) nextOwnChange(t uint64) uint64 {
	n := uint64(c.Count)
	switch {
	case n == 0 || c.Held || c.Halt || c.repeats() && n == 1:
		return timer.Never
	case c.Mode == 2 && c.phase(t) < n-1:
		return t + n - 1 - c.phase(t)
	case c.Mode == 3 && c.phase(t) < c.highHalf():
		return t + c.highHalf() - c.phase(t)
	case c.repeats():
		return t + n - c.phase(t)
	case c.elapsed(t) < n:
		return c.Start + n
	case c.elapsed(t) == n:
		return t + 1
	}
	return timer.Never
}
