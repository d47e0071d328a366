package arm64

import "math/bits"

// Additions, subtractions, products and quotients. Source: Arm ARM, "A64 Base Instructions".

// addWithCarry is the sum of two operands and a carry, and its flags. Operands of 32 bits are zero-extended. Source: Arm ARM
// pseudocode, "AddWithCarry".
func addWithCarry(x, y, carry uint64, wide bool) (sum uint64, nzcv uint8) {
	if !wide {
		return addWithCarry32(uint32(x), uint32(y), uint32(carry))
	}
	sum, c := bits.Add64(x, y, carry)
	v := (x ^ sum) & (y ^ sum) >> 63
	return sum, nz(sum) | uint8(c)<<1 | uint8(v)
}

func addWithCarry32(x, y, carry uint32) (sum uint64, nzcv uint8) {
	s, c := bits.Add32(x, y, carry)
	v := (x ^ s) & (y ^ s) >> 31
	return uint64(s), nz(uint64(s)<<32) | uint8(c)<<1 | uint8(v)
}

// carry is the C flag as a number.
func (c *CPU) carry() uint64 { return uint64(c.nzcv >> 1 & 1) }

// sum is Rn + y, or Rn − y.
func sum(i *Inst, x, y uint64) uint64 {
	if i.Bit(30) {
		return x - y
	}
	return x + y
}

// flagged writes Rn + y or Rn − y and the flags.
func (c *CPU) flagged(i *Inst, x, y uint64) {
	carry := uint64(0)
	if i.Bit(30) {
		y, carry = ^y, 1
	}
	r, f := addWithCarry(x, y, carry, wide(i))
	c.setX(i.Rd(), r)
	c.nzcv = f
}

// imm12 is the immediate of an addition: 12 bits, shifted by 12 if sh.
func imm12(i *Inst) uint64 { return uint64(i.Field(21, 10)) << (i.Field(22, 22) * 12) }

// addImm is ADD (immediate), and SUB (immediate) its kin.
func addImm(c *CPU, i *Inst)  { c.putSP(i, sum(i, c.xsp(i.Rn()), imm12(i))) }
func subImm(c *CPU, i *Inst)  { addImm(c, i) }
func addsImm(c *CPU, i *Inst) { c.flagged(i, c.xsp(i.Rn()), imm12(i)) }
func subsImm(c *CPU, i *Inst) { addsImm(c, i) }

// addShift is ADD (shifted register).
func addShift(c *CPU, i *Inst)  { c.put(i, sum(i, c.x(i.Rn()), c.shiftReg(i))) }
func subShift(c *CPU, i *Inst)  { addShift(c, i) }
func addsShift(c *CPU, i *Inst) { c.flagged(i, c.x(i.Rn()), c.shiftReg(i)) }
func subsShift(c *CPU, i *Inst) { addsShift(c, i) }

// addExt is ADD (extended register).
func addExt(c *CPU, i *Inst)  { c.putSP(i, sum(i, c.xsp(i.Rn()), c.extended(i))) }
func subExt(c *CPU, i *Inst)  { addExt(c, i) }
func addsExt(c *CPU, i *Inst) { c.flagged(i, c.xsp(i.Rn()), c.extended(i)) }
func subsExt(c *CPU, i *Inst) { addsExt(c, i) }

// extended is the second operand of an addition with an extended register.
func (c *CPU) extended(i *Inst) uint64 {
	return extendReg(c.x(i.Rm()), uint8(i.Field(15, 13)), uint(i.Field(12, 10)))
}

// extendReg is a register's low part, extended and shifted: bit 2 of option is for signed, the rest is log2 of the bytes. Source: Arm
// ARM pseudocode, "ExtendReg".
func extendReg(v uint64, option uint8, shift uint) uint64 {
	switch option & 7 {
	case 0:
		v = uint64(uint8(v))
	case 1:
		v = uint64(uint16(v))
	case 2:
		v = uint64(uint32(v))
	case 4:
		v = uint64(int8(v))
	case 5:
		v = uint64(int16(v))
	case 6:
		v = uint64(int32(v))
	}
	return v << shift
}

