package gtimer

import (
	"testing"

	"stasis/irq"
	"stasis/timer"
)

// bench is a timer at a rate of 1 GHz: 16 units a tick.
type bench struct {
	*testing.T
	*Timer
	now               uint64
	physical, virtual bool
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	b.Timer = New(timer.NewQueue(timer.NewClock(func() uint64 { return b.now })), 1e9,
		irq.Func(func(high bool) { b.physical = high }), irq.Func(func(high bool) { b.virtual = high }))
	return b
}

// to moves the Clock and fires what is due.
func (b *bench) to(now uint64) {
	b.now = now
	b.queue.RunDue()
}

func (b *bench) read(r uint16) uint64 {
	v, ok := b.ReadRegister(r)
	if !ok {
		b.Errorf("register %#x is not there", r)
	}
	return v
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if got != want {
		b.Errorf("%s: %v, want %v", what, got, want)
	}
}

const (
	physical = cntFirst
	virtual  = cntFirst + 8
)

func TestCounter(t *testing.T) {
	b := newBench(t)
	b.want("frequency", b.read(cntFRQ), uint64(62_500_000))
	b.to(15)
	b.want("before the first tick", b.read(cntVCT), uint64(0))
	b.to(1e9)
	b.want("a second", b.read(cntPCT), uint64(62_500_000))
}

func TestCompare(t *testing.T) {
	b := newBench(t)
	b.WriteRegister(virtual+regCVAL, 100)
	b.WriteRegister(virtual+regCTL, ctlEnable)
	b.want("next deadline", b.queue.Next(), uint64(1600))
	b.to(1599)
	b.want("before", b.virtual, false)
	b.want("TVAL", b.read(virtual+regTVAL), uint64(1))
	b.to(1600)
	b.want("at", b.virtual, true)
	b.want("status", b.read(virtual+regCTL), uint64(ctlEnable|ctlStatus))
	b.WriteRegister(virtual+regCTL, ctlEnable|ctlMask)
	b.want("masked", b.virtual, false)
	b.want("status, masked", b.read(virtual+regCTL), uint64(ctlEnable|ctlMask|ctlStatus))
	b.WriteRegister(virtual+regCTL, ctlEnable)
	b.WriteRegister(virtual+regCVAL, 1000)
	b.want("moved away", b.virtual, false)
	b.WriteRegister(virtual+regCTL, 0)
	b.want("disabled", b.queue.Next(), uint64(timer.Never))
	b.want("the other", b.physical, false)
}

func TestTimerValue(t *testing.T) {
	b := newBench(t)
	b.to(16 * 1000)
	b.WriteRegister(physical+regTVAL, 50)
	b.want("CVAL", b.read(physical+regCVAL), uint64(1050))
	b.WriteRegister(physical+regTVAL, 0xffff_ffff)
	b.want("CVAL in the past", b.read(physical+regCVAL), uint64(999))
	b.to(16 * 1010)
	b.want("TVAL runs on below zero", b.read(physical+regTVAL), uint64(0xffff_fff5))
	b.WriteRegister(physical+regCTL, ctlEnable)
	b.want("at once", b.physical, true)
}

func TestOtherRegisters(t *testing.T) {
	b := newBench(t)
	for _, r := range []uint16{cntFirst + 3, cntLast + 1, cntFirst - 1, 0} {
		if _, ok := b.ReadRegister(r); ok || b.WriteRegister(r, 0) {
			t.Errorf("register %#x is there", r)
		}
	}
}

func TestStateIsAll(t *testing.T) {
	b := newBench(t)
	b.WriteRegister(physical+regCVAL, 10)
	b.WriteRegister(physical+regCTL, ctlEnable)
	b.to(1e6)
	other := newBench(t)
	other.now = b.now
	other.SetState(b.State)
	other.want("line", other.physical, true)
}
