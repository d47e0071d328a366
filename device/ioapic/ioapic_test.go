package ioapic

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

type sent struct {
	Address uint64
	Data    uint32
}

type bench struct {
	*testing.T
	*IOAPIC
	sent   []sent
	refuse bool
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	b.IOAPIC = New(func(address uint64, data uint32) bool {
		if !b.refuse {
			b.sent = append(b.sent, sent{address, data})
		}
		return !b.refuse
	})
	return b
}

func (b *bench) get(reg uint64) uint32 {
	b.Write(offsetIndex, 4, reg)
	return uint32(b.Read(offsetData, 4))
}

func (b *bench) put(reg, v uint64) {
	b.Write(offsetIndex, 4, reg)
	b.Write(offsetData, 4, v)
}

// program writes an entry, high half first, as everybody does.
func (b *bench) program(pin, entry uint64) {
	b.put(regTable+2*pin+1, entry>>32)
	b.put(regTable+2*pin, entry&0xffffffff)
}

func (b *bench) want(what string, want ...sent) {
	b.Helper()
	if d := cmp.Diff(want, b.sent); d != "" {
		b.Errorf("%s: messages (-want +got):\n%s", what, d)
	}
	b.sent = nil
}

func TestRegisters(t *testing.T) {
	b := newBench(t)
	b.put(regID, 0xff00_0000)
	b.program(23, ^uint64(0))
	for _, c := range []struct {
		reg  uint64
		want uint32
	}{
		{regID, 0x0f00_0000}, {regVersion, 0x0017_0020}, {regArbitration, 0x0f00_0000},
		{regTable, 0x1_0000}, {regTable + 1, 0}, {regTable + 46, 0x1_afff}, {regTable + 47, 0xff00_0000}, {0x40, 0},
	} {
		if got := b.get(c.reg); got != c.want {
			t.Errorf("register %#x = %#x, want %#x", c.reg, got, c.want)
		}
	}
	b.Write(offsetIndex, 1, regVersion)
	if got := b.Read(offsetData+2, 1); got != 0x17 {
		t.Errorf("byte 2 of the version = %#x", got)
	}
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry uint64
		want  sent
		level bool
	}{
		{"fixed, physical", 3<<56 | 0x31, sent{0xfee03000, 0x4031}, false},
		{"fixed, logical, level", 0xff<<56 | 0x8831, sent{0xfeeff004, 0xc031}, true},
		{"lowest priority", 1<<56 | 0x931, sent{0xfee01004, 0x4131}, false},
		{"active low changes nothing", 0x2031, sent{0xfee00000, 0x4031}, false},
		{"NMI is an edge even if it says level", 0x8400, sent{0xfee00000, 0x4400}, false},
		{"ExtINT", 0x8700, sent{0xfee00000, 0x4700}, false},
		{"INIT", 0x500, sent{0xfee00000, 0x4500}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.program(4, c.entry)
			b.want("low")
			b.Line(4).Set(true)
			b.Line(4).Set(true)
			b.want("high", c.want)
			if got := b.Table[4]&entryRemoteIRR != 0; got != c.level {
				t.Errorf("remote IRR = %v, want %v", got, c.level)
			}
		})
	}
}

func TestEdge(t *testing.T) {
	b := newBench(t)
	line := b.Line(5)
	line.Set(true)
	b.program(5, 0x51)
	b.want("an edge while masked is lost")
	line.Set(false)
	line.Set(true)
	b.want("edge", sent{0xfee00000, 0x4051})
	b.EOI(0x51)
	b.want("no EOI for edges")
	b.refuse = true
	line.Set(false)
	line.Set(true)
	b.refuse = false
	b.put(regTable+10, 0x52)
	b.want("one that nobody took is sent when it can be", sent{0xfee00000, 0x4052})
}

func TestLevel(t *testing.T) {
	b := newBench(t)
	again := sent{0xfee00000, 0xc061}
	line := b.Line(9)
	line.Set(true)
	b.program(9, 0x8061)
	b.want("high at the unmasking", again)
	line.Set(false)
	line.Set(true)
	b.want("remote IRR holds it back")
	b.EOI(0x60)
	b.want("another vector's EOI")
	b.EOI(0x61)
	b.want("still high at the EOI", again)
	line.Set(false)
	b.Write(offsetEOI, 4, 0x61)
	b.want("low at the EOI")
	line.Set(true)
	b.want("high", again)
	b.program(9, 0x18061)
	b.EOI(0x61)
	b.want("masked at the EOI")
	b.program(9, 0x8061)
	b.want("unmasked", again)
	b.refuse = true
	b.EOI(0x61)
	if b.Table[9]&entryRemoteIRR != 0 {
		t.Error("remote IRR is set for a message that nobody took")
	}
}

func TestRemoteIRRClearedThroughEdge(t *testing.T) {
	b := newBench(t)
	b.Line(9).Set(true)
	b.program(9, 0x8061)
	b.sent = nil
	b.put(regTable+18, 0x1_0061) // masked, edge
	b.put(regTable+18, 0x8061)
	b.want("level again", sent{0xfee00000, 0xc061})
}

func TestReset(t *testing.T) {
	b := newBench(t)
	b.Line(3).Set(true)
	b.program(3, 0x8033)
	b.Reset()
	want := State{Lines: 1 << 3}
	for i := range want.Table {
		want.Table[i] = entryMasked
	}
	if d := cmp.Diff(want, b.State); d != "" {
		t.Error(d)
	}
}
