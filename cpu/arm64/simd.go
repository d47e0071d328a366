package arm64

import (
	"math/bits"
	"unsafe"
)

// Drivers of Advanced SIMD: they walk the elements of the operands, whose size is e bits, and leave the arithmetic to functions on single
// elements. An element is in the low bits of a uint64, and what a function returns is cut to its size.
//
// Source: Arm ARM, "A64 Advanced SIMD and Floating-point Instruction Descriptions".

type (
	vec = [2]uint64
	op1 func(c *CPU, e uint, a uint64) uint64
	op2 func(c *CPU, e uint, a, b uint64) uint64
	op3 func(c *CPU, e uint, d, a, b uint64) uint64
)

// element is Elem[v, n, e].
func element(v *vec, n int, e uint) uint64 {
	p := unsafe.Pointer(v)
	switch e {
	case 8:
		return uint64((*[16]uint8)(p)[n&15])
	case 16:
		return uint64((*[8]uint16)(p)[n&7])
	case 32:
		return uint64((*[4]uint32)(p)[n&3])
	}
	return v[n&1]
}

// setElement is Elem[v, n, e] = x.
func setElement(v *vec, n int, e uint, x uint64) {
	p := unsafe.Pointer(v)
	switch e {
	case 8:
		(*[16]uint8)(p)[n&15] = uint8(x)
	case 16:
		(*[8]uint16)(p)[n&7] = uint16(x)
	case 32:
		(*[4]uint32)(p)[n&3] = uint32(x)
	default:
		v[n&1] = x
	}
}

// sizeOf is the size of an element from the field size.
func sizeOf(i *Inst) uint { return 8 << i.Field(23, 22) }

// quad is Q: the upper half of a register takes part, or is what a narrowing result goes to and a lengthened operand comes from.
func quad(i *Inst) bool { return i.Bit(30) && !i.Bit(28) }

// elements is how many elements an instruction works on: one if it is scalar.
func elements(i *Inst, e uint) int {
	switch {
	case i.Bit(28):
		return 1
	case i.Bit(30):
		return int(128 / e)
	}
	return int(64 / e)
}

// map1 is Rd = f(Rn).
func (c *CPU) map1(i *Inst, e uint, f op1) {
	c.checkFP()
	var r vec
	a := &c.V[i.Rn()]
	for n := range elements(i, e) {
		setElement(&r, n, e, f(c, e, element(a, n, e)))
	}
	c.V[i.Rd()] = r
}

// map2 is Rd = f(Rn, Rm).
func (c *CPU) map2(i *Inst, e uint, f op2) {
	c.checkFP()
	c.zip2(i, e, f, &c.V[i.Rm()])
}

// zip2 is map2 with the second operand as it is given.
func (c *CPU) zip2(i *Inst, e uint, f op2, b *vec) {
	var r vec
	a := &c.V[i.Rn()]
	for n := range elements(i, e) {
		setElement(&r, n, e, f(c, e, element(a, n, e), element(b, n, e)))
	}
	c.V[i.Rd()] = r
}

// map3 is Rd = f(Rd, Rn, Rm).
func (c *CPU) map3(i *Inst, e uint, f op3) {
	c.checkFP()
	c.zip3(i, e, f, &c.V[i.Rm()])
}

func (c *CPU) zip3(i *Inst, e uint, f op3, b *vec) {
	var r vec
	a, d := &c.V[i.Rn()], &c.V[i.Rd()]
	for n := range elements(i, e) {
		setElement(&r, n, e, f(c, e, element(d, n, e), element(a, n, e), element(b, n, e)))
	}
	c.V[i.Rd()] = r
}

// bitwise is Rd = f(Rd, Rn, Rm) on whole registers.
func (c *CPU) bitwise(i *Inst, f func(d, a, b uint64) uint64) {
	c.checkFP()
	d, a, b := &c.V[i.Rd()], &c.V[i.Rn()], &c.V[i.Rm()]
	r := vec{f(d[0], a[0], b[0])}
	if quad(i) {
		r[1] = f(d[1], a[1], b[1])
	}
	*d = r
}

// pairwise is Rd = f of neighbours in Rn and Rm, one after the other.
func (c *CPU) pairwise(i *Inst, e uint, f op2) {
	c.checkFP()
	var r vec
	a, b, half := &c.V[i.Rn()], &c.V[i.Rm()], elements(i, e)/2
	for n := range half {
		setElement(&r, n, e, f(c, e, element(a, 2*n, e), element(a, 2*n+1, e)))
		setElement(&r, n+half, e, f(c, e, element(b, 2*n, e), element(b, 2*n+1, e)))
	}
	c.V[i.Rd()] = r
}

// pairScalar is Rd = f of the two elements of Rn.
func (c *CPU) pairScalar(i *Inst, e uint, f op2) {
	c.checkFP()
	a := &c.V[i.Rn()]
	var r vec
	setElement(&r, 0, e, f(c, e, element(a, 0, e), element(a, 1, e)))
	c.V[i.Rd()] = r
}

// upper is the half of a register that a lengthening instruction reads, as its lower half.
func upper(i *Inst, v *vec) vec {
	if quad(i) {
		return vec{v[1]}
	}
	return vec{v[0]}
}

