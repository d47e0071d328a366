package cpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// ErrEncoding is a canonical encoding that does not fit the state it is decoded into.
var ErrEncoding = errors.New("state encoding does not fit")

// Encode appends the canonical encoding of a plain struct: its fields in order, integers little endian in their own
// width (int and uint as 64 bits), booleans as one byte, arrays element by element, slices and strings behind a 64-bit
// length. Pointers, maps, functions, interfaces and unexported fields are not plain; they panic.
func Encode(b []byte, state any) []byte {
	v := reflect.ValueOf(state)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return encode(b, v)
}

// Decode reads into the struct that state points to what Encode has written, and returns the rest.
func Decode(b []byte, state any) (rest []byte, err error) {
	d := decoder{b: b}
	d.decode(reflect.ValueOf(state).Elem())
	return d.b, d.err
}

func encode(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Uintptr:
		return appendInt(b, v.Uint(), size(v.Kind()))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		return appendInt(b, uint64(v.Int()), size(v.Kind()))
	case reflect.Float64:
		return appendInt(b, math.Float64bits(v.Float()), 8)
	case reflect.String:
		b = appendInt(b, uint64(v.Len()), 8)
		return append(b, v.String()...)
	case reflect.Slice:
		b = appendInt(b, uint64(v.Len()), 8)
		return encodeElements(b, v)
	case reflect.Array:
		return encodeElements(b, v)
	case reflect.Struct:
		for i := range v.NumField() {
			mustBePlain(v.Type(), i)
			b = encode(b, v.Field(i))
		}
		return b
	}
	panic("cpu: state is not plain: " + v.Type().String())
}

func encodeElements(b []byte, v reflect.Value) []byte {
	if v.Type().Elem().Kind() == reflect.Uint8 && (v.Kind() == reflect.Slice || v.CanAddr()) {
		return append(b, v.Bytes()...)
	}
	for i := range v.Len() {
		b = encode(b, v.Index(i))
	}
	return b
}

func mustBePlain(t reflect.Type, field int) {
	if f := t.Field(field); !f.IsExported() {
		panic("cpu: state is not plain: " + t.String() + "." + f.Name)
	}
}

func appendInt(b []byte, n uint64, size int) []byte {
	var le [8]byte
	binary.LittleEndian.PutUint64(le[:], n)
	return append(b, le[:size]...)
}

func size(k reflect.Kind) int {
	switch k {
	case reflect.Uint8, reflect.Int8:
		return 1
	case reflect.Uint16, reflect.Int16:
		return 2
	case reflect.Uint32, reflect.Int32:
		return 4
	}
	return 8
}

type decoder struct {
	b   []byte
	err error
}

func (d *decoder) decode(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.int(1) != 0)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Uintptr:
		v.SetUint(d.int(size(v.Kind())))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		n := size(v.Kind())
		shift := 64 - 8*n
		v.SetInt(int64(d.int(n)<<shift) >> shift)
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(d.int(8)))
	case reflect.String:
		v.SetString(string(d.bytes(d.length())))
	case reflect.Slice:
		n := d.length()
		if n == 0 {
			v.SetZero() // nil and empty are one value
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		d.elements(v)
	case reflect.Array:
		d.elements(v)
	case reflect.Struct:
		for i := range v.NumField() {
			mustBePlain(v.Type(), i)
			d.decode(v.Field(i))
		}
	default:
		panic("cpu: state is not plain: " + v.Type().String())
	}
}

func (d *decoder) elements(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		copy(v.Bytes(), d.bytes(v.Len()))
		return
	}
	for i := range v.Len() {
		d.decode(v.Index(i))
	}
}

// length reads a length; none is longer than what is left, since an element takes at least a byte.
func (d *decoder) length() int {
	n := d.int(8)
	if n > uint64(len(d.b)) {
		d.err = fmt.Errorf("%w: length %d, %d bytes left", ErrEncoding, n, len(d.b))
		return 0
	}
	return int(n)
}

func (d *decoder) int(size int) uint64 {
	var le [8]byte
	copy(le[:], d.bytes(size))
	return binary.LittleEndian.Uint64(le[:])
}

func (d *decoder) bytes(n int) []byte {
	if n > len(d.b) {
		if d.err == nil {
			d.err = fmt.Errorf("%w: %d bytes wanted, %d left", ErrEncoding, n, len(d.b))
		}
		d.b = nil
		return nil
	}
	p := d.b[:n]
	d.b = d.b[n:]
	return p
}
