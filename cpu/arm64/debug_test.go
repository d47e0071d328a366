package arm64

import (
	"testing"

	"stasis/cpu"
	"stasis/mmu"
)

// program puts instructions at ramBase, and a loop in each vector.
func program(c *CPU, b *board, words ...uint32) {
	for n, w := range words {
		_ = b.ram.WriteAt([]byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24)}, ramBase+uint64(n)*4)
	}
	for at := uint64(0); at < 0x800; at += 0x80 {
		_ = b.ram.WriteAt([]byte{0, 0, 0, 0x14}, ramBase+0x1000+at) // B .
	}
	c.pc = ramBase
}

const (
	nop   = 0xd503201f
	ldxr0 = 0xc85f7c20 // LDXR X0, [X1]
	stxr2 = 0xc8027c20 // STXR W2, X0, [X1]
)

// steppedRig is at EL0 with software step on, active and not pending.
func steppedRig(t *testing.T, words ...uint32) *CPU {
	c, b := newRig(t)
	program(c, b, words...)
	c.setOSLock(0)
	c.Sys.MDSCR = mdscrSS
	c.Sys.SPSR, c.Sys.ELR = spsrSS, ramBase
	execute(c, 0, eret)
	return c
}

// TestStepStates finds the syndrome of each way into the software step exception.
func TestStepStates(t *testing.T) {
	for _, r := range []struct {
		name  string
		words []uint32
		set   func(*CPU)
		ret   uint64
		esr   uint64
	}{
		{"an instruction", []uint32{nop, nop}, nil, 4, 0x32<<26 | 1<<25 | 1<<24 | 0x22},
		{"a Load-Exclusive", []uint32{ldxr0, nop}, func(c *CPU) { c.R[1] = ramBase + 0x2000 }, 4, 0x32<<26 | 1<<25 | 1<<24 | 1<<6 | 0x22},
		{"none", []uint32{nop}, func(c *CPU) { c.SS = false }, 0, 0x32<<26 | 1<<25 | 0x22},
		{"one that waits", []uint32{0xd503207f, nop}, func(c *CPU) { c.Sys.SCTLR |= sctlrNTWI }, 4, 0x32<<26 | 1<<25 | 1<<24 | 0x22},
	} {
		c := steppedRig(t, r.words...)
		if r.set != nil {
			r.set(c)
		}
		c.Run(2)
		if c.Sys.ESR != r.esr || c.Sys.ELR != ramBase+r.ret || c.EL != 1 || c.Sys.SPSR&spsrSS != 0 {
			t.Errorf("%s: ESR %#x, ELR %#x, SPSR %#x", r.name, c.Sys.ESR, c.Sys.ELR, c.Sys.SPSR)
		}
	}
}

// TestStepSnapshot steps on from a snapshot between the instruction and its exception.
func TestStepSnapshot(t *testing.T) {
	c := steppedRig(t, ldxr0, nop)
	c.R[1] = ramBase + 0x2000
	c.Run(1)
	d, _ := newRig(t)
	if _, err := d.DecodeState(c.EncodeState(nil)); err != nil {
		t.Fatal(err)
	}
	c.Run(1)
	d.Run(1)
	if c.Sys.ESR != d.Sys.ESR || c.Sys.ESR&issEX == 0 || string(c.EncodeState(nil)) != string(d.EncodeState(nil)) {
		t.Errorf("ESR %#x and %#x", c.Sys.ESR, d.Sys.ESR)
	}
}

// TestHostStepKeepsMonitor steps a debugger through LDXR and STXR, over a breakpoint too: the store succeeds.
func TestHostStepKeepsMonitor(t *testing.T) {
	c, b := newRig(t)
	program(c, b, ldxr0, nop, stxr2, nop)
	c.R[1], c.R[2] = ramBase+0x2000, 9
	c.SetBreakpoints([]uint64{ramBase + 4})
	for c.pc < ramBase+12 {
		exit := c.Run(1)
		if exit.Kind == cpu.ExitBreakpoint {
			if c.pc != ramBase+4 || c.Units() != 0 {
				t.Fatalf("stopped at %#x after %d units", c.pc, c.Units())
			}
			c.ReadRegister(0)
			c.Translate(c.R[1])
			c.SkipBreakpoint()
		}
	}
	if c.R[2] != 0 {
		t.Error("STXR failed under the debugger")
	}
}

// TestGuestBreakpointOrder takes the instruction abort of a page that is not there before its breakpoint, and reports the
// debugger's before the guest's.
func TestGuestBreakpointOrder(t *testing.T) {
	c, _ := pagedRig(t, leafAF|leafUser|leafRO)
	c.setOSLock(0)
	c.Sys.DBGBVR[0], c.Sys.DBGBCR[0] = page(1), dbgE|dbgEL0
	c.Sys.MDSCR = mdscrMDE
	c.debugChanged()
	c.setEL(0, 0)
	c.pc = page(1)
	c.Run(1)
	if c.Sys.ESR != 0x20<<26|1<<25|0x07 {
		t.Errorf("ESR %#x", c.Sys.ESR)
	}
	c.setEL(0, 0)
	c.Sys.DBGBVR[0] = page(0)
	c.debugChanged()
	c.pc = page(0)
	c.SetBreakpoints([]uint64{page(0)})
	if exit := c.Run(1); exit.Kind != cpu.ExitBreakpoint {
		t.Errorf("%+v", exit)
	}
	c.SkipBreakpoint()
	if c.Run(1); c.Sys.ESR != 0x30<<26|1<<25|0x22 || c.Sys.ELR != page(0) {
		t.Errorf("ESR %#x, ELR %#x", c.Sys.ESR, c.Sys.ELR)
	}
}

