package arm64

import (
	"fmt"
	"slices"
	"strings"

	decode "stasis/decode/arm64"
)

// idRegister numbers the ID registers that have fields.
type idRegister int

const (
	idPFR0 idRegister = iota
	idPFR1
	idDFR0
	idISAR0
	idISAR1
	idMMFR0
	idMMFR1
	idMMFR2
	idCount
)

// feature is an optional feature and the field that says so. A feature with needs is there only with them.
type feature struct {
	name  string
	id    idRegister
	shift uint
	value uint64
	needs string
}

// featureTable has what can be hidden. Of rows with the same field the last that is there decides. Source: Arm ARM, "AArch64 ID
// registers".
var featureTable = []feature{
	{"AES", idISAR0, 4, 1, ""},
	{"PMULL", idISAR0, 4, 2, "AES"},
	{"SHA1", idISAR0, 8, 1, ""},
	{"SHA256", idISAR0, 12, 1, ""},
	{"SHA512", idISAR0, 12, 2, "SHA256"},
	{"SHA3", idISAR0, 32, 1, "SHA512"},
	{"CRC32", idISAR0, 16, 1, ""},
	{"LSE", idISAR0, 20, 2, ""},
	{"RDM", idISAR0, 28, 1, ""},
	{"DotProd", idISAR0, 44, 1, ""},
	{"FlagM", idISAR0, 52, 1, ""},
	{"FlagM2", idISAR0, 52, 2, "FlagM"},
	{"RNG", idISAR0, 60, 1, ""},
	{"DPB", idISAR1, 0, 1, ""},
	{"PAuth", idISAR1, 8, 1, ""},
	{"JSCVT", idISAR1, 12, 1, ""},
	{"FCMA", idISAR1, 16, 1, ""},
	{"LRCPC", idISAR1, 20, 1, ""},
	{"LRCPC2", idISAR1, 20, 2, "LRCPC"},
	{"FRINTTS", idISAR1, 32, 1, ""},
	{"SB", idISAR1, 36, 1, ""},
	{"FP16", idPFR0, 16, 1, ""},
	{"DIT", idPFR0, 48, 1, ""},
	{"BTI", idPFR1, 0, 1, ""},
	{"SSBS", idPFR1, 4, 2, ""},
	{"PAN", idMMFR1, 20, 2, ""},
	{"UAO", idMMFR2, 4, 1, ""},
	{"E0PD", idMMFR2, 60, 1, ""},
}

// FeatureNames are the features that Config.Hide can name.
func FeatureNames() (names []string) {
	for _, f := range featureTable {
		names = append(names, f.name)
	}
	return names
}

// CheckFeatures reports a name that is no feature.
func CheckFeatures(names []string) error {
	known := FeatureNames()
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("no feature %q: there are %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}

// idBase are the ID registers of a CPU without any feature of the table: AArch64 only, at EL0 and EL1; floating point and SIMD;
// branch prediction that nobody trains, contexts by SCXTNUM, and no speculation past faults (CSV2, CSV3); debug of Armv8 with its breakpoints and
// watchpoints; 52-bit addresses, 16-bit ASIDs, big-endian data, all granules; hardware access flag and dirty state, HPD.
var idBase = [idCount]uint64{
	idPFR0:  0x11 | 3<<56 | 1<<60,
	idDFR0:  6 | (breakpointCount-1)<<12 | (watchpointCount-1)<<20 | (contextCount-1)<<28,
	idMMFR0: 6 | 2<<4 | 1<<8 | 1<<20,
	idMMFR1: 2 | 1<<12,
	idMMFR2: 1 << 16,
}

// newFeatures is what a model has, and its ID registers.
func newFeatures(config *Config) (have map[string]bool, id [idCount]uint64) {
	have, id = map[string]bool{}, idBase
	for _, f := range featureTable {
		if slices.Contains(config.Hide, f.name) || f.needs != "" && !have[f.needs] {
			continue
		}
		have[f.name] = true
		id[f.id] = id[f.id]&^(15<<f.shift) | f.value<<f.shift
	}
	if have["FP16"] {
		id[idPFR0] |= 1 << 20 // AdvSIMD is FP's
	}
	if have["PAuth"] {
		pointerAuthentication(config.QARMA5, &id[idISAR1])
	}
	if config.GICSystem {
		id[idPFR0] |= 1 << 24
	}
	return have, id
}

// pointerAuthentication sets APA and GPA for the architected algorithm, or else API and GPI.
func pointerAuthentication(architected bool, isar1 *uint64) {
	*isar1 &^= 15 << 8
	if architected {
		*isar1 |= 1<<4 | 1<<24
		return
	}
	*isar1 |= 1<<8 | 1<<28
}

// idRegisters read as the features have it; those of the rest of their space are RES0, AArch32's among them.
func idRegisters() (list []sysreg) {
	list = []sysreg{
		constant("MIDR_EL1", sr(3, 0, 0, 0, 0), 0x000f5a50, "an implementation of no company"),
		{name: "MPIDR_EL1", at: sr(3, 0, 0, 0, 5), what: "Aff0 is the CPU's number", read: func(c *CPU) uint64 { return 1<<31 | uint64(c.index) }},
		constant("REVIDR_EL1", sr(3, 0, 0, 0, 6), 0, "0"),
	}
	named := map[SysReg]struct {
		name string
		id   idRegister
	}{
		sr(3, 0, 0, 4, 0): {"ID_AA64PFR0_EL1", idPFR0}, sr(3, 0, 0, 4, 1): {"ID_AA64PFR1_EL1", idPFR1},
		sr(3, 0, 0, 5, 0): {"ID_AA64DFR0_EL1", idDFR0},
		sr(3, 0, 0, 6, 0): {"ID_AA64ISAR0_EL1", idISAR0}, sr(3, 0, 0, 6, 1): {"ID_AA64ISAR1_EL1", idISAR1},
		sr(3, 0, 0, 7, 0): {"ID_AA64MMFR0_EL1", idMMFR0}, sr(3, 0, 0, 7, 1): {"ID_AA64MMFR1_EL1", idMMFR1}, sr(3, 0, 0, 7, 2): {"ID_AA64MMFR2_EL1", idMMFR2},
	}
	for m := 1; m < 8; m++ {
		for op2 := range 8 {
			at := sr(3, 0, 0, m, op2)
			n, ok := named[at]
			if !ok {
				list = append(list, constant("ID_"+at.String(), at, 0, "RES0"))
				continue
			}
			list = append(list, sysreg{name: n.name, at: at, what: "what is there", read: func(c *CPU) uint64 { return c.id[n.id] }})
		}
	}
	return list
}

// concealedRows says which rows of the tables the model does not have.
func concealedRows(have map[string]bool) []bool {
	hidden := make([]bool, len(decode.Rows))
	for n, r := range decode.Rows {
		for _, name := range strings.Fields(r.Feature) {
			hidden[n] = hidden[n] || !have[name]
		}
	}
	return hidden
}

// hintMask and hintValue tell the hint space: what is not there does nothing, and is not UNDEFINED.
const (
	hintMask  = 0xfffff01f
	hintValue = 0xd503201f
)

// decode decodes an instruction as this model of CPU sees it; !ok is UNDEFINED.
func (c *CPU) decode(raw uint32) (i Inst, ok bool) {
	i, ok = decode.Decode(raw)
	switch {
	case !ok || !c.hidden[i.Row]:
		return i, ok
	case raw&hintMask == hintValue:
		return Inst{Raw: raw, Row: i.Row, Op: decode.HINT}, true
	}
	return i, false
}
