package x86

import "slices"

//go:generate go run stasis/internal/gen/ops -columns 4 -invalid (bad)

// Op is a mnemonic of the manual. MOVSD_X and CMPSD_X are the scalar doubles; MOVS and CMPS the string instructions of any width.
type Op uint16

// String returns the mnemonic.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return opNames[Invalid]
}

// RowFlag says what a row's operands cannot.
type RowFlag uint16

// Row flags.
const (
	Lock      RowFlag = 1 << iota // LOCK is allowed when the destination is memory; otherwise it is #UD
	Rep                           // F2 and F3 repeat
	End                           // ends a block: it branches, or may change mode, translation or what is masked
	D64                           // 64-bit mode: the operand size is 8 unless 66 makes it 2
	F64                           // 64-bit mode: the operand size is 8 whatever the prefixes
	I64                           // invalid in 64-bit mode
	O64                           // valid in 64-bit mode only
	IO                            // accesses a port
	ModReg                        // mod is read as 3 (moves to and from control and debug registers)
	X87                           // #NM when CR0.EM or CR0.TS
	MMX                           // #UD when CR0.EM, #NM when CR0.TS, pending #MF
	SSE                           // #UD when CR0.EM or not CR4.OSFXSR, #NM when CR0.TS
	Unaligned                     // a 16-byte memory operand needs no alignment; the others of SSE do
)

// Row is one encoding of an instruction.
//
// Pattern is, in this order: a mandatory prefix (NP, 66, F3, F2; absent means that they do not select), REX.W, opcode bytes, "+r" or
// "+cc" glued to the last of them, a fixed ModRM byte or "/r" or "/0"–"/7", immediates (ib iw iz iv jb jz ap moffs) and constraints
// (mod=3, mod!=3, B=0).
//
// Operands are in the notation of SDM Vol. 2, "Key to Abbreviations", destination first, with these additions: sIb is sign-extended
// to the operand size, Zv is a register in the opcode, Mw/Rv differs in size between memory and register.
type Row struct {
	Pattern  string
	Op       Op
	Operands string
	Flags    RowFlag
	Feature  string // CPUID feature that gates the row, "" for what every x86-64 processor has
}

// row is a Row as the tables spell it; its table adds the feature and the flags that all its rows share.
type row struct {
	pattern  string
	op       Op
	operands string
	flags    RowFlag
}

// Rows is the instruction set. Row 0 is the invalid instruction.
var Rows = slices.Concat(
	[]Row{{}},
	table("", 0, aluRows, unaryRows, shiftRows, decimalRows, moveRows, stackRows, segmentRows, hintRows, bitRows, branchRows, flagRows,
		stringRows, systemRows),
	table("CMOV", 0, cmovRows),
	table("CX8", 0, cx8Rows),
	table("CX16", 0, cx16Rows),
	table("MOVBE", 0, movbeRows),
	table("LZCNT", 0, lzcntRows),
	table("BMI1", 0, tzcntRows),
	table("POPCNT", 0, popcntRows),
	table("SSE4.2", 0, crc32Rows),
	table("RDRAND", 0, rdrandRows),
	table("RDSEED", 0, rdseedRows),
	table("SYSCALL", 0, syscallRows),
	table("SEP", 0, sysenterRows),
	table("FSGSBASE", 0, fsgsbaseRows),
	table("MONITOR", 0, monitorRows),
	table("SMAP", 0, smapRows),
	table("PKU", 0, pkuRows),
	table("RDTSCP", 0, rdtscpRows),
	table("RDPID", 0, rdpidRows),
	table("INVPCID", 0, invpcidRows),
	table("CLZERO", 0, clzeroRows),
	table("CLFLUSH", 0, clflushRows),
	table("CLFLUSHOPT", 0, clflushoptRows),
	table("CLWB", 0, clwbRows),
	table("FXSR", 0, fxsrRows),
	table("XSAVE", 0, xsaveRows),
	table("XSAVEOPT", 0, xsaveoptRows),
	table("XSAVEC", 0, xsavecRows),
	table("XSAVES", 0, xsavesRows),
	table("FPU", X87, x87Rows, fcmovRows),
	table("FPU", 0, waitRows),
	table("SSE3", X87, fisttpRows),
	table("MMX", MMX, mmxRows),
	table("SSE", MMX, mmxExtRows),
	table("SSE2", MMX, mmxSSE2Rows),
	table("SSE", SSE, sseRows),
	table("SSE2", SSE, sse2Rows, convertRows, sse2IntRows),
	table("SSE2", 0, fenceRows),
	table("SSE3", SSE, sse3Rows),
	table("SSSE3", MMX, ssse3MMXRows),
	table("SSSE3", SSE, ssse3Rows),
	table("SSE4.1", SSE, sse41Rows),
	table("SSE4.2", SSE, sse42Rows),
	table("AES", SSE, aesRows),
	table("PCLMULQDQ", SSE, pclmulRows),
	table("SHA", SSE, shaRows),
)

// table turns spelled rows into Rows of one feature.
func table(feature string, flags RowFlag, groups ...[]row) []Row {
	var rows []Row
	for _, group := range groups {
		for _, r := range group {
			rows = append(rows, Row{r.pattern, r.op, r.operands, r.flags | flags, feature})
		}
	}
	return rows
}
