package arm64

import "stasis/cpu/softfloat"

// Floating point of Advanced SIMD. Source: Arm ARM, "Advanced SIMD three same" and "Advanced SIMD two-register miscellaneous" with their
// forms of half precision, "Advanced SIMD vector x indexed element".

// floatSize is the size of an element of an operation on three registers, or on two; half precision has encodings of its own.
func floatSize(i *Inst) uint {
	if i.Bit(10) && !i.Bit(21) || !i.Bit(10) && i.Field(20, 19) == 3 {
		return 16
	}
	return 32 << i.Field(22, 22)
}

// elementSize is the same of operations by an element, reductionSize of those on the elements of one register.
func elementSize(i *Inst) uint { return [...]uint{16, 0, 32, 64}[i.Field(23, 22)] }

func reductionSize(i *Inst) uint {
	if !i.Bit(29) {
		return 16
	}
	return 32 << i.Field(22, 22)
}

func fcmeqLane(c *CPU, e uint, a, b uint64) uint64 {
	return allOnes(relation(c, e, a, b, false) == softfloat.Equal)
}

func fcmgeLane(c *CPU, e uint, a, b uint64) uint64 {
	r := relation(c, e, a, b, true)
	return allOnes(r == softfloat.Greater || r == softfloat.Equal)
}

func fcmgtLane(c *CPU, e uint, a, b uint64) uint64 {
	return allOnes(relation(c, e, a, b, true) == softfloat.Greater)
}

func facgeLane(c *CPU, e uint, a, b uint64) uint64 { return fcmgeLane(c, e, a&^sign(e), b&^sign(e)) }
func facgtLane(c *CPU, e uint, a, b uint64) uint64 { return fcmgtLane(c, e, a&^sign(e), b&^sign(e)) }

func fcmeqZero(c *CPU, e uint, a uint64) uint64 { return fcmeqLane(c, e, a, 0) }
func fcmgeZero(c *CPU, e uint, a uint64) uint64 { return fcmgeLane(c, e, a, 0) }
func fcmgtZero(c *CPU, e uint, a uint64) uint64 { return fcmgtLane(c, e, a, 0) }
func fcmleZero(c *CPU, e uint, a uint64) uint64 { return fcmgeLane(c, e, 0, a) }
func fcmltZero(c *CPU, e uint, a uint64) uint64 { return fcmgtLane(c, e, 0, a) }

// arithmeticVector is Rd = Rn op Rm on all elements; where the host does all of them alike, that is the shortest way.
func (c *CPU) arithmeticVector(i *Inst, o *float2) {
	c.checkFP()
	e, a, b := floatSize(i), &c.V[i.Rn()], &c.V[i.Rm()]
	if e != 16 && c.quick() {
		r0, ok := o.word(e, a[0], b[0])
		var r1 uint64
		if ok && quad(i) {
			r1, ok = o.word(e, a[1], b[1])
		}
		if ok {
			c.V[i.Rd()] = vec{r0, r1}
			return
		}
	}
	c.map2(i, e, o.lane)
}

// word is quick for one double or two singles.
func (o *float2) word(e uint, a, b uint64) (uint64, bool) {
	if e == 64 {
		return o.quick(e, a, b)
	}
	lo, sound := o.quick(e, a, b)
	hi, ok := o.quick(e, a>>32, b>>32)
	return lo | hi<<32, sound && ok
}

// reduce folds neighbours until one element is left. Source: Arm ARM, "Reduce".
func (c *CPU) reduce(i *Inst, f op2) {
	c.checkFP()
	e := reductionSize(i)
	v := c.V[i.Rn()]
	for count := elements(i, e) / 2; count > 0; count /= 2 {
		for n := range count {
			setElement(&v, n, e, f(c, e, element(&v, 2*n, e), element(&v, 2*n+1, e)))
		}
	}
	c.V[i.Rd()] = vec{element(&v, 0, e)}
}

func fmaxv(c *CPU, i *Inst)   { c.reduce(i, fmaxLane) }
func fminv(c *CPU, i *Inst)   { c.reduce(i, fminLane) }
func fmaxnmv(c *CPU, i *Inst) { c.reduce(i, fmaxnmLane) }
func fminnmv(c *CPU, i *Inst) { c.reduce(i, fminnmLane) }

// byElement is a product with an element.
func (c *CPU) byElement(i *Inst, f op2) {
	c.checkFP()
	e := elementSize(i)
	c.zip2(i, e, f, c.indexed(i, e))
}

