// Package width lets devices whose registers have one width answer accesses of another.
//
// Invariant: a wide access to byte registers is that many byte accesses, lowest offset first, as the ISA bus makes of
// it.
package width

// Read8 answers a read of any size from a file of byte registers.
func Read8(offset uint64, size int, read func(offset uint64) uint8) uint64 {
	var v uint64
	for i := range size {
		v |= uint64(read(offset+uint64(i))) << (8 * i)
	}
	return v
}

// Write8 spreads a write of any size over a file of byte registers.
func Write8(offset uint64, size int, value uint64, write func(offset uint64, v uint8)) {
	for i := range size {
		write(offset+uint64(i), uint8(value>>(8*i)))
	}
}

// Mask is the ones that a value of size bytes may have.
func Mask(size int) uint64 { return ^uint64(0) >> (64 - 8*size) }

// Part returns the size bytes of a register of reg bytes that an access at offset sees, bytes beyond it being zero.
func Part(v uint64, offset uint64, reg, size int) uint64 {
	return v >> (8 * (offset % uint64(reg))) & Mask(size)
}

// Merge returns old with the bytes replaced that a write at offset to a register of reg bytes covers.
func Merge(old uint64, offset uint64, reg, size int, value uint64) uint64 {
	shift := 8 * (offset % uint64(reg))
	mask := Mask(size) << shift & Mask(reg)
	return old&^mask | value<<shift&mask
}
