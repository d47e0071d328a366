package debug

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// Syntax is a way to write instructions.
type Syntax uint8

// The syntaxes.
const (
	ATT Syntax = iota
	Intel
)

// maxInstruction is the longest instruction in bytes.
const maxInstruction = 15

// Instruction is one line of a disassembly.
type Instruction struct {
	Addr  uint64
	Bytes []byte
	Text  string
}

// Disassemble reads up to n instructions at a virtual address, and stops where memory does.
func (d *Debugger) Disassemble(cpu int, va uint64, n int, s Syntax) (list []Instruction) {
	for len(list) < n {
		code := d.ReadMemory(cpu, va, maxInstruction)
		if len(code) == 0 {
			break
		}
		i := decode(code, va, d.codeBits(cpu), s)
		list = append(list, i)
		va += uint64(len(i.Bytes))
	}
	return list
}

// codeBits is the default operand size of a CPU's code.
func (d *Debugger) codeBits(cpu int) int {
	if bits, ok := d.Register(cpu, "code_bits"); ok && bits != 0 {
		return int(bits)
	}
	return 64
}

func decode(code []byte, va uint64, bits int, s Syntax) Instruction {
	if text, n := gap(code); n > 0 {
		return Instruction{va, code[:n], text}
	}
	inst, err := x86asm.Decode(code, bits)
	if err != nil || inst.Len == 0 {
		return Instruction{va, code[:1], "(bad)"}
	}
	text := x86asm.GNUSyntax(inst, va, nil)
	if s == Intel {
		text = strings.ToLower(x86asm.IntelSyntax(inst, va, nil))
	}
	return Instruction{va, code[:inst.Len], text}
}

// gaps are instructions that x86asm does not know or gets wrong.
var gaps = []struct{ bytes, text string }{
	{"\xf3\x0f\x1e\xfa", "endbr64"},
	{"\xf3\x0f\x1e\xfb", "endbr32"},
	{"\x0f\x01\xca", "clac"},
	{"\x0f\x01\xcb", "stac"},
	{"\x0f\x01\xee", "rdpkru"},
	{"\x0f\x01\xef", "wrpkru"},
}

func gap(code []byte) (text string, n int) {
	for _, g := range gaps {
		if strings.HasPrefix(string(code), g.bytes) {
			return g.text, len(g.bytes)
		}
	}
	return "", 0
}

// String is a line as a debugger prints it.
func (i Instruction) String() string { return fmt.Sprintf("0x%x:\t%s", i.Addr, i.Text) }
