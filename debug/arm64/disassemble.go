// Package arm64 is what the debugger knows of AArch64 alone: the text of its instructions.
//
// Where golang.org/x/arch knows an instruction, its text is taken; the rest is printed from the decoder's tables.
package arm64

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"

	decode "stasis/decode/arm64"
)

// Disassemble is the text of the instruction in a word at a virtual address, in the GNU assembler's syntax.
func Disassemble(word uint32, va uint64) string {
	i, ok := decode.Decode(word)
	if !ok {
		return fmt.Sprintf(".inst\t%#08x", word)
	}
	if !own(&i) {
		if inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, word)); err == nil {
			return absolute(&i, strings.TrimSpace(arm64asm.GNUSyntax(inst)), va)
		}
	}
	return text(&i)
}

// absolute replaces an operand relative to the instruction, or to its page, by the address.
func absolute(i *decode.Inst, text string, va uint64) string {
	at := strings.LastIndex(text, ".+0x")
	if at < 0 {
		return text
	}
	offset, err := strconv.ParseUint(strings.TrimPrefix(text[at+1:], "+"), 0, 64)
	if err != nil {
		return text
	}
	if i.Op == decode.ADRP {
		va &^= 0xfff
	}
	return fmt.Sprintf("%s%#x", text[:at], va+offset)
}

// own reports whether the text has to be ours although x/arch has one: hints of later versions are HINT to it.
func own(i *decode.Inst) bool {
	switch decode.Rows[i.Row].Feature {
	case "PAuth", "BTI":
		return true
	}
	return false
}

// text prints an instruction from its row.
func text(i *decode.Inst) string {
	name := strings.ToLower(i.Op.Mnemonic())
	print, ok := printers[i.Op]
	if !ok {
		print = fields
	}
	name, operands := print(i, name)
	if len(operands) == 0 {
		return name
	}
	return name + " " + strings.Join(operands, ", ")
}

// printer gives an instruction's mnemonic and operands.
type printer func(i *decode.Inst, name string) (string, []string)

// x and w are general-purpose registers, 31 being zero; base is an address register, 31 being SP.
func x(n uint8) string { return register("x", n, "xzr") }
func w(n uint8) string { return register("w", n, "wzr") }

func base(n uint8) string { return register("x", n, "sp") }

func register(prefix string, n uint8, special string) string {
	if n == 31 {
		return special
	}
	return fmt.Sprint(prefix, n)
}

// sized is a register of the width that a size field says.
func sized(n uint8, size uint32) string {
	if size == 3 {
		return x(n)
	}
	return w(n)
}