func (c *CPU) addByElement(i *Inst, f op3) {
	c.checkFP()
	e := elementSize(i)
	c.zip3(i, e, f, c.indexed(i, e))
}

func fmulElem(c *CPU, i *Inst)   { c.byElement(i, fmulLane) }
func fmulSelem(c *CPU, i *Inst)  { c.byElement(i, fmulLane) }
func fmulxElem(c *CPU, i *Inst)  { c.byElement(i, fmulxLane) }
func fmulxSelem(c *CPU, i *Inst) { c.byElement(i, fmulxLane) }
func fmlaElem(c *CPU, i *Inst)   { c.addByElement(i, fmlaLane) }
func fmlaSelem(c *CPU, i *Inst)  { c.addByElement(i, fmlaLane) }
func fmlsElem(c *CPU, i *Inst)   { c.addByElement(i, fmlsLane) }
func fmlsSelem(c *CPU, i *Inst)  { c.addByElement(i, fmlsLane) }
func fmlaV(c *CPU, i *Inst)      { c.map3(i, floatSize(i), fmlaLane) }
func fmlsV(c *CPU, i *Inst)      { c.map3(i, floatSize(i), fmlsLane) }

func urecpe(c *CPU, i *Inst) {
	c.map1(i, 32, func(_ *CPU, _ uint, a uint64) uint64 { return uint64(softfloat.RecipEstimateInt(uint32(a))) })
}

func ursqrte(c *CPU, i *Inst) {
	c.map1(i, 32, func(_ *CPU, _ uint, a uint64) uint64 { return uint64(softfloat.RSqrtEstimateInt(uint32(a))) })
}

// fcadd is FCADD: pairs are complex numbers, and the second one is turned by 90 or 270 degrees before it is added.
func fcadd(c *CPU, i *Inst) {
	c.checkFP()
	e := sizeOf(i)
	var r vec
	a, b := &c.V[i.Rn()], &c.V[i.Rm()]
	real, imaginary := sign(e), uint64(0)
	if i.Bit(12) {
		real, imaginary = 0, sign(e)
	}
	for n := 0; n < elements(i, e); n += 2 {
		setElement(&r, n, e, faddLane(c, e, element(a, n, e), element(b, n+1, e)^real))
		setElement(&r, n+1, e, faddLane(c, e, element(a, n+1, e), element(b, n, e)^imaginary))
	}
	c.V[i.Rd()] = r
}

// multiplyComplex is FCMLA: one part of the first number times the second number, turned by 0, 90, 180 or 270 degrees.
func (c *CPU) multiplyComplex(i *Inst, rotation uint32, b *vec) {
	e := sizeOf(i)
	var r vec
	a, d := &c.V[i.Rn()], &c.V[i.Rd()]
	odd := int(rotation & 1)
	var real, imaginary uint64
	if rotation == 1 || rotation == 2 {
		real = sign(e)
	}
	if rotation >= 2 {
		imaginary = sign(e)
	}
	for n := 0; n < elements(i, e); n += 2 {
		x := element(a, n+odd, e)
		setElement(&r, n, e, fused(c, e, element(d, n, e), x, element(b, n+odd, e)^real))
		setElement(&r, n+1, e, fused(c, e, element(d, n+1, e), x, element(b, n+1-odd, e)^imaginary))
	}
	c.V[i.Rd()] = r
}

func fcmlaV(c *CPU, i *Inst) {
	c.checkFP()
	c.multiplyComplex(i, i.Field(12, 11), &c.V[i.Rm()])
}

func fcmlaElem(c *CPU, i *Inst) {
	c.checkFP()
	e, index := sizeOf(i), i.Field(11, 11)
	if e == 16 {
		index = index<<1 | i.Field(21, 21)
	}
	pair := element(&c.V[i.Rm()], int(index), 2*e)
	c.multiplyComplex(i, i.Field(14, 13), spread(pair, 2*e))
}

