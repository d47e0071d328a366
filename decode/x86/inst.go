// Package x86 turns bytes into instructions: tables in the manual's notation, and a decoder that walks them.
//
// An Inst is plain data: it prints, compares and goes into golden files. The tables are the only statement of the instruction
// set; dispatch, fuzzers, cross-checks and the coverage list are made from them. The package imports nothing of Stasis.
//
// Sources: Intel SDM Vol. 2, "Instruction Format" and Appendix A "Opcode Map"; AMD APM Vol. 3, Appendix A.
package x86

// Mode is the code segment's default size: 16, 32 or 64.
type Mode uint8

// The three decoding modes.
const (
	Mode16 Mode = 16
	Mode32 Mode = 32
	Mode64 Mode = 64
)

// Segment registers by their number in the manual; SegNone means no override.
const (
	ES = iota
	CS
	SS
	DS
	FS
	GS
	SegNone
)

// Registers that stand in Inst.Base and Inst.Index besides 0–15.
const (
	RegNone = 16 // no such register: contributes zero
	RegIP   = 17 // RIP-relative: the address of the next instruction
)

// Prefix is a set of prefixes that the instruction carried.
type Prefix uint8

// Prefix bits.
const (
	PrefixLock  Prefix = 1 << iota // F0
	PrefixRepNE                    // F2, the last of F2/F3 wins
	PrefixRep                      // F3
	PrefixData                     // 66
	PrefixAddr                     // 67
	PrefixREX                      // any REX byte in force: SPL–DIL instead of AH–BH
	PrefixREXW
)

// MaxLen is the longest legal instruction in bytes; a longer one is #GP(0).
const MaxLen = 15

// Inst is one decoded instruction.
type Inst struct {
	Row      uint16 // index into Rows
	Op       Op     // mnemonic
	Len      uint8  // bytes, prefixes included
	Mode     Mode
	Prefix   Prefix
	OpSize   uint8 // effective operand size in bytes: 2, 4 or 8 (defaults of the row applied)
	AddrSize uint8 // effective address size in bytes: 2, 4 or 8
	Seg      uint8 // segment of the memory operand, override applied (DS or SS by default; in 64-bit mode only FS and GS override)
	Opcode   uint8 // last opcode byte (its low bits may name a register or a condition)
	ModRM    uint8 // raw byte, 0 if there is none
	HasModRM bool
	IsMem    bool   // the ModRM operand (or moffs) is memory
	Reg      uint8  // ModRM.reg with REX.R: 0–15
	RM       uint8  // ModRM.rm with REX.B when a register: 0–15
	OpReg    uint8  // register in the low three opcode bits with REX.B: 0–15
	Base     uint8  // of the memory operand: 0–15, RegNone or RegIP
	Index    uint8  // 0–15 or RegNone
	Scale    uint8  // shift: 0–3
	Disp     int64  // sign-extended displacement (moffs: zero-extended)
	Imm      int64  // first immediate, sign-extended from its size (relative branches too; a far pointer's offset zero-extended)
	Imm2     uint16 // second immediate: far pointer's selector, ENTER's level
}

// OperandSize is the size in bytes of the n-th operand; 0 when it depends on more than the encoding.
func (i *Inst) OperandSize(n int) int {
	op := Forms[i.Row].Operands[n]
	if i.IsMem {
		return i.bytes(op.Size)
	}
	return i.bytes(op.RegSize)
}

var fixedSizes = [...]int{SizeB: 1, SizeW: 2, SizeD: 4, SizeQ: 8, SizeT: 10, SizeDQ: 16, SizeFX: 512}

func (i *Inst) bytes(s Size) int {
	size := int(i.OpSize)
	switch s {
	case SizeV:
		return size
	case SizeZ:
		return min(size, 4)
	case SizeY:
		return max(size, 4)
	case SizeP:
		return size + 2
	case SizeA:
		return 2 * size
	case SizeS:
		return 2 + int(pick(i.Mode == Mode64, 8, 4))
	case SizeEnv:
		return int(pick(size == 2, 14, 28))
	case SizeState:
		return int(pick(size == 2, 94, 108))
	}
	return fixedSizes[s]
}

// String is mnemonic and operand notation, for messages: "ADD Ev Gv".
func (i *Inst) String() string {
	if operands := Rows[i.Row].Operands; operands != "" {
		return i.Op.String() + " " + operands
	}
	return i.Op.String()
}
