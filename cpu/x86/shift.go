package x86

import "math/bits"

// Shifts and rotates. The count is masked to 5 bits, or 6 with 64-bit operands; a masked count of 0 changes nothing. OF after
// counts other than 1, undefined in the manual, is what the formula for 1 gives, as real CPUs have it.

// countMask is the mask of shift counts.
func countMask[T word]() uint8 {
	if width[T]() == 64 {
		return 63
	}
	return 31
}

// shl is SHL (SAL).
func shl[T word](f *Flags, dst T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	v := dst << count
	last := dst << (count - 1)
	f.set(uint64(v), shifted[T](uint64(last)<<align[T]()>>63, uint64(last^v)<<align[T]()>>63), align[T]())
	return v
}

// shr is SHR. OF is the original sign for a count of 1, and 0 beyond.
func shr[T word](f *Flags, dst T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	last := dst >> (count - 1)
	v := last >> 1
	f.set(uint64(v), shifted[T](uint64(last)&1, uint64(last)<<align[T]()>>63), align[T]())
	return v
}

// sar is SAR. OF is 0.
func sar[T word](f *Flags, dst T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	last := int64(uint64(dst)<<align[T]()) >> align[T]() >> (count - 1)
	f.set(uint64(T(last>>1)), shifted[T](uint64(last)&1, 0), align[T]())
	return T(last >> 1)
}

// shifted is shiftCarries with AF, which is undefined after a shift and set on AMD.
func shifted[T word](cf, of uint64) uint64 { return shiftCarries[T](cf, of) | 8 }

// shiftCarries is a carry-out vector with the given CF and OF, each 0 or 1.
func shiftCarries[T word](cf, of uint64) uint64 {
	return (cf<<1 | cf ^ of) << (62 - align[T]())
}

// rotateLeft rotates v by n bits modulo its width; a negative n is to the right. The generator writes it as math/bits has it.
func rotateLeft[T word](v T, n int) T {
	k := uint64(n) % width[T]()
	return v<<k | v>>(width[T]()-k)
}

// rol is ROL: only CF and OF change.
func rol[T word](f *Flags, dst T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	v := rotateLeft(dst, int(count))
	cf := uint64(v) & 1
	f.putCFOF(cf, uint64(v)<<align[T]()>>63^cf)
	return v
}

// ror is ROR: only CF and OF change.
func ror[T word](f *Flags, dst T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	v := rotateLeft(dst, -int(count))
	f.putCFOF(uint64(v)<<align[T]()>>63, uint64(v^v<<1)<<align[T]()>>63)
	return v
}

// rcl is RCL: a rotation through CF.
func rcl[T word](f *Flags, dst T, count uint8) T {
	if count&countMask[T]() == 0 {
		return dst
	}
	n := uint64(count&countMask[T]()) % (width[T]() + 1)
	if n == 0 { // a whole turn: only OF changes
		f.putCFOF(f.carryIn(), uint64(dst)<<align[T]()>>63^f.carryIn())
		return dst
	}
	v := dst<<n | T(f.carryIn())<<(n-1) | dst>>(width[T]()-n)>>1
	cf := uint64(dst>>(width[T]()-n)) & 1
	f.putCFOF(cf, uint64(v)<<align[T]()>>63^cf)
	return v
}

// rcr is RCR: a rotation through CF.
func rcr[T word](f *Flags, dst T, count uint8) T {
	if count&countMask[T]() == 0 {
		return dst
	}
	n := uint64(count&countMask[T]()) % (width[T]() + 1)
	if n == 0 { // a whole turn: only OF changes
		f.putCFOF(f.carryIn(), uint64(dst^dst<<1)<<align[T]()>>63)
		return dst
	}
	v := dst>>n | T(f.carryIn())<<(width[T]()-n) | dst<<(width[T]()-n)<<1
	f.putCFOF(uint64(dst>>(n-1))&1, uint64(v^v<<1)<<align[T]()>>63)
	return v
}

// putCFOF replaces CF and OF, each 0 or 1, and leaves the rest.
func (f *Flags) putCFOF(cf, of uint64) {
	f.carry = f.carry&^(3<<(62-f.meta&63)) | (cf<<1|cf^of)<<(62-f.meta&63)
}

// shld is SHLD. Counts beyond a 16-bit operand's width are undefined in the manual: AMD shifts the source in again.
func shld[T word](f *Flags, dst, src T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	if uint64(count) >= width[T]() {
		v := src<<(uint64(count)-width[T]()) | src>>(2*width[T]()-uint64(count))
		cf := uint64(dst) & b2u(uint64(count) == width[T]())
		f.set(uint64(v), shifted[T](cf, cf), align[T]())
		return v
	}
	v := dst<<count | src>>(width[T]()-uint64(count))
	cf := uint64(dst>>(width[T]()-uint64(count))) & 1
	f.set(uint64(v), shifted[T](cf, uint64(v)<<align[T]()>>63^cf), align[T]())
	return v
}

// shrd is SHRD.
func shrd[T word](f *Flags, dst, src T, count uint8) T {
	count &= countMask[T]()
	if count == 0 {
		return dst
	}
	if uint64(count) >= width[T]() {
		v := src>>(uint64(count)-width[T]()) | src<<(2*width[T]()-uint64(count))
		f.set(uint64(v), shifted[T](uint64(dst>>(count-1))&1, uint64(v^v<<1)<<align[T]()>>63), align[T]())
		return v
	}
	v := dst>>count | src<<(width[T]()-uint64(count))
	f.set(uint64(v), shifted[T](uint64(dst>>(count-1))&1, uint64(v^v<<1)<<align[T]()>>63), align[T]())
	return v
}

// bswap is BSWAP; with a 16-bit operand, undefined in the manual, CPUs give 0.
func bswap[T word](dst T) T {
	switch width[T]() {
	case 64:
		return T(bits.ReverseBytes64(uint64(dst)))
	case 32:
		return T(bits.ReverseBytes32(uint32(dst)))
	}
	return 0
}
