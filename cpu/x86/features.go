package x86

import (
	"fmt"
	"slices"
	"strings"

	decode "stasis/decode/x86"
)

// bit is a CPUID feature bit and the feature that it tells of.
type bit struct {
	n       uint
	feature string
}

// The feature bits of CPUID's leaves, by the names that --cpu takes. Sources: SDM Vol. 2A, "CPUID", tables of feature information;
// APM Vol. 3, appendix "Obtaining Processor Information Via the CPUID Instruction".
var (
	leaf1EDX = []bit{{0, "FPU"}, {1, "VME"}, {2, "DE"}, {3, "PSE"}, {4, "TSC"}, {5, "MSR"}, {6, "PAE"}, {7, "MCE"}, {8, "CX8"}, {9, "APIC"},
		{11, "SEP"}, {12, "MTRR"}, {13, "PGE"}, {14, "MCA"}, {15, "CMOV"}, {16, "PAT"}, {17, "PSE36"}, {19, "CLFLUSH"}, {23, "MMX"},
		{24, "FXSR"}, {25, "SSE"}, {26, "SSE2"}}
	leaf1ECX = []bit{{0, "SSE3"}, {1, "PCLMULQDQ"}, {3, "MONITOR"}, {9, "SSSE3"}, {13, "CX16"}, {17, "PCID"}, {19, "SSE4.1"}, {20, "SSE4.2"},
		{21, "X2APIC"}, {22, "MOVBE"}, {23, "POPCNT"}, {24, "TSC_DEADLINE"}, {25, "AES"}, {26, "XSAVE"}, {30, "RDRAND"}}
	leaf6EAX = []bit{{2, "ARAT"}}
	leaf7EBX = []bit{{0, "FSGSBASE"}, {1, "TSC_ADJUST"}, {7, "SMEP"}, {10, "INVPCID"}, {18, "RDSEED"}, {20, "SMAP"}, {23, "CLFLUSHOPT"},
		{24, "CLWB"}, {29, "SHA"}}
	leaf7ECX   = []bit{{2, "UMIP"}, {3, "PKU"}, {16, "LA57"}, {22, "RDPID"}}
	leafExtECX = []bit{{0, "LAHF"}, {5, "LZCNT"}, {8, "PREFETCHW"}}
	leafExtEDX = []bit{{11, "SYSCALL"}, {20, "NX"}, {26, "PAGE1GB"}, {27, "RDTSCP"}, {29, "LM"}}
	leafExtEBX = []bit{{0, "CLZERO"}, {26, "SSB_NO"}, {29, "BTC_NO"}} // leaf 80000008h, AMD only; nothing here speculates
	leafXSAVE  = []bit{{0, "XSAVEOPT"}, {1, "XSAVEC"}, {2, "XGETBV1"}, {3, "XSAVES"}}
	leafAMDEDX = uint32(0x0183f3ff) // bits that AMD's extended leaf repeats from leaf 1

	// leaf21EAX: LFENCE serialises, a null selector clears the base, no return is speculated.
	leaf21EAX = uint32(1<<2 | 1<<6 | 1<<29)
)

var featureLeaves = [][]bit{leaf1EDX, leaf1ECX, leaf6EAX, leaf7EBX, leaf7ECX, leafExtECX, leafExtEDX, leafExtEBX, leafXSAVE}

// TZCNT has no bit of its own: BMI1 tells of it and of VEX instructions too, which are not there. It executes unless it is hidden.
const featureTZCNT = "BMI1"

// needs is what a feature builds on: hidden with it.
var needs = map[string]string{"SSE": "FXSR", "SSE2": "SSE", "SSE3": "SSE2", "SSSE3": "SSE3", "SSE4.1": "SSSE3", "SSE4.2": "SSE4.1",
	"PCLMULQDQ": "SSE2", "AES": "SSE2", "SHA": "SSE2", "XSAVE": "FXSR", "XSAVEOPT": "XSAVE", "XSAVEC": "XSAVE", "XGETBV1": "XSAVE",
	"XSAVES": "XSAVEC", "PKU": "XSAVE", "X2APIC": "APIC", "TSC_DEADLINE": "APIC", "INVPCID": "PCID", "MMX": "FPU"}

// handled says of every feature of the decode tables whether all its rows have handlers.
var handled = map[string]bool{}

func noteFeatures() {
	for n := range decode.Rows {
		f := decode.Rows[n].Feature
		on, seen := handled[f]
		handled[f] = (on || !seen) && handlers[n*4+2] != nil
	}
}