// Three registers.
func faddV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatAdd) }
func fsubV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatSub) }
func fmulV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatMul) }
func fdivV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatDiv) }
func fmaxV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatMax) }
func fminV(c *CPU, i *Inst)    { c.arithmeticVector(i, &floatMin) }
func fmaxnmV(c *CPU, i *Inst)  { c.arithmeticVector(i, &floatMaxnm) }
func fminnmV(c *CPU, i *Inst)  { c.arithmeticVector(i, &floatMinnm) }
func fmulxV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), fmulxLane) }
func fmulxS(c *CPU, i *Inst)   { fmulxV(c, i) }
func frecpsV(c *CPU, i *Inst)  { c.map2(i, floatSize(i), frecpsLane) }
func frecpsS(c *CPU, i *Inst)  { frecpsV(c, i) }
func frsqrtsV(c *CPU, i *Inst) { c.map2(i, floatSize(i), frsqrtsLane) }
func frsqrtsS(c *CPU, i *Inst) { frsqrtsV(c, i) }
func fabdV(c *CPU, i *Inst)    { c.map2(i, floatSize(i), fabdLane) }
func fabdS(c *CPU, i *Inst)    { fabdV(c, i) }
func fcmeqV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), fcmeqLane) }
func fcmeqS(c *CPU, i *Inst)   { fcmeqV(c, i) }
func fcmgeV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), fcmgeLane) }
func fcmgeS(c *CPU, i *Inst)   { fcmgeV(c, i) }
func fcmgtV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), fcmgtLane) }
func fcmgtS(c *CPU, i *Inst)   { fcmgtV(c, i) }
func facgeV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), facgeLane) }
func facgeS(c *CPU, i *Inst)   { facgeV(c, i) }
func facgtV(c *CPU, i *Inst)   { c.map2(i, floatSize(i), facgtLane) }
func facgtS(c *CPU, i *Inst)   { facgtV(c, i) }

// Pairs.
func faddpV(c *CPU, i *Inst)   { c.pairwise(i, floatSize(i), faddLane) }
func faddpS(c *CPU, i *Inst)   { c.pairScalar(i, reductionSize(i), faddLane) }
func fmaxpV(c *CPU, i *Inst)   { c.pairwise(i, floatSize(i), fmaxLane) }
func fmaxpS(c *CPU, i *Inst)   { c.pairScalar(i, reductionSize(i), fmaxLane) }
func fminpV(c *CPU, i *Inst)   { c.pairwise(i, floatSize(i), fminLane) }
func fminpS(c *CPU, i *Inst)   { c.pairScalar(i, reductionSize(i), fminLane) }
func fmaxnmpV(c *CPU, i *Inst) { c.pairwise(i, floatSize(i), fmaxnmLane) }
func fmaxnmpS(c *CPU, i *Inst) { c.pairScalar(i, reductionSize(i), fmaxnmLane) }
func fminnmpV(c *CPU, i *Inst) { c.pairwise(i, floatSize(i), fminnmLane) }
func fminnmpS(c *CPU, i *Inst) { c.pairScalar(i, reductionSize(i), fminnmLane) }

// Two registers.
func fabsV(c *CPU, i *Inst)      { c.map1(i, floatSize(i), fabsLane) }
func fnegV(c *CPU, i *Inst)      { c.map1(i, floatSize(i), fnegLane) }
func fsqrtV(c *CPU, i *Inst)     { c.map1(i, floatSize(i), fsqrtLane) }
func frecpeV(c *CPU, i *Inst)    { c.map1(i, floatSize(i), frecpeLane) }
func frsqrteV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frsqrteLane) }
func frecpeS(c *CPU, i *Inst)    { frecpeV(c, i) }
func frsqrteS(c *CPU, i *Inst)   { frsqrteV(c, i) }
func frecpx(c *CPU, i *Inst)     { c.map1(i, floatSize(i), frecpxLane) }
func fcmeqVzero(c *CPU, i *Inst) { c.map1(i, floatSize(i), fcmeqZero) }
func fcmeqSzero(c *CPU, i *Inst) { fcmeqVzero(c, i) }
func fcmgeVzero(c *CPU, i *Inst) { c.map1(i, floatSize(i), fcmgeZero) }
func fcmgeSzero(c *CPU, i *Inst) { fcmgeVzero(c, i) }
func fcmgtVzero(c *CPU, i *Inst) { c.map1(i, floatSize(i), fcmgtZero) }
func fcmgtSzero(c *CPU, i *Inst) { fcmgtVzero(c, i) }
func fcmleVzero(c *CPU, i *Inst) { c.map1(i, floatSize(i), fcmleZero) }
func fcmleSzero(c *CPU, i *Inst) { fcmleVzero(c, i) }
func fcmltVzero(c *CPU, i *Inst) { c.map1(i, floatSize(i), fcmltZero) }
func fcmltSzero(c *CPU, i *Inst) { fcmltVzero(c, i) }
