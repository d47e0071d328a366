package arm64

import "testing"

// TestEntry takes an exception from each level and stack pointer.
func TestEntry(t *testing.T) {
	for _, c := range []struct {
		el, sp uint8
		offset uint64
		class  uint64
	}{{0, 0, 0x400, 0x24}, {1, 0, 0, 0x25}, {1, 1, 0x200, 0x25}} {
		m, _ := newRig(t)
		m.setEL(c.el, c.sp)
		m.DAIF, m.nzcv, m.BTYPE = 5, 9, 2
		m.State.SP = [2]uint64{0x1000, 0x2000}
		m.R[regSP] = m.State.SP[m.bank()]
		spsr := m.pstate()
		attempt(m, func() { m.raiseAt(ecDataAbort, 0x47, 0x1234) })
		wantStatus(t, m, "abort", c.offset, c.class<<26|1<<25|0x47)
		if m.Sys.SPSR != spsr || m.Sys.ELR != ramBase || m.Sys.FAR != 0x1234 {
			t.Errorf("SPSR %#x, ELR %#x, FAR %#x", m.Sys.SPSR, m.Sys.ELR, m.Sys.FAR)
		}
		if m.EL != 1 || m.SPSel != 1 || m.DAIF != 15 || m.BTYPE != 0 || m.R[regSP] != 0x2000 {
			t.Errorf("EL %d, SPSel %d, DAIF %d, BTYPE %d, SP %#x", m.EL, m.SPSel, m.DAIF, m.BTYPE, m.R[regSP])
		}
		m.Sys.ELR = 0x77
		execute(m, 0, eret)
		if m.pstate() != spsr || m.pc != 0x77 || m.R[regSP] != [2]uint64{0x1000, 0x2000}[m.bank()] {
			t.Errorf("after ERET: PSTATE %#x, PC %#x, SP %#x", m.pstate(), m.pc, m.R[regSP])
		}
	}
}

// TestHiddenState finds that bits of features that are not there do not come back from SPSR_EL1.
func TestHiddenState(t *testing.T) {
	c, _ := newRig(t, "PAN", "UAO", "DIT", "SSBS", "BTI")
	c.Sys.SPSR = spsrPAN | spsrUAO | spsrDIT | spsrSSBS | spsrBTYPE | 0x3c5
	execute(c, 0, eret)
	if got := c.pstate(); got != 0x3c5 {
		t.Errorf("PSTATE %#x", got)
	}
	c.Sys.SCTLR |= sctlrDSSBS
	c.Sys.SCTLR &^= sctlrSPAN
	attempt(c, func() { c.undefined() })
	if c.PAN || c.SSBS {
		t.Errorf("entry: PAN %v, SSBS %v", c.PAN, c.SSBS)
	}
}

// TestInterruptMasks takes an interrupt only where its mask is clear, FIQ first.
func TestInterruptMasks(t *testing.T) {
	for _, c := range []struct {
		irq, fiq bool
		daif     uint8
		offset   uint64
	}{{true, false, 0, 0x280}, {true, false, maskI, 0}, {true, true, 0, 0x300}, {true, true, maskF, 0x280}, {false, true, maskI, 0x300}} {
		m, _ := newRig(t)
		m.setDAIF(c.daif)
		m.SetIRQ(c.irq)
		m.SetFIQ(c.fiq)
		if m.attention != (c.offset != 0) {
			t.Errorf("%+v: attention %v", c, m.attention)
		}
		for m.attention && m.boundary() {
		}
		if got := m.pc - m.Sys.VBAR; c.offset != 0 && got != c.offset || c.offset == 0 && m.pc != ramBase {
			t.Errorf("%+v: PC %#x", c, m.pc)
		}
	}
}

// TestHeld finds that an interrupt waits for the instruction at a breakpoint stop.
func TestHeld(t *testing.T) {
	c, _ := newRig(t)
	c.setDAIF(0)
	c.SkipBreakpoint()
	c.SetIRQ(true)
	if c.boundary() {
		t.Error("an interrupt came before the instruction")
	}
	c.skip = false
	if !c.boundary() || !c.delivering {
		t.Error("it did not come behind")
	}
}

