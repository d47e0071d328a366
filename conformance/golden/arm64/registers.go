package arm64

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"stasis/cpu/arm64"
)

// registers are values by their names in the CPU's table, in capitals.
type registers map[string][2]uint64

// order is the table's names in its order, but for the level, which CPSR has; where is their place in the table.
var order, where = func() (names []string, where map[string]int) {
	where = map[string]int{}
	for n, r := range (*arm64.CPU)(nil).Registers() {
		if r.Name != "el" {
			names = append(names, upper(r.Name))
		}
		where[upper(r.Name)] = n
	}
	return names, where
}()

func read(c *arm64.CPU) registers {
	r := registers{}
	for _, name := range order {
		b := append(c.ReadRegister(where[name]), make([]byte, 16)...)
		r[name] = [2]uint64{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
	}
	return r
}

// flags are the fields of PSTATE that have names of their own: their place in SPSR_EL1 and their width.
var flags = map[string]struct{ shift, bits uint }{
	"N": {31, 1}, "Z": {30, 1}, "C": {29, 1}, "V": {28, 1}, "NZCV": {28, 4}, "DIT": {24, 1}, "UAO": {23, 1}, "PAN": {22, 1}, "SS": {21, 1}, "IL": {20, 1},
	"SSBS": {12, 1}, "BTYPE": {10, 2}, "DAIF": {6, 4}, "D": {9, 1}, "A": {8, 1}, "I": {7, 1}, "F": {6, 1}, "EL": {2, 2}, "SPSEL": {0, 1},
}

// views are registers by the part of them that a letter names.
var views = map[byte]struct {
	full string
	bits uint
}{'W': {"X", 32}, 'Q': {"V", 128}, 'D': {"V", 64}, 'S': {"V", 32}, 'H': {"V", 16}, 'B': {"V", 8}}

// place is a register of the table and a value for it.
func (r registers) place(name string, v [2]uint64) (string, [2]uint64) {
	if f, ok := flags[name]; ok {
		mask := (uint64(1)<<f.bits - 1) << f.shift
		old := r["CPSR"]
		return "CPSR", [2]uint64{old[0]&^mask | v[0]<<f.shift&mask}
	}
	switch name {
	case "PSTATE":
		return "CPSR", v
	case "WSP":
		return "SP", [2]uint64{uint64(uint32(v[0]))}
	case "LR":
		return "X30", v
	}
	if view, ok := views[name[0]]; ok {
		if n, err := strconv.Atoi(name[1:]); err == nil {
			if view.bits < 64 {
				v = [2]uint64{v[0] & (1<<view.bits - 1)}
			}
			return fmt.Sprint(view.full, n), v
		}
	}
	if _, ok := where[name]; !ok {
		if _, ok := where[name+"_EL1"]; ok {
			return name + "_EL1", v
		}
		if _, ok := where[name+"_EL0"]; ok {
			return name + "_EL0", v
		}
	}
	return name, v
}

// set writes a register of a line's into values.
func (r registers) set(name string, v [2]uint64) {
	if strings.EqualFold(name, "memory") {
		return
	}
	name, v = r.place(name, v)
	r[name] = v
}

// set writes a register of a line's into the CPU.
func set(c *arm64.CPU, name string, v [2]uint64) error {
	name, v = read(c).place(name, v)
	n, ok := where[name]
	if !ok {
		return fmt.Errorf("no such register")
	}
	return c.WriteRegister(n, little(v)[:c.Registers()[n].Bits/8])
}
