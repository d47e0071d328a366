package cpu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// What is wrong with a write to a register.
var (
	ErrReadOnly = errors.New("read only")
	ErrValue    = errors.New("no such value")
)

// Row is a line of a register table, with the access to it in a CPU of type C. A value is given as its low and high 64 bits.
type Row[C any] struct {
	Register
	Get func(C) [2]uint64
	Set func(C, [2]uint64) error
}

// IntRow is a row of at most 64 bits.
func IntRow[C any](r Register, get func(C) uint64, set func(C, uint64) error) Row[C] {
	return Row[C]{
		Register: r,
		Get:      func(c C) [2]uint64 { return [2]uint64{get(c)} },
		Set:      func(c C, v [2]uint64) error { return set(c, v[0]) },
	}
}

// RegisterTable is the rows of a kind of CPU, in gdb's order.
type RegisterTable[C any] struct {
	rows []Row[C]
	list []Register
}

// NewRegisterTable makes a table of its parts.
func NewRegisterTable[C any](parts ...[]Row[C]) *RegisterTable[C] {
	t := &RegisterTable[C]{}
	for _, p := range parts {
		t.rows = append(t.rows, p...)
		for i := range p {
			t.list = append(t.list, p[i].Register)
		}
	}
	return t
}

// List is the registers without the access.
func (t *RegisterTable[C]) List() []Register { return t.list }

// Read returns register i, little endian.
func (t *RegisterTable[C]) Read(c C, i int) []byte {
	v := t.rows[i].Get(c)
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 16), v[0])
	b = binary.LittleEndian.AppendUint64(b, v[1])
	return b[:t.rows[i].Bits/8]
}

// Write sets register i, if b is not what it has. An error names the register.
func (t *RegisterTable[C]) Write(c C, i int, b []byte) error {
	if string(b) == string(t.Read(c, i)) {
		return nil
	}
	var le [16]byte
	copy(le[:], b)
	err := t.rows[i].Set(c, [2]uint64{binary.LittleEndian.Uint64(le[:]), binary.LittleEndian.Uint64(le[8:])})
	if err != nil {
		return fmt.Errorf("%s: %w", t.rows[i].Name, err)
	}
	return nil
}
