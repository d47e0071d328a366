package x86

import "unsafe"

// narrow applies f, which makes 32 bits of a quadword, to the destination and then the source.
func narrow(c *CPU, i *Inst, f func(v uint64) uint64) {
	if isXMM(i) {
		c.checkSSE()
		b := c.xmmRM(i)
		x := &c.FPU.XMM[i.Reg]
		*x = xmm{f(x[0]) | f(x[1])<<32, f(b[0]) | f(b[1])<<32}
		return
	}
	c.checkMMX()
	b := c.mmRM(i)
	c.enterMMX()
	c.setMM(i.Reg, f(c.mm(i))|f(b)<<32)
}

// pack saturates signed lanes of type S to half their width.
func pack[S int16 | int32, D lane](v uint64) (r uint64) {
	from, to := 8*uint(unsafe.Sizeof(S(0))), 8*uint(unsafe.Sizeof(D(0)))
	for n := range 64 / from {
		r |= uint64(saturate[D](int32(S(v>>(n*from))))) << (64 - to) >> (64 - to) << (n * to)
	}
	return r
}

func packsswb(c *CPU, i *Inst) { narrow(c, i, pack[int16, int8]) }
func packssdw(c *CPU, i *Inst) { narrow(c, i, pack[int32, int16]) }
func packuswb(c *CPU, i *Inst) { narrow(c, i, pack[int16, uint8]) }
func packusdw(c *CPU, i *Inst) { narrow(c, i, pack[int32, uint16]) }

// pairs applies f to neighbouring lanes.
func pairs[T lane](v uint64, f func(x, y T) T) (r uint64) {
	width := 8 * uint(unsafe.Sizeof(T(0)))
	for n := range 32 / width {
		x, y := T(v>>(2*n*width)), T(v>>((2*n+1)*width))
		r |= uint64(f(x, y)) << (64 - width) >> (64 - width) << (n * width)
	}
	return r
}

func phaddw(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, func(x, y uint16) uint16 { return x + y }) })
}
func phaddd(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, func(x, y uint32) uint32 { return x + y }) })
}
func phaddsw(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, addSaturated) })
}
func phsubw(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, func(x, y uint16) uint16 { return x - y }) })
}
func phsubd(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, func(x, y uint32) uint32 { return x - y }) })
}
func phsubsw(c *CPU, i *Inst) {
	narrow(c, i, func(v uint64) uint64 { return pairs(v, subSaturated) })
}

// interleaveB, W and D alternate the lanes of the low halves of a and b.
func interleaveB(a, b uint64) uint64 { return spaceB(a) | spaceB(b)<<8 }
func interleaveW(a, b uint64) uint64 { return spaceW(a) | spaceW(b)<<16 }
func interleaveD(a, b uint64) uint64 { return a&0xffffffff | b<<32 }

// spaceW and spaceB put zeros between the lanes of the low half.
func spaceW(v uint64) uint64 { return (v&0xffffffff | v<<16) & 0x0000ffff0000ffff }
func spaceB(v uint64) uint64 {
	v = spaceW(v)
	return (v | v<<8) & 0x00ff00ff00ff00ff
}

// unpackLow interleaves the low halves of the operands.
func unpackLow(c *CPU, i *Inst, f func(a, b uint64) uint64) {
	if isXMM(i) {
		c.checkSSE()
		a, b := c.FPU.XMM[i.Reg][0], c.xmmRM(i)[0]
		c.FPU.XMM[i.Reg] = xmm{f(a, b), f(a>>32, b>>32)}
		return
	}
	c.checkMMX()
	b := c.mmRM32(i)
	c.enterMMX()
	c.setMM(i.Reg, f(c.mm(i), b))
}

// unpackHigh interleaves the high halves of the operands.
func unpackHigh(c *CPU, i *Inst, f func(a, b uint64) uint64) {
	if isXMM(i) {
		c.checkSSE()
		a, b := c.FPU.XMM[i.Reg][1], c.xmmRM(i)[1]
		c.FPU.XMM[i.Reg] = xmm{f(a, b), f(a>>32, b>>32)}
		return
	}
	c.checkMMX()
	b := c.mmRM(i)
	c.enterMMX()
	c.setMM(i.Reg, f(c.mm(i)>>32, b>>32))
}

func punpcklbw(c *CPU, i *Inst) { unpackLow(c, i, interleaveB) }
func punpcklwd(c *CPU, i *Inst) { unpackLow(c, i, interleaveW) }
func punpckldq(c *CPU, i *Inst) { unpackLow(c, i, interleaveD) }
func punpckhbw(c *CPU, i *Inst) { unpackHigh(c, i, interleaveB) }
func punpckhwd(c *CPU, i *Inst) { unpackHigh(c, i, interleaveW) }
func punpckhdq(c *CPU, i *Inst) { unpackHigh(c, i, interleaveD) }

// extend widens the lanes of the low part of the source. Memory is only as long as the lanes need.
func extend[S, D lane](c *CPU, i *Inst) {
	c.checkSSE()
	from, to := uint(unsafe.Sizeof(S(0))), uint(unsafe.Sizeof(D(0)))
	v := c.lowBytes(i, 16*from/to)
	var r xmm
	for n := range 16 / to {
		x := D(S(v >> (8 * n * from)))
		r[n*to/8] |= uint64(x) << (64 - 8*to) >> (64 - 8*to) << (8 * n * to % 64)
	}
	c.FPU.XMM[i.Reg] = r
}

// lowBytes is the low 2, 4 or 8 bytes of the r/m operand.
func (c *CPU) lowBytes(i *Inst, size uint) uint64 {
	switch {
	case size == 8 || !i.IsMem:
		return c.low64(i)
	case size == 4:
		return uint64(c.low32(i))
	}
	return uint64(load[uint16](c, c.linRead(i, 2)))
}

func pmovsxbw(c *CPU, i *Inst) { extend[int8, int16](c, i) }
func pmovsxbd(c *CPU, i *Inst) { extend[int8, int32](c, i) }
func pmovsxbq(c *CPU, i *Inst) { extend[int8, int64](c, i) }
func pmovsxwd(c *CPU, i *Inst) { extend[int16, int32](c, i) }
func pmovsxwq(c *CPU, i *Inst) { extend[int16, int64](c, i) }
func pmovsxdq(c *CPU, i *Inst) { extend[int32, int64](c, i) }
func pmovzxbw(c *CPU, i *Inst) { extend[uint8, uint16](c, i) }
func pmovzxbd(c *CPU, i *Inst) { extend[uint8, uint32](c, i) }
func pmovzxbq(c *CPU, i *Inst) { extend[uint8, uint64](c, i) }
func pmovzxwd(c *CPU, i *Inst) { extend[uint16, uint32](c, i) }
func pmovzxwq(c *CPU, i *Inst) { extend[uint16, uint64](c, i) }
func pmovzxdq(c *CPU, i *Inst) { extend[uint32, uint64](c, i) }
