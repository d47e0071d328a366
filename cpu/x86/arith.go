package x86

// The operations on values, each the manual's Operation section and nothing else. The generator makes handlers of them for
// every operand form, and expands the frequent ones into the block engine. Source: SDM Vol. 2, the page of each instruction.

// addCarries and subBorrows are the carry-out vectors of a sum and a difference, whatever came in.
func addCarries[T word](dst, src, sum T) T  { return dst&src | (dst|src)&^sum }
func subBorrows[T word](dst, src, diff T) T { return ^dst&src | (^dst|src)&diff }

// add is ADD: DEST := DEST + SRC. All six status flags.
func add[T word](f *Flags, dst, src T) T {
	sum := dst + src
	f.set(uint64(sum), uint64(addCarries(dst, src, sum)), align[T]())
	return sum
}

// adc is ADC: DEST := DEST + SRC + CF.
func adc[T word](f *Flags, dst, src T) T {
	sum := dst + src + T(f.carryIn())
	f.set(uint64(sum), uint64(addCarries(dst, src, sum)), align[T]())
	return sum
}

// sub is SUB: DEST := DEST − SRC.
func sub[T word](f *Flags, dst, src T) T {
	diff := dst - src
	f.set(uint64(diff), uint64(subBorrows(dst, src, diff)), align[T]())
	return diff
}

// sbb is SBB: DEST := DEST − (SRC + CF).
func sbb[T word](f *Flags, dst, src T) T {
	diff := dst - src - T(f.carryIn())
	f.set(uint64(diff), uint64(subBorrows(dst, src, diff)), align[T]())
	return diff
}

// cmp is CMP: the flags of DEST − SRC.
func cmp[T word](f *Flags, dst, src T) {
	diff := dst - src
	f.set(uint64(diff), uint64(subBorrows(dst, src, diff)), align[T]())
}

// and, or, xor and test are logic: CF and OF are cleared; AF, undefined, is too.
func and[T word](f *Flags, dst, src T) T {
	v := dst & src
	f.set(uint64(v), 0, align[T]())
	return v
}

func or[T word](f *Flags, dst, src T) T {
	v := dst | src
	f.set(uint64(v), 0, align[T]())
	return v
}

func xor[T word](f *Flags, dst, src T) T {
	v := dst ^ src
	f.set(uint64(v), 0, align[T]())
	return v
}

func test[T word](f *Flags, dst, src T) {
	v := dst & src
	f.set(uint64(v), 0, align[T]())
}

// keepCF changes the top two bits of a carry-out vector so that CF is the old one and OF stays.
func keepCF[T word](f *Flags, c T) uint64 {
	return uint64(c) ^ (uint64(c)<<align[T]()>>63^f.carryIn())*(3<<(62-align[T]()))
}

// inc and dec are INC and DEC: CF stays.
func inc[T word](f *Flags, dst T) T {
	sum := dst + 1
	f.set(uint64(sum), keepCF(f, addCarries(dst, 1, sum)), align[T]())
	return sum
}

func dec[T word](f *Flags, dst T) T {
	diff := dst - 1
	f.set(uint64(diff), keepCF(f, subBorrows(dst, 1, diff)), align[T]())
	return diff
}

// neg is NEG: DEST := −DEST; CF says that it was not zero.
func neg[T word](f *Flags, dst T) T {
	v := -dst
	f.set(uint64(v), uint64(dst|v), align[T]())
	return v
}

// not is NOT. No flags.
func not[T word](dst T) T { return ^dst }

// xadd is XADD: the sum to the destination, its old value to the source.
func xadd[T word](f *Flags, dst, src T) (T, T) {
	sum := dst + src
	f.set(uint64(sum), uint64(addCarries(dst, src, sum)), align[T]())
	return sum, dst
}
