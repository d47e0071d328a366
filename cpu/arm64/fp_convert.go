package arm64

import (
	"math"

	"stasis/cpu/softfloat"
)

// Conversions between formats, to and from integers, and rounding to integral values. Source: Arm ARM, "FPConvert", "FPToFixed",
// "FixedToFP", "FPRoundInt".

// convert changes the format of an element from e bits to those of the result.
func (c *CPU) convert(v uint64, from, to uint) uint64 {
	switch {
	case from == 32 && to == 64 && plain32(uint32(v)):
		return math.Float64bits(float64(math.Float32frombits(uint32(v))))
	case from == 64 && to == 32 && c.quick() && plain64(v):
		if r := math.Float32bits(float32(math.Float64frombits(v))); sound32(r) {
			return uint64(r)
		}
	}
	return c.convertSoft(c.float(), v, from, to)
}

func (c *CPU) convertSoft(f *softfloat.Context, v uint64, from, to uint) (r uint64) {
	switch {
	case from == 16 && to == 32:
		r = uint64(softfloat.FromHalf[uint32](f, uint16(v)))
	case from == 16:
		r = softfloat.FromHalf[uint64](f, uint16(v))
	case from == 32 && to == 16:
		r = uint64(softfloat.ToHalf(f, uint32(v)))
	case from == 32:
		r = softfloat.Convert[uint64](f, uint32(v))
	case to == 16:
		r = uint64(softfloat.ToHalf(f, v))
	default:
		r = uint64(softfloat.Convert[uint32](f, v))
	}
	c.floated()
	return r
}

// fcvt is FCVT: opc is the result's format, numbered as ptype.
func fcvt(c *CPU, i *Inst) {
	c.checkFP()
	e := typeSize(i)
	to := [...]uint{32, 64, 0, 16}[i.Field(16, 15)]
	c.setScalar(i.Rd(), c.convert(c.scalar(i.Rn(), e), e, to))
}

// convertSize is the size of the narrow elements of FCVTN and FCVTL.
func convertSize(i *Inst) uint { return 16 << i.Field(22, 22) }

func fcvtn(c *CPU, i *Inst) {
	c.narrow(i, convertSize(i), func(c *CPU, e uint, a uint64) uint64 { return c.convert(a, 2*e, e) })
}

func fcvtl(c *CPU, i *Inst) {
	c.long(i, 2*convertSize(i), func(c *CPU, e uint, _, a, _ uint64) uint64 { return c.convert(a, e/2, e) })
}

// fcvtxnV is FCVTXN: to single precision, and to odd, so that a second rounding does no harm.
func fcvtxnV(c *CPU, i *Inst) {
	c.narrow(i, 32, func(c *CPU, _ uint, a uint64) uint64 {
		f := c.float()
		f.Round = softfloat.Odd
		return c.convertSoft(f, a, 64, 32)
	})
}

func fcvtxnS(c *CPU, i *Inst) { fcvtxnV(c, i) }

// fixedPoint is the kind of integer on the other side of a conversion: its size, and how many of its bits are a fraction.
type fixedPoint struct {
	width    uint
	fraction int
	unsigned bool
}

// toInteger converts an element of e bits.
func (c *CPU) toInteger(e uint, v uint64, to fixedPoint, mode softfloat.Mode) (r uint64) {
	if mode == softfloat.Zero && to.fraction == 0 {
		if r, ok := c.quickInteger(e, v, to); ok {
			return r
		}
	}
	f := c.float()
	switch e {
	case 16:
		r = softfloat.ToFixed(f, uint16(v), to.fraction, to.width, to.unsigned, mode)
	case 32:
		r = softfloat.ToFixed(f, uint32(v), to.fraction, to.width, to.unsigned, mode)
	default:
		r = softfloat.ToFixed(f, v, to.fraction, to.width, to.unsigned, mode)
	}
	c.floated()
	return r
}

// quickInteger truncates normal numbers that fit into 31 bits, where Inexact cannot change.
func (c *CPU) quickInteger(e uint, v uint64, to fixedPoint) (uint64, bool) {
	var x float64
	switch {
	case e == 64 && plain64(v):
		x = math.Float64frombits(v)
	case e == 32 && plain32(uint32(v)):
		x = float64(math.Float32frombits(uint32(v)))
	default:
		return 0, false
	}
	if to.width < 32 || !(x < 1<<31) || !(x > -1<<31) || to.unsigned && x < 0 {
		return 0, false
	}
	r := int64(x)
	if float64(r) != x && c.FPSR&fpsrIXC == 0 {
		return 0, false
	}
	return uint64(r) & ones(to.width), true
}

// fromInteger converts to an element of e bits.
func (c *CPU) fromInteger(e uint, v uint64, from fixedPoint) (r uint64) {
	if !from.unsigned {
		v = uint64(signExtend(v, from.width))
	}
	if x := int64(v); e == 64 && from.fraction == 0 && x<<11>>11 == x && !(from.unsigned && x < 0) {
		return math.Float64bits(float64(x))
	}
	f := c.float()
	switch e {
	case 16:
		r = uint64(softfloat.FromFixed[uint16](f, v, from.fraction, from.unsigned))
	case 32:
		r = uint64(softfloat.FromFixed[uint32](f, v, from.fraction, from.unsigned))
	default:
		r = softfloat.FromFixed[uint64](f, v, from.fraction, from.unsigned)
	}
	c.floated()
	return r
}

