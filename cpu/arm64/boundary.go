package arm64

import "stasis/cpu"

// updateAttention notes whether anything besides the next instruction may have to happen at the next boundary.
func (c *CPU) updateAttention() {
	c.attention = c.delivering || c.State.Halted || c.Off || c.interrupting() || c.IL || c.stepping || c.armed.every
}

// interrupting reports whether an interrupt would be taken at the next boundary.
func (c *CPU) interrupting() bool {
	return c.State.IRQ && c.DAIF&maskI == 0 || c.State.FIQ && c.DAIF&maskF == 0
}

// boundary does what stands before the next instruction: boundary order (1). It reports whether the loop must look again.
func (c *CPU) boundary() bool {
	switch {
	case c.delivering:
		c.deliverEvent()
	case c.Off:
		c.halt()
	case c.stepPending():
		c.raiseStep()
	case c.State.Halted && !c.wakes():
		c.halt()
	case c.State.Halted:
		c.resume()
	case c.interrupting() && !c.held():
		c.deliverInterrupt()
	case c.IL:
		c.raise(ecIllegal, 0)
	default:
		if c.armed.every {
			c.guestBreak()
		}
		c.updateAttention()
		return false
	}
	return true
}

// held reports whether interrupts wait because the instruction at a breakpoint stop has not been tried yet.
func (c *CPU) held() bool { return (c.skip || c.Hold) && !c.State.Halted }

// deliverInterrupt takes the FIQ or the IRQ that is pending and not masked: a unit.
func (c *CPU) deliverInterrupt() {
	e := exception{kind: kindIRQ}
	if c.State.FIQ && c.DAIF&maskF == 0 {
		e.kind = kindFIQ
	}
	c.stats.Interrupts++
	c.skip, c.Hold = false, false
	c.delivering, c.event = true, e
	if c.awaiting {
		c.catchEvent()
	}
}

// wakes reports whether something ends the wait: an interrupt, masked or not, and for WFE also the event register. Source: Arm ARM,
// "Wait for Interrupt" and "Wait for Event".
func (c *CPU) wakes() bool {
	return c.State.IRQ || c.State.FIQ || c.WFE && c.Event
}

// resume ends the wait of WFI or WFE.
func (c *CPU) resume() {
	if c.WFE {
		c.Event = false
	}
	c.State.Halted, c.WFE = false, false
	c.updateAttention()
}

// halt leaves Run because nothing can happen before an event.
func (c *CPU) halt() { c.leave(cpu.Exit{Kind: cpu.ExitHalted}) }

// Halted reports whether the CPU waits for an interrupt or an event, or is off.
func (c *CPU) Halted() bool { return c.State.Halted || c.Off }

// Wake reports whether the CPU is halted and something would wake it now.
func (c *CPU) Wake() bool { return !c.Off && (c.State.Halted && c.wakes() || c.delivering) }

// SetIRQ is the interrupt wire.
func (c *CPU) SetIRQ(high bool) {
	c.State.IRQ = high
	c.updateAttention()
}

// SetFIQ is the fast interrupt's wire.
func (c *CPU) SetFIQ(high bool) {
	c.State.FIQ = high
	c.updateAttention()
}

// SetEvent sets the event register: SEV of some CPU.
func (c *CPU) SetEvent() {
	c.Event = true
	c.updateAttention()
}

// PowerOn starts a CPU that is off: PSCI's CPU_ON. Source: PSCI (DEN 0022), "Initial core state".
func (c *CPU) PowerOn(entry, context uint64) {
	c.powerReset()
	c.Off = false
	c.pc, c.R[0] = entry, context
	c.refresh()
}

// PowerOff stops the CPU until PowerOn.
func (c *CPU) PowerOff() {
	c.Off = true
	c.updateAttention()
}

// IsOff reports whether the CPU waits for PowerOn.
func (c *CPU) IsOff() bool { return c.Off }

// Suspend is PSCI's CPU_SUSPEND to a state that keeps everything: the CPU waits as by WFI.
func (c *CPU) Suspend() {
	if !c.State.IRQ && !c.State.FIQ {
		c.State.Halted, c.WFE = true, false
		c.updateAttention()
	}
}

// stop is boundary (2): the debugger's breakpoint at the next instruction, unless it is skipped, and then the guest's.
func (c *CPU) stop() bool {
	if c.breakpoints[c.pc]&stopHost != 0 && !c.skip {
		c.leave(cpu.Exit{Kind: cpu.ExitBreakpoint, Addr: c.pc})
		return true
	}
	if c.breakpoints[c.pc]&stopGuest != 0 {
		c.guestBreak()
	}
	return false
}

// slowBoundary reports whether the next instruction needs the single-step engine.
func (c *CPU) slowBoundary() bool { return c.stepping || c.armed.every || c.skip || c.Hold }

// leave ends Run at the next boundary.
func (c *CPU) leave(exit cpu.Exit) {
	c.exit = exit
	c.leaving = true
}
