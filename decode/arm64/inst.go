// Package arm64 turns A64 words into instructions: tables in the manual's notation, and a decoder that walks them.
//
// An Inst is plain data: it prints, compares and goes into golden files. The tables are the only statement of the instruction
// set; dispatch, fuzzers, cross-checks and the coverage list are made from them. The package imports nothing of Stasis.
//
// Source: Arm ARM (DDI 0487), "A64 Instruction Set Encoding".
package arm64

// Inst is one decoded instruction. Its fields are read from the word.
type Inst struct {
	Raw uint32
	Row uint16 // index into Rows
	Op  Op     // mnemonic and variant
}

// Len is the size of every instruction in bytes.
const Len = 4

// Rd, Rn, Rm and Ra are the register fields in their usual places; Rt is Rd, Rt2 is Ra, Rs is Rm.
func (i *Inst) Rd() uint8 { return uint8(i.Raw & 31) }
func (i *Inst) Rn() uint8 { return uint8(i.Raw >> 5 & 31) }
func (i *Inst) Ra() uint8 { return uint8(i.Raw >> 10 & 31) }
func (i *Inst) Rm() uint8 { return uint8(i.Raw >> 16 & 31) }

// Field is bits hi to lo of the word, as in the manual: imm12 is Field(21, 10).
func (i *Inst) Field(hi, lo uint) uint32 { return i.Raw >> lo & (1<<(hi-lo+1) - 1) }

// Signed is Field, sign-extended.
func (i *Inst) Signed(hi, lo uint) int64 {
	return int64(int32(i.Raw<<(31-hi)) >> (31 - hi + lo))
}

// Bit is one bit of the word.
func (i *Inst) Bit(n uint) bool { return i.Raw>>n&1 != 0 }
