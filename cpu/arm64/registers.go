package arm64

import (
	"fmt"
	"strings"

	"stasis/cpu"
)

// Features of the register table. The first two are gdb's own; the last holds what the system sees and gdb has no name for.
// Source: GDB manual, "AArch64 Features".
const (
	featureCore   = "org.gnu.gdb.aarch64.core"
	featureFPU    = "org.gnu.gdb.aarch64.fpu"
	featureSystem = "org.stasis.aarch64.system"
)

// row is a line of the register table.
type row = cpu.Row[*CPU]

// registers is the register table, in gdb's order.
var registers = cpu.NewRegisterTable(coreRows(), vectorRows(), systemRows(), hiddenRows())

// Registers is the register table.
func (c *CPU) Registers() []cpu.Register { return registers.List() }

// ReadRegister returns register i of the table, little endian.
func (c *CPU) ReadRegister(i int) []byte { return registers.Read(c, i) }

// WriteRegister sets register i of the table. What a value brings with it in hardware it brings here, and the TLB is flushed; a
// value that the register cannot have is an error and changes nothing.
func (c *CPU) WriteRegister(i int, b []byte) error { return registers.Write(c, i, b) }

// intRow is a row of at most 64 bits.
func intRow(name string, bits int, typ, feature, group string, get func(*CPU) uint64, set func(*CPU, uint64) error) row {
	return cpu.IntRow(cpu.Register{Name: name, Bits: bits, Type: typ, Feature: feature, Group: group}, get, set)
}

// readOnly is the setter of what cannot be changed.
func readOnly(*CPU, uint64) error { return cpu.ErrReadOnly }

func coreRows() (list []row) {
	for n := range 31 {
		list = append(list, intRow(fmt.Sprintf("x%d", n), 64, "int64", featureCore, "general",
			func(c *CPU) uint64 { return c.R[n] }, func(c *CPU, v uint64) error { c.R[n] = v; return nil }))
	}
	return append(list,
		intRow("sp", 64, "data_ptr", featureCore, "general", func(c *CPU) uint64 { return c.R[regSP] }, func(c *CPU, v uint64) error { c.R[regSP] = v; return nil }),
		intRow("pc", 64, "code_ptr", featureCore, "general", func(c *CPU) uint64 { return c.pc }, (*CPU).setPC),
		intRow("cpsr", 32, "cpsr_flags", featureCore, "general", (*CPU).pstate, (*CPU).hostPSTATE))
}

// setPC sends the CPU to an address. What belonged to the instruction that stood next goes: the wait of WFI, the skip of a
// breakpoint.
func (c *CPU) setPC(va uint64) error {
	c.pc = va
	c.skip = false
	c.fetchPage = nil
	c.State.Halted, c.WFE = false, false
	c.updateAttention()
	return nil
}

// hostPSTATE sets PSTATE as an exception return could.
func (c *CPU) hostPSTATE(v uint64) error {
	if v&^c.spsrHeld != 0 || illegalReturn(v) {
		return cpu.ErrValue
	}
	c.nzcv, c.DAIF, c.SS = uint8(v>>28&15), uint8(v>>6&15), v&spsrSS != 0
	c.restore(v)
	return nil
}

func vectorRows() (list []row) {
	for n := range 32 {
		list = append(list, row{
			Register: cpu.Register{Name: fmt.Sprintf("v%d", n), Bits: 128, Type: "aarch64v", Feature: featureFPU, Group: "vector"},
			Get:      func(c *CPU) [2]uint64 { return c.V[n] },
			Set:      func(c *CPU, v [2]uint64) error { c.V[n] = v; return nil },
		})
	}
	field := func(name string, at func(*CPU) *uint64, mask func(*CPU) uint64) row {
		return intRow(name, 32, name+"_flags", featureFPU, "float", func(c *CPU) uint64 { return *at(c) }, func(c *CPU, v uint64) error {
			if v&^mask(c) != 0 {
				return cpu.ErrValue
			}
			*at(c) = v
			return nil
		})
	}
	return append(list,
		field("fpsr", func(c *CPU) *uint64 { return &c.FPSR }, func(*CPU) uint64 { return fpsrHeld }),
		field("fpcr", func(c *CPU) *uint64 { return &c.FPCR }, (*CPU).fpcrMask))
}

// unseen are the registers that the table shows elsewhere, or that a look would change.
var unseen = map[string]bool{"FPCR": true, "FPSR": true, "NZCV": true, "DAIF": true, "PAN": true, "UAO": true, "DIT": true, "SSBS": true,
	"SPSel": true, "CurrentEL": true, "SP_EL0": true, "RNDR": true, "RNDRRS": true, "OSLAR_EL1": true}

// systemRows are the system registers under their architectural names, with both stack pointers.
func systemRows() (list []row) {
	for n := range 2 {
		list = append(list, intRow(fmt.Sprintf("SP_EL%d", n), 64, "data_ptr", featureSystem, "system",
			func(c *CPU) uint64 { return c.stackPointers()[n] }, func(c *CPU, v uint64) error { c.setStackPointer(n, v); return nil }))
	}
	for n := range sysregs {
		r := &sysregs[n]
		if unseen[r.name] || strings.HasPrefix(r.name, "ID_S") {
			continue
		}
		set := readOnly
		if r.write != nil {
			set = func(c *CPU, v uint64) error { return c.hostSystem(r, v) }
		}
		list = append(list, intRow(r.name, 64, "uint64", featureSystem, "system", r.read, set))
	}
	return list
}

func (c *CPU) setStackPointer(n int, v uint64) {
	if n == c.bank() {
		c.R[regSP] = v
		return
	}
	c.State.SP[n] = v
}

// hostSystem writes a system register; a value that does not stay is an error.
func (c *CPU) hostSystem(r *sysreg, v uint64) error {
	old := r.read(c)
	r.write(c, v)
	if r.read(c) != v {
		r.write(c, old)
		return cpu.ErrValue
	}
	c.flushTLB()
	c.refresh()
	return nil
}

// hiddenRows are what stands between two instructions and no instruction can read.
func hiddenRows() []row {
	system := func(name string, get func(*CPU) uint64) row {
		return intRow(name, 32, "uint32", featureSystem, "system", get, readOnly)
	}
	return []row{
		system("halted", func(c *CPU) uint64 { return b2u(c.Halted()) }),
		system("event", func(c *CPU) uint64 { return b2u(c.State.Event) }),
		system("exclusive", func(c *CPU) uint64 { return b2u(c.ExclusiveOpen) }),
		system("irq", func(c *CPU) uint64 { return b2u(c.State.IRQ) }),
		system("fiq", func(c *CPU) uint64 { return b2u(c.State.FIQ) }),
		system("el", func(c *CPU) uint64 { return uint64(c.EL) }),
	}
}

// Interrupts is how many interrupts have been taken. A debugger tells by it whether a unit was one.
func (c *CPU) Interrupts() uint64 { return c.stats.Interrupts }
