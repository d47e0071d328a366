package arm64

import (
	"encoding/binary"
	"fmt"

	"stasis/debug"
	decode "stasis/decode/arm64"
)

// Name is gdb's name of the architecture.
const Name = "aarch64"

func init() {
	debug.AddArchitecture(Name, debug.Support{
		Disassemble: func(_ *debug.Debugger, _ int, code []byte, va uint64, _ debug.Syntax) (text string, n int) {
			return Line(code, va)
		},
	})
}

// Line is the text and the length of the instruction at the beginning of code. Less than a word is data.
func Line(code []byte, va uint64) (text string, n int) {
	if len(code) < decode.Len {
		return fmt.Sprintf(".byte\t%#02x", code[0]), 1
	}
	return Disassemble(binary.LittleEndian.Uint32(code), va), decode.Len
}
