package arm64

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// gapFeatures are the features of which the oracle knows no instruction, or only that they are hints.
var gapFeatures = []string{"PAuth", "BTI", "SB", "PAN", "UAO", "DIT", "SSBS", "FlagM", "FlagM2", "LSE", "LRCPC", "LRCPC2", "FP16", "RDM", "DotProd", "JSCVT", "FCMA", "FCMA FP16",
	"FRINTTS", "SHA512", "SHA3"}

// gapOps are other operations that it does not know.
var gapOps = []Op{UDF, HVC, SMC}

// aliases are the mnemonics by which the oracle calls operations besides their own.
var aliases = map[Op]string{
	ADDimm: "MOV", ADDSimm: "CMN", SUBSimm: "CMP", ORRimm: "MOV", ANDSimm: "TST", MOVN: "MOV", MOVZ: "MOV",
	SBFM: "ASR SBFIZ SBFX SXTB SXTH SXTW", BFM: "BFI BFXIL", UBFM: "LSL LSR UBFIZ UBFX UXTB UXTH", EXTR: "ROR",
	HINT: "NOP", ORRshift: "MOV", ORNshift: "MVN", ANDSshift: "TST", ADDSshift: "CMN", ADDSext: "CMN", SUBshift: "NEG", SUBSshift: "CMP NEGS", SUBSext: "CMP",
	SBC: "NGC", SBCS: "NGCS", CSINC: "CINC CSET", CSINV: "CINV CSETM", CSNEG: "CNEG", MADD: "MUL", MSUB: "MNEG", SMADDL: "SMULL", SMSUBL: "SMNEGL",
	UMADDL: "UMULL", UMSUBL: "UMNEGL", LSLV: "LSL", LSRV: "LSR", ASRV: "ASR", RORV: "ROR", ORRv: "MOV", NOT: "MVN", DUPselem: "MOV", UMOV: "MOV",
	INSgen: "MOV", INSelem: "MOV", SSHLL: "SXTL SXTL2", USHLL: "UXTL UXTL2", SYS: "AT DC IC TLBI",
}

// known reports whether an operation may have a mnemonic of the oracle's: its own, with the size or the half of long and narrow
// operations behind it, or an alias.
func known(op Op, mnemonic string) bool {
	own := op.Mnemonic()
	if rest, ok := strings.CutPrefix(mnemonic, own); ok && slices.Contains([]string{"", "B", "H", "W", "X", "2"}, rest) {
		return true
	}
	return slices.Contains(strings.Fields(aliases[op]), mnemonic)
}

// TestOracle compares mnemonics with x/arch's disassembler.
func TestOracle(t *testing.T) {
	instances(t, 100, func(row int, raw uint32) {
		r := &Rows[row]
		i, _ := Decode(raw)
		if int(i.Row) != row || slices.Contains(gapFeatures, r.Feature) || slices.Contains(gapOps, r.Op) {
			return
		}
		inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, raw))
		switch {
		case err != nil && r.Op == SYS: // it knows the aliases only
		case err != nil:
			t.Errorf("%08x: %v %s, the oracle: %v", raw, r.Op, r.Pattern, err)
		case !known(r.Op, inst.Op.String()):
			t.Errorf("%08x: %v %s, the oracle: %v", raw, r.Op, r.Pattern, inst.Op)
		}
	})
}

// TestOracleGaps fails when the oracle learns what it did not know.
func TestOracleGaps(t *testing.T) {
	instances(t, 20, func(row int, raw uint32) {
		r := &Rows[row]
		if !slices.Contains(gapFeatures, r.Feature) && !slices.Contains(gapOps, r.Op) {
			return
		}
		if inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, raw)); err == nil && inst.Op != arm64asm.HINT {
			t.Errorf("%08x: the oracle knows %v %s: %v", raw, r.Op, r.Pattern, inst)
		}
	})
}
