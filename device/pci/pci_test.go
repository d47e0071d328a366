package pci

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/irq"
)

// register is a one-byte device that notes what it is told.
type register struct{ value, written uint64 }

func (r *register) Read(uint64, int) uint64         { return r.value }
func (r *register) Write(_ uint64, _ int, v uint64) { r.written = v }

type bench struct {
	*testing.T
	*Host
	isa   *ISABridge
	lines [20]bool // 16 to 19 are the direct ones
	reset register
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, reset: register{value: 0x06}}
	var lines []irq.Line
	for i := range b.lines {
		lines = append(lines, irq.Func(func(high bool) { b.lines[i] = high }))
	}
	b.Host = NewHost(&b.reset)
	b.isa = NewISABridge(lines[:16], lines[16:])
	for slot, f := range []Function{NewHostBridge(true), b.isa} {
		if err := b.Add(slot, 0, f); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *bench) at(slot, function, offset uint64) *bench {
	b.Write(0, 4, 1<<31|slot<<11|function<<8|offset&0xfc)
	return b
}

func (b *bench) high() string {
	var high []int
	for i, h := range b.lines {
		if h {
			high = append(high, i)
		}
	}
	return fmt.Sprint(high)
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestConfigurationSpace(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		slot, function, offset uint64
		size                   int
		want                   uint64
	}{
		{0, 0, 0x00, 4, 0x1237_8086}, {0, 0, 0x02, 2, 0x1237}, {0, 0, 0x08, 4, 0x0600_0002}, {0, 0, 0x0b, 1, 0x06},
		{0, 0, 0x59, 1, 0x30}, {1, 0, 0x00, 4, 0x7000_8086}, {1, 0, 0x0a, 2, 0x0601}, {1, 0, 0x0e, 1, 0},
		{2, 0, 0x00, 4, 0xffff_ffff}, {0, 1, 0x00, 2, 0xffff}, {31, 7, 0xfc, 1, 0xff},
	} {
		if got := b.at(c.slot, c.function, c.offset).Read(4+c.offset%4, c.size); got != c.want {
			t.Errorf("%02x.%x offset %#x = %#x, want %#x", c.slot, c.function, c.offset, got, c.want)
		}
	}
	b.at(0, 0, 0).Write(4, 4, 0)
	b.want("read-only", b.Read(4, 4), uint64(0x1237_8086))
	b.Write(0, 4, 0)
	b.want("not enabled", b.Read(4, 4), uint64(0xffff_ffff))
	b.Write(0, 4, 1<<31|1<<16)
	b.want("another bus", b.Read(4, 4), uint64(0xffff_ffff))
}

// TestMechanism1Probe does what Linux does to find the mechanism.
func TestMechanism1Probe(t *testing.T) {
	b := newBench(t)
	b.Write(3, 1, 1)
	b.Write(0, 4, 1<<31)
	b.want("address", b.Read(0, 4), uint64(1<<31))
	b.Write(0, 4, 0xffff_ffff)
	b.want("writable bits", b.Read(0, 4), uint64(0x80ff_fffc))
	b.Write(0, 1, 0)
	b.want("a byte does not reach it", b.Read(0, 4), uint64(0x80ff_fffc))
	b.want("nor is there anything else", b.Read(0, 1), uint64(0xff))
}

func TestResetRegister(t *testing.T) {
	b := newBench(t)
	b.Write(1, 1, 0x0e)
	b.want("write", b.reset.written, uint64(0x0e))
	b.want("read", b.Read(1, 1), uint64(0x06))
	b.Write(0, 4, 0x8000_1100)
	b.want("the address register is something else", b.reset.written, uint64(0x0e))
}

func TestMultiFunction(t *testing.T) {
	b := newBench(t)
	if err := b.Add(1, 0, NewHostBridge(true)); !errors.Is(err, ErrTaken) {
		t.Errorf("Add at a taken place: %v", err)
	}
	if err := b.Add(1, 3, NewHostBridge(true)); err != nil {
		t.Fatal(err)
	}
	b.want("header type", b.at(1, 0, 0x0c).Read(6, 1), uint64(0x80))
	b.want("dword", b.at(1, 0, 0x0c).Read(4, 4), uint64(0x0080_0000))
	b.want("other function", b.at(1, 3, 0x0c).Read(6, 1), uint64(0x80))
	b.want("other slot", b.at(0, 0, 0x0c).Read(6, 1), uint64(0x00))
}

func TestInterruptRouting(t *testing.T) {
	b := newBench(t)
	intA, other := b.isa.INTx(3, 0), b.isa.INTx(7, 0)
	intA.Set(true)
	b.want("not routed", b.high(), "[18]")
	b.at(1, 0, 0x60).Write(4, 4, 0x8080_ff0b)
	b.want("registers", b.Read(4, 4), uint64(0x8080_8f0b))
	b.Write(6, 1, 0x0a)
	b.want("PIRQ C to IRQ 10", b.high(), "[10 18]")
	other.Set(true)
	intA.Set(false)
	b.want("slot 7 shares it", b.high(), "[10 18]")
	b.isa.INTx(3, 2).Set(true)
	b.want("slot 3's INTC is PIRQ A", b.high(), "[10 11 16 18]")
	saved := b.isa.ISABridgeState
	b.isa.INTx(3, 2).Set(false)
	other.Set(false)
	b.want("low", b.high(), "[]")
	b.isa.SetState(saved)
	b.want("restored", b.high(), "[10 11 16 18]")
	b.isa.Reset()
	b.want("reset", b.high(), "[16 18]")
}

// What memory below 1 MiB is RAM can be said, as firmware that has just been reset does.
func TestHostBridge(t *testing.T) {
	b := newBench(t)
	b.want("shadowed", b.at(0, 0, 0x58).Read(portData, 4), uint64(0x33333000))
	bridge := NewHostBridge(false)
	b.want("after a reset", bridge.ReadConfig(0x58, 4), uint32(0))
	bridge.WriteConfig(0x58, 4, 0xffffffff)
	b.want("written", bridge.ReadConfig(0x58, 4), uint32(0x33333000))
	b.want("subsystem", bridge.ReadConfig(0x2c, 4), uint32(0x11001af4))
}
