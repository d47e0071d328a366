package apic

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/device/internal/vclock"
)

// fakeCPU notes what its local APIC tells it.
type fakeCPU struct {
	intr bool
	log  []string
}

func (c *fakeCPU) SetINTR(high bool)  { c.intr = high }
func (c *fakeCPU) RaiseNMI()          { c.log = append(c.log, "NMI") }
func (c *fakeCPU) RaiseINIT()         { c.log = append(c.log, "INIT") }
func (c *fakeCPU) RaiseSIPI(v uint8)  { c.log = append(c.log, fmt.Sprintf("SIPI %02x", v)) }
func (c *fakeCPU) take() (l []string) { l, c.log = c.log, nil; return l }

type board struct {
	*testing.T
	*vclock.Clock
	fabric *Fabric
	cpus   []*fakeCPU
	apics  []*LAPIC
	pic    uint8 // the vector that an ExtINT acknowledge returns
}

func newBoard(t *testing.T, n int) *board {
	b := &board{T: t, Clock: vclock.New(), fabric: &Fabric{}, pic: 0x30}
	for i := range n {
		c := &fakeCPU{}
		b.cpus = append(b.cpus, c)
		b.apics = append(b.apics, New(b.fabric, b.Queue, Config{
			ID: uint32(i), BSP: i == 0, IPS: 1e9, X2APIC: true, TSCDeadline: true,
		}, c, func() uint8 { return b.pic }))
	}
	return b
}

// enable software-enables all APICs, flat, as an operating system does.
func (b *board) enable() {
	for i, l := range b.apics {
		l.Write(regSVR*16, 4, svrEnable|0xff)
		l.Write(regLDR*16, 4, 1<<(24+i))
	}
}

// acks acknowledges and ends every interrupt that cpu n has pending.
func (b *board) acks(n int) []uint8 {
	var got []uint8
	for b.cpus[n].intr {
		v, ok := b.apics[n].Ack()
		if !ok {
			b.Fatal("INTR without an interrupt")
		}
		got = append(got, v)
		b.apics[n].Write(regEOI*16, 4, 0)
	}
	return got
}

func (b *board) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func (b *board) mustMSR(n int, msr uint32, v uint64) {
	b.Helper()
	if !b.apics[n].WriteMSR(msr, v) {
		b.Fatalf("WRMSR %#x, %#x faults", msr, v)
	}
}

func TestPowerOn(t *testing.T) {
	b := newBoard(t, 2)
	for _, c := range []struct {
		reg  uint64
		want uint64
	}{
		{regID, 1 << 24}, {regVersion, 0x01050014}, {regTPR, 0}, {regDFR, 0xffffffff}, {regSVR, 0xff},
		{regLVT, 0x10000}, {regLVT + lvtError, 0x10000}, {regCurrentCount, 0}, {regISR, 0}, {regICRLow, 0},
	} {
		if got := b.apics[1].Read(c.reg*16, 4); got != c.want {
			t.Errorf("register %#x = %#x, want %#x", c.reg, got, c.want)
		}
	}
	base0, _ := b.apics[0].ReadMSR(msrAPICBase)
	base1, _ := b.apics[1].ReadMSR(msrAPICBase)
	b.want("IA32_APIC_BASE", []uint64{base0, base1}, []uint64{0xfee00900, 0xfee00800})
}

func TestPriorities(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	for _, v := range []uint8{0x31, 0x45, 0x42} {
		b.fabric.Send(Message{Vector: v})
	}
	v, _ := l.Ack()
	b.want("first", v, uint8(0x45))
	b.want("PPR", l.Read(regPPR*16, 4), uint64(0x40))
	b.want("INTR while the class is in service", b.cpus[0].intr, false)
	b.fabric.Send(Message{Vector: 0x50})
	v, _ = l.Ack()
	b.want("a higher class nests", v, uint8(0x50))
	l.SetCR8(3)
	l.Write(regEOI*16, 4, 0)
	l.Write(regEOI*16, 4, 0)
	b.want("rest above TPR", b.acks(0), []uint8{0x42})
	l.SetCR8(2)
	b.want("rest", b.acks(0), []uint8{0x31})
	_, ok := l.Ack()
	b.want("Ack without a request", ok, false)
}

