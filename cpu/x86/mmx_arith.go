package x86

import "unsafe"

// saturate limits v to the range of T.
func saturate[T lane](v int32) T {
	if r := T(v); int32(r) == v {
		return r
	}
	most := ^T(0)
	if most < 0 { // signed
		most = T(^uint64(0) >> (65 - 8*uint(unsafe.Sizeof(most))))
	}
	if v < 0 {
		return ^most
	}
	return most
}

func addSaturated(a, b int16) int16 { return saturate[int16](int32(a) + int32(b)) }
func subSaturated(a, b int16) int16 { return saturate[int16](int32(a) - int32(b)) }

// saturated replaces the lanes that overflowed, which a top bit of overflow marks, by the greatest or, where a is negative, the least
// integer.
func saturated(r, a, overflow, top uint64, width uint) uint64 {
	m := spread(overflow&top, width)
	return r&^m | (^top+a&top>>width)&m
}

func addSigned(a, b, top uint64, width uint) uint64 {
	r := addLanes(a, b, top)
	return saturated(r, a, (r^a)&(r^b), top, width)
}

func subSigned(a, b, top uint64, width uint) uint64 {
	r := subLanes(a, b, top)
	return saturated(r, a, (a^b)&(r^a), top, width)
}

// addUnsigned saturates where the sum is less than an operand, subUnsigned where the operand is less than what it loses.
func addUnsigned(a, b, top uint64, width uint) uint64 {
	r := addLanes(a, b, top)
	return r | lessLanes(r, a, top, width)
}

func subUnsigned(a, b, top uint64, width uint) uint64 {
	return subLanes(a, b, top) &^ lessLanes(a, b, top, width)
}

func paddsb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addSigned(a, b, topB, 7) })
}
func paddsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addSigned(a, b, topW, 15) })
}
func paddusb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addUnsigned(a, b, topB, 7) })
}
func paddusw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return addUnsigned(a, b, topW, 15) })
}
func psubsb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subSigned(a, b, topB, 7) })
}
func psubsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subSigned(a, b, topW, 15) })
}
func psubusb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subUnsigned(a, b, topB, 7) })
}
func psubusw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return subUnsigned(a, b, topW, 15) })
}

// least and greatest choose lane by lane. With flip, the top bits, they order signed lanes.
func least(a, b, flip, top uint64, width uint) uint64 {
	m := lessLanes(a^flip, b^flip, top, width)
	return a&m | b&^m
}

func greatest(a, b, flip, top uint64, width uint) uint64 {
	m := lessLanes(a^flip, b^flip, top, width)
	return b&m | a&^m
}

func pminub(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, 0, topB, 7) })
}
func pminsb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, topB, topB, 7) })
}
func pminuw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, 0, topW, 15) })
}
func pminsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, topW, topW, 15) })
}
func pminud(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, 0, topD, 31) })
}
func pminsd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return least(a, b, topD, topD, 31) })
}
func pmaxub(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, 0, topB, 7) })
}
func pmaxsb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, topB, topB, 7) })
}
func pmaxuw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, 0, topW, 15) })
}
func pmaxsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, topW, topW, 15) })
}
func pmaxud(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, 0, topD, 31) })
}
func pmaxsd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return greatest(a, b, topD, topD, 31) })
}

// average rounds up. low are the lowest bits of the lanes.
func average(a, b, low uint64) uint64 { return (a | b) - (a^b)&^low>>1 }

func pavgb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return average(a, b, topB>>7) })
}
func pavgw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return average(a, b, topW>>15) })
}

func pmullw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, func(x, y uint16) uint16 { return x * y }) })
}
func pmulld(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, func(x, y uint32) uint32 { return x * y }) })
}

func mulHigh[T int16 | uint16](a, b T) T { return T(int64(a) * int64(b) >> 16) }

func pmulhw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, mulHigh[int16]) })
}
func pmulhuw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, mulHigh[uint16]) })
}
func pmuludq(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return a & 0xffffffff * (b & 0xffffffff) })
}
func pmuldq(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return uint64(int64(int32(a)) * int64(int32(b))) })
}

// pmulhrsw is PMULHRSW: the product scaled down by 2^15, rounded.
func pmulhrsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 {
		return each(a, b, func(x, y int16) int16 { return int16((int32(x)*int32(y)>>14 + 1) >> 1) })
	})
}

// pmaddwd is PMADDWD: products of signed words, added in pairs.
func pmaddwd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 {
		return each(a, b, func(x, y uint32) uint32 {
			return uint32(int32(int16(x))*int32(int16(y)) + int32(x)>>16*(int32(y)>>16))
		})
	})
}

