package pci

import (
	"errors"
	"testing"
)

func TestECAM(t *testing.T) {
	e := NewECAM()
	if err := e.Add(0, 0, NewGenericBridge()); err != nil {
		t.Fatal(err)
	}
	if err := e.Add(0, 0, NewGenericBridge()); !errors.Is(err, ErrTaken) {
		t.Errorf("a second function at the same place: %v", err)
	}
	e.Write(0, 4, 0)
	e.Write(0, 8, 0)
	for _, c := range []struct {
		at   uint64
		size int
		want uint64
	}{
		{0, 4, 0x00081b36}, {2, 2, 0x0008}, {0, 8, 0x00000000_00081b36}, {8, 4, 0x06000000},
		{0x100, 4, 0}, {0x1000, 4, 0xffffffff}, {1 << 20, 2, 0xffff},
	} {
		if v := e.Read(c.at, c.size); v != c.want {
			t.Errorf("%d bytes at %#x: %#x, want %#x", c.size, c.at, v, c.want)
		}
	}
}
