package arm64

import (
	"math"

	"stasis/cpu/softfloat"
)

// Scalar floating point. Source: Arm ARM, "Data Processing -- Scalar Floating-Point and Advanced SIMD".

// typeSize is the size of the operands by ptype.
func typeSize(i *Inst) uint { return [...]uint{32, 64, 0, 16}[i.Field(23, 22)] }

// scalar is an operand: the low e bits of a register.
func (c *CPU) scalar(n uint8, e uint) uint64 { return c.V[n][0] & ones(e) }

// setScalar writes the low e bits and clears the rest.
func (c *CPU) setScalar(n uint8, v uint64) { c.V[n] = vec{v} }

// arithmetic is Rd = Rn op Rm; double precision goes the shortest way.
func (c *CPU) arithmetic(i *Inst, o *float2) {
	if i.Field(23, 22) == 1 && !c.fpTrapped && c.quick() {
		a, b := c.V[i.Rn()][0], c.V[i.Rm()][0]
		if plain64(a) && plain64(b) {
			r := math.Float64bits(o.host64(math.Float64frombits(a), math.Float64frombits(b)))
			if sound64(r) {
				c.setScalar(i.Rd(), r)
				return
			}
		}
	}
	c.map2Scalar(i, o.lane)
}

// map2Scalar is map2 for one element.
func (c *CPU) map2Scalar(i *Inst, f op2) {
	c.checkFP()
	e := typeSize(i)
	c.setScalar(i.Rd(), f(c, e, c.scalar(i.Rn(), e), c.scalar(i.Rm(), e)))
}

func (c *CPU) map1Scalar(i *Inst, f op1) {
	c.checkFP()
	e := typeSize(i)
	c.setScalar(i.Rd(), f(c, e, c.scalar(i.Rn(), e))&ones(e))
}

func faddS(c *CPU, i *Inst)   { c.arithmetic(i, &floatAdd) }
func fsubS(c *CPU, i *Inst)   { c.arithmetic(i, &floatSub) }
func fmulS(c *CPU, i *Inst)   { c.arithmetic(i, &floatMul) }
func fdivS(c *CPU, i *Inst)   { c.arithmetic(i, &floatDiv) }
func fmaxS(c *CPU, i *Inst)   { c.map2Scalar(i, fmaxLane) }
func fminS(c *CPU, i *Inst)   { c.map2Scalar(i, fminLane) }
func fmaxnmS(c *CPU, i *Inst) { c.map2Scalar(i, fmaxnmLane) }
func fminnmS(c *CPU, i *Inst) { c.map2Scalar(i, fminnmLane) }
func fnmulS(c *CPU, i *Inst)  { c.map2Scalar(i, fnmulLane) }
func fabsS(c *CPU, i *Inst)   { c.map1Scalar(i, fabsLane) }
func fnegS(c *CPU, i *Inst)   { c.map1Scalar(i, fnegLane) }
func fsqrtS(c *CPU, i *Inst)  { c.map1Scalar(i, fsqrtLane) }
func fmovReg(c *CPU, i *Inst) { c.map1Scalar(i, func(_ *CPU, _ uint, a uint64) uint64 { return a }) }

// multiplyAdd is FMADD and its kin: the signs of the addend and of the product are turned or not.
func (c *CPU) multiplyAdd(i *Inst, addend, product bool) {
	c.checkFP()
	e := typeSize(i)
	d, a, b := c.scalar(i.Ra(), e), c.scalar(i.Rn(), e), c.scalar(i.Rm(), e)
	if addend {
		d ^= sign(e)
	}
	if product {
		a ^= sign(e)
	}
	c.setScalar(i.Rd(), fused(c, e, d, a, b))
}

func fmadd(c *CPU, i *Inst)  { c.multiplyAdd(i, false, false) }
func fmsub(c *CPU, i *Inst)  { c.multiplyAdd(i, false, true) }
func fnmadd(c *CPU, i *Inst) { c.multiplyAdd(i, true, true) }
func fnmsub(c *CPU, i *Inst) { c.multiplyAdd(i, true, false) }

