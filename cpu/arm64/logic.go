package arm64

import "math/bits"

// Logic, shifts, and operations on one source. Source: Arm ARM, "A64 Base Instructions".

// shift is a shift or rotation of a value in the instruction's width. Kinds: LSL, LSR, ASR, ROR.
func shift(v uint64, kind uint32, n uint, wide bool) uint64 {
	if !wide {
		return shift32(uint32(v), kind, n)
	}
	switch kind {
	case 0:
		return v << n
	case 1:
		return v >> n
	case 2:
		return uint64(int64(v) >> n)
	}
	return bits.RotateLeft64(v, -int(n))
}

func shift32(v uint32, kind uint32, n uint) uint64 {
	switch kind {
	case 0:
		return uint64(v << n)
	case 1:
		return uint64(v >> n)
	case 2:
		return uint64(uint32(int32(v) >> n))
	}
	return uint64(bits.RotateLeft32(v, -int(n)))
}

// shiftReg is Rm with the instruction's shift. Source: Arm ARM pseudocode, "ShiftReg".
func (c *CPU) shiftReg(i *Inst) uint64 {
	return shift(c.x(i.Rm()), i.Field(23, 22), uint(i.Field(15, 10)), wide(i))
}

// shiftRegNot is that, inverted if N: the forms BIC, ORN, EON.
func (c *CPU) shiftRegNot(i *Inst) uint64 {
	if i.Bit(21) {
		return ^c.shiftReg(i)
	}
	return c.shiftReg(i)
}

func andShift(c *CPU, i *Inst) { c.put(i, c.x(i.Rn())&c.shiftRegNot(i)) }
func bicShift(c *CPU, i *Inst) { andShift(c, i) }
func orrShift(c *CPU, i *Inst) { c.put(i, c.x(i.Rn())|c.shiftRegNot(i)) }
func ornShift(c *CPU, i *Inst) { orrShift(c, i) }
func eorShift(c *CPU, i *Inst) { c.put(i, c.x(i.Rn())^c.shiftRegNot(i)) }
func eonShift(c *CPU, i *Inst) { eorShift(c, i) }

// andsShift is ANDS (shifted register): C and V are cleared.
func andsShift(c *CPU, i *Inst) { c.ands(i, c.shiftRegNot(i)) }
func bicsShift(c *CPU, i *Inst) { andsShift(c, i) }

func (c *CPU) ands(i *Inst, y uint64) {
	r := cut(i, c.x(i.Rn())&y)
	c.setX(i.Rd(), r)
	if !wide(i) {
		r <<= 32
	}
	c.nzcv = nz(r)
}

func andImm(c *CPU, i *Inst)  { c.putSP(i, c.x(i.Rn())&bitMask(i)) }
func orrImm(c *CPU, i *Inst)  { c.putSP(i, c.x(i.Rn())|bitMask(i)) }
func eorImm(c *CPU, i *Inst)  { c.putSP(i, c.x(i.Rn())^bitMask(i)) }
func andsImm(c *CPU, i *Inst) { c.ands(i, bitMask(i)) }

// bitMask is the immediate of a logical instruction.
func bitMask(i *Inst) uint64 {
	w, _ := decodeBitMasks(i.Field(22, 22), i.Field(15, 10), i.Field(21, 16))
	return w
}

// decodeBitMasks are the masks of logical immediates and of bit fields: an element of a power of two bits that holds s+1 ones, rotated
// right by r, and one of s−r+1 ones, each repeated over 64 bits. Source: Arm ARM pseudocode, "DecodeBitMasks".
func decodeBitMasks(n, imms, immr uint32) (wmask, tmask uint64) {
	size := uint32(1) << (bits.Len32(n<<6|^imms&63) - 1)
	s, r := imms&(size-1), immr&(size-1)
	d := (s - r) & (size - 1)
	welem, telem := uint64(2)<<s-1, uint64(2)<<d-1
	if r != 0 {
		welem = welem>>r | welem<<(size-r)
	}
	return replicate(welem, size), replicate(telem, size)
}

// replicate repeats the low bits of an element over 64 bits.
func replicate(v uint64, size uint32) uint64 {
	v &= ^uint64(0) >> (64 - size)
	for ; size < 64; size *= 2 {
		v |= v << size
	}
	return v
}

// lslv is LSLV: the count is taken modulo the width.
func lslv(c *CPU, i *Inst) { c.shiftBy(i) }
func lsrv(c *CPU, i *Inst) { c.shiftBy(i) }
func asrv(c *CPU, i *Inst) { c.shiftBy(i) }
func rorv(c *CPU, i *Inst) { c.shiftBy(i) }

func (c *CPU) shiftBy(i *Inst) {
	n := uint(c.x(i.Rm()) & 31)
	if wide(i) {
		n = uint(c.x(i.Rm()) & 63)
	}
	c.setX(i.Rd(), shift(c.x(i.Rn()), i.Field(11, 10), n, wide(i)))
}

func rbit(c *CPU, i *Inst) {
	v := bits.Reverse64(c.x(i.Rn()))
	if !wide(i) {
		v >>= 32
	}
	c.setX(i.Rd(), v)
}

// rev is REV: the bytes of the whole register in reverse order.
func rev(c *CPU, i *Inst) {
	v := bits.ReverseBytes64(c.x(i.Rn()))
	if !wide(i) {
		v >>= 32
	}
	c.setX(i.Rd(), v)
}

// rev16 is REV16: the bytes of each halfword.
func rev16(c *CPU, i *Inst) {
	const even = 0x00ff00ff00ff00ff
	v := c.x(i.Rn())
	c.put(i, v&even<<8|v>>8&even)
}

// rev32 is REV32: the bytes of each word.
func rev32(c *CPU, i *Inst) {
	c.setX(i.Rd(), bits.RotateLeft64(bits.ReverseBytes64(c.x(i.Rn())), 32))
}

func clz(c *CPU, i *Inst) { c.setX(i.Rd(), leadingZeros(i, c.x(i.Rn()))) }

// cls is CLS: how many bits below the top one are like it.
func cls(c *CPU, i *Inst) {
	v := c.x(i.Rn())
	if !wide(i) {
		v = signed32(v)
	}
	c.setX(i.Rd(), leadingZeros(i, v^uint64(int64(v)>>63))-1)
}

func leadingZeros(i *Inst, v uint64) uint64 {
	if wide(i) {
		return uint64(bits.LeadingZeros64(v))
	}
	return uint64(bits.LeadingZeros32(uint32(v)))
}
