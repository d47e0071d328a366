package arm64

import (
	"slices"
	"strings"
	"unicode"
)

//go:generate go run stasis/internal/gen/ops

// Op is a mnemonic with the manual's variant of it: ADDimm is ADD (immediate), FADDs is FADD (scalar), FADDv is FADD (vector). One
// Op covers all widths, sizes and lengths that its encodings have.
type Op uint16

// String returns the name.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return opNames[Invalid]
}

// Mnemonic returns the name without the variant: small letters, and the V of loads and stores of SIMD&FP registers.
func (o Op) Mnemonic() string {
	name := o.String()
	if strings.HasPrefix(name, "LD") || strings.HasPrefix(name, "ST") {
		name = strings.TrimSuffix(name, "V")
	}
	return strings.TrimRightFunc(name, unicode.IsLower)
}

// Row is one encoding of an instruction.
//
// Pattern is the word, bit 31 first: 0 and 1 are fixed, x is read by nobody (the manual's should-be bits), and a letter is a field,
// from all the places where it stands.
//
// Where is what the fields must fulfil, or else the word is unallocated: terms that all hold, each of alternatives with "|" between
// them, each a field, one of = != < >=, and a number or another field.
type Row struct {
	Pattern string
	Op      Op
	Where   string
	Feature string // what the row belongs to besides Armv8.0, in the ID registers' words; "" for what every CPU has, "A B" needs both
}

// row is a Row as the tables spell it; its table adds the feature.
type row struct {
	pattern string
	op      Op
	where   string
}

// Rows is the instruction set. Row 0 is the unallocated word.
var Rows = slices.Concat(
	[]Row{{}},
	table("", immediateRows, branchRows, exceptionRows, systemRows, exclusiveRows, loadStoreRows, registerRows),
	table("", floatRows, vectorLoadStoreRows, structureRows),
	table("", simdThreeRows, simdLongRows, simdTwoRows, simdElementRows, simdMoveRows, simdShiftRows, simdFloatRows),
	table("PAuth", authBranchRows, authHintRows, authLoadRows, authRows),
	table("BTI", btiRows),
	table("SB", sbRows),
	table("PAN", panRows),
	table("UAO", uaoRows),
	table("DIT", ditRows),
	table("SSBS", ssbsRows),
	table("FlagM", cfinvRows, flagRows),
	table("FlagM2", axflagRows),
	table("CRC32", crcRows),
	table("LSE", lseRows),
	table("LRCPC", lrcpcRows),
	table("LRCPC2", rcpcOffsetRows),
	table("FP16", halfFloatRows, simdHalfRows),
	table("RDM", rdmRows),
	table("DotProd", dotRows),
	table("JSCVT", javascriptRows),
	table("FCMA", complexRows),
	table("FCMA FP16", complexHalfRows),
	table("FRINTTS", frinttsRows, simdFrinttsRows),
	table("AES", aesRows),
	table("PMULL", pmullRows),
	table("SHA1", sha1Rows),
	table("SHA256", sha256Rows),
	table("SHA512", sha512Rows),
	table("SHA3", sha3Rows),
)

// table turns spelled rows into Rows of one feature.
func table(feature string, groups ...[]row) []Row {
	var rows []Row
	for _, group := range groups {
		for _, r := range group {
			rows = append(rows, Row{r.pattern, r.op, r.where, feature})
		}
	}
	return rows
}