func fmovImm(c *CPU, i *Inst) {
	c.checkFP()
	c.setScalar(i.Rd(), expandFloat(uint64(i.Field(20, 13)), typeSize(i)))
}

// fmovGen is FMOV (general): bits between the register files; rmode 1 is the upper half of a 128-bit register.
func fmovGen(c *CPU, i *Inst) {
	c.checkFP()
	e, half := uint(64), i.Field(20, 19)
	if half == 0 {
		e = typeSize(i)
	}
	switch {
	case !i.Bit(16):
		c.setX(i.Rd(), c.V[i.Rn()][half]&ones(e))
	case half != 0:
		c.V[i.Rd()][1] = c.x(i.Rn())
	default:
		c.setScalar(i.Rd(), c.x(i.Rn())&ones(e))
	}
}

func fcsel(c *CPU, i *Inst) {
	c.checkFP()
	n := i.Rm()
	if c.conditionHolds(uint8(i.Field(15, 12))) {
		n = i.Rn()
	}
	c.setScalar(i.Rd(), c.scalar(n, typeSize(i)))
}

// relationFlags are the flags that a comparison leaves. Source: Arm ARM, "FPCompare".
var relationFlags = [4]uint8{softfloat.Equal: flagZ | flagC, softfloat.Less: flagN, softfloat.Greater: flagC, softfloat.Unordered: flagC | flagV}

// relation compares elements; signal is set where a quiet NaN is invalid too.
func relation(c *CPU, e uint, a, b uint64, signal bool) softfloat.Relation {
	switch {
	case e == 64 && plain64(a) && plain64(b):
		return hostRelation(math.Float64frombits(a), math.Float64frombits(b))
	case e == 32 && plain32(uint32(a)) && plain32(uint32(b)):
		return hostRelation(float64(math.Float32frombits(uint32(a))), float64(math.Float32frombits(uint32(b))))
	}
	f := c.float()
	var r softfloat.Relation
	switch e {
	case 16:
		r = compare(f, uint16(a), uint16(b), signal)
	case 32:
		r = compare(f, uint32(a), uint32(b), signal)
	default:
		r = compare(f, a, b, signal)
	}
	c.floated()
	return r
}

func hostRelation(a, b float64) softfloat.Relation {
	switch {
	case a < b:
		return softfloat.Less
	case a > b:
		return softfloat.Greater
	}
	return softfloat.Equal
}

func compare[F softfloat.Word](f *softfloat.Context, a, b F, signal bool) softfloat.Relation {
	if signal {
		return softfloat.Compare(f, a, b)
	}
	return softfloat.CompareQuiet(f, a, b)
}

// compareScalar is FCMP: Rn with Rm, or with zero.
func (c *CPU) compareScalar(i *Inst, signal, withZero bool) {
	e := typeSize(i)
	b := c.scalar(i.Rm(), e)
	if withZero {
		b = 0
	}
	c.setNZCV(relationFlags[relation(c, e, c.scalar(i.Rn(), e), b, signal)])
}

func fcmp(c *CPU, i *Inst)  { c.checkFP(); c.compareScalar(i, false, i.Bit(3)) }
func fcmpe(c *CPU, i *Inst) { c.checkFP(); c.compareScalar(i, true, i.Bit(3)) }

// compareScalarIf is FCCMP: the flags of a comparison if the condition holds, else those in the instruction.
func (c *CPU) compareScalarIf(i *Inst, signal bool) {
	c.checkFP()
	if !c.conditionHolds(uint8(i.Field(15, 12))) {
		c.setNZCV(uint8(i.Field(3, 0)))
		return
	}
	c.compareScalar(i, signal, false)
}

func fccmp(c *CPU, i *Inst)  { c.compareScalarIf(i, false) }
func fccmpe(c *CPU, i *Inst) { c.compareScalarIf(i, true) }
