package width

import "testing"

func TestBytesInOrder(t *testing.T) {
	var got []uint64
	Write8(3, 4, 0x44332211, func(o uint64, v uint8) { got = append(got, o<<8|uint64(v)) })
	want := []uint64{0x311, 0x422, 0x533, 0x644}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("write %d = %#x, want %#x", i, got[i], want[i])
		}
	}
	if v := Read8(1, 2, func(o uint64) uint8 { return uint8(o * 0x11) }); v != 0x2211 {
		t.Errorf("Read8 = %#x, want 0x2211", v)
	}
}

func TestPartAndMerge(t *testing.T) {
	const v = 0x8877665544332211
	for _, c := range []struct {
		offset      uint64
		reg, size   int
		part, merge uint64
	}{
		{0x10, 8, 8, v, 0xffffffffffffffff},
		{0x10, 8, 4, 0x44332211, 0x88776655ffffffff},
		{0x14, 8, 4, 0x88776655, 0xffffffff44332211},
		{0x13, 8, 1, 0x44, 0x88776655ff332211},
		{0x16, 8, 4, 0x8877, 0xffff665544332211},
	} {
		if got := Part(v, c.offset, c.reg, c.size); got != c.part {
			t.Errorf("Part(%#x, %d, %d) = %#x, want %#x", c.offset, c.reg, c.size, got, c.part)
		}
		if got := Merge(v, c.offset, c.reg, c.size, ^uint64(0)); got != c.merge {
			t.Errorf("Merge(%#x, %d, %d) = %#x, want %#x", c.offset, c.reg, c.size, got, c.merge)
		}
	}
}
