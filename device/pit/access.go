package pit

import "stasis/timer"

// Which bytes of a count are read and written. Zero, in a control word, latches the count instead.
const (
	rwLatch = iota
	rwLow
	rwHigh
	rwBoth
)

// Status byte.
const (
	statusOut  = 1 << 7
	statusNull = 1 << 6
)

// control is a control word for this channel.
func (c *Channel) control(t uint64, v uint8) {
	rw := v >> cwRWShift & 3
	if rw == rwLatch {
		c.latchCount(t)
		return
	}
	mode := v >> cwModeShift & 7
	if mode > 5 {
		mode -= 4 // its high bit means nothing in modes 2 and 3
	}
	*c = Channel{Mode: mode, RW: rw, BCD: v&cwBCD != 0, Gate: c.Gate, Null: true}
}

func (c *Channel) latchCount(t uint64) {
	if !c.CountLatched {
		now := c.at(t)
		c.CountLatch, c.CountLatched = now.value(t), true
	}
}

func (c *Channel) latchStatus(t uint64) {
	if c.StatusLatched {
		return
	}
	now := c.at(t)
	s := c.RW<<cwRWShift | c.Mode<<cwModeShift
	if c.BCD {
		s |= cwBCD
	}
	if now.Null {
		s |= statusNull
	}
	if now.out(t) {
		s |= statusOut
	}
	c.StatusLatch, c.StatusLatched = s, true
}

// read is a read of the channel's port: a latched status, then a latched count, then the count as it is.
func (c *Channel) read(t uint64) uint8 {
	if c.StatusLatched {
		c.StatusLatched = false
		return c.StatusLatch
	}
	v := c.CountLatch
	if !c.CountLatched {
		now := c.at(t)
		v = now.value(t)
	}
	high := c.RW == rwHigh || c.ReadHigh
	c.ReadHigh = c.RW == rwBoth && !high
	if !c.ReadHigh {
		c.CountLatched = false
	}
	if high {
		v >>= 8
	}
	return uint8(v)
}

// write is a write of a byte of the count.
func (c *Channel) write(t uint64, v uint8) {
	*c = c.at(t)
	if c.RW == rwBoth && !c.WriteHigh {
		c.WriteHigh, c.WriteLow = true, v
		c.halt(t)
		return
	}
	n := uint16(v)
	switch c.RW {
	case rwHigh:
		n <<= 8
	case rwBoth:
		n = n<<8 | uint16(c.WriteLow)
		c.WriteHigh = false
	}
	c.halt(t)
	c.setCount(t, c.decode(n))
}

// halt stops the counting in mode 0 while a new count is on its way.
func (c *Channel) halt(t uint64) {
	if c.Mode == 0 && !c.Halt {
		c.Elapsed, c.Held, c.Halt = c.elapsed(t), true, true
	}
}

// decode is the count that a register value stands for: zero is the greatest.
func (c *Channel) decode(n uint16) uint32 {
	v := uint32(n)
	if c.BCD {
		v = fromBCD(n)
	}
	if v == 0 {
		return uint32(c.modulus())
	}
	return v
}

// setCount takes a count that has been written whole, to be loaded when the mode says.
func (c *Channel) setCount(t uint64, n uint32) {
	pending := c.Next != 0
	c.Next, c.Null = n, true
	switch {
	case c.Mode == 0 || c.Mode == 4:
		c.NextAt = t + 1
	case pending: // the time is set already
	case c.triggered():
		c.NextAt = timer.Never
	case c.Count == 0 || c.Held || c.Count == 1:
		c.NextAt = t + 1
	case c.Mode == 2:
		c.NextAt = t + uint64(c.Count) - c.phase(t)
	default:
		c.NextAt = c.nextOwnChange(t)
	}
}

// setGate drives the gate.
//
// Source: 8254 data sheet, "Gate Pin Operations Summary".
func (c *Channel) setGate(t uint64, high bool) {
	*c = c.at(t)
	if c.Gate == high {
		return
	}
	c.Gate = high
	switch {
	case high && (c.Mode == 0 || c.Mode == 4):
		if c.Held && !c.Halt {
			c.Start, c.Held = t-c.Elapsed, false
		}
	case high:
		c.reload(t)
	case !c.triggered() && !c.Held:
		c.Elapsed, c.Held = c.elapsed(t), true
		if c.repeats() && c.Count != 0 && c.Next != 0 {
			c.NextAt = timer.Never
		}
	}
}

// reload is what a trigger does: the count is loaded, from its beginning, at the next pulse.
func (c *Channel) reload(t uint64) {
	if c.Next == 0 {
		c.Next = c.Count
	}
	c.NextAt = t + 1
}

func toBCD(n uint64) uint16 {
	return uint16(n%10 | n/10%10<<4 | n/100%10<<8 | n/1000%10<<12)
}

func fromBCD(n uint16) uint32 {
	v := uint32(n)
	return v&0xf + v>>4&0xf*10 + v>>8&0xf*100 + v>>12*1000
}
