package cpu

import (
	"errors"
	"reflect"
	"testing"
)

type part struct {
	A uint8
	B int32
	C [2]uint16
}

type whole struct {
	On    bool
	Parts []part
	Name  string
	Raw   []byte
	Page  [4]byte
	N     int
	Embedded
}

type Embedded struct{ Z uint64 }

func TestEncodeRoundTrip(t *testing.T) {
	want := whole{true, []part{{1, -2, [2]uint16{3, 4}}, {B: 1 << 30}}, "name", []byte{9, 8}, [4]byte{1, 2, 3, 4}, -5, Embedded{6}}
	var got whole
	rest, err := Decode(append(Encode(nil, want), 0xaa), &got)
	if err != nil || len(rest) != 1 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, rest %x; want %+v", got, err, rest, want)
	}
	if a, b := Encode(nil, want), Encode(nil, &want); !reflect.DeepEqual(a, b) {
		t.Error("a pointer encodes otherwise than its value")
	}
}

func TestEncodeIsLittleEndianInFieldOrder(t *testing.T) {
	got := Encode(nil, part{1, -2, [2]uint16{0x304, 5}})
	if want := []byte{1, 0xfe, 0xff, 0xff, 0xff, 4, 3, 5, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestDecodeRefusesWhatIsShort(t *testing.T) {
	b := Encode(nil, whole{Parts: make([]part, 3)})
	for n := range b {
		var w whole
		if _, err := Decode(b[:n], &w); !errors.Is(err, ErrEncoding) {
			t.Fatalf("%d of %d bytes: %v", n, len(b), err)
		}
	}
}

func TestEncodePanicsOnWhatIsNotPlain(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a pointer was encoded")
		}
	}()
	Encode(nil, struct{ P *int }{})
}
