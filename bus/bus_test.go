package bus

import (
	"errors"
	"fmt"
	"testing"
)

type spy struct{ log []string }

func (s *spy) Read(o uint64, size int) uint64 {
	s.log = append(s.log, fmt.Sprintf("r%d@%x", size, o))
	return 0x1122334455667788 >> (8 * (o & 7))
}

func (s *spy) Write(o uint64, size int, v uint64) {
	s.log = append(s.log, fmt.Sprintf("w%d@%x=%x", size, o, v))
}

func testBus(t *testing.T) (*Bus, *spy) {
	t.Helper()
	b := New(testRAM(t, 16))
	d := &spy{}
	for _, err := range []error{
		b.MapMMIO("spy", 0x100000, 0x100, d),
		b.MapPort("spy", 0x3f8, 8, d),
		b.MapROM("rom", 0xf0000, []byte{1, 2, 3, 4, 5, 6, 7, 8}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b, d
}

func TestWholeAccessReachesTheDeviceWhole(t *testing.T) {
	b, d := testBus(t)
	b.Read(0x100010, 8)
	b.Write(0x100003, 4, 0xabcd)
	b.In(0x3f8, 2)
	b.Out(0x3ff, 1, 7)
	if got, want := fmt.Sprint(d.log), "[r8@10 w4@3=abcd r2@0 w1@7=7]"; got != want {
		t.Errorf("log %s, want %s", got, want)
	}
}

func TestAccessOverAnEdgeIsSplit(t *testing.T) {
	b, d := testBus(t)
	if got := b.In(0x3fe, 4); got != 0xffff1122 {
		t.Errorf("In = %#x", got)
	}
	b.Out(0x3f7, 2, 0x1234)
	b.Write(0x1000fe, 4, 0xaabbccdd)
	if got, want := fmt.Sprint(d.log), "[r1@6 r1@7 w1@0=12 w1@fe=dd w1@ff=cc]"; got != want {
		t.Errorf("log %s, want %s", got, want)
	}
	if b.Unclaimed.Reads != 2 || b.Unclaimed.Writes != 3 {
		t.Errorf("unclaimed %+v", b.Unclaimed)
	}
}

func TestUnclaimedAndROM(t *testing.T) {
	b, _ := testBus(t)
	if got := b.Read(0xd0000000, 4); got != 0xffffffff {
		t.Errorf("unclaimed reads %#x", got)
	}
	b.Write(0xf0000, 4, 0)
	if got := b.Read(0xf0002, 2); got != 0x403 {
		t.Errorf("rom reads %#x", got)
	}
	b.Write(0x8, 8, 0x0102030405060708)
	if got := b.Read(0x9, 4); got != 0x04050607 {
		t.Errorf("ram reads %#x", got)
	}
	if got := b.Read(0xfffe, 4); got != 0xffff0000 {
		t.Errorf("the end of ram reads %#x", got)
	}
}

func TestOverlapIsAnError(t *testing.T) {
	b, d := testBus(t)
	for _, base := range []uint64{0x3f7, 0x3f8, 0x3ff} {
		if err := b.MapPort("late", base, 2, d); !errors.Is(err, ErrOverlap) {
			t.Errorf("at %#x: %v", base, err)
		}
	}
	if err := b.MapPort("late", 0x400, 2, d); err != nil {
		t.Error(err)
	}
}
