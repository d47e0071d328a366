package pic

import "stasis/device/internal/width"

// Bits of the command words.
const (
	icw1Select = 1 << 4
	icw1ICW4   = 1 << 0
	icw1Single = 1 << 1

	icw4AutoEOI     = 1 << 1
	icw4FullyNested = 1 << 4

	ocw3Select     = 1 << 3
	ocw3ReadISR    = 1 << 0
	ocw3ReadEnable = 1 << 1
	ocw3Poll       = 1 << 2
	ocw3Mask       = 1 << 5
	ocw3MaskEnable = 1 << 6

	ocw2EOI      = 1 << 5
	ocw2Specific = 1 << 6
	ocw2Rotate   = 1 << 7

	pollRequest = 1 << 7
)

// levelCapable are the inputs that can be level-triggered: not the timer, keyboard, cascade, RTC and coprocessor.
var levelCapable = [2]uint8{0xf8, 0xde}

// Port is one chip's two ports.
type Port struct {
	pair *Pair
	n    int
}

// Master returns the master's two ports.
func (p *Pair) Master() Port { return Port{p, 0} }

// Slave returns the slave's two ports.
func (p *Pair) Slave() Port { return Port{p, 1} }

// Read reads ports.
func (d Port) Read(offset uint64, size int) uint64 { return width.Read8(offset, size, d.read) }

// Write writes ports.
func (d Port) Write(offset uint64, size int, value uint64) {
	width.Write8(offset, size, value, d.write)
}

func (d Port) read(offset uint64) uint8 {
	c := &d.pair.Chips[d.n]
	switch {
	case c.Poll:
		c.Poll = false
		return d.poll(c)
	case offset == 1:
		return c.IMR
	case c.ReadISR:
		return c.ISR
	}
	return c.irr()
}

// poll is the read after a poll command: it acknowledges, and says what.
func (d Port) poll(c *Chip) uint8 {
	level, ok := c.acknowledge()
	if !ok {
		return spurious
	}
	d.pair.update()
	return pollRequest | level
}

func (d Port) write(offset uint64, v uint8) {
	c := &d.pair.Chips[d.n]
	switch {
	case offset == 1 && c.ICW != 0:
		c.initialize(v, d.n == 0)
	case offset == 1:
		c.IMR = v
	case v&icw1Select != 0:
		c.start(v)
	case v&ocw3Select != 0:
		c.ocw3(v)
	default:
		c.ocw2(v)
	}
	d.pair.update()
}

// start is ICW1. ELCR, which is outside of the chip proper, replaces its level bit.
func (c *Chip) start(v uint8) {
	*c = Chip{
		Lines: c.Lines, ELCR: c.ELCR, Base: c.Base, Lowest: 7,
		ICW: 2, WantICW4: v&icw1ICW4 != 0, Single: v&icw1Single != 0,
	}
}

// initialize is ICW2 to ICW4.
func (c *Chip) initialize(v uint8, master bool) {
	switch c.ICW {
	case 2:
		c.Base = v & 0xf8
		if !c.Single {
			c.ICW = 3
			return
		}
	case 4:
		c.AutoEOI = v&icw4AutoEOI != 0
		c.FullyNested = v&icw4FullyNested != 0 && master
		c.WantICW4 = false
	}
	// ICW3 tells the chip how the board is wired, which the board knows.
	c.ICW = 0
	if c.WantICW4 {
		c.ICW = 4
	}
}

func (c *Chip) ocw2(v uint8) {
	level := v & 7
	ok := true
	rotate := v&ocw2Rotate != 0
	switch v &^ 7 &^ ocw2Rotate {
	case 0: // automatic rotation, set or clear
		c.AutoRotate = rotate
		return
	case ocw2Specific: // set priority; without the rotate bit, nothing
	case ocw2EOI:
		level, ok = c.highestInService()
		fallthrough
	case ocw2EOI | ocw2Specific:
		if ok {
			c.ISR &^= 1 << level
		}
	}
	if rotate && ok {
		c.Lowest = level
	}
}

func (c *Chip) ocw3(v uint8) {
	if v&ocw3MaskEnable != 0 {
		c.SpecialMask = v&ocw3Mask != 0
	}
	if v&ocw3ReadEnable != 0 {
		c.ReadISR = v&ocw3ReadISR != 0
	}
	c.Poll = v&ocw3Poll != 0
}

// EdgeLevel is the two edge/level control registers.
type EdgeLevel struct{ pair *Pair }

// ELCR returns the two edge/level control ports.
func (p *Pair) ELCR() EdgeLevel { return EdgeLevel{p} }

// Read reads ports.
func (d EdgeLevel) Read(offset uint64, size int) uint64 {
	return width.Read8(offset, size, func(n uint64) uint8 { return d.pair.Chips[n].ELCR })
}

// Write writes ports.
func (d EdgeLevel) Write(offset uint64, size int, value uint64) {
	width.Write8(offset, size, value, func(n uint64, v uint8) { d.pair.Chips[n].ELCR = v & levelCapable[n] })
	d.pair.update()
}
