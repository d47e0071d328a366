package x86

import (
	"math/bits"

	decode "stasis/decode/x86"
)

// mul is MUL: rDX:rAX := rAX × SRC. CF and OF say that the upper half is not zero; the other flags, undefined, stay as on AMD.
func mul[T word](c *CPU, i *Inst) {
	hi, lo := bits.Mul64(uint64(readAcc[T](c)), uint64(readRM[T](c, i)))
	if width[T]() < 64 {
		hi, lo = lo>>width[T](), uint64(T(lo))
	}
	c.setProduct(hi, lo, width[T]())
	c.flags.putCFOF(b2u(hi != 0), b2u(hi != 0))
}

// imul1 is IMUL with one operand: rDX:rAX := rAX × SRC, signed.
func imul1[T word](c *CPU, i *Inst) {
	hi, lo := signedProduct(readAcc[T](c), readRM[T](c, i))
	c.setProduct(hi, lo, width[T]())
	over := b2u(T(hi) != T(0)-T(lo>>(width[T]()-1)&1))
	c.flags.putCFOF(over, over)
}

// imul is IMUL with two or three operands: the low half; CF and OF say that it is not all. The others, undefined, stay.
func imul[T word](f *Flags, dst, src T) T {
	hi, lo := bits.Mul64(uint64(signExtend(dst)), uint64(signExtend(src)))
	hi -= uint64(signExtend(dst)>>63)&uint64(signExtend(src)) + uint64(signExtend(src)>>63)&uint64(signExtend(dst))
	over := b2u(hi != uint64(int64(lo)>>63) || signExtend(T(lo)) != int64(lo))
	f.putCFOF(over, over)
	return T(lo)
}

// signedProduct is the whole signed product as two words of T's width, each zero-extended.
func signedProduct[T word](a, b T) (hi, lo uint64) {
	x, y := signExtend(a), signExtend(b)
	hi, lo = bits.Mul64(uint64(x), uint64(y))
	hi -= uint64(x>>63)&uint64(y) + uint64(y>>63)&uint64(x)
	if width[T]() < 64 {
		hi, lo = uint64(T(lo>>width[T]())), uint64(T(lo))
	}
	return hi, lo
}

// signExtend is v as a signed number.
func signExtend[T word](v T) int64 { return int64(uint64(v)<<align[T]()) >> align[T]() }

// setProduct writes a product to AX, DX:AX, EDX:EAX or RDX:RAX.
func (c *CPU) setProduct(hi, lo, bits uint64) {
	switch bits {
	case 8:
		setReg(c, 0, 0, uint16(hi<<8|lo))
	case 16:
		setReg(c, 0, 0, uint16(lo))
		setReg(c, 2, 0, uint16(hi))
	case 32:
		c.R[0], c.R[2] = lo, hi
	default:
		c.R[0], c.R[2] = lo, hi
	}
}

// dividend is AX, DX:AX, EDX:EAX or RDX:RAX as two words.
func (c *CPU) dividend(bits uint64) (hi, lo uint64) {
	switch bits {
	case 8:
		return c.R[0] >> 8 & 0xff, c.R[0] & 0xff
	case 16:
		return c.R[2] & 0xffff, c.R[0] & 0xffff
	case 32:
		return c.R[2] & 0xffffffff, c.R[0] & 0xffffffff
	}
	return c.R[2], c.R[0]
}

// div is DIV: #DE for a zero divisor or a quotient that does not fit.
func div[T word](c *CPU, i *Inst) {
	d := uint64(readRM[T](c, i))
	hi, lo := c.dividend(width[T]())
	if hi >= d {
		c.raise(vecDE, 0)
	}
	if width[T]() < 64 {
		hi, lo = 0, hi<<width[T]()|lo
	}
	q, r := bits.Div64(hi, lo, d)
	c.setProduct(r, q, width[T]())
	c.divideFlags()
}

// divideFlags is what AMD does to the flags, undefined after a division: CF and OF stay, AF is set, the rest is cleared.
func (c *CPU) divideFlags() { c.flags.put(c.flags.get()&(flagCF|flagOF) | flagAF) }

// idiv is IDIV: truncated towards zero, the remainder with the dividend's sign.
func idiv[T word](c *CPU, i *Inst) {
	d := signExtend(readRM[T](c, i))
	hi, lo := c.dividend(width[T]())
	if width[T]() < 64 {
		v := hi<<width[T]() | lo
		n := int64(v << (align[T]() * 2 & 63) >> (align[T]() * 2 & 63))
		if width[T]() < 32 {
			n = int64(v<<(64-2*width[T]())) >> (64 - 2*width[T]())
		}
		hi, lo = uint64(n>>63), uint64(n)
	}
	q, r, ok := signedDivide(hi, lo, d)
	if !ok || signExtend(T(q)) != q {
		c.raise(vecDE, 0)
	}
	c.setProduct(uint64(T(r)), uint64(T(q)), width[T]())
	c.divideFlags()
}

