package x86

// shift applies f with a count, which an immediate, a register's low quadword or memory gives: reg = f(reg, count).
func shift(c *CPU, i *Inst, f func(a, count uint64) uint64) {
	immediate := i.Opcode < 0x80 // groups 12–14 at 0F 71–73
	dst, count := i.Reg, uint64(0)
	if immediate {
		dst, count = i.RM, uint64(uint8(i.Imm))
	}
	if isXMM(i) {
		c.checkSSE()
		if !immediate {
			count = c.xmmRM(i)[0]
		}
		x := &c.FPU.XMM[dst]
		x[0], x[1] = f(x[0], count), f(x[1], count)
		return
	}
	c.checkMMX()
	if !immediate {
		count = c.mmRM(i)
	}
	c.enterMMX()
	c.setMM(dst, f(c.FPU.ST[dst&7].Mant, count))
}

// splat repeats a mask of one lane of 16 or 32 bits over a quadword.
func splatW(v uint64) uint64 { return v & 0xffff * 0x0001000100010001 }
func splatD(v uint64) uint64 { return v & 0xffffffff * 0x0000000100000001 }

func psrlw(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 { return a >> n & splatW(0xffff>>n) })
}
func psrld(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 { return a >> n & splatD(0xffffffff>>n) })
}
func psrlq(c *CPU, i *Inst) { shift(c, i, func(a, n uint64) uint64 { return a >> n }) }
func psllw(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 { return a << n & splatW(0xffff<<n) })
}
func pslld(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 { return a << n & splatD(0xffffffff<<n) })
}
func psllq(c *CPU, i *Inst) { shift(c, i, func(a, n uint64) uint64 { return a << n }) }
func psraw(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 {
		return each(a, n, func(x, _ int16) int16 { return x >> n })
	})
}
func psrad(c *CPU, i *Inst) {
	shift(c, i, func(a, n uint64) uint64 {
		return each(a, n, func(x, _ int32) int32 { return x >> n })
	})
}

// psrldq is PSRLDQ: a shift right by bytes.
func psrldq(c *CPU, i *Inst) {
	c.checkSSE()
	c.FPU.XMM[i.RM] = shiftRight(c.FPU.XMM[i.RM], 8*uint(min(uint8(i.Imm), 16)))
}

// pslldq is PSLLDQ: a shift left by bytes.
func pslldq(c *CPU, i *Inst) {
	c.checkSSE()
	c.FPU.XMM[i.RM] = shiftLeft(c.FPU.XMM[i.RM], 8*uint(min(uint8(i.Imm), 16)))
}

// palignr is PALIGNR: destination and source side by side, shifted right by bytes.
func palignr(c *CPU, i *Inst) {
	n := uint(uint8(i.Imm))
	if !isXMM(i) {
		c.checkMMX()
		b := c.mmRM(i)
		c.enterMMX()
		c.setMM(i.Reg, shiftRight(xmm{b, c.mm(i)}, 8*n)[0])
		return
	}
	c.checkSSE()
	b := c.xmmRM(i)
	a := c.FPU.XMM[i.Reg]
	if n >= 16 {
		c.FPU.XMM[i.Reg] = shiftRight(a, 8*min(n-16, 16))
		return
	}
	lo, hi := shiftRight(b, 8*n), shiftLeft(a, 8*(16-n))
	c.FPU.XMM[i.Reg] = xmm{lo[0] | hi[0], lo[1] | hi[1]}
}