// long is Rd = f(Rd, Rn, Rm), where Rd's elements have e bits and those of Rn and Rm half of that, extended by f.
func (c *CPU) long(i *Inst, e uint, f op3) {
	c.checkFP()
	c.longer(i, e, f, upper(i, &c.V[i.Rm()]))
}

func (c *CPU) longer(i *Inst, e uint, f op3, b vec) {
	var r vec
	a, d := upper(i, &c.V[i.Rn()]), &c.V[i.Rd()]
	for n := range longElements(i, e) {
		setElement(&r, n, e, f(c, e, element(d, n, e), element(&a, n, e/2), element(&b, n, e/2)))
	}
	c.V[i.Rd()] = r
}

// longElements is how many elements of twice the size there are: a register full of them.
func longElements(i *Inst, e uint) int {
	if i.Bit(28) {
		return 1
	}
	return int(128 / e)
}

// wider is Rd = f(Rn, Rm), where only Rm's elements are of half the size.
func (c *CPU) wider(i *Inst, e uint, f op2) {
	c.checkFP()
	var r vec
	a, b := &c.V[i.Rn()], upper(i, &c.V[i.Rm()])
	for n := range int(128 / e) {
		setElement(&r, n, e, f(c, e, element(a, n, e), element(&b, n, e/2)))
	}
	c.V[i.Rd()] = r
}

// narrower is Rd = f(Rn, Rm), where Rd's elements have e bits and the others twice that. With Q the result goes to the upper half.
func (c *CPU) narrower(i *Inst, e uint, f op2) {
	c.checkFP()
	var r vec
	a, b := &c.V[i.Rn()], &c.V[i.Rm()]
	for n := range longElements(i, 2*e) {
		setElement(&r, n, e, f(c, e, element(a, n, 2*e), element(b, n, 2*e)))
	}
	c.putNarrow(i, r[0])
}

// narrow is narrower for one operand.
func (c *CPU) narrow(i *Inst, e uint, f op1) {
	c.checkFP()
	var r vec
	a := &c.V[i.Rn()]
	for n := range longElements(i, 2*e) {
		setElement(&r, n, e, f(c, e, element(a, n, 2*e)))
	}
	c.putNarrow(i, r[0])
}

func (c *CPU) putNarrow(i *Inst, half uint64) {
	if quad(i) {
		c.V[i.Rd()][1] = half
		return
	}
	c.V[i.Rd()] = vec{half}
}

// across folds the elements of Rn into one of size wide.
func (c *CPU) across(i *Inst, e, wide uint, start func(uint, uint64) uint64, f op2) {
	c.checkFP()
	a := &c.V[i.Rn()]
	r := start(e, element(a, 0, e))
	for n := 1; n < elements(i, e); n++ {
		r = f(c, wide, r, start(e, element(a, n, e)))
	}
	c.V[i.Rd()] = vec{r & ones(wide)}
}

// indexed is Rm's element that an instruction names, in all places. Source: Arm ARM, "Advanced SIMD vector x indexed element".
func (c *CPU) indexed(i *Inst, e uint) *vec {
	h, lm := i.Field(11, 11), i.Field(21, 20)
	m, index := i.Rm(), h
	switch e {
	case 16:
		m, index = m&15, h<<2|lm
	case 32:
		index = h<<1 | lm>>1
	}
	c.engine.element = *spread(element(&c.V[m], int(index), e), e)
	return &c.engine.element
}

// spread is a vector of equal elements.
func spread(x uint64, e uint) *vec {
	for ; e < 64; e *= 2 {
		x = x&ones(e) | x<<e
	}
	return &vec{x, x}
}

// ones is a mask of e bits.
func ones(e uint) uint64 { return ^uint64(0) >> (64 - e) }

// signExtend reads e bits as a signed number.
func signExtend(x uint64, e uint) int64 { return int64(x<<(64-e)) >> (64 - e) }

// setQC is the cumulative saturation bit of FPSR.
func (c *CPU) setQC() { c.FPSR |= fpsrQC }

const fpsrQC = 1 << 27

// signedQ saturates hi:lo, a signed number of 128 bits, to e bits. Source: Arm ARM, "SignedSatQ".
func (c *CPU) signedQ(hi int64, lo uint64, e uint) uint64 {
	if v := int64(lo) >> (e - 1); v == int64(lo)>>63 && int64(lo)>>63 == hi {
		return lo & ones(e)
	}
	c.setQC()
	if hi < 0 {
		return 1 << (e - 1)
	}
	return ones(e - 1)
}

// unsignedQ saturates a signed number of 128 bits to e bits without sign. Source: Arm ARM, "UnsignedSatQ".
func (c *CPU) unsignedQ(hi int64, lo uint64, e uint) uint64 {
	if hi == 0 && lo <= ones(e) {
		return lo
	}
	c.setQC()
	if hi < 0 {
		return 0
	}
	return ones(e)
}

// sum128 is a + b of signed numbers.
func sum128(a, b int64) (hi int64, lo uint64) {
	lo, carry := bits.Add64(uint64(a), uint64(b), 0)
	h, _ := bits.Add64(uint64(a>>63), uint64(b>>63), carry)
	return int64(h), lo
}

// difference128 is a − b of signed numbers.
func difference128(a, b int64) (hi int64, lo uint64) {
	lo, borrow := bits.Sub64(uint64(a), uint64(b), 0)
	h, _ := bits.Sub64(uint64(a>>63), uint64(b>>63), borrow)
	return int64(h), lo
}
