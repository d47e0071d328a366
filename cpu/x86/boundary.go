package x86

// updateAttention notes whether anything besides the next instruction may have to happen at the next boundary.
func (c *CPU) updateAttention() {
	c.attention = c.delivering || c.State.Halted || c.WaitSIPI || c.Shutdown || c.INITPending || c.SIPIPending || c.PendingDebug != 0 ||
		c.NMIPending && !c.NMIBlocked || c.INTR && c.eflags&flagIF != 0 || c.InhibitSTI || c.InhibitMovSS ||
		c.eflags&(flagTF|flagRF) != 0
}

// boundary does what stands before the next instruction: boundary order (1). It reports whether the loop must look again.
func (c *CPU) boundary() bool {
	switch {
	case c.delivering:
		c.deliverEvent()
	case c.Shutdown:
		c.tripleFault()
	case c.PendingDebug&dr6BT != 0:
		c.deliverDebug()
	case c.INITPending:
		c.initReset()
	case c.WaitSIPI:
		return c.waitSIPI()
	case c.PendingDebug != 0 && !c.InhibitMovSS:
		c.deliverDebug()
	case c.NMIPending && !c.NMIBlocked && !c.InhibitMovSS && !c.held():
		c.deliverNMI()
	case c.INTR && c.eflags&flagIF != 0 && !c.InhibitSTI && !c.InhibitMovSS && !c.held():
		return c.deliverInterrupt()
	case c.State.Halted:
		c.halt()
	default:
		c.updateAttention()
		return false
	}
	return true
}

// held reports whether interrupts wait because the instruction at a breakpoint stop has not been tried yet: the skip is for it
// alone, and nothing may come between. It never holds the wake-up of a halted CPU.
func (c *CPU) held() bool { return (c.skip || c.Hold) && !c.State.Halted }

// begin delivers an event between two instructions, or between two iterations of REP.
func (c *CPU) begin(e exception) {
	c.State.Halted, c.skip, c.Hold = false, false, false
	c.InhibitSTI, c.InhibitMovSS = false, false
	c.delivering, c.event = true, e
	if c.awaiting && c.catchEvent() {
		c.attention = true
		return
	}
	c.deliverEvent()
}

func (c *CPU) deliverNMI() {
	c.NMIPending, c.NMIBlocked = false, true
	c.stats.NMIs++
	c.begin(exception{vecNMI, kindExternal, 0})
}

// deliverInterrupt acknowledges and delivers a maskable interrupt. The request may have gone meanwhile.
func (c *CPU) deliverInterrupt() bool {
	vector, ok := c.sys.AckInterrupt()
	if !ok {
		c.INTR = false
		c.updateAttention()
		return true
	}
	c.stats.Interrupts++
	c.begin(exception{vector, kindExternal, 0})
	return true
}

// SetINTR is the interrupt wire.
func (c *CPU) SetINTR(high bool) {
	c.INTR = high
	c.updateAttention()
}

// RaiseNMI is an edge on the NMI wire.
func (c *CPU) RaiseNMI() {
	c.NMIPending = true
	c.updateAttention()
}

// RaiseINIT is an INIT message: at the next boundary the CPU resets and waits for SIPI.
func (c *CPU) RaiseINIT() {
	c.INITPending = true
	c.updateAttention()
}

// RaiseSIPI is a start-up message. Only a CPU that waits for it listens.
func (c *CPU) RaiseSIPI(vector uint8) {
	if c.WaitSIPI || c.INITPending {
		c.SIPIPending, c.SIPIVector = true, vector
		c.updateAttention()
	}
}

// waitSIPI starts an application processor at vector × 4 KiB, or goes on waiting.
func (c *CPU) waitSIPI() bool {
	if !c.SIPIPending {
		c.halt()
		return true
	}
	c.SIPIPending, c.WaitSIPI, c.State.Halted = false, false, false
	c.loadRealSegment(1, uint16(c.SIPIVector)<<8)
	c.rip = 0
	c.updateAttention()
	return true
}

// Wake reports whether the CPU is halted and something would wake it now.
func (c *CPU) Wake() bool {
	if c.WaitSIPI {
		return c.SIPIPending || c.INITPending
	}
	return c.State.Halted && (c.INITPending || c.NMIPending && !c.NMIBlocked || c.INTR && c.eflags&flagIF != 0 || c.PendingDebug != 0 || c.delivering)
}
