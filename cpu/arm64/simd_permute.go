package arm64

import "math/bits"

// Copies and permutations. Source: Arm ARM, "Advanced SIMD copy", "Advanced SIMD permute", "Advanced SIMD table lookup", "Advanced SIMD
// extract".

// permute is Rd from elements of Rn and Rm: from gives the number of an element in both, Rn's first.
func (c *CPU) permute(i *Inst, from func(n, count int) int) {
	c.checkFP()
	e := sizeOf(i)
	var r vec
	a, b, count := &c.V[i.Rn()], &c.V[i.Rm()], elements(i, e)
	for n := range count {
		source, at := a, from(n, count)
		if at >= count {
			source, at = b, at-count
		}
		setElement(&r, n, e, element(source, at, e))
	}
	c.V[i.Rd()] = r
}

func zip1(c *CPU, i *Inst) { c.permute(i, func(n, count int) int { return n>>1 + n&1*count }) }
func zip2(c *CPU, i *Inst) { c.permute(i, func(n, count int) int { return (n+count)>>1 + n&1*count }) }
func uzp1(c *CPU, i *Inst) { c.permute(i, func(n, _ int) int { return 2 * n }) }
func uzp2(c *CPU, i *Inst) { c.permute(i, func(n, _ int) int { return 2*n + 1 }) }
func trn1(c *CPU, i *Inst) { c.permute(i, func(n, count int) int { return n&^1 + n&1*count }) }
func trn2(c *CPU, i *Inst) { c.permute(i, func(n, count int) int { return n&^1 + 1 + n&1*count }) }

// ext is EXT: a window on Rn followed by Rm.
func ext(c *CPU, i *Inst) {
	c.checkFP()
	var r vec
	a, b, count, first := &c.V[i.Rn()], &c.V[i.Rm()], elements(i, 8), int(i.Field(14, 11))
	for n := range count {
		source, at := a, n+first
		if at >= count {
			source, at = b, at-count
		}
		setElement(&r, n, 8, element(source, at, 8))
	}
	c.V[i.Rd()] = r
}

// tbl is TBL: bytes of one to four registers by their numbers; 0 for a number too large.
func tbl(c *CPU, i *Inst) { c.lookUp(i, vec{}) }

// tbx is TBX: as TBL, but a number too large leaves the byte.
func tbx(c *CPU, i *Inst) { c.lookUp(i, c.V[i.Rd()]) }

func (c *CPU) lookUp(i *Inst, r vec) {
	c.checkFP()
	numbers, limit := c.V[i.Rm()], uint64(16*(i.Field(14, 13)+1))
	var table [4]vec
	for n := range table {
		table[n] = c.V[(int(i.Rn())+n)&31]
	}
	for n := range elements(i, 8) {
		if at := element(&numbers, n, 8); at < limit {
			setElement(&r, n, 8, element(&table[at>>4], int(at&15), 8))
		}
	}
	c.putV(i, r)
}

// putV writes Rd, all of it or its lower half.
func (c *CPU) putV(i *Inst, r vec) {
	if !i.Bit(30) {
		r[1] = 0
	}
	c.V[i.Rd()] = r
}

// copySize is the size and number of an element by imm5.
func copySize(i *Inst) (e uint, n int) {
	imm5 := i.Field(20, 16)
	shift := uint(bits.TrailingZeros32(imm5))
	return 8 << shift, int(imm5 >> (shift + 1))
}

func dupElem(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	c.putV(i, *spread(element(&c.V[i.Rn()], n, e), e))
}

func dupSelem(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	c.V[i.Rd()] = vec{element(&c.V[i.Rn()], n, e)}
}

func dupGen(c *CPU, i *Inst) {
	c.checkFP()
	e, _ := copySize(i)
	c.putV(i, *spread(c.x(i.Rn()), e))
}

func smov(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	v := uint64(signExtend(element(&c.V[i.Rn()], n, e), e))
	if !i.Bit(30) {
		v = low32(v)
	}
	c.setX(i.Rd(), v)
}

func umov(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	c.setX(i.Rd(), element(&c.V[i.Rn()], n, e))
}

func insGen(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	setElement(&c.V[i.Rd()], n, e, c.x(i.Rn()))
}

func insElem(c *CPU, i *Inst) {
	c.checkFP()
	e, n := copySize(i)
	from := int(i.Field(14, 11)) / int(e/8)
	setElement(&c.V[i.Rd()], n, e, element(&c.V[i.Rn()], from, e))
}

// expandedImm is the value of abcdefgh by cmode, op and o2. Source: Arm ARM, "AdvSIMDExpandImm".
func expandedImm(i *Inst) uint64 {
	imm, cmode := uint64(i.Field(18, 16)<<5|i.Field(9, 5)), i.Field(15, 12)
	switch {
	case cmode < 8:
		return spread(imm<<(8*(cmode>>1)), 32)[0]
	case cmode < 12:
		return spread(imm<<(8*(cmode>>1&1)), 16)[0]
	case cmode < 14: // ones shifted in
		shift := 8 << (cmode & 1)
		return spread(imm<<shift|(1<<shift-1), 32)[0]
	case cmode == 14 && !i.Bit(29):
		return spread(imm, 8)[0]
	case cmode == 14:
		return byteMask(imm)
	case i.Bit(29):
		return expandFloat(imm, 64)
	case i.Bit(11):
		return spread(expandFloat(imm, 16), 16)[0]
	}
	return spread(expandFloat(imm, 32), 32)[0]
}

// byteMask has a byte of ones for each bit.
func byteMask(imm uint64) (v uint64) {
	for n := range 8 {
		v |= imm >> n & 1 * 0xff << (8 * n)
	}
	return v
}

// expandFloat is the number that eight bits stand for. Source: Arm ARM, "VFPExpandImm".
func expandFloat(imm uint64, e uint) uint64 {
	exponent := [...]uint{16: 5, 32: 8, 64: 11}[e]
	fraction := e - 1 - exponent
	field := imm>>6&1 ^ 1
	field = field<<(exponent-1) | -(field^1)&(1<<(exponent-3)-1)<<2 | imm>>4&3
	return imm>>7<<(e-1) | field<<fraction | imm&15<<(fraction-4)
}

func movi(c *CPU, i *Inst)     { c.checkFP(); v := expandedImm(i); c.putV(i, vec{v, v}) }
func fmovVimm(c *CPU, i *Inst) { movi(c, i) }
func mvni(c *CPU, i *Inst)     { c.checkFP(); v := ^expandedImm(i); c.putV(i, vec{v, v}) }

func orrVimm(c *CPU, i *Inst) {
	c.checkFP()
	v, d := expandedImm(i), c.V[i.Rd()]
	c.putV(i, vec{d[0] | v, d[1] | v})
}

func bicVimm(c *CPU, i *Inst) {
	c.checkFP()
	v, d := expandedImm(i), c.V[i.Rd()]
	c.putV(i, vec{d[0] &^ v, d[1] &^ v})
}
