// Package x86 is what the debugger knows of x86 alone: the text of its instructions, and its segments.
package x86

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"stasis/cpu/x86"
	"stasis/debug"
)

func init() {
	debug.AddArchitecture(x86.Architecture().Name, debug.Support{Disassemble: disassemble, SegmentBase: segmentBase})
}

func disassemble(d *debug.Debugger, cpu int, code []byte, va uint64, s debug.Syntax) (text string, n int) {
	return Disassemble(code, va, codeBits(d, cpu), s)
}

// codeBits is the default operand size of a CPU's code.
func codeBits(d *debug.Debugger, cpu int) int {
	if bits, ok := d.Register(cpu, "code_bits"); ok && bits != 0 {
		return int(bits)
	}
	return 64
}

// Disassemble is the text and the length of the instruction at the beginning of code. A byte that begins none is a line of its own.
func Disassemble(code []byte, va uint64, bits int, s debug.Syntax) (text string, n int) {
	if text, n := gap(code); n > 0 {
		return text, n
	}
	inst, err := x86asm.Decode(code, bits)
	if err != nil || inst.Len == 0 {
		return "(bad)", 1
	}
	if s == debug.Manual {
		return strings.ToLower(x86asm.IntelSyntax(inst, va, nil)), inst.Len
	}
	return x86asm.GNUSyntax(inst, va, nil), inst.Len
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

// segmentBase is where a selector's segment begins, as the CPU is now: real mode, long mode, or by its descriptor.
func segmentBase(d *debug.Debugger, cpu int, sel uint64) (uint64, error) {
	const protection, longActive, v86 = 1, 1 << 10, 1 << 17
	cr0, _ := d.Register(cpu, "cr0")
	efer, _ := d.Register(cpu, "efer")
	flags, _ := d.Register(cpu, "eflags")
	switch {
	case efer&longActive != 0:
		return 0, nil
	case cr0&protection == 0 || flags&v86 != 0:
		return sel << 4, nil
	}
	table, _ := d.Register(cpu, "gdtr_base")
	p := d.ReadMemory(cpu, table+sel&^7, 8)
	if sel&4 != 0 || len(p) < 8 {
		return 0, fmt.Errorf("no descriptor 0x%x", sel)
	}
	e := binary.LittleEndian.Uint64(p)
	return e>>16&0xffffff | e>>56<<24, nil
}
