package x86

import (
	"encoding/binary"
	"errors"
	"fmt"

	"stasis/cpu"
)

// Features of the register table. The first three are gdb's own; the last holds what the system sees and gdb has no name for.
// Source: GDB manual, "i386 Features".
const (
	featureCore     = "org.gnu.gdb.i386.core"
	featureSSE      = "org.gnu.gdb.i386.sse"
	featureSegments = "org.gnu.gdb.i386.segments"
	featureSystem   = "org.stasis.x86.system"
)

var (
	errReadOnly = errors.New("read only")
	errValue    = errors.New("no such value")
)

// row is a line of the register table with the access to it. A value is given as its low and high quadword.
type row struct {
	cpu.Register
	get func(*CPU) [2]uint64
	set func(*CPU, [2]uint64) error
}

// rows is the register table, in gdb's order. It is the same in every mode.
var rows = concat(coreRows(), floatRows(), sseRows(), segmentBaseRows(), controlRows(), tableRows(), segmentRows(), msrRows(), hiddenRows())

func concat(parts ...[]row) (all []row) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var registerTable = func() []cpu.Register {
	table := make([]cpu.Register, len(rows))
	for i := range rows {
		table[i] = rows[i].Register
	}
	return table
}()

// Registers is the register table.
func (c *CPU) Registers() []cpu.Register { return registerTable }

// ReadRegister returns register i of the table, little endian.
func (c *CPU) ReadRegister(i int) []byte {
	v := rows[i].get(c)
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 16), v[0])
	b = binary.LittleEndian.AppendUint64(b, v[1])
	return b[:rows[i].Bits/8]
}

// WriteRegister sets register i of the table. What a value brings with it in hardware, such as a flush of the TLB, it brings
// here; a value that the register cannot have is an error and changes nothing.
func (c *CPU) WriteRegister(i int, b []byte) error {
	if string(b) == string(c.ReadRegister(i)) {
		return nil
	}
	var le [16]byte
	copy(le[:], b)
	err := rows[i].set(c, [2]uint64{binary.LittleEndian.Uint64(le[:]), binary.LittleEndian.Uint64(le[8:])})
	if err != nil {
		return fmt.Errorf("%s: %w", rows[i].Name, err)
	}
	return nil
}

// integer is a row of at most 64 bits.
func integer(name string, bits int, typ, feature, group string, get func(*CPU) uint64, set func(*CPU, uint64) error) row {
	return row{
		cpu.Register{Name: name, Bits: bits, Type: typ, Feature: feature, Group: group},
		func(c *CPU) [2]uint64 { return [2]uint64{get(c)} },
		func(c *CPU, v [2]uint64) error { return set(c, v[0]) },
	}
}

// system is an integer row of the system feature.
func system(name string, bits int, typ string, get func(*CPU) uint64, set func(*CPU, uint64) error) row {
	return integer(name, bits, typ, featureSystem, "system", get, set)
}

// readOnly is the setter of what follows from other registers.
func readOnly(*CPU, uint64) error { return errReadOnly }
