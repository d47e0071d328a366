package exit

import "testing"

func TestPort(t *testing.T) {
	var got []uint32
	p := New(func(v uint32) { got = append(got, v) })
	p.Write(0, 1, 0x10)
	p.Write(0, 4, 0x12345678)
	if len(got) != 2 || got[0] != 0x10 || got[1] != 0x12345678 {
		t.Errorf("exits %#x", got)
	}
	if p.Read(0, 4) != 0 {
		t.Error("reads something")
	}
}