// features are what a model of CPU has and what it hides.
type features struct {
	on     map[string]bool
	hidden []bool // by row of the decode tables
	cr4    uint64 // bits that software may set
	efer   uint64
	xcr0   uint64
	la57   bool // linear addresses may have 57 bits
	giant  bool // 1 GiB pages
}

// newFeatures is what the model has without the features that are hidden.
func newFeatures(vendor string, hide []string) (f features) {
	f.on = map[string]bool{"": true, featureTZCNT: true}
	for _, list := range featureLeaves {
		for _, b := range list {
			rows, known := handled[b.feature]
			f.on[b.feature] = rows || !known
		}
	}
	f.on["MONITOR"] = false
	if vendor == "intel" {
		f.on["CLZERO"] = false
	}
	for _, name := range hide {
		f.on[name] = false
	}
	for range needs { // as many rounds as the longest chain could have
		for name, base := range needs {
			f.on[name] = f.on[name] && f.on[base]
		}
	}
	f.hidden = make([]bool, len(decode.Rows))
	for n := range decode.Rows {
		f.hidden[n] = !f.on[decode.Rows[n].Feature]
	}
	f.registers()
	return f
}

// registers derives the bits of control registers that exist.
func (f *features) registers() {
	f.cr4 = cr4Always
	for name, bits := range map[string]uint64{"VME": cr4VME | cr4PVI, "TSC": cr4TSD, "DE": cr4DE, "PSE": cr4PSE, "PAE": cr4PAE, "MCE": cr4MCE,
		"PGE": cr4PGE, "FXSR": cr4OSFXSR, "SSE": cr4OSXMMEXCPT, "UMIP": cr4UMIP, "LA57": cr4LA57, "FSGSBASE": cr4FSGSBASE, "PCID": cr4PCIDE,
		"XSAVE": cr4OSXSAVE, "SMEP": cr4SMEP, "SMAP": cr4SMAP, "PKU": cr4PKE} {
		if f.on[name] {
			f.cr4 |= bits
		}
	}
	for name, bits := range map[string]uint64{"SYSCALL": eferSCE, "LM": eferLME | eferLMA, "NX": eferNXE} {
		if f.on[name] {
			f.efer |= bits
		}
	}
	f.xcr0 = xcr0X87 | xcr0SSE
	if f.on["PKU"] {
		f.xcr0 |= xcr0PKRU
	}
	f.la57, f.giant = f.on["LA57"], f.on["PAGE1GB"]
}

// bits are the bits of a list whose features are on.
func (f *features) bits(list []bit) (v uint32) {
	for _, b := range list {
		if f.on[b.feature] {
			v |= 1 << b.n
		}
	}
	return v
}

// conceal turns an instruction that this model does not have into what it does instead: LZCNT and TZCNT become BSR and BSF, since
// their prefix is ignored; ok is false for #UD.
func (f *features) conceal(i *Inst) (ok bool) {
	switch i.Op {
	case decode.LZCNT:
		i.Op, i.Row = decode.BSR, rowBSR
	case decode.TZCNT:
		i.Op, i.Row = decode.BSF, rowBSF
	default:
		return false
	}
	return true
}

var rowBSR, rowBSF = rowOf(decode.BSR), rowOf(decode.BSF)

// rowOf is the first row of an operation.
func rowOf(op decode.Op) uint16 {
	for n := range decode.Rows {
		if decode.Rows[n].Op == op {
			return uint16(n)
		}
	}
	panic("no row of " + op.String())
}

// plain is a feature's name without what people write in different ways.
func plain(name string) string {
	return strings.NewReplacer(".", "", "_", "", "-", "").Replace(strings.ToLower(name))
}

// aliases are other names of features, as plain gives them.
var aliases = map[string]string{"abm": "LZCNT", "tzcnt": featureTZCNT, "clflushopt": "CLFLUSHOPT", "clfsh": "CLFLUSH", "lahflm": "LAHF",
	"pdpe1gb": "PAGE1GB", "cmpxchg16b": "CX16", "cmpxchg8b": "CX8", "cx8": "CX8", "rdtscp": "RDTSCP", "shani": "SHA", "pni": "SSE3",
	"ospke": "PKU", "3dnowprefetch": "PREFETCHW"}

// FeatureName is the feature that a user means, in the spelling of Config.Hide.
func FeatureName(text string) (string, error) {
	want := plain(text)
	if name, ok := aliases[want]; ok {
		return name, nil
	}
	var known []string
	for _, list := range featureLeaves {
		for _, b := range list {
			if plain(b.feature) == want {
				return b.feature, nil
			}
			known = append(known, strings.ToLower(b.feature))
		}
	}
	slices.Sort(known)
	return "", fmt.Errorf("CPU feature %q is not known; there are %s", text, strings.Join(known, " "))
}
