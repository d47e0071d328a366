package x86

import (
	"fmt"
	"strings"
)

// Kind is what an operand is: the upper-case letter of the manual's notation, or a fixed register.
//
// Source: SDM Vol. 2, "Codes for Addressing Method".
type Kind uint8

// Operand kinds.
const (
	KindNone Kind = iota
	KindE         // ModRM: general register or memory
	KindG         // ModRM.reg: general register
	KindM         // ModRM: memory only
	KindR         // ModRM.rm: general register only
	KindZ         // general register in the opcode's low bits
	KindI         // immediate
	KindSI        // immediate, sign-extended to the operand size
	KindJ         // offset from the next instruction
	KindA         // far pointer in the instruction: Imm2:Imm
	KindO         // memory at the address in the instruction
	KindX         // memory at DS:rSI
	KindY         // memory at ES:rDI
	KindS         // ModRM.reg: segment register
	KindC         // ModRM.reg: control register
	KindD         // ModRM.reg: debug register
	KindV         // ModRM.reg: XMM register
	KindW         // ModRM: XMM register or memory
	KindU         // ModRM.rm: XMM register only
	KindP         // ModRM.reg: MMX register
	KindQ         // ModRM: MMX register or memory
	KindN         // ModRM.rm: MMX register only
	KindReg       // general register Operand.Reg
	KindSeg       // segment register Operand.Reg
	KindOne       // the constant 1
	KindST        // ST(0)
	KindSTi       // ModRM.rm: ST(i)
)

// Size is an operand's size: the lower-case letters of the notation.
//
// Source: SDM Vol. 2, "Codes for Operand Type".
type Size uint8

// Operand sizes.
const (
	SizeNone  Size = iota // depends on state, or nothing is accessed
	SizeB                 // 1
	SizeW                 // 2
	SizeD                 // 4; also ss, f32, i32
	SizeQ                 // 8; also sd, pi, f64, i64
	SizeT                 // 10: f80, bcd
	SizeDQ                // 16; also ps, pd
	SizeV                 // the operand size
	SizeZ                 // the operand size, but 4 for 8
	SizeY                 // the operand size, but 4 for 2
	SizeP                 // far pointer: the operand size and a selector
	SizeA                 // BOUND's pair: twice the operand size
	SizeS                 // pseudo-descriptor: 6, or 10 in 64-bit mode
	SizeEnv               // x87 environment: 14 or 28
	SizeState             // x87 state: 94 or 108
	SizeFX                // FXSAVE area: 512
)

// Operand is one operand of a row.
type Operand struct {
	Kind    Kind
	Size    Size  // of the memory operand, if there is one
	RegSize Size  // of the register; differs from Size in Mw/Rv and its like
	Reg     uint8 // of KindReg and KindSeg
}

// Form is the operands of a row, destination first.
type Form struct {
	N        int
	Operands [4]Operand
}

// Forms holds the Form of each of Rows.
var Forms = parseForms()

func parseForms() []Form {
	forms := make([]Form, len(Rows))
	for i, row := range Rows {
		for _, text := range strings.Fields(row.Operands) {
			op, ok := parseOperand(text)
			if !ok {
				panic(fmt.Sprintf("decode/x86: row %q: operand %q", row.Pattern, text))
			}
			forms[i].Operands[forms[i].N] = op
			forms[i].N++
		}
	}
	return forms
}

var fixedOperands = map[string]Operand{
	"AL": {KindReg, SizeB, SizeB, 0}, "AX": {KindReg, SizeW, SizeW, 0}, "eAX": {KindReg, SizeZ, SizeZ, 0}, "rAX": {KindReg, SizeV, SizeV, 0},
	"CL": {KindReg, SizeB, SizeB, 1}, "DX": {KindReg, SizeW, SizeW, 2},
	"ES": {KindSeg, SizeW, SizeW, ES}, "CS": {KindSeg, SizeW, SizeW, CS}, "SS": {KindSeg, SizeW, SizeW, SS},
	"DS": {KindSeg, SizeW, SizeW, DS}, "FS": {KindSeg, SizeW, SizeW, FS}, "GS": {KindSeg, SizeW, SizeW, GS},
	"1": {Kind: KindOne}, "ST0": {Kind: KindST, Size: SizeT, RegSize: SizeT}, "STi": {Kind: KindSTi, Size: SizeT, RegSize: SizeT},
	"sIb": {KindSI, SizeB, SizeB, 0},
}

var kindLetters = map[byte]Kind{
	'E': KindE, 'G': KindG, 'M': KindM, 'R': KindR, 'Z': KindZ, 'I': KindI, 'J': KindJ, 'A': KindA, 'O': KindO, 'X': KindX, 'Y': KindY,
	'S': KindS, 'C': KindC, 'D': KindD, 'V': KindV, 'W': KindW, 'U': KindU, 'P': KindP, 'Q': KindQ, 'N': KindN,
}

var sizeNames = map[string]Size{
	"": SizeNone, "b": SizeB, "w": SizeW, "d": SizeD, "q": SizeQ, "dq": SizeDQ, "v": SizeV, "z": SizeZ, "y": SizeY, "p": SizeP, "a": SizeA,
	"s": SizeS, "ss": SizeD, "sd": SizeQ, "ps": SizeDQ, "pd": SizeDQ, "f32": SizeD, "f64": SizeQ, "f80": SizeT, "i16": SizeW, "i32": SizeD,
	"i64": SizeQ, "bcd": SizeT, "env": SizeEnv, "state": SizeState, "fx": SizeFX,
}

func parseOperand(text string) (Operand, bool) {
	if op, ok := fixedOperands[text]; ok {
		return op, true
	}
	mem, reg, both := strings.Cut(text, "/")
	size, ok := sizeNames[mem[1:]]
	if !ok {
		return Operand{}, false
	}
	if both { // Mw/Rv: memory and register differ in size
		regSize, ok := sizeNames[reg[1:]]
		return Operand{Kind: KindE, Size: size, RegSize: regSize}, ok
	}
	kind, ok := kindLetters[mem[0]]
	return Operand{Kind: kind, Size: size, RegSize: size}, ok
}