// signedDivide divides a signed 128-bit number.
func signedDivide(hi, lo uint64, d int64) (q, r int64, ok bool) {
	negative := int64(hi) < 0
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	m := uint64(d)
	if d < 0 {
		m = -m
	}
	if hi >= m {
		return 0, 0, false
	}
	uq, ur := bits.Div64(hi, lo, m)
	limit := uint64(1) << 63
	if negative != (d < 0) {
		uq = -uq
		if uq != 0 && uq < limit {
			return 0, 0, false
		}
	} else if uq >= limit {
		return 0, 0, false
	}
	if negative {
		ur = -ur
	}
	return int64(uq), int64(ur), true
}

// cbw is CBW, CWDE or CDQE.
func cbw(c *CPU, i *Inst) {
	switch i.OpSize {
	case 2:
		setReg(c, 0, 0, uint16(int8(c.R[0])))
	case 4:
		c.R[0] = uint64(uint32(int16(c.R[0])))
	default:
		c.R[0] = uint64(int32(c.R[0]))
	}
}

// cwd is CWD, CDQ or CQO.
func cwd(c *CPU, i *Inst) {
	switch i.OpSize {
	case 2:
		setReg(c, 2, 0, uint16(int16(c.R[0])>>15))
	case 4:
		c.R[2] = uint64(uint32(int32(c.R[0]) >> 31))
	default:
		c.R[2] = uint64(int64(c.R[0]) >> 63)
	}
}

// The decimal adjustments, invalid in 64-bit mode.

func daa(c *CPU, i *Inst) { c.decimal(add[uint8]) }
func das(c *CPU, i *Inst) { c.decimal(sub[uint8]) }

// decimal is DAA and DAS: adjust both digits of AL after an addition or a subtraction. OF, undefined, is that of adding or
// subtracting both at once.
func (c *CPU) decimal(adjust func(f *Flags, al, n uint8) uint8) {
	al, cf, af := uint8(c.R[0]), c.flags.cf(), c.flags.af()
	low, n := al&15 > 9 || af, uint8(0)
	if low {
		n = 6
	}
	adjust(&c.flags, al, n)
	carry := low && (cf || c.flags.cf())
	if al > 0x99 || cf {
		n |= 0x60
		carry = true
	}
	v := adjust(&c.flags, al, n)
	setReg(c, 0, 0, v)
	c.flags.set(uint64(v), carries[uint8](carry, c.flags.of())|b2u(low)<<3, 56)
}

func aaa(c *CPU, i *Inst) { c.ascii(add[uint16]) }
func aas(c *CPU, i *Inst) { c.ascii(sub[uint16]) }

// ascii is AAA and AAS: a digit in AL, the carry into AH. SF, ZF, PF and OF, undefined, are those of adding 106h to AX or subtracting it.
func (c *CPU) ascii(adjust func(f *Flags, ax, n uint16) uint16) {
	on, n := c.R[0]&15 > 9 || c.flags.af(), uint16(0)
	if on {
		n = 0x106
	}
	v := adjust(&c.flags, uint16(c.R[0]), n)
	setReg(c, 0, 0, v&0xff0f)
	c.flags.set(uint64(v), carries[uint16](on, c.flags.of())|b2u(on)<<3, align[uint16]())
}

// aam is AAM: AH and AL are quotient and remainder of AL by the immediate.
func aam(c *CPU, i *Inst) {
	d := uint8(i.Imm)
	if d == 0 {
		c.raise(vecDE, 0)
	}
	al := uint8(c.R[0])
	setReg(c, 0, 0, uint16(al/d)<<8|uint16(al%d))
	c.flags.set(uint64(al%d), 0, 56)
}

// aad is AAD: AL := AH × immediate + AL. CF, AF and OF, undefined, are the addition's.
func aad(c *CPU, i *Inst) {
	setReg(c, 0, 0, uint16(add(&c.flags, uint8(c.R[0]), uint8(c.R[0]>>8)*uint8(i.Imm))))
}

// salc is SALC: AL := CF ? FFh : 0. Undocumented, on every CPU.
func salc(c *CPU, i *Inst) { setReg(c, 0, decode.Prefix(0), uint8(-c.flags.carryIn())) }
