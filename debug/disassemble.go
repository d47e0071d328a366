package debug

import (
	"fmt"
)

// Syntax is a way to write instructions.
type Syntax uint8

// The syntaxes.
const (
	GNU    Syntax = iota // gdb's
	Manual               // the manufacturer's, where that is another one
)

// maxInstruction is as long as an instruction of any architecture can be, in bytes.
const maxInstruction = 15

// Support is what a debugger knows of one architecture alone.
type Support struct {
	// Disassemble is the text and the length of the instruction at the beginning of code, as a CPU would execute it now.
	Disassemble func(d *Debugger, cpu int, code []byte, va uint64, s Syntax) (text string, n int)
	// SegmentBase is where a selector's segment begins, as a CPU is now; nil: there are no segments.
	SegmentBase func(d *Debugger, cpu int, selector uint64) (uint64, error)
}

var supports = map[string]Support{}

// AddArchitecture makes an architecture known, by its name. The packages below this one do it.
func AddArchitecture(architecture string, s Support) { supports[architecture] = s }

// support is that of the target's architecture.
func (d *Debugger) support() Support { return supports[d.Architecture().Name] }

// Instruction is one line of a disassembly.
type Instruction struct {
	Addr  uint64
	Bytes []byte
	Text  string
}

// Disassemble reads up to n instructions at a virtual address, and stops where memory does.
func (d *Debugger) Disassemble(cpu int, va uint64, n int, s Syntax) (list []Instruction) {
	disassemble := d.support().Disassemble
	for len(list) < n && disassemble != nil {
		code := d.ReadMemory(cpu, va, maxInstruction)
		if len(code) == 0 {
			break
		}
		text, length := disassemble(d, cpu, code, va, s)
		list = append(list, Instruction{va, code[:length], text})
		va += uint64(length)
	}
	return list
}

// String is a line as a debugger prints it.
func (i Instruction) String() string { return fmt.Sprintf("0x%x:\t%s", i.Addr, i.Text) }
