package acpipm

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/device/apic"
	"stasis/device/internal/vclock"
	"stasis/irq"
)

// At this many units a second the timer ticks every 88 units exactly.
const (
	ips  = 315_000_000
	tick = 88
	half = tick << 23
)

type bench struct {
	*testing.T
	*vclock.Clock
	*PM
	sci   bool
	slept []uint8
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, Clock: vclock.New()}
	b.PM = New(b.Queue, ips, irq.Func(func(high bool) { b.sci = high }),
		func(typ uint8) { b.slept = append(b.slept, typ) })
	return b
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestTimer(t *testing.T) {
	b := newBench(t)
	b.Advance(0x123456*tick - 1)
	b.want("before a tick", b.Read(8, 4), uint64(0x123455))
	b.Advance(1)
	b.want("tick", b.Read(8, 4), uint64(0x123456))
	b.want("a byte of it", b.Read(9, 1), uint64(0x34))
	b.Write(8, 4, 0)
	b.want("read-only", b.Read(8, 4), uint64(0x123456))
	b.To(1 << 24 * tick)
	b.want("turned round", b.Read(8, 4), uint64(0))
}

func TestTimerStatus(t *testing.T) {
	b := newBench(t)
	b.To(half - 1)
	b.want("status", b.Read(0, 2), uint64(0))
	b.Advance(1)
	b.want("status at a half turn", b.Read(0, 2), uint64(1))
	b.want("not enabled", b.sci, false)
	b.Write(2, 2, 1)
	b.want("enabled", b.sci, true)
	b.Write(0, 2, 1)
	b.want("cleared", []any{b.sci, b.Read(0, 4)}, []any{false, uint64(1 << 16)})
	b.To(2*half - 1)
	b.want("SCI", b.sci, false)
	b.Advance(1)
	b.want("SCI at the next half turn", b.sci, true)
	b.Write(2, 2, 0)
	b.want("disabled", b.sci, false)
}

func TestEvents(t *testing.T) {
	b := newBench(t)
	b.Write(0, 4, 0xffff_0000)
	b.want("enable bits", b.Read(2, 2), uint64(0x0721))
	b.PressPowerButton()
	b.want("SCI", b.sci, true)
	b.want("status", b.Read(0, 2), uint64(0x0100))
	b.Write(0, 1, 0xff)
	b.want("the other byte's bits stay", b.sci, true)
	b.Write(1, 1, 0x01)
	b.want("cleared", []any{b.sci, b.Read(0, 4)}, []any{false, uint64(0x0721_0000)})
}

func TestControl(t *testing.T) {
	b := newBench(t)
	b.want("SCI_EN", b.Read(4, 2), uint64(1))
	b.Write(4, 2, 5<<10)
	b.want("SLP_TYP alone does nothing", []any{b.Read(4, 2), len(b.slept)}, []any{uint64(5<<10 | 1), 0})
	b.Write(4, 2, 5<<10|1<<13)
	b.want("SLP_EN", b.slept, []uint8{5})
	b.want("SLP_EN reads as zero", b.Read(4, 2), uint64(5<<10|1))
	b.Write(5, 1, 0x24)
	b.want("by its byte", b.slept, []uint8{5, 1})
}

func TestReset(t *testing.T) {
	b := newBench(t)
	b.Write(2, 2, 0x100)
	b.PressPowerButton()
	b.Advance(5*half + 1)
	b.Reset()
	b.want("state", b.State, State{Half: 5})
	b.want("SCI", b.sci, false)
	b.SetState(State{Status: 0x100, Enable: 0x100})
	b.want("SCI", b.sci, true)
}

type noCPU struct{}

func (noCPU) SetINTR(bool)    {}
func (noCPU) RaiseNMI()       {}
func (noCPU) RaiseINIT()      {}
func (noCPU) RaiseSIPI(uint8) {}

// TestAPICTimerAgrees does what Linux does to trust the local APIC timer: 100 ms of it, by the PM timer.
func TestAPICTimerAgrees(t *testing.T) {
	const ips = 1_000_000_007
	c := vclock.New()
	pm := New(c.Queue, ips, irq.Unconnected, nil)
	l := apic.New(&apic.Fabric{}, c.Queue, apic.Config{IPS: ips}, noCPU{}, nil)
	l.Write(0xf0, 4, 0x1ff)
	l.Write(0x3e0, 4, 3) // by 16
	l.Write(0x320, 4, 0x10040)
	l.Write(0x380, 4, 0xffff_ffff)
	c.Advance(98765432)
	pm0, apic0 := pm.Read(8, 4), l.Read(0x390, 4)
	c.Advance(ips / 10)
	pm1, apic1 := pm.Read(8, 4), l.Read(0x390, 4)
	if d := pm1 - pm0; d < 357954 || d > 357956 {
		t.Errorf("100 ms are %d ticks of the PM timer", d)
	}
	if d := apic0 - apic1; d < apic.TimerHz/160-1 || d > apic.TimerHz/160+1 {
		t.Errorf("100 ms are %d ticks of the APIC timer by 16", d)
	}
}
