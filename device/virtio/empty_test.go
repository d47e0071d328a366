package virtio

import "testing"

func TestEmpty(t *testing.T) {
	var e Empty
	e.Write(0, 4, 1)
	for at, want := range map[uint64]uint64{0: 0x74726976, 4: 2, 8: 0, 0x100: 0} {
		if v := e.Read(at, 4); v != want {
			t.Errorf("register %#x is %#x, want %#x", at, v, want)
		}
	}
}