func TestSoftwareDisable(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write((regLVT+lvtLINT1)*16, 4, 0x400)
	b.fabric.Send(Message{Vector: 0x40})
	l.Write(regSVR*16, 4, 0xff)
	b.want("INTR while disabled", b.cpus[0].intr, false)
	b.want("accepted while disabled", b.fabric.Send(Message{Vector: 0x41}), false)
	b.want("LVT", l.Read((regLVT+lvtLINT1)*16, 4), uint64(0x10400))
	l.Write((regLVT+lvtLINT1)*16, 4, 0x400)
	b.want("LVT stays masked", l.Read((regLVT+lvtLINT1)*16, 4), uint64(0x10400))
	b.want("NMI accepted", b.fabric.Send(Message{Mode: NMI}), true)
	b.want("events", b.cpus[0].take(), []string{"NMI"})
	l.Write(regSVR*16, 4, 0x1ff)
	b.want("held request", b.acks(0), []uint8{0x40})
}

func TestBringUp(t *testing.T) {
	b := newBoard(t, 3)
	b.enable()
	l := b.apics[0]
	ipi := func(dest, low uint64) {
		l.Write(regICRHigh*16, 4, dest<<24)
		l.Write(regICRLow*16, 4, low)
	}
	ipi(1, 0xc500) // INIT, level, assert
	ipi(1, 0x8500) // INIT, level, de-assert
	ipi(1, 0x0699)
	ipi(1, 0x0699)
	b.want("CPU 1", b.cpus[1].take(), []string{"INIT", "SIPI 99", "SIPI 99"})
	b.want("INIT disables", b.apics[1].Read(regSVR*16, 4), uint64(0xff))
	b.want("INIT keeps the ID", b.apics[1].Read(regID*16, 4), uint64(1<<24))
	ipi(0, 0xc0500) // all others
	ipi(0, 0xc0410)
	b.want("CPU 0", b.cpus[0].take(), []string(nil))
	b.want("CPU 1", b.cpus[1].take(), []string{"INIT", "NMI"})
	b.want("CPU 2", b.cpus[2].take(), []string{"INIT", "NMI"})
}

func TestDestinations(t *testing.T) {
	for _, c := range []struct {
		name     string
		dfr      uint64
		ldr      []uint64
		icrHigh  uint64
		icrLow   uint64
		received string
	}{
		{"physical", 0xffffffff, nil, 2, 0x40, "2"},
		{"physical broadcast", 0xffffffff, nil, 0xff, 0x40, "0123"},
		{"physical, nobody", 0xffffffff, nil, 9, 0x40, ""},
		{"flat", 0xffffffff, []uint64{1, 2, 4, 8}, 0x6, 0x840, "12"},
		{"flat broadcast", 0xffffffff, []uint64{1, 2, 4, 8}, 0xff, 0x840, "0123"},
		{"cluster", 0x0fffffff, []uint64{0x11, 0x12, 0x21, 0x22}, 0x23, 0x840, "23"},
		{"cluster, other", 0x0fffffff, []uint64{0x11, 0x12, 0x21, 0x22}, 0x12, 0x840, "1"},
		{"cluster, all clusters", 0x0fffffff, []uint64{0x11, 0x12, 0x21, 0x22}, 0xf1, 0x840, "02"},
		{"lowest priority", 0xffffffff, []uint64{1, 2, 4, 8}, 0xe, 0x940, "1"},
		{"self", 0xffffffff, nil, 3, 0x40040, "0"},
		{"all", 0xffffffff, nil, 3, 0x80040, "0123"},
		{"others", 0xffffffff, nil, 3, 0xc0040, "123"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBoard(t, 4)
			b.enable()
			for i, l := range b.apics {
				l.Write(regDFR*16, 4, c.dfr)
				if c.ldr != nil {
					l.Write(regLDR*16, 4, c.ldr[i]<<24)
				}
			}
			b.apics[0].Write(regICRHigh*16, 4, c.icrHigh<<24)
			b.apics[0].Write(regICRLow*16, 4, c.icrLow)
			got := ""
			for i := range b.apics {
				if len(b.acks(i)) > 0 {
					got += fmt.Sprint(i)
				}
			}
			b.want("receivers", got, c.received)
		})
	}
}

