// Package primecell is what Arm's peripherals have in common: how they identify themselves.
//
// Source: ARM PrimeCell technical reference manuals, "Peripheral Identification Registers" and "PrimeCell Identification
// Registers".
package primecell

// Size is that of a peripheral's registers, of which the last eight words identify it.
const (
	Size  = 0x1000
	first = 0xfe0
)

// ID returns a word of the identification: of a part number with its designer, revision and configuration as the first four bytes
// have them, and then of every PrimeCell.
func ID(peripheral uint32, offset uint64) (v uint64, ok bool) {
	if offset < first || offset >= Size {
		return 0, false
	}
	const cell = 0xb105f00d
	n := (offset - first) / 4
	if n < 4 {
		return uint64(peripheral >> (8 * n) & 0xff), true
	}
	return uint64(cell) >> (8 * (n - 4)) & 0xff, true
}
