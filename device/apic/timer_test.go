package apic

import (
	"testing"
)

const lvtTimerReg = (regLVT + lvtTimer) * 16

func TestDividers(t *testing.T) {
	for _, c := range []struct{ code, divider uint64 }{
		{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {10, 128}, {11, 1},
	} {
		b := newBoard(t, 1)
		b.enable()
		l := b.apics[0]
		l.Write(regDivide*16, 4, c.code)
		l.Write(lvtTimerReg, 4, 0x40)
		l.Write(regInitialCount*16, 4, 100)
		b.Advance(10*c.divider - 1)
		b.want("count just before a step", l.Read(regCurrentCount*16, 4), uint64(91))
		b.Advance(1)
		b.want("count", l.Read(regCurrentCount*16, 4), uint64(90))
		b.Advance(90*c.divider - 1)
		b.want("INTR before", b.cpus[0].intr, false)
		b.Advance(1)
		b.want("vector", b.acks(0), []uint8{0x40})
		b.Advance(1000 * c.divider)
		b.want("count after the end", l.Read(regCurrentCount*16, 4), uint64(0))
		b.want("one shot", b.acks(0), []uint8(nil))
	}
}

func TestPeriodic(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write(regDivide*16, 4, 0xb)
	l.Write(lvtTimerReg, 4, 0x20040)
	b.Advance(7)
	l.Write(regInitialCount*16, 4, 1000)
	n := 0
	for range 10_000 {
		b.Advance(1)
		n += len(b.acks(0))
	}
	b.want("interrupts", n, 10)
	l.Write(lvtTimerReg, 4, 0x30040)
	b.Advance(250)
	b.want("masked, it counts on", l.Read(regCurrentCount*16, 4), uint64(750))
	_, armed := l.event.Deadline()
	b.want("masked, it needs no deadline", armed, false)
	b.Advance(1000)
	l.Write(lvtTimerReg, 4, 0x20040)
	b.Advance(749)
	b.want("what passed while masked is lost", b.acks(0), []uint8(nil))
	b.Advance(1)
	b.want("phase is kept", b.acks(0), []uint8{0x40})
	l.Write(regInitialCount*16, 4, 0)
	b.Advance(5000)
	b.want("stopped", b.acks(0), []uint8(nil))
}

func TestOneShotExpiredWhileMasked(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write(lvtTimerReg, 4, 0x10040)
	l.Write(regInitialCount*16, 4, 10)
	b.Advance(100)
	l.Write(lvtTimerReg, 4, 0x00040)
	b.Advance(100)
	b.want("no interrupt", b.acks(0), []uint8(nil))
	l.Write(lvtTimerReg, 4, 0x20040)
	b.Advance(100)
	b.want("a new mode does not start it again", b.acks(0), []uint8(nil))
}

func TestDividerChangesUnderWay(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write(lvtTimerReg, 4, 0x40)
	l.Write(regDivide*16, 4, 0xb)
	l.Write(regInitialCount*16, 4, 100)
	b.Advance(40)
	l.Write(regDivide*16, 4, 0)
	b.want("count", l.Read(regCurrentCount*16, 4), uint64(60))
	b.Advance(119)
	b.want("INTR", b.cpus[0].intr, false)
	b.Advance(1)
	b.want("INTR", b.cpus[0].intr, true)
}

func TestDeadline(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	read := func() uint64 { v, _ := l.ReadMSR(msrTSCDeadline); return v }
	b.mustMSR(0, msrTSCDeadline, 500)
	b.want("ignored in other modes", read(), uint64(0))
	l.Write(regInitialCount*16, 4, 77)
	l.Write(lvtTimerReg, 4, 0x40040)
	b.want("the change of mode disarms", l.Read(regInitialCount*16, 4), uint64(0))
	b.mustMSR(0, msrTSCDeadline, 500)
	b.want("armed", read(), uint64(500))
	l.Write(regInitialCount*16, 4, 99)
	b.want("no count in this mode", l.Read(regCurrentCount*16, 4), uint64(0))
	b.To(499)
	b.want("INTR", b.cpus[0].intr, false)
	b.To(500)
	b.want("vector", b.acks(0), []uint8{0x40})
	b.want("disarmed", read(), uint64(0))
	b.mustMSR(0, msrTSCDeadline, 1)
	b.To(501)
	b.want("one that has passed fires at once", b.acks(0), []uint8{0x40})
	b.mustMSR(0, msrTSCDeadline, 600)
	b.mustMSR(0, msrTSCDeadline, 0)
	b.To(700)
	b.want("0 disarms", b.acks(0), []uint8(nil))
	b.mustMSR(0, msrTSCDeadline, 800)
	l.Write(lvtTimerReg, 4, 0x50040)
	b.To(900)
	b.want("masked: it passes unseen", b.acks(0), []uint8(nil))
	b.want("and is disarmed", read(), uint64(0))
}

func TestReadingDoesNotRebase(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write(lvtTimerReg, 4, 0x20040)
	l.Write(regInitialCount*16, 4, 12345)
	before := l.State
	for range 1000 {
		b.Advance(13)
		l.Read(regCurrentCount*16, 4)
		b.acks(0)
	}
	before.TMR = l.TMR
	b.want("state", l.State, before)
}

func TestDeterministicAfterRestore(t *testing.T) {
	run := func(cut bool) State {
		b := newBoard(t, 1)
		b.enable()
		l := b.apics[0]
		l.Write(lvtTimerReg, 4, 0x20040)
		l.Write(regInitialCount*16, 4, 333)
		b.Advance(5000)
		if cut {
			saved, deadlines := l.State, b.Queue.State()
			l.Write(regInitialCount*16, 4, 0)
			b.acks(0)
			l.SetState(saved)
			b.want("restore", b.Queue.SetState(deadlines), nil)
			b.want("INTR is driven again", b.cpus[0].intr, true)
		}
		b.acks(0)
		b.Advance(5000)
		return l.State
	}
	(&board{T: t}).want("state", run(true), run(false))
}
