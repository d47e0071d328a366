package arm64

// Bits of SCTLR_EL1. Source: Arm ARM, "SCTLR_EL1, System Control Register (EL1)".
const (
	sctlrM     = 1 << 0
	sctlrA     = 1 << 1
	sctlrC     = 1 << 2
	sctlrSA    = 1 << 3
	sctlrSA0   = 1 << 4
	sctlrUMA   = 1 << 9
	sctlrEOS   = 1 << 11
	sctlrI     = 1 << 12
	sctlrEnDB  = 1 << 13
	sctlrDZE   = 1 << 14
	sctlrUCT   = 1 << 15
	sctlrNTWI  = 1 << 16
	sctlrNTWE  = 1 << 18
	sctlrWXN   = 1 << 19
	sctlrTSCXT = 1 << 20
	sctlrSPAN  = 1 << 23
	sctlrE0E   = 1 << 24
	sctlrEE    = 1 << 25
	sctlrUCI   = 1 << 26
	sctlrEnDA  = 1 << 27
	sctlrEnIB  = 1 << 30
	sctlrEnIA  = 1 << 31
	sctlrBT0   = 1 << 35
	sctlrBT1   = 1 << 36
	sctlrDSSBS = 1 << 44
)

// Bits of SCTLR_EL1 that can be written, those that are RES1, and those that are set after a reset.
const (
	sctlrHeld = sctlrM | sctlrA | sctlrC | sctlrSA | sctlrSA0 | sctlrUMA | sctlrI | sctlrEnDB | sctlrDZE | sctlrUCT | sctlrNTWI | sctlrNTWE | sctlrWXN |
		sctlrTSCXT | sctlrSPAN | sctlrE0E | sctlrEE | sctlrUCI | sctlrEnDA | sctlrEnIB | sctlrEnIA | sctlrBT0 | sctlrBT1 | sctlrDSSBS
	sctlrOnes  = 1<<7 | 1<<8 | 1<<22 | 1<<28 | 1<<29 | sctlrEOS
	sctlrReset = sctlrOnes | sctlrSPAN
)
