package x86

// The memory type range registers hold what software writes; every memory here behaves as write-back. Source: SDM Vol. 3A, "Memory
// Type Range Registers (MTRRs)".

const (
	// mtrrCap: 8 variable ranges, fixed ranges, write-combining.
	mtrrCap   = 0x508
	mtrrCount = 8

	mtrrDefault = 0xcff // the bits of IA32_MTRR_DEF_TYPE
	mtrrValid   = 1 << 11
)

// mtrr is the state of an MTRR, and the bits that may be set.
func (c *CPU) mtrr(n uint32) (v *uint64, mask uint64) {
	if !c.features.on["MTRR"] {
		return nil, 0
	}
	const address = (1<<physBits - 1) &^ 0xfff
	switch {
	case n == msrMTRRDefType:
		return &c.MTRRDefType, mtrrDefault
	case n >= msrMTRRVar && n < msrMTRRVar+2*mtrrCount && n%2 == 0: // base
		return &c.MTRRVar[n-msrMTRRVar], address | 0xff
	case n >= msrMTRRVar && n < msrMTRRVar+2*mtrrCount: // mask
		return &c.MTRRVar[n-msrMTRRVar], address | mtrrValid
	}
	if k := fixedMTRR(n); k >= 0 {
		return &c.MTRRFixed[k], ^uint64(0)
	}
	return nil, 0
}

// fixedMTRR is the place of a fixed-range register in the state, or −1.
func fixedMTRR(n uint32) int {
	switch {
	case n == 0x250: // 64 KiB pieces
		return 0
	case n == 0x258 || n == 0x259: // 16 KiB
		return int(n - 0x257)
	case n >= 0x268 && n <= 0x26f: // 4 KiB
		return int(n - 0x265)
	}
	return -1
}

// validMTRR reports whether a value for an MTRR holds memory types that exist; for other registers it is true.
func validMTRR(n uint32, v uint64) bool {
	types := 0
	switch {
	case fixedMTRR(n) >= 0:
		types = 8
	case n == msrMTRRDefType, n >= msrMTRRVar && n < msrMTRRVar+2*mtrrCount && n%2 == 0:
		types = 1
	}
	for range types {
		if kind := v & 0xff; kind > 6 || kind == 2 || kind == 3 {
			return false
		}
		v >>= 8
	}
	return true
}