// registerInteger is the integer in a general register, by sf, and bit 16 of its conversions.
func registerInteger(i *Inst) fixedPoint {
	to := fixedPoint{width: 32, unsigned: i.Bit(16)}
	if wide(i) {
		to.width = 64
	}
	return to
}

// fixedRegister is the same with a fraction, by scale.
func fixedRegister(i *Inst) fixedPoint {
	to := registerInteger(i)
	to.fraction = int(64 - i.Field(15, 10))
	return to
}

// toGeneral converts Vn to Rd, fromGeneral Rn to Vd.
func (c *CPU) toGeneral(i *Inst, to fixedPoint, mode softfloat.Mode) {
	c.checkFP()
	e := typeSize(i)
	c.setX(i.Rd(), c.toInteger(e, c.scalar(i.Rn(), e), to, mode))
}

func (c *CPU) fromGeneral(i *Inst, from fixedPoint) {
	c.checkFP()
	c.setScalar(i.Rd(), c.fromInteger(typeSize(i), c.x(i.Rn())&ones(from.width), from))
}

func scvtfGen(c *CPU, i *Inst)  { c.fromGeneral(i, registerInteger(i)) }
func ucvtfGen(c *CPU, i *Inst)  { c.fromGeneral(i, registerInteger(i)) }
func scvtfFix(c *CPU, i *Inst)  { c.fromGeneral(i, fixedRegister(i)) }
func ucvtfFix(c *CPU, i *Inst)  { c.fromGeneral(i, fixedRegister(i)) }
func fcvtzsFix(c *CPU, i *Inst) { c.toGeneral(i, fixedRegister(i), softfloat.Zero) }
func fcvtzuFix(c *CPU, i *Inst) { c.toGeneral(i, fixedRegister(i), softfloat.Zero) }

// fjcvtzs is FJCVTZS: Z says whether the integer is the whole value.
func fjcvtzs(c *CPU, i *Inst) {
	c.checkFP()
	r, exact := softfloat.ToJavaScript(c.float(), c.V[i.Rn()][0])
	c.floated()
	c.setX(i.Rd(), uint64(r))
	c.setNZCV(uint8(b2u(exact)) * flagZ)
}

// vectorInteger converts elements to integers of their size; U is unsigned.
func (c *CPU) vectorInteger(i *Inst, mode softfloat.Mode) {
	c.map1(i, floatSize(i), func(c *CPU, e uint, a uint64) uint64 {
		return c.toInteger(e, a, fixedPoint{width: e, unsigned: i.Bit(29)}, mode)
	})
}

func scvtfV(c *CPU, i *Inst) {
	c.map1(i, floatSize(i), func(c *CPU, e uint, a uint64) uint64 {
		return c.fromInteger(e, a, fixedPoint{width: e, unsigned: i.Bit(29)})
	})
}

// fcvtzsVfix and scvtfVfix have the number of fraction bits where shifts have their amount.
func fcvtzsVfix(c *CPU, i *Inst) {
	e := shiftSize(i)
	to := fixedPoint{e, int(rightShift(i, e)), i.Bit(29)}
	c.map1(i, e, func(c *CPU, e uint, a uint64) uint64 { return c.toInteger(e, a, to, softfloat.Zero) })
}

func scvtfVfix(c *CPU, i *Inst) {
	e := shiftSize(i)
	from := fixedPoint{e, int(rightShift(i, e)), i.Bit(29)}
	c.map1(i, e, func(c *CPU, e uint, a uint64) uint64 { return c.fromInteger(e, a, from) })
}

func ucvtfV(c *CPU, i *Inst)     { scvtfV(c, i) }
func scvtfS(c *CPU, i *Inst)     { scvtfV(c, i) }
func ucvtfS(c *CPU, i *Inst)     { scvtfV(c, i) }
func ucvtfVfix(c *CPU, i *Inst)  { scvtfVfix(c, i) }
func scvtfSfix(c *CPU, i *Inst)  { scvtfVfix(c, i) }
func ucvtfSfix(c *CPU, i *Inst)  { scvtfVfix(c, i) }
func fcvtzuVfix(c *CPU, i *Inst) { fcvtzsVfix(c, i) }
func fcvtzsSfix(c *CPU, i *Inst) { fcvtzsVfix(c, i) }
func fcvtzuSfix(c *CPU, i *Inst) { fcvtzsVfix(c, i) }

// integral rounds an element to an integral value.
func (c *CPU) integral(e uint, v uint64, mode softfloat.Mode, exact bool) (r uint64) {
	f := c.float()
	switch e {
	case 16:
		r = uint64(softfloat.RoundIntegral(f, uint16(v), mode, exact))
	case 32:
		r = uint64(softfloat.RoundIntegral(f, uint32(v), mode, exact))
	default:
		r = softfloat.RoundIntegral(f, v, mode, exact)
	}
	c.floated()
	return r
}

