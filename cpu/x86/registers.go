package x86

import "stasis/cpu"

// Features of the register table. The first three are gdb's own; the last holds what the system sees and gdb has no name for.
// Source: GDB manual, "i386 Features".
const (
	featureCore     = "org.gnu.gdb.i386.core"
	featureSSE      = "org.gnu.gdb.i386.sse"
	featureSegments = "org.gnu.gdb.i386.segments"
	featureSystem   = "org.stasis.x86.system"
)

// row is a line of the register table.
type row = cpu.Row[*CPU]

// registers is the register table, in gdb's order. It is the same in every mode.
var registers = cpu.NewRegisterTable(coreRows(), floatRows(), sseRows(), segmentBaseRows(), controlRows(), tableRows(), segmentRows(), msrRows(), hiddenRows())

// Registers is the register table.
func (c *CPU) Registers() []cpu.Register { return registers.List() }

// ReadRegister returns register i of the table, little endian.
func (c *CPU) ReadRegister(i int) []byte { return registers.Read(c, i) }

// WriteRegister sets register i of the table. What a value brings with it in hardware, such as a flush of the TLB, it brings
// here; a value that the register cannot have is an error and changes nothing.
func (c *CPU) WriteRegister(i int, b []byte) error { return registers.Write(c, i, b) }

// integer is a row of at most 64 bits.
func integer(name string, bits int, typ, feature, group string, get func(*CPU) uint64, set func(*CPU, uint64) error) row {
	return cpu.IntRow(cpu.Register{Name: name, Bits: bits, Type: typ, Feature: feature, Group: group}, get, set)
}

// system is an integer row of the system feature.
func system(name string, bits int, typ string, get func(*CPU) uint64, set func(*CPU, uint64) error) row {
	return integer(name, bits, typ, featureSystem, "system", get, set)
}

// readOnly is the setter of what follows from other registers.
func readOnly(*CPU, uint64) error { return cpu.ErrReadOnly }
