package vector

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestFileRoundTrip(t *testing.T) {
	list := []Vector{
		{Mode: 64, Code: []byte{0x90}, Seed: 5, Exception: None, Out: []Change{{RIP, 0x4101}}},
		{Mode: 16, Code: []byte{0xf4}, Seed: 1 << 31, Set: []Change{{4, 1 << 63}}, Poke: []Bytes{{0x8000, []byte{1, 2}}}, Exception: 13, ErrorCode: 0x18,
			Mem: []Bytes{{0xc000, []byte{9}}}, FP: []Bytes{{0, []byte{7}}}},
	}
	var b bytes.Buffer
	if err := Write(&b, "origin: test\n", list); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	comment, got, err := Read(bytes.NewReader(whole))
	if err != nil || comment != "origin: test\n" || !reflect.DeepEqual(got, list) {
		t.Fatalf("%q %v %v", comment, got, err)
	}
	if _, _, err := Read(bytes.NewReader(whole[:len(whole)/2])); err == nil {
		t.Error("half a file is accepted")
	}
	if _, _, err := Read(bytes.NewReader([]byte("no"))); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

// TestStart pins what seeds stand for: recorded files depend on it.
func TestStart(t *testing.T) {
	r, fx := Start(64, 1)
	again, fxAgain := Start(64, 1)
	if r != again || fx != fxAgain {
		t.Error("a seed stands for two states")
	}
	if other, _ := Start(64, 2); other == r {
		t.Error("seeds stand for the same state")
	}
}

func TestDiffBytes(t *testing.T) {
	before := make([]byte, 1000)
	after := bytes.Clone(before)
	after[0], after[1], after[511], after[999] = 1, 2, 3, 4
	want := []Bytes{{0x100, []byte{1, 2}}, {0x100 + 511, []byte{3}}, {0x100 + 999, []byte{4}}}
	if got := DiffBytes(0x100, before, after); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