func TestLowestPriorityPrefersTheIdle(t *testing.T) {
	b := newBoard(t, 3)
	b.enable()
	b.apics[0].SetCR8(4)
	b.apics[1].SetCR8(2)
	b.apics[2].SetCR8(3)
	b.fabric.MSI(0xfee07000|msiLogical|msiRedirectHint, 0x61)
	b.want("CPU 1", b.acks(1), []uint8{0x61})
}

func TestErrors(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	l.Write((regLVT+lvtError)*16, 4, 0xfe)
	esr := func() uint64 { l.Write(regESR*16, 4, 0); return l.Read(regESR*16, 4) }
	l.Write(regICRLow*16, 4, 0x4000f)
	l.Read(0x3f0, 4)
	b.want("ESR before its write", l.Read(regESR*16, 4), uint64(0))
	b.want("one interrupt until ESR is written", b.acks(0), []uint8{0xfe})
	b.want("ESR", esr(), uint64(errSendVector|errRegister))
	b.want("ESR again", esr(), uint64(0))
	b.fabric.Send(Message{Vector: 3})
	b.want("ESR, received", esr(), uint64(errReceiveVector))
	b.want("error interrupt", b.acks(0), []uint8{0xfe})
}

func TestVirtualWire(t *testing.T) {
	b := newBoard(t, 1)
	l := b.apics[0]
	lint0, lint1 := l.LINT0(), l.LINT1()
	lint0.Set(true)
	b.want("LINT0 is masked at first", b.cpus[0].intr, false)
	l.VirtualWire()
	b.want("INTR", b.cpus[0].intr, true)
	v, ok := l.Ack()
	b.want("vector", []any{v, ok}, []any{uint8(0x30), true})
	lint0.Set(false)
	b.want("INTR", b.cpus[0].intr, false)
	lint1.Set(true)
	lint1.Set(true)
	b.want("LINT1", b.cpus[0].take(), []string{"NMI"})
	b.mustMSR(0, msrAPICBase, 0xfee00100)
	lint0.Set(true)
	b.want("INTR with the APIC off", b.cpus[0].intr, true)
	lint1.Set(false)
	lint1.Set(true)
	b.want("LINT1 with the APIC off", b.cpus[0].take(), []string{"NMI"})
}

func TestLevelLINT0(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	l := b.apics[0]
	entry := func() uint64 { return l.Read((regLVT+lvtLINT0)*16, 4) }
	l.Write((regLVT+lvtLINT0)*16, 4, 0x8051)
	l.LINT0().Set(true)
	b.want("remote IRR", entry(), uint64(0xc051))
	v, _ := l.Ack()
	b.want("vector", v, uint8(0x51))
	l.Write(regEOI*16, 4, 0)
	b.want("still high: again", b.cpus[0].intr, true)
	l.Ack()
	l.LINT0().Set(false)
	l.Write(regEOI*16, 4, 0)
	b.want("low: no more", b.cpus[0].intr, false)
	b.want("remote IRR", entry(), uint64(0x8051))
}

func TestEOIBroadcast(t *testing.T) {
	b := newBoard(t, 1)
	b.enable()
	var heard []uint8
	b.fabric.OnEOI(func(v uint8) { heard = append(heard, v) })
	l := b.apics[0]
	level := func(v uint32) { b.fabric.MSI(0xfee00000, msiLevel|msiAssert|v); b.acks(0) }
	level(0x51)
	b.fabric.MSI(0xfee00000, 0x52)
	b.acks(0)
	l.Write(regSVR*16, 4, 0x11ff)
	level(0x53)
	b.want("broadcasts", heard, []uint8{0x51})
}
