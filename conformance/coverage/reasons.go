package main

import (
	"strings"

	decode "stasis/decode/x86"
)

// prefixes are names of x86.csv that are not instructions.
var prefixes = map[string]string{
	"LOCK": "a prefix, which the decoder takes", "REP": "a prefix, which the decoder takes", "REPE": "a prefix, which the decoder takes",
	"XACQUIRE": "a hint by the prefix F2 that does nothing: HLE is not advertised",
	"XRELEASE": "a hint by the prefix F3 that does nothing: HLE is not advertised",
}

// Reasons why instructions are missing. Each of them raises #UD, as on a processor whose CPUID does not show it.
const (
	reasonVEX   = "VEX encodings: AVX, AVX2, FMA, F16C, BMI1 and BMI2 are not advertised; XCR0 has no AVX bit"
	reasonTSX   = "transactional memory (RTM) is not advertised"
	reasonSMM   = "there is no system-management mode: outside it RSM is #UD"
	reasonSSE4A = "SSE4A is not advertised"
)

// reason says why a mnemonic is missing, or nothing if there is none.
func reason(name, feature string) string {
	switch {
	case strings.Contains(feature, "AVX"), feature == "FMA", feature == "F16C", strings.HasPrefix(feature, "BMI"):
		return reasonVEX
	case strings.Contains(feature, "RTM"):
		return reasonTSX
	case name == "RSM":
		return reasonSMM
	case name == "MOVNTSD", name == "MOVNTSS":
		return reasonSSE4A
	}
	for _, op := range byName[name] {
		if why := faulting[op]; why != "" {
			return why
		}
	}
	// x86.csv says of some VEX instructions nothing but their names.
	if name[0] == 'V' {
		return reasonVEX
	}
	return ""
}

// beyond is what neither x86.csv nor the tables have, with examples of its encodings in 64-bit mode: what the decoder does not take,
// and what it takes for something else.
var beyond = []struct {
	what, why string
	invalid   []string
	hints     []string
}{
	{"AVX-512, AVX10, AMX and APX: EVEX, REX2", "not advertised; 62, C4, C5 and D5 in 64-bit mode are #UD",
		[]string{"62f17c4858c0", "c4e27849c0", "c5f877", "d50058"}, nil},
	{"XOP, FMA4, TBM, LWP", "AMD's processors after family 15h have not got them; 8F with a register field other than 0 is #UD", []string{"8fe97812c0"}, nil},
	{"3DNow! and its extensions (0F 0F, FEMMS)", "AMD dropped them after family 10h; PREFETCH and PREFETCHW stay", []string{"0f0fc00d", "0f0e"}, []string{"0f0d00"}},
	{"SSE4A: EXTRQ, INSERTQ", "not advertised", []string{"660f79c1", "f20f79c1"}, nil},
	{"VMX, SMX: VMXON and its kin, GETSEC", "no virtual machines in the guest: CPUID does not show them", []string{"0f01c1", "0f01c2", "f30fc730", "0f37"}, nil},
	{"SVM: VMRUN, VMMCALL, STGI, CLGI, INVLPGA, SKINIT", "no virtual machines in the guest: CPUID does not show them", []string{"0f01d8", "0f01d9", "0f01dc", "0f01de"}, nil},
	{"SGX: ENCLS, ENCLU, ENCLV", "not advertised", []string{"0f01cf", "0f01d7", "0f01c0"}, nil},
	{"SEV-ES, SEV-SNP: RMPADJUST, PVALIDATE, PSMASH", "not advertised", []string{"f30f01fe", "f20f01ff", "f30f01ff"}, nil},
	{"CET: shadow stacks", "not advertised; ENDBR32, ENDBR64 and RDSSP are hints that do nothing, as the manuals have it",
		[]string{"f30f01ea", "f30faee8"}, []string{"f30f1efa", "f3480f1ec8"}},
	{"MPX", "not advertised; its opcodes are hints that do nothing, as the manuals have it", nil, []string{"660f1a00", "f30f1b00"}},
	{"FRED, LKGS, user interrupts, key locker, PCONFIG, WRMSRNS", "not advertised",
		[]string{"f20f01ca", "f20f00f0", "f30f01ee", "f30f38dcc0", "0f01c5", "0f01c6"}, nil},
	{"WAITPKG, MONITORX, MWAITX", "not advertised, for the same reason as MONITOR", []string{"f30faef0", "0f01fa", "0f01fb"}, nil},
	{"MOVDIRI, MOVDIR64B, ENQCMD, SERIALIZE, PTWRITE, GFNI, ADX, RAO-INT", "not advertised; not part of x86-64-v2",
		[]string{"0f38f900", "660f38f800", "f20f38f800", "0f01e8", "f30faee0", "660f38cfc0", "660f38f6c0", "0f38fc00"}, nil},
	{"CLDEMOTE", "not advertised; a hint that does nothing, as the manuals have it", nil, []string{"0f1c00"}},
	{"INVLPGB, TLBSYNC, MCOMMIT, RDPRU", "not advertised", []string{"0f01fe", "0f01ff", "f30f01fa", "0f01fd"}, nil},
}

// raising are the instructions that do nothing but raise an exception.
var raising = map[decode.Op]bool{decode.INT: true, decode.INT3: true, decode.INT1: true, decode.UD0: true, decode.UD1: true, decode.UD2: true}

// faulting are rows of which no case can complete.
var faulting = map[decode.Op]string{
	decode.MONITOR: "CPUID does not show it: watching every store of every CPU would cost all of them, so that it is #UD",
	decode.MWAIT:   "CPUID does not show it: watching every store of every CPU would cost all of them, so that it is #UD",
	decode.RDPMC:   "CPUID shows no performance counters, so that the number of any is #GP(0)",
}
