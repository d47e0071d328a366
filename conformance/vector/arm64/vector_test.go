package arm64

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	decode "stasis/decode/arm64"
)

// add is ADD X0, X1, X2; load is LDR X0, [X1, #8]!; storeQ is STR Q0, [X1, X2, LSL #4].
const add, load, storeQ = 0x8b020020, 0xf8408c20, 0x3ca27820

func start(raw, number uint32) (*State, decode.Inst) {
	i, _ := decode.Decode(raw)
	return Start(&i, number, 1), i
}

// TestFile writes vectors and reads them.
func TestFile(t *testing.T) {
	before, _ := start(add, 0)
	after := *before
	after.X[0], after.PC, after.NZCV, after.FPSR = 5, before.PC+4, before.NZCV^3, before.FPSR^1
	after.V[31][1] ^= 7
	after.Memory[1023]++
	v := Vector{Raw: add}
	v.Outcome(before, &after, Done)
	if len(v.Out) != 4 || len(v.Mem) != 1 {
		t.Fatalf("outcome %s", v.Result())
	}
	f := &File{Comment: "a\nb\n", Seed: 7, Vectors: []Vector{v, {Raw: 1, Number: 1, Kind: Undefined}}}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	got, err := Read(bytes.NewReader(whole))
	if err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("read %+v, %v; want %+v", got, err, f)
	}
	if _, err := Read(bytes.NewReader(whole[:len(whole)/2])); err == nil {
		t.Error("a file cut short is read")
	}
	if _, err := Read(bytes.NewReader([]byte("no file"))); !errors.Is(err, ErrFormat) {
		t.Errorf("no file: %v", err)
	}
}

// TestStart checks that the state before depends on its arguments alone, and that addresses are in the window.
func TestStart(t *testing.T) {
	a, _ := start(add, 3)
	if b, _ := start(add, 3); *a != *b {
		t.Error("the same arguments give two states")
	}
	if b, _ := start(add, 4); a.X == b.X {
		t.Error("two numbers give the same registers")
	}
	inside := func(va uint64) bool {
		return va >= Window && va < Window+WindowLen-64 || va >= nowhere && va < nowhere+0x20000
	}
	for n := range uint32(200) {
		if s, i := start(load, n); !inside(s.X[1] + offset(&i)) {
			t.Errorf("LDR goes to %x", s.X[1]+offset(&i))
		}
		if s, _ := start(storeQ, n); !inside(s.X[1] + s.X[2]<<4) {
			t.Errorf("STR goes to %x", s.X[1]+s.X[2]<<4)
		}
	}
}
