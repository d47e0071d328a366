package x86

import "slices"

// gap is a group of rows that the oracle does not know, or knows otherwise than the manuals.
type gap struct {
	why      string
	when     func(*Inst) bool // restricts the gap; nil means always
	patterns []string
}

var gaps = []gap{
	{why: "82 outside 64-bit mode", patterns: []string{"82 /0 ib", "82 /1 ib", "82 /2 ib", "82 /3 ib", "82 /4 ib", "82 /5 ib", "82 /6 ib", "82 /7 ib"}},
	{why: "aliases in groups 2 and 3", patterns: []string{"C0 /6 ib", "C1 /6 ib", "D0 /6", "D1 /6", "D2 /6", "D3 /6", "F6 /1 ib", "F7 /1 iz"}},
	{why: "SALC", patterns: []string{"D6"}},
	{why: "x87 aliases and no-operations", patterns: []string{"DC /2 mod=3", "DC /3 mod=3", "DE /2 mod=3", "DD /1 mod=3", "DF /1 mod=3", "DF /2 mod=3",
		"DF /3 mod=3", "D9 /3 mod=3", "DB E0", "DB E1", "DB E4"}},
	{why: "hint opcodes", patterns: []string{"0F 0D /r", "0F 18 /r", "0F 19 /r", "0F 1A /r", "0F 1B /r", "0F 1C /r", "0F 1D /r", "0F 1E /r", "0F 1F /r"}},
	{why: "fences with a register field other than 0", when: func(i *Inst) bool { return i.ModRM&7 != 0 },
		patterns: []string{"NP 0F AE /5 mod=3", "NP 0F AE /6 mod=3", "NP 0F AE /7 mod=3"}},
	{why: "instructions it does not know", patterns: []string{"NP 0F 01 CA", "NP 0F 01 CB", "NP 0F 01 EE", "NP 0F 01 EF", "0F 01 FC", "NP 0F C7 /7 mod=3",
		"66 0F C7 /7 mod=3", "F3 0F C7 /7 mod=3", "0F B9 /r", "0F FF /r"}},
	{why: "SYSCALL and SYSRET outside 64-bit mode (AMD)", when: func(i *Inst) bool { return i.Mode != Mode64 }, patterns: []string{"0F 05", "0F 07"}},
	{why: "CLWB is XSAVEOPT, CLFLUSHOPT is CLFLUSH", patterns: []string{"66 0F AE /6 mod!=3", "66 0F AE /7 mod!=3"}},
	{why: "moves to and from CRn and DRn ignore mod", when: func(i *Inst) bool { return i.ModRM>>6 != 3 },
		patterns: []string{"0F 20 /r", "0F 21 /r", "0F 22 /r", "0F 23 /r"}},
}

// inGap reports whether an instruction lies in a gap.
func inGap(i *Inst) bool {
	for _, g := range gaps {
		if slices.Contains(g.patterns, Rows[i.Row].Pattern) {
			return g.when == nil || g.when(i)
		}
	}
	return false
}

// oracleOnlyGaps is what the oracle decodes and the tables do not, by its mnemonic.
var oracleOnlyGaps = []struct {
	why       string
	code      []byte // an example in 64-bit mode
	mnemonics []string
}{
	{"system management and transactional memory are not offered", []byte{0x0f, 0xaa}, []string{"RSM", "XABORT", "XBEGIN", "XEND", "XTEST"}},
	{"SSE4A is not offered", []byte{0xf3, 0x0f, 0x2b, 0x00}, []string{"MOVNTSS", "MOVNTSD"}},
	{"no such segment, control or debug register", []byte{0x0f, 0x22, 0xc8}, []string{"MOV"}},
	// Tried on an AMD Zen 4, which raises #UD for each of these.
	{"the manual's NP: another prefix makes it undefined", []byte{0xf3, 0x0f, 0x77}, []string{"CLFLUSH", "EMMS", "FXRSTOR", "FXRSTOR64", "FXSAVE", "FXSAVE64",
		"LDMXCSR", "LFENCE", "MFENCE", "MONITOR", "MOVBE", "MOVNTI", "MWAIT", "RCPPS", "RSQRTPS", "SFENCE", "SHA1MSG1", "SHA1MSG2", "SHA1NEXTE", "SHA1RNDS4", "SHA256MSG1",
		"SHA256MSG2", "SHA256RNDS2", "STMXCSR", "XGETBV", "XRSTOR", "XRSTOR64", "XRSTORS", "XRSTORS64", "XSAVE", "XSAVE64", "XSAVEC", "XSAVEC64",
		"XSAVEOPT", "XSAVEOPT64", "XSAVES", "XSAVES64", "XSETBV"}},
	{"memory forms only", []byte{0x66, 0x0f, 0x12, 0xc1}, []string{"MOVHPD", "MOVLPD"}},
	{"register forms only", []byte{0xf3, 0x0f, 0xae, 0x10}, []string{"RDRAND", "RDFSBASE", "RDGSBASE", "WRFSBASE", "WRGSBASE"}},
}