func frintnLane(c *CPU, e uint, a uint64) uint64 {
	return c.integral(e, a, softfloat.NearestEven, false)
}
func frintpLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, softfloat.Up, false) }
func frintmLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, softfloat.Down, false) }
func frintzLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, softfloat.Zero, false) }
func frintaLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, softfloat.TiesAway, false) }
func frintxLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, c.rounding(), true) }
func frintiLane(c *CPU, e uint, a uint64) uint64 { return c.integral(e, a, c.rounding(), false) }

// sized rounds to what fits an integer of 32 or 64 bits.
func (c *CPU) sized(e uint, v uint64, mode softfloat.Mode, width uint) (r uint64) {
	f := c.float()
	if e == 32 {
		r = uint64(softfloat.RoundSized(f, uint32(v), mode, width))
	} else {
		r = softfloat.RoundSized(f, v, mode, width)
	}
	c.floated()
	return r
}

func frint32zLane(c *CPU, e uint, a uint64) uint64 { return c.sized(e, a, softfloat.Zero, 32) }
func frint32xLane(c *CPU, e uint, a uint64) uint64 { return c.sized(e, a, c.rounding(), 32) }
func frint64zLane(c *CPU, e uint, a uint64) uint64 { return c.sized(e, a, softfloat.Zero, 64) }
func frint64xLane(c *CPU, e uint, a uint64) uint64 { return c.sized(e, a, c.rounding(), 64) }

func frintnS(c *CPU, i *Inst)   { c.map1Scalar(i, frintnLane) }
func frintnV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintnLane) }
func frintpS(c *CPU, i *Inst)   { c.map1Scalar(i, frintpLane) }
func frintpV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintpLane) }
func frintmS(c *CPU, i *Inst)   { c.map1Scalar(i, frintmLane) }
func frintmV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintmLane) }
func frintzS(c *CPU, i *Inst)   { c.map1Scalar(i, frintzLane) }
func frintzV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintzLane) }
func frintaS(c *CPU, i *Inst)   { c.map1Scalar(i, frintaLane) }
func frintaV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintaLane) }
func frintxS(c *CPU, i *Inst)   { c.map1Scalar(i, frintxLane) }
func frintxV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintxLane) }
func frintiS(c *CPU, i *Inst)   { c.map1Scalar(i, frintiLane) }
func frintiV(c *CPU, i *Inst)   { c.map1(i, floatSize(i), frintiLane) }
func frint32zS(c *CPU, i *Inst) { c.map1Scalar(i, frint32zLane) }
func frint32zV(c *CPU, i *Inst) { c.map1(i, floatSize(i), frint32zLane) }
func frint32xS(c *CPU, i *Inst) { c.map1Scalar(i, frint32xLane) }
func frint32xV(c *CPU, i *Inst) { c.map1(i, floatSize(i), frint32xLane) }
func frint64zS(c *CPU, i *Inst) { c.map1Scalar(i, frint64zLane) }
func frint64zV(c *CPU, i *Inst) { c.map1(i, floatSize(i), frint64zLane) }
func frint64xS(c *CPU, i *Inst) { c.map1Scalar(i, frint64xLane) }
func frint64xV(c *CPU, i *Inst) { c.map1(i, floatSize(i), frint64xLane) }

func fcvtnsGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.NearestEven) }
func fcvtnsV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.NearestEven) }
func fcvtnsS(c *CPU, i *Inst)   { fcvtnsV(c, i) }
func fcvtpsGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Up) }
func fcvtpsV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Up) }
func fcvtpsS(c *CPU, i *Inst)   { fcvtpsV(c, i) }
func fcvtmsGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Down) }
func fcvtmsV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Down) }
func fcvtmsS(c *CPU, i *Inst)   { fcvtmsV(c, i) }
func fcvtzsGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Zero) }
func fcvtzsV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Zero) }
func fcvtzsS(c *CPU, i *Inst)   { fcvtzsV(c, i) }
func fcvtasGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.TiesAway) }
func fcvtasV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.TiesAway) }
func fcvtasS(c *CPU, i *Inst)   { fcvtasV(c, i) }

func fcvtnuGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.NearestEven) }
func fcvtnuV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.NearestEven) }
func fcvtnuS(c *CPU, i *Inst)   { fcvtnuV(c, i) }
func fcvtpuGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Up) }
func fcvtpuV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Up) }
func fcvtpuS(c *CPU, i *Inst)   { fcvtpuV(c, i) }
func fcvtmuGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Down) }
func fcvtmuV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Down) }
func fcvtmuS(c *CPU, i *Inst)   { fcvtmuV(c, i) }
func fcvtzuGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.Zero) }
func fcvtzuV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.Zero) }
func fcvtzuS(c *CPU, i *Inst)   { fcvtzuV(c, i) }
func fcvtauGen(c *CPU, i *Inst) { c.toGeneral(i, registerInteger(i), softfloat.TiesAway) }
func fcvtauV(c *CPU, i *Inst)   { c.vectorInteger(i, softfloat.TiesAway) }
func fcvtauS(c *CPU, i *Inst)   { fcvtauV(c, i) }