// adc is ADC; sbc is SBC: Rn + NOT(Rm) + C.
func adc(c *CPU, i *Inst)  { c.put(i, c.x(i.Rn())+c.x(i.Rm())+c.carry()) }
func sbc(c *CPU, i *Inst)  { c.put(i, c.x(i.Rn())+^c.x(i.Rm())+c.carry()) }
func adcs(c *CPU, i *Inst) { c.carrying(i, c.x(i.Rm())) }
func sbcs(c *CPU, i *Inst) { c.carrying(i, ^c.x(i.Rm())) }

func (c *CPU) carrying(i *Inst, y uint64) {
	r, f := addWithCarry(c.x(i.Rn()), y, c.carry(), wide(i))
	c.setX(i.Rd(), r)
	c.nzcv = f
}

// adr is ADR, adrp ADRP: PC and an offset of bytes or of 4 KiB pages.
func adr(c *CPU, i *Inst)  { c.setX(i.Rd(), c.pc+uint64(pcOffset(i))) }
func adrp(c *CPU, i *Inst) { c.setX(i.Rd(), c.pc&^pageMask+uint64(pcOffset(i)<<12)) }

func pcOffset(i *Inst) int64 { return i.Signed(23, 5)<<2 | int64(i.Field(30, 29)) }

// madd is MADD: Ra + Rn × Rm.
func madd(c *CPU, i *Inst) { c.put(i, c.x(i.Ra())+c.x(i.Rn())*c.x(i.Rm())) }
func msub(c *CPU, i *Inst) { c.put(i, c.x(i.Ra())-c.x(i.Rn())*c.x(i.Rm())) }

// smaddl is SMADDL: Xa + Wn × Wm.
func smaddl(c *CPU, i *Inst) { c.setX(i.Rd(), c.x(i.Ra())+signed32(c.x(i.Rn()))*signed32(c.x(i.Rm()))) }
func smsubl(c *CPU, i *Inst) { c.setX(i.Rd(), c.x(i.Ra())-signed32(c.x(i.Rn()))*signed32(c.x(i.Rm()))) }
func umaddl(c *CPU, i *Inst) { c.setX(i.Rd(), c.x(i.Ra())+low32(c.x(i.Rn()))*low32(c.x(i.Rm()))) }
func umsubl(c *CPU, i *Inst) { c.setX(i.Rd(), c.x(i.Ra())-low32(c.x(i.Rn()))*low32(c.x(i.Rm()))) }

func signed32(v uint64) uint64 { return uint64(int32(v)) }
func low32(v uint64) uint64    { return uint64(uint32(v)) }

// umulh is UMULH: the high half of the product.
func umulh(c *CPU, i *Inst) {
	hi, _ := bits.Mul64(c.x(i.Rn()), c.x(i.Rm()))
	c.setX(i.Rd(), hi)
}

func smulh(c *CPU, i *Inst) {
	x, y := c.x(i.Rn()), c.x(i.Rm())
	hi, _ := bits.Mul64(x, y)
	c.setX(i.Rd(), hi-uint64(int64(x)>>63)&y-uint64(int64(y)>>63)&x)
}

// udiv is UDIV: by zero it is zero.
func udiv(c *CPU, i *Inst) {
	x, y := cut(i, c.x(i.Rn())), cut(i, c.x(i.Rm()))
	if y == 0 {
		c.setX(i.Rd(), 0)
		return
	}
	c.setX(i.Rd(), x/y)
}

// sdiv is SDIV, towards zero; the lowest number by −1 is itself.
func sdiv(c *CPU, i *Inst) {
	x, y := int64(c.x(i.Rn())), int64(c.x(i.Rm()))
	if !wide(i) {
		x, y = int64(int32(x)), int64(int32(y))
	}
	switch y {
	case 0:
		c.setX(i.Rd(), 0)
	case -1:
		c.put(i, uint64(-x))
	default:
		c.put(i, uint64(x/y))
	}
}