// TestContextBreakpoint breaks at every instruction of a context.
func TestContextBreakpoint(t *testing.T) {
	c, b := newRig(t)
	program(c, b, nop, nop)
	c.setOSLock(0)
	c.Sys.DBGBVR[5], c.Sys.DBGBCR[5] = 77, dbgE|dbgEL0|btContext<<20
	c.Sys.MDSCR, c.Sys.CONTEXTIDR = mdscrMDE, 76
	c.debugChanged()
	c.setEL(0, 0)
	if c.Run(1); c.pc != ramBase+4 {
		t.Errorf("another context: PC %#x", c.pc)
	}
	c.Sys.CONTEXTIDR = 77
	if c.Run(1); c.Sys.ESR != 0x30<<26|1<<25|0x22 || c.Sys.ELR != ramBase+4 {
		t.Errorf("ESR %#x, ELR %#x", c.Sys.ESR, c.Sys.ELR)
	}
}

// TestGuestWatchpoint raises before the access, and leaves memory as it was.
func TestGuestWatchpoint(t *testing.T) {
	c, b := pagedRig(t, leafAF|leafUser)
	c.setOSLock(0)
	c.setEL(0, 0)
	store(c, page(0)+8, uint64(1)) // the inline array knows the page
	c.Sys.DBGWVR[1], c.Sys.DBGWCR[1] = page(0)+8, dbgE|dbgEL0|dbgStore|0xf0<<5
	c.Sys.MDSCR = mdscrMDE
	c.debugChanged()
	for _, r := range []struct {
		name string
		do   func()
		esr  uint64
		far  uint64
	}{
		{"a store", func() { store(c, page(0)+8, uint64(2)) }, 0x34<<26 | 1<<25 | 0x62, page(0) + 12},
		{"its bytes alone", func() { store(c, page(0)+14, uint16(2)) }, 0x34<<26 | 1<<25 | 0x62, page(0) + 14},
		{"bytes below", func() { store(c, page(0)+8, uint32(1)) }, 0, 0},
		{"a load", func() { load[uint64](c, page(0)+8) }, 0, 0},
	} {
		c.Sys.FAR = 0
		if esr := esrOf(c, r.do); esr != r.esr || c.Sys.FAR != r.far {
			t.Errorf("%s: ESR %#x, FAR %#x", r.name, esr, c.Sys.FAR)
		}
	}
	if got := get(b, ramBase+0x200008); got != 1 {
		t.Errorf("memory is %#x", got)
	}
	c.Sys.MDSCR = 0
	if c.debugChanged(); c.watching {
		t.Error("watching without a watchpoint")
	}
}

// TestWatchpointBytes looks at which bytes each form of watchpoint watches.
func TestWatchpointBytes(t *testing.T) {
	for _, r := range []struct {
		name           string
		value, control uint64
		va             uint64
		size           int
		at             uint64
		hit            bool
	}{
		{"a doubleword", 0x1000, 0xff << 5, 0x1004, 1, 0x1004, true},
		{"a doubleword, behind", 0x1000, 0xff << 5, 0x1008, 8, 0, false},
		{"a word by address bit 2", 0x1004, 0x0f << 5, 0x1000, 8, 0x1004, true},
		{"its upper bytes do not count", 0x1004, 0xf0 << 5, 0x1008, 4, 0, false},
		{"no byte", 0x1000, 0, 0x1000, 8, 0, false},
		{"a range", 0x1000, 0xff<<5 | 8<<24, 0x10f0, 4, 0x10f0, true},
		{"a range, from below", 0x1000, 0xff<<5 | 8<<24, 0xffc, 8, 0x1000, true},
		{"a range, behind", 0x1000, 0xff<<5 | 8<<24, 0x1100, 4, 0, false},
		{"a reserved mask", 0x1000, 0xff<<5 | 1<<24, 0x1000, 8, 0, false},
		{"a mask without all of BAS", 0x1000, 0x0f<<5 | 8<<24, 0x1000, 8, 0, false},
	} {
		w := newWatchpoint(r.value, r.control)
		if at, ok := w.hit(r.va, r.size); ok != r.hit || ok && at != r.at {
			t.Errorf("%s: %#x, %v", r.name, at, ok)
		}
	}
	wide := newWatchpoint(0x10000, 0xff<<5|31<<24)
	_, low := wide.hit(0x7fff_f000, mmu.PageSize)
	_, high := wide.hit(0x8000_0000, mmu.PageSize)
	if !low || high {
		t.Errorf("2 GiB: %v, %v", low, high)
	}
}
