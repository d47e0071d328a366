package x86

import (
	"errors"
	"testing"
)

// FuzzDecode checks what holds of every input: no panic, a length within bounds, the same result whatever follows, and more bytes
// wanted for every shorter prefix.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"4801c8", "f30fb8c1", "0f0104", "66480f6ec0", "c4e27900", "a00102030405060708", "c8000003", "dfe0"} {
		f.Add(bytesOf(f, seed), uint8(2))
	}
	f.Fuzz(func(t *testing.T, code []byte, m uint8) {
		mode := modes[m%3]
		inst, err := Decode(code, mode)
		n := int(inst.Len)
		if n > len(code) || n > MaxLen {
			t.Fatalf("length %d of %d bytes", n, len(code))
		}
		if err != nil {
			return
		}
		if !ValidIn(int(inst.Row), mode) || Rows[inst.Row].Op != inst.Op {
			t.Fatalf("row %d, %v", inst.Row, inst.Op)
		}
		if again, err := Decode(code[:n:n], mode); again != inst || err != nil {
			t.Fatalf("alone: %+v, %v; before: %+v", again, err, inst)
		}
		for short := range n {
			if _, err := Decode(code[:short], mode); !errors.Is(err, ErrTruncated) {
				t.Fatalf("cut to %d: %v", short, err)
			}
		}
	})
}

func TestDecodeAllocatesNothing(t *testing.T) {
	code := bytesOf(t, "f048019425fcffffff")
	if n := testing.AllocsPerRun(100, func() { Decode(code, Mode64) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	code := bytesOf(b, "48899425fcffffff")
	for b.Loop() {
		Decode(code, Mode64)
	}
}
