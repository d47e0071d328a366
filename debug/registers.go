package debug

import (
	"fmt"

	"stasis/cpu"
)

// Register is a row of the register table.
type Register = cpu.Register

// Registers is the register table, the same for every CPU and in every mode.
func (d *Debugger) Registers() []Register { return d.cpus[0].Registers() }

// Architecture is what there is to know of the instruction set.
func (d *Debugger) Architecture() *cpu.Architecture { return d.cpus[0].Architecture() }

// Register reads the low 64 bits of a register by its name.
func (d *Debugger) Register(cpu int, name string) (uint64, bool) {
	i, ok := d.names[name]
	if !ok {
		return 0, false
	}
	return littleEndian(d.cpus[cpu].ReadRegister(i)), true
}

// WriteRegister writes a register by its row in the table. A CPU that is sent elsewhere forgets the breakpoint that it stood
// at.
func (d *Debugger) WriteRegister(cpu, i int, value []byte) error {
	table := d.Registers()
	if i < 0 || i >= len(table) {
		return fmt.Errorf("no register %d", i)
	}
	if len(value) != (table[i].Bits+7)/8 {
		return fmt.Errorf("%d bytes for the %d bits of %s", len(value), table[i].Bits, table[i].Name)
	}
	pc := d.cpus[cpu].PC()
	if err := d.target.WriteRegister(cpu, i, value); err != nil {
		return fmt.Errorf("register %s: %w", table[i].Name, err)
	}
	if d.cpus[cpu].PC() != pc {
		d.hits[cpu].valid = false
	}
	return nil
}

// littleEndian is the low 64 bits of a register's bytes.
func littleEndian(b []byte) (v uint64) {
	for i := min(len(b), 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}