// TestWait waits for interrupts, masked or not, and for events.
func TestWait(t *testing.T) {
	c, b := newRig(t)
	execute(c, 0, wfi)
	if !c.Halted() || c.Wake() {
		t.Fatalf("halted %v, wakes %v", c.Halted(), c.Wake())
	}
	c.SetEvent()
	if c.Wake() {
		t.Error("an event wakes WFI")
	}
	c.SetIRQ(true)
	if !c.Wake() || !c.boundary() || c.Halted() || c.delivering {
		t.Error("a masked interrupt does not end WFI, or comes through")
	}
	execute(c, 0, wfi)
	if c.Halted() {
		t.Error("WFI waits for what is pending")
	}
	c.SetIRQ(false)
	execute(c, 0, wfe) // takes the event
	if c.Halted() || c.State.Event {
		t.Error("WFE does not take the event")
	}
	execute(c, 0, wfe)
	if !c.Halted() || c.Wake() {
		t.Error("WFE does not wait")
	}
	c.SetEvent()
	if !c.Wake() || !c.boundary() || c.Halted() || c.State.Event {
		t.Error("an event does not end WFE, or stays")
	}
	c.ExclusiveOpen = true
	if execute(c, 0, wfe); c.Halted() {
		t.Error("WFE waits for the store that clears the monitor")
	}
	execute(c, 0, sev)
	if len(b.told) != 1 {
		t.Error("SEV tells nobody")
	}
}

// TestPower starts and stops a CPU.
func TestPower(t *testing.T) {
	c, _ := newRig(t)
	c.Sys.SCTLR |= sctlrM
	c.PowerOff()
	if !c.Halted() || c.Wake() || !c.boundary() {
		t.Error("a CPU that is off runs")
	}
	c.PowerOn(0x1234, 0x55)
	if c.Halted() || c.pc != 0x1234 || c.R[0] != 0x55 || c.Sys.SCTLR != sctlrReset || c.EL != 1 || c.DAIF != 15 {
		t.Errorf("PC %#x, X0 %#x, SCTLR %#x, EL %d, DAIF %d", c.pc, c.R[0], c.Sys.SCTLR, c.EL, c.DAIF)
	}
}

// TestHypercall asks the firmware, at EL1 only.
func TestHypercall(t *testing.T) {
	c, _ := newRig(t)
	c.R[0] = 0x84000000
	execute(c, 0xd4000002, hvc)
	if c.R[0] != 0x10001 || c.pc != ramBase+4 {
		t.Errorf("X0 %#x, PC %#x", c.R[0], c.pc)
	}
	c.Suspend()
	if !c.Halted() || c.Wake() {
		t.Error("a suspended CPU runs")
	}
	c.SetIRQ(true)
	if !c.boundary() || c.Halted() || c.IsOff() {
		t.Error("an interrupt does not end the suspension")
	}
	c.SetIRQ(false)
	c.R[0] = 1
	execute(c, 0xd4000002, hvc)
	wantStatus(t, c, "an unknown function", 0x200, 1<<25)
	c.setEL(0, 0)
	execute(c, 0xd4000002, hvc)
	wantStatus(t, c, "EL0", 0x400, 1<<25)
}

// TestSnapshot finds the state again, an exception that waits among it.
func TestSnapshot(t *testing.T) {
	c, _ := newRig(t)
	c.R[3], c.R[regSP], c.nzcv = 33, 0x5550, 6
	func() {
		defer c.catch()
		c.raiseAt(ecDataAbort, 7, 0x99)
	}()
	enc := c.EncodeState(nil)
	d, _ := newRig(t)
	if rest, err := d.DecodeState(enc); err != nil || len(rest) != 0 {
		t.Fatalf("%v, %d bytes left", err, len(rest))
	}
	if again := d.EncodeState(nil); string(again) != string(enc) {
		t.Error("the encoding differs")
	}
	for d.attention && d.boundary() {
	}
	wantStatus(t, d, "the exception that waited", 0x200, 0x25<<26|1<<25|7)
	if d.R[3] != 33 || d.Sys.FAR != 0x99 {
		t.Errorf("X3 %d, FAR %#x", d.R[3], d.Sys.FAR)
	}
}
