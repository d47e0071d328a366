package apic

import "testing"

func TestBaseTransitions(t *testing.T) {
	const off, x, x2, bad = 0x000, 0x800, 0xc00, 0x400
	for _, c := range []struct {
		from, to uint64
		legal    bool
	}{
		{off, off, true}, {off, x, true}, {off, x2, false}, {off, bad, false},
		{x, off, true}, {x, x, true}, {x, x2, true}, {x, bad, false},
		{x2, off, true}, {x2, x, false}, {x2, x2, true}, {x2, bad, false},
	} {
		b := newBoard(t, 1)
		switch c.from {
		case off:
			b.mustMSR(0, msrAPICBase, 0xfee00100)
		case x2:
			b.mustMSR(0, msrAPICBase, 0xfee00d00)
		}
		if got := b.apics[0].WriteMSR(msrAPICBase, 0xfee00100|c.to); got != c.legal {
			t.Errorf("from %#x to %#x: legal = %v, want %v", c.from, c.to, got, c.legal)
		}
	}
	b := newBoard(t, 1)
	for _, v := range []uint64{0xfee00901, 0xfee00b00, 1<<40 | 0x900} {
		if b.apics[0].WriteMSR(msrAPICBase, v) {
			t.Errorf("reserved bits of %#x are accepted", v)
		}
	}
	b.mustMSR(0, msrAPICBase, 0xd0000900)
	base, ok := b.apics[0].Window()
	b.want("window", []any{base, ok}, []any{uint64(0xd0000000), true})
}

func TestX2APICRegisters(t *testing.T) {
	b := newBoard(t, 1)
	l := b.apics[0]
	l.ID = 0x123
	if _, ok := l.ReadMSR(0x802); ok {
		t.Error("x2APIC registers are there before x2APIC mode")
	}
	b.mustMSR(0, msrAPICBase, 0xfee00d00)
	if _, ok := l.Window(); ok {
		t.Error("the registers are still in memory")
	}
	for _, c := range []struct {
		msr  uint32
		want uint64
		ok   bool
	}{
		{0x802, 0x123, true}, {0x803, version, true}, {0x80d, 0x12_0008, true}, {0x80f, 0xff, true},
		{0x80b, 0, false}, {0x80e, 0, false}, {0x831, 0, false}, {0x83f, 0, false}, {0x809, 0, false}, {0x840, 0, false},
	} {
		if v, ok := l.ReadMSR(c.msr); ok != c.ok || v != c.want {
			t.Errorf("RDMSR %#x = %#x, %v; want %#x, %v", c.msr, v, ok, c.want, c.ok)
		}
	}
	for _, c := range []struct {
		msr uint32
		v   uint64
		ok  bool
	}{
		{0x80f, 0x1ff, true}, {0x80f, 0x21ff, false}, {0x80b, 0, true}, {0x80b, 1, false}, {0x828, 0, true},
		{0x828, 1, false}, {0x802, 0, false}, {0x80d, 0, false}, {0x80e, 0, false}, {0x808, 0x100, false},
		{0x832, 0x400ec, true}, {0x832, 1 << 20, false}, {0x839, 0, false}, {0x83f, 0x100, false},
	} {
		if ok := l.WriteMSR(c.msr, c.v); ok != c.ok {
			t.Errorf("WRMSR %#x, %#x: ok = %v, want %v", c.msr, c.v, ok, c.ok)
		}
	}
}

func TestX2APICMessages(t *testing.T) {
	b := newBoard(t, 3)
	for i, id := range []uint32{0, 0x101, 0x102} {
		b.apics[i].ID = id
		b.mustMSR(i, msrAPICBase, 0xfee00c00)
		b.mustMSR(i, 0x80f, 0x1ff)
	}
	ack := func(n int) (v uint8) {
		v, _ = b.apics[n].Ack()
		b.mustMSR(n, 0x80b, 0)
		return v
	}
	b.mustMSR(0, 0x830, 0x101<<32|0x41)
	b.want("physical", ack(1), uint8(0x41))
	b.mustMSR(0, 0x830, 0x10_0006<<32|0x842)
	b.want("logical", []uint8{ack(0), ack(1), ack(2)}, []uint8{0, 0x42, 0x42})
	b.mustMSR(0, 0x830, 0xffff_ffff<<32|0x43)
	b.want("broadcast", []uint8{ack(0), ack(1), ack(2)}, []uint8{0x43, 0x43, 0x43})
	b.mustMSR(2, 0x83f, 0x44)
	b.want("self", []uint8{ack(0), ack(1), ack(2)}, []uint8{0, 0, 0x44})
	b.fabric.MSI(0xfeeff000, 0x45)
	b.want("8-bit broadcast", []uint8{ack(0), ack(1), ack(2)}, []uint8{0x45, 0x45, 0x45})
	b.mustMSR(0, 0x830, 0x101<<32|0x4500)
	b.want("INIT keeps the mode", b.apics[1].extended(), true)
	ldr, _ := b.apics[1].ReadMSR(0x80d)
	b.want("INIT keeps the logical ID", ldr, uint64(0x10_0002))
}
