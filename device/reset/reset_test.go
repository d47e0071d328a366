package reset

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/irq"
)

func TestControl(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []uint64
		want   []Kind
		value  uint64
	}{
		{"hard", []uint64{0x02, 0x06}, []Kind{System}, 0x06},
		{"full", []uint64{0x0e}, []Kind{System}, 0x0e},
		{"CPU", []uint64{0x00, 0x04}, []Kind{CPU}, 0x04},
		{"once an edge", []uint64{0x06, 0x06, 0x02, 0xff}, []Kind{System, System}, 0x0e},
		{"only the kind", []uint64{0x0a}, nil, 0x0a},
	} {
		var got []Kind
		r := NewControl(func(k Kind) { got = append(got, k) })
		for _, v := range c.writes {
			r.Write(0, 1, v)
		}
		if d := cmp.Diff(c.want, got); d != "" || r.Read(0, 1) != c.value {
			t.Errorf("%s: reads %#x, resets (-want +got):\n%s", c.name, r.Read(0, 1), d)
		}
		if r.Reset(); r.Read(0, 1) != 0 {
			t.Errorf("%s: reads %#x after a reset", c.name, r.Read(0, 1))
		}
	}
}

func TestPort92(t *testing.T) {
	inits, a20 := 0, true
	p := NewPort92(func() { inits++ }, irq.Func(func(high bool) { a20 = high }))
	for _, c := range []struct {
		write, read uint64
		inits       int
		a20         bool
	}{{0x00, 0x00, 0, false}, {0xfe, 0x02, 0, true}, {0x03, 0x03, 1, true}, {0x01, 0x01, 1, false}} {
		p.Write(0, 1, c.write)
		if p.Read(0, 1) != c.read || inits != c.inits || a20 != c.a20 {
			t.Errorf("after %#x: reads %#x, %d INITs, A20 %v", c.write, p.Read(0, 1), inits, a20)
		}
	}
	if p.Reset(); !a20 {
		t.Error("A20 is off after a reset")
	}
}
