package x86

import "encoding/binary"

// bitwise applies f to both quadwords: the logical instructions of the floating-point groups.
func bitwise(c *CPU, i *Inst, f func(a, b uint64) uint64) {
	c.checkSSE()
	b := c.xmmRM(i)
	x := &c.FPU.XMM[i.Reg]
	x[0], x[1] = f(x[0], b[0]), f(x[1], b[1])
}

func andps(c *CPU, i *Inst)  { bitwise(c, i, func(a, b uint64) uint64 { return a & b }) }
func andnps(c *CPU, i *Inst) { bitwise(c, i, func(a, b uint64) uint64 { return b &^ a }) }
func orps(c *CPU, i *Inst)   { bitwise(c, i, func(a, b uint64) uint64 { return a | b }) }
func xorps(c *CPU, i *Inst)  { bitwise(c, i, func(a, b uint64) uint64 { return a ^ b }) }
func andpd(c *CPU, i *Inst)  { andps(c, i) }
func andnpd(c *CPU, i *Inst) { andnps(c, i) }
func orpd(c *CPU, i *Inst)   { orps(c, i) }
func xorpd(c *CPU, i *Inst)  { xorps(c, i) }

// combine writes f of both registers to the destination.
func combine(c *CPU, i *Inst, f func(a, b xmm) xmm) {
	c.checkSSE()
	b := c.xmmRM(i)
	c.FPU.XMM[i.Reg] = f(c.FPU.XMM[i.Reg], b)
}

// dword is doubleword n of a register.
func dword(v xmm, n uint) uint64 { return v[n>>1&1] >> (32 * (n & 1)) & 0xffffffff }

// dwords builds a register from doublewords, low first.
func dwords(a, b, c, d uint64) xmm { return xmm{a | b<<32, c | d<<32} }

// shuffle4 picks one word of v for each two bits of the order.
func shuffle4(v uint64, order uint8) (r uint64) {
	for n := range 4 {
		r |= v >> (16 * (order >> (2 * n) & 3)) & 0xffff << (16 * n)
	}
	return r
}

func pshufd(c *CPU, i *Inst) {
	o := uint(i.Imm)
	combine(c, i, func(_, b xmm) xmm {
		return dwords(dword(b, o&3), dword(b, o>>2&3), dword(b, o>>4&3), dword(b, o>>6&3))
	})
}

func pshuflw(c *CPU, i *Inst) {
	o := uint8(i.Imm)
	combine(c, i, func(_, b xmm) xmm { return xmm{shuffle4(b[0], o), b[1]} })
}

func pshufhw(c *CPU, i *Inst) {
	o := uint8(i.Imm)
	combine(c, i, func(_, b xmm) xmm { return xmm{b[0], shuffle4(b[1], o)} })
}

// pshufw is PSHUFW: shuffle4 on MMX registers.
func pshufw(c *CPU, i *Inst) {
	c.checkMMX()
	b := c.mmRM(i)
	c.enterMMX()
	c.setMM(i.Reg, shuffle4(b, uint8(i.Imm)))
}

func shufps(c *CPU, i *Inst) {
	o := uint(i.Imm)
	combine(c, i, func(a, b xmm) xmm {
		return dwords(dword(a, o&3), dword(a, o>>2&3), dword(b, o>>4&3), dword(b, o>>6&3))
	})
}

func shufpd(c *CPU, i *Inst) {
	o := i.Imm
	combine(c, i, func(a, b xmm) xmm { return xmm{a[o&1], b[o>>1&1]} })
}

func unpcklps(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm { return dwords(dword(a, 0), dword(b, 0), dword(a, 1), dword(b, 1)) })
}
func unpckhps(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm { return dwords(dword(a, 2), dword(b, 2), dword(a, 3), dword(b, 3)) })
}
func unpcklpd(c *CPU, i *Inst)   { combine(c, i, func(a, b xmm) xmm { return xmm{a[0], b[0]} }) }
func unpckhpd(c *CPU, i *Inst)   { combine(c, i, func(a, b xmm) xmm { return xmm{a[1], b[1]} }) }
func punpcklqdq(c *CPU, i *Inst) { unpcklpd(c, i) }
func punpckhqdq(c *CPU, i *Inst) { unpckhpd(c, i) }

func movsldup(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm { return dwords(dword(b, 0), dword(b, 0), dword(b, 2), dword(b, 2)) })
}
func movshdup(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm { return dwords(dword(b, 1), dword(b, 1), dword(b, 3), dword(b, 3)) })
}

// movddup is MOVDDUP: the low quadword twice.
func movddup(c *CPU, i *Inst) {
	c.checkSSE()
	v := c.low64(i)
	c.FPU.XMM[i.Reg] = xmm{v, v}
}

// bytesOf is a register's bytes, low first.
func bytesOf(v xmm) (b [16]byte) {
	binary.LittleEndian.PutUint64(b[:8], v[0])
	binary.LittleEndian.PutUint64(b[8:], v[1])
	return b
}

func xmmOf(b *[16]byte) xmm {
	return xmm{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// shuffleBytes picks a byte of the table for each byte of the order, zero where its top bit is set.
func shuffleBytes(table, order xmm, mask byte) xmm {
	t, o := bytesOf(table), bytesOf(order)
	for n, at := range o {
		o[n] = t[at&mask&15] &^ byte(int8(at)>>7)
	}
	return xmmOf(&o)
}

func pshufb(c *CPU, i *Inst) {
	if isXMM(i) {
		combine(c, i, func(a, b xmm) xmm { return shuffleBytes(a, b, 15) })
		return
	}
	c.checkMMX()
	b := c.mmRM(i)
	c.enterMMX()
	c.setMM(i.Reg, shuffleBytes(xmm{c.mm(i)}, xmm{b}, 7)[0])
}

func movmskps(c *CPU, i *Inst) {
	c.checkSSE()
	x := &c.FPU.XMM[i.RM]
	c.setGPR(i.Reg, x[0]>>31&1|x[0]>>63<<1|x[1]>>31&1<<2|x[1]>>63<<3)
}

func movmskpd(c *CPU, i *Inst) {
	c.checkSSE()
	x := &c.FPU.XMM[i.RM]
	c.setGPR(i.Reg, x[0]>>63|x[1]>>63<<1)
}