// pmaddubsw is PMADDUBSW: products of unsigned with signed bytes, added in pairs and saturated.
func pmaddubsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 {
		return each(a, b, func(x, y uint16) uint16 {
			return uint16(saturate[int16](int32(x&0xff)*int32(int8(y)) + int32(x>>8)*int32(int8(y>>8))))
		})
	})
}

// psadbw is PSADBW: the sum of the bytes' distances.
func psadbw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) (sum uint64) {
		for at := 0; at < 64; at += 8 {
			x, y := a>>at&0xff, b>>at&0xff
			sum += max(x, y) - min(x, y)
		}
		return sum
	})
}

// sign is a, negated or cleared by the sign of b.
func sign[T lane](a, b T) T {
	switch {
	case b < 0:
		return -a
	case b == 0:
		return 0
	}
	return a
}

func psignb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, sign[int8]) })
}
func psignw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, sign[int16]) })
}
func psignd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, sign[int32]) })
}

// absolute is |b|; the least integer stays itself.
func absolute[T lane](_, b T) T {
	if b < 0 {
		return -b
	}
	return b
}

func pabsb(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, absolute[int8]) })
}
func pabsw(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, absolute[int16]) })
}
func pabsd(c *CPU, i *Inst) {
	packed(c, i, func(a, b uint64) uint64 { return each(a, b, absolute[int32]) })
}

// pmovmskb is PMOVMSKB: the top bits of the bytes.
func pmovmskb(c *CPU, i *Inst) {
	if isXMM(i) {
		c.checkSSE()
		x := &c.FPU.XMM[i.RM]
		c.setGPR(i.Reg, topBits(x[0])|topBits(x[1])<<8)
		return
	}
	c.checkMMX()
	c.enterMMX()
	c.setGPR(i.Reg, topBits(c.FPU.ST[i.RM&7].Mant))
}

// topBits gathers the top bits of eight bytes.
func topBits(v uint64) uint64 { return v & topB >> 7 * 0x0102040810204080 >> 56 }

// phminposuw is PHMINPOSUW: the least word and its index.
func phminposuw(c *CPU, i *Inst) {
	c.checkSSE()
	v := c.xmmRM(i)
	best := uint64(0xffff) + 1
	var at uint64
	for n := range uint64(8) {
		if w := v[n/4] >> (n % 4 * 16) & 0xffff; w < best {
			best, at = w, n
		}
	}
	c.FPU.XMM[i.Reg] = xmm{best | at<<16}
}

// ptest is PTEST: ZF for no common bit, CF for no bit of the source that the destination lacks.
func ptest(c *CPU, i *Inst) {
	c.checkSSE()
	b := c.xmmRM(i)
	a := &c.FPU.XMM[i.Reg]
	zf := a[0]&b[0]|a[1]&b[1] == 0
	cf := b[0]&^a[0]|b[1]&^a[1] == 0
	c.flags.put(b2u(zf)*flagZF | b2u(cf)*flagCF)
}

// mpsadbw is MPSADBW: eight sums of distances of four bytes each, one group of the source against a sliding window.
func mpsadbw(c *CPU, i *Inst) {
	c.checkSSE()
	b := c.xmmRM(i)
	a := c.FPU.XMM[i.Reg]
	group := byteAt(b, uint(i.Imm&3)*4, 4)
	window := uint(i.Imm>>2&1) * 4
	var r xmm
	for n := range uint(8) {
		var sum uint64
		part := byteAt(a, window+n, 4)
		for at := 0; at < 32; at += 8 {
			x, y := part>>at&0xff, group>>at&0xff
			sum += max(x, y) - min(x, y)
		}
		r[n/4] |= sum << (n % 4 * 16)
	}
	c.FPU.XMM[i.Reg] = r
}

// byteAt is count bytes of v from byte n on.
func byteAt(v xmm, n, count uint) uint64 {
	return shiftRight(v, 8*n)[0] & (1<<(8*count) - 1)
}

// shiftRight shifts all 128 bits.
func shiftRight(v xmm, by uint) xmm {
	if by >= 64 {
		return xmm{v[1] >> (by - 64)}
	}
	return xmm{v[0]>>by | v[1]<<(64-by), v[1] >> by}
}

// shiftLeft shifts all 128 bits.
func shiftLeft(v xmm, by uint) xmm {
	if by >= 64 {
		return xmm{0, v[0] << (by - 64)}
	}
	return xmm{v[0] << by, v[1]<<by | v[0]>>(64-by)}
}
