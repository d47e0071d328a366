package pic

// Chip is the state of one 8259A.
type Chip struct {
	Lines uint8 // levels of the inputs
	Edges uint8 // rising edges not acknowledged yet
	ELCR  uint8 // inputs that are level-triggered
	ISR   uint8
	IMR   uint8

	Base   uint8 // vector of level 0
	Lowest uint8 // the level of lowest priority; the next one is the highest

	ICW      uint8 // number of the initialization word that comes next, 0 outside the sequence
	WantICW4 bool
	Single   bool

	AutoEOI     bool
	AutoRotate  bool
	FullyNested bool // special fully nested mode
	SpecialMask bool
	ReadISR     bool
	Poll        bool
}

// irr is the interrupt request register.
func (c *Chip) irr() uint8 { return c.Edges&^c.ELCR | c.Lines&c.ELCR }

// level is that of an input.
func (c *Chip) level(n int) bool { return c.Lines>>n&1 != 0 }

func (c *Chip) set(level int, high bool) {
	bit := uint8(1) << level
	if !high {
		c.Lines &^= bit
		return
	}
	if c.Lines&bit == 0 {
		c.Edges |= bit
	}
	c.Lines |= bit
}

// cascade sets the input of the slave.
func (c *Chip) cascade(request bool) {
	const bit = 1 << cascade
	c.Lines &^= bit
	c.Edges &^= bit
	if request {
		c.Lines |= bit
		c.Edges |= bit
	}
}

// pending returns the level that INT stands for: the request of highest priority, unless something of the same or of
// higher priority is in service.
func (c *Chip) pending() (level uint8, ok bool) {
	requests := c.irr() &^ c.IMR
	blocking := c.ISR
	if c.SpecialMask {
		blocking &^= c.IMR
	}
	for i := uint8(1); i <= 8; i++ {
		n := (c.Lowest + i) & 7
		bit := uint8(1) << n
		if requests&bit != 0 && (blocking&bit == 0 || c.FullyNested && n == cascade) {
			return n, true
		}
		if blocking&bit != 0 {
			return 0, false
		}
	}
	return 0, false
}

// acknowledge moves the pending request into service.
func (c *Chip) acknowledge() (level uint8, ok bool) {
	level, ok = c.pending()
	if !ok {
		return 0, false
	}
	c.Edges &^= 1 << level
	if !c.AutoEOI {
		c.ISR |= 1 << level
	} else if c.AutoRotate {
		c.Lowest = level
	}
	return level, true
}

// highestInService returns what a non-specific EOI ends. Special mask mode hides what is masked from it.
func (c *Chip) highestInService() (level uint8, ok bool) {
	isr := c.ISR
	if c.SpecialMask {
		isr &^= c.IMR
	}
	for i := uint8(1); i <= 8; i++ {
		if n := (c.Lowest + i) & 7; isr>>n&1 != 0 {
			return n, true
		}
	}
	return 0, false
}
