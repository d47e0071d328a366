package arm64

// The caches that the ID registers describe: 32 KiB of instructions and of data, 1 MiB of both, 64-byte lines. Memory is coherent
// with instruction fetch, and CTR_EL0 says so: nothing has to be cleaned or invalidated. Source: Arm ARM, "CTR_EL0, Cache Type
// Register".
const (
	ctr = 1<<31 | 1<<29 | 1<<28 | // DIC, IDC
		4<<24 | 4<<20 | // CWG, ERG
		4<<16 | 3<<14 | 4 // DminLine, PIPT, IminLine
	clidr     = 3 | 4<<3 | 2<<24 // L1 split, L2 unified; LoC 2, LoUU and LoUIS 0
	ccsidrL1  = 127<<13 | 3<<3 | 2
	ccsidrL2  = 1023<<13 | 15<<3 | 2
	zeroBlock = 64 // bytes of DC ZVA
	dczidBS   = 4  // log2 of its words
	dczidDZP  = 1 << 4
)

func cacheRegisters() []sysreg {
	return []sysreg{
		{name: "CCSIDR_EL1", at: sr(3, 1, 0, 0, 0), what: "of the cache that CSSELR_EL1 chooses; 0 if there is none", read: (*CPU).ccsidr},
		constant("CLIDR_EL1", sr(3, 1, 0, 0, 1), clidr, "two levels, of which nothing has to be maintained"),
		constant("AIDR_EL1", sr(3, 1, 0, 0, 7), 0, "0"),
		held("CSSELR_EL1", sr(3, 2, 0, 0, 0), 15, func(s *SystemRegisters) *uint64 { return &s.CSSELR }, ""),
		{name: "CTR_EL0", at: sr(3, 3, 0, 0, 1), user: userRead, trap: (*CPU).trapUCT, what: "64-byte lines, IDC, DIC; EL0: SCTLR_EL1.UCT", read: func(*CPU) uint64 { return ctr }},
		{name: "DCZID_EL0", at: sr(3, 3, 0, 0, 7), user: userRead, what: "64 bytes; DZP at EL0 without SCTLR_EL1.DZE", read: (*CPU).dczid},
	}
}

func (c *CPU) ccsidr() uint64 {
	switch c.Sys.CSSELR {
	case 0, 1:
		return ccsidrL1
	case 2:
		return ccsidrL2
	}
	return 0
}

func (c *CPU) dczid() uint64 {
	if c.EL == 0 && c.Sys.SCTLR&sctlrDZE == 0 {
		return dczidBS | dczidDZP
	}
	return dczidBS
}
