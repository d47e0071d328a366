package x86

import (
	"unsafe"

	decode "stasis/decode/x86"
)

// The packed integer instructions exist for MMX and, with a 66 prefix, for XMM registers. Their semantics here are functions on one
// quadword of lanes.

// lane is an element of a packed operand.
type lane interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// isXMM tells the XMM form of a packed integer instruction from the MMX form.
func isXMM(i *Inst) bool { return i.Prefix&decode.PrefixData != 0 }

// mm is the reg operand.
func (c *CPU) mm(i *Inst) uint64 { return c.FPU.ST[i.Reg&7].Mant }

// mmRM is the r/m operand: an MMX register or 8 bytes.
func (c *CPU) mmRM(i *Inst) uint64 {
	if !i.IsMem {
		return c.FPU.ST[i.RM&7].Mant
	}
	return load[uint64](c, c.linRead(i, 8))
}

// mmRM32 is mmRM for the interleaving of low halves, which reads 4 bytes.
func (c *CPU) mmRM32(i *Inst) uint64 {
	if !i.IsMem {
		return c.FPU.ST[i.RM&7].Mant
	}
	return uint64(load[uint32](c, c.linRead(i, 4)))
}

// packed applies f to each quadword: reg = f(reg, r/m).
func packed(c *CPU, i *Inst, f func(a, b uint64) uint64) {
	if isXMM(i) {
		c.checkSSE()
		b := c.xmmRM(i)
		x := &c.FPU.XMM[i.Reg]
		x[0], x[1] = f(x[0], b[0]), f(x[1], b[1])
		return
	}
	c.checkMMX()
	b := c.mmRM(i)
	c.enterMMX()
	c.setMM(i.Reg, f(c.mm(i), b))
}

// each applies f to each lane.
func each[T lane](a, b uint64, f func(x, y T) T) (r uint64) {
	width := 8 * uint(unsafe.Sizeof(T(0)))
	for at := uint(0); at < 64; at += width {
		r |= uint64(f(T(a>>at), T(b>>at))) << (64 - width) >> (64 - width) << at
	}
	return r
}

// ones is a lane of all ones for true.
func ones[T lane](v bool) T {
	if v {
		return ^T(0)
	}
	return 0
}

// Top bits of lanes, for arithmetic on all lanes of a quadword at once.
const (
	topB = 0x8080808080808080
	topW = 0x8000800080008000
	topD = 0x8000000080000000
)

func addLanes(a, b, top uint64) uint64 { return (a&^top + b&^top) ^ (a^b)&top }
func subLanes(a, b, top uint64) uint64 { return ((a | top) - b&^top) ^ ^(a^b)&top }

// spread makes a lane of ones of each top bit; width is the lanes' width less one.
func spread(m uint64, width uint) uint64 { return m | (m - m>>width) }

// equalLanes gives ones in each lane that is equal.
func equalLanes(a, b, top uint64, width uint) uint64 {
	x := a ^ b
	return spread(^((x&^top+^top)|x)&top, width)
}

// lessLanes gives ones in each lane where a < b, unsigned: where the subtraction borrows.
func lessLanes(a, b, top uint64, width uint) uint64 {
	return spread((^a&b|^(a^b)&subLanes(a, b, top))&top, width)
}

func paddb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addLanes(a, b, topB) })
}
func paddw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addLanes(a, b, topW) })
}
func paddd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addLanes(a, b, topD) })
}
func paddq(c *CPU, i *Inst) { packed(c, i, func(a, b uint64) uint64 { return a + b }) }
func psubb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subLanes(a, b, topB) })
}
func psubw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subLanes(a, b, topW) })
}
func psubd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subLanes(a, b, topD) })
}
func psubq(c *CPU, i *Inst) { packed(c, i, func(a, b uint64) uint64 { return a - b }) }

func pcmpeqb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return equalLanes(a, b, topB, 7) })
}
func pcmpeqw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return equalLanes(a, b, topW, 15) })
}
func pcmpeqd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return equalLanes(a, b, topD, 31) })
}
func pcmpeqq(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return ones[uint64](a == b) })
}

func pcmpgtb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return lessLanes(b^topB, a^topB, topB, 7) })
}
func pcmpgtw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return lessLanes(b^topW, a^topW, topW, 15) })
}
func pcmpgtd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return lessLanes(b^topD, a^topD, topD, 31) })
}
func pcmpgtq(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return ones[uint64](int64(a) > int64(b)) })
}

func pand(c *CPU, i *Inst)  { packed(c, i, func(a, b uint64) uint64 { return a & b }) }
func pandn(c *CPU, i *Inst) { packed(c, i, func(a, b uint64) uint64 { return b &^ a }) }
func por(c *CPU, i *Inst)   { packed(c, i, func(a, b uint64) uint64 { return a | b }) }
func pxor(c *CPU, i *Inst)  { packed(c, i, func(a, b uint64) uint64 { return a ^ b }) }

// emms is EMMS: all x87 registers become empty.
func emms(c *CPU, _ *Inst) {
	c.checkMMX()
	c.FPU.SW &^= swTOP
	c.FPU.TW = 0xffff
}
