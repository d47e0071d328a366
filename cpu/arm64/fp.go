package arm64

import (
	"math"

	"stasis/cpu/softfloat"
)

// Floating point on elements of 16, 32 and 64 bits. Source: Arm ARM, "Floating-point and Advanced SIMD", and its shared pseudocode.

// The bits of FPCR and FPSR.
const (
	fpcrFZ16  = 1 << 19
	fpcrRMode = 3 << 22
	fpcrFZ    = 1 << 24
	fpcrDN    = 1 << 25
	fpcrAHP   = 1 << 26

	fpsrIXC = 1 << 4
)

// roundings are the directions by FPCR.RMode.
var roundings = [4]softfloat.Mode{softfloat.NearestEven, softfloat.Up, softfloat.Down, softfloat.Zero}

func (c *CPU) rounding() softfloat.Mode { return roundings[c.FPCR>>22&3] }

// float readies softfloat for one operation; floated takes its flags.
func (c *CPU) float() *softfloat.Context {
	c.soft = softfloat.Context{
		Arm: true, NaN: softfloat.SignallingNaN, Round: c.rounding(),
		DAZ: c.FPCR&fpcrFZ != 0, FTZ: c.FPCR&fpcrFZ != 0, FZ16: c.FPCR&fpcrFZ16 != 0,
		DefaultNaN: c.FPCR&fpcrDN != 0, Alternative: c.FPCR&fpcrAHP != 0,
	}
	return &c.soft
}

// fpsrFlags is where the cumulative flags lie in FPSR.
var fpsrFlags = func() (table [64]uint64) {
	places := map[softfloat.Flags]uint64{softfloat.Invalid: 1, softfloat.DivideByZero: 2, softfloat.Overflow: 4, softfloat.Underflow: 8,
		softfloat.Inexact: fpsrIXC, softfloat.Denormal: 1 << 7}
	for n := range table {
		for flag, bit := range places {
			if softfloat.Flags(n)&flag != 0 {
				table[n] |= bit
			}
		}
	}
	return table
}()

func (c *CPU) floated() { c.FPSR |= fpsrFlags[c.soft.Flags&63] }

// quick says whether the host's arithmetic gives the same bits and flags for normal operands and results: to nearest, with Inexact raised
// already. Flushing and the rules of NaNs do not matter then.
func (c *CPU) quick() bool { return c.FPCR&fpcrRMode == 0 && c.FPSR&fpsrIXC != 0 }

// plain64 reports a normal number or zero.
func plain64(v uint64) bool { return v>>52&0x7ff-1 < 0x7fe || v<<1 == 0 }

func plain32(v uint32) bool { return v>>23&0xff-1 < 0xfe || v<<1 == 0 }

// sound64 reports a normal result that is not the least one.
func sound64(v uint64) bool { return v>>52&0x7ff-2 < 0x7fd }

func sound32(v uint32) bool { return v>>23&0xff-2 < 0xfd }

// float2 is an operation on two operands in all formats, in software and, where that is exact, on the host.
type float2 struct {
	half   func(f *softfloat.Context, a, b uint16) uint16
	single func(f *softfloat.Context, a, b uint32) uint32
	double func(f *softfloat.Context, a, b uint64) uint64
	host32 func(a, b float32) float32
	host64 func(a, b float64) float64
}

// lane is the operation on elements.
func (o *float2) lane(c *CPU, e uint, a, b uint64) uint64 {
	if o.host32 != nil && c.quick() {
		if r, ok := o.quick(e, a, b); ok {
			return r
		}
	}
	f := c.float()
	var r uint64
	switch e {
	case 16:
		r = uint64(o.half(f, uint16(a), uint16(b)))
	case 32:
		r = uint64(o.single(f, uint32(a), uint32(b)))
	default:
		r = o.double(f, a, b)
	}
	c.floated()
	return r
}

func (o *float2) quick(e uint, a, b uint64) (uint64, bool) {
	switch e {
	case 32:
		if !plain32(uint32(a)) || !plain32(uint32(b)) {
			return 0, false
		}
		r := math.Float32bits(o.host32(math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b))))
		return uint64(r), sound32(r) || r<<1 == 0 && (a<<33 == 0 || b<<33 == 0)
	case 64:
		if !plain64(a) || !plain64(b) {
			return 0, false
		}
		r := math.Float64bits(o.host64(math.Float64frombits(a), math.Float64frombits(b)))
		return r, sound64(r) || r<<1 == 0 && (a<<1 == 0 || b<<1 == 0)
	}
	return 0, false
}

// float1 is float2 for one operand.
type float1 struct {
	half   func(f *softfloat.Context, a uint16) uint16
	single func(f *softfloat.Context, a uint32) uint32
	double func(f *softfloat.Context, a uint64) uint64
}

func (o *float1) lane(c *CPU, e uint, a uint64) uint64 {
	f := c.float()
	var r uint64
	switch e {
	case 16:
		r = uint64(o.half(f, uint16(a)))
	case 32:
		r = uint64(o.single(f, uint32(a)))
	default:
		r = o.double(f, a)
	}
	c.floated()
	return r
}

// sign is the sign bit of an element.
func sign(e uint) uint64 { return 1 << (e - 1) }

// fused is d + a · b with one rounding.
func fused(c *CPU, e uint, d, a, b uint64) uint64 {
	if c.quick() {
		if r, ok := quickFused(e, d, a, b); ok {
			return r
		}
	}
	f := c.float()
	var r uint64
	switch e {
	case 16:
		r = uint64(softfloat.MulAdd(f, uint16(d), uint16(a), uint16(b)))
	case 32:
		r = uint64(softfloat.MulAdd(f, uint32(d), uint32(a), uint32(b)))
	default:
		r = softfloat.MulAdd(f, d, a, b)
	}
	c.floated()
	return r
}

// quickFused uses the host's fused operation. Singles are multiplied exactly in double precision; the second rounding of the sum is harmless
// unless the first one has ended half way between two singles.
func quickFused(e uint, d, a, b uint64) (uint64, bool) {
	switch {
	case e == 32 && plain32(uint32(a)) && plain32(uint32(b)) && plain32(uint32(d)):
		p := float64(math.Float32frombits(uint32(a))) * float64(math.Float32frombits(uint32(b)))
		s := float64(p) + float64(math.Float32frombits(uint32(d)))
		r := math.Float32bits(float32(s))
		return uint64(r), sound32(r) && math.Float64bits(s)<<35 != 1<<63
	case e == 64 && plain64(a) && plain64(b) && plain64(d):
		r := math.Float64bits(math.FMA(math.Float64frombits(a), math.Float64frombits(b), math.Float64frombits(d)))
		return r, sound64(r)
	}
	return 0, false
}

// The operations.
var (
	floatAdd = float2{softfloat.Add[uint16], softfloat.Add[uint32], softfloat.Add[uint64],
		func(a, b float32) float32 { return a + b }, func(a, b float64) float64 { return a + b }}
	floatSub = float2{softfloat.Sub[uint16], softfloat.Sub[uint32], softfloat.Sub[uint64],
		func(a, b float32) float32 { return a - b }, func(a, b float64) float64 { return a - b }}
	floatMul = float2{softfloat.Mul[uint16], softfloat.Mul[uint32], softfloat.Mul[uint64],
		func(a, b float32) float32 { return a * b }, func(a, b float64) float64 { return a * b }}
	floatDiv = float2{softfloat.Div[uint16], softfloat.Div[uint32], softfloat.Div[uint64],
		func(a, b float32) float32 { return a / b }, func(a, b float64) float64 { return a / b }}
	floatMulx   = float2{softfloat.MulExtended[uint16], softfloat.MulExtended[uint32], softfloat.MulExtended[uint64], nil, nil}
	floatMax    = float2{softfloat.Max[uint16], softfloat.Max[uint32], softfloat.Max[uint64], maxSingle, maxDouble}
	floatMin    = float2{softfloat.Min[uint16], softfloat.Min[uint32], softfloat.Min[uint64], minSingle, minDouble}
	floatMaxnm  = float2{softfloat.MaxNumber[uint16], softfloat.MaxNumber[uint32], softfloat.MaxNumber[uint64], maxSingle, maxDouble}
	floatMinnm  = float2{softfloat.MinNumber[uint16], softfloat.MinNumber[uint32], softfloat.MinNumber[uint64], minSingle, minDouble}
	floatRecps  = float2{softfloat.RecipStep[uint16], softfloat.RecipStep[uint32], softfloat.RecipStep[uint64], nil, nil}
	floatRsqrts = float2{softfloat.RSqrtStep[uint16], softfloat.RSqrtStep[uint32], softfloat.RSqrtStep[uint64], nil, nil}
	floatSqrt   = float1{softfloat.Sqrt[uint16], softfloat.Sqrt[uint32], softfloat.Sqrt[uint64]}
	floatRecpe  = float1{softfloat.RecipEstimate[uint16], softfloat.RecipEstimate[uint32], softfloat.RecipEstimate[uint64]}
	floatRsqrte = float1{softfloat.RSqrtEstimate[uint16], softfloat.RSqrtEstimate[uint32], softfloat.RSqrtEstimate[uint64]}
	floatRecpx  = float1{softfloat.RecipExponent[uint16], softfloat.RecipExponent[uint32], softfloat.RecipExponent[uint64]}
)

func faddLane(c *CPU, e uint, a, b uint64) uint64 { return floatAdd.lane(c, e, a, b) }

func fsubLane(c *CPU, e uint, a, b uint64) uint64 { return floatSub.lane(c, e, a, b) }

func fmulLane(c *CPU, e uint, a, b uint64) uint64 { return floatMul.lane(c, e, a, b) }

func fmulxLane(c *CPU, e uint, a, b uint64) uint64 { return floatMulx.lane(c, e, a, b) }

func fmaxLane(c *CPU, e uint, a, b uint64) uint64 { return floatMax.lane(c, e, a, b) }

func fminLane(c *CPU, e uint, a, b uint64) uint64 { return floatMin.lane(c, e, a, b) }

func fmaxnmLane(c *CPU, e uint, a, b uint64) uint64 { return floatMaxnm.lane(c, e, a, b) }

func fminnmLane(c *CPU, e uint, a, b uint64) uint64 { return floatMinnm.lane(c, e, a, b) }

func frecpsLane(c *CPU, e uint, a, b uint64) uint64 { return floatRecps.lane(c, e, a, b) }

func frsqrtsLane(c *CPU, e uint, a, b uint64) uint64 { return floatRsqrts.lane(c, e, a, b) }

func fnmulLane(c *CPU, e uint, a, b uint64) uint64   { return fmulLane(c, e, a, b) ^ sign(e) }
func fabdLane(c *CPU, e uint, a, b uint64) uint64    { return fsubLane(c, e, a, b) &^ sign(e) }
func fmlaLane(c *CPU, e uint, d, a, b uint64) uint64 { return fused(c, e, d, a, b) }
func fmlsLane(c *CPU, e uint, d, a, b uint64) uint64 { return fused(c, e, d, a^sign(e), b) }
func fabsLane(_ *CPU, e uint, a uint64) uint64       { return a &^ sign(e) }
func fnegLane(_ *CPU, e uint, a uint64) uint64       { return a ^ sign(e) }

// fsqrtLane takes the host's root of numbers that have one; that of a single is the one in double precision, rounded.
func fsqrtLane(c *CPU, e uint, a uint64) uint64 {
	switch {
	case !c.quick():
	case e == 64 && a>>63 == 0 && plain64(a):
		return math.Float64bits(math.Sqrt(math.Float64frombits(a)))
	case e == 32 && a>>31 == 0 && plain32(uint32(a)):
		return uint64(math.Float32bits(float32(math.Sqrt(float64(math.Float32frombits(uint32(a)))))))
	}
	return floatSqrt.lane(c, e, a)
}

// The greater and the lesser operand on the host, whose rules for zeros are the same.
func maxSingle(a, b float32) float32 { return max(a, b) }
func maxDouble(a, b float64) float64 { return max(a, b) }
func minSingle(a, b float32) float32 { return min(a, b) }
func minDouble(a, b float64) float64 { return min(a, b) }

func frecpeLane(c *CPU, e uint, a uint64) uint64 { return floatRecpe.lane(c, e, a) }

func frsqrteLane(c *CPU, e uint, a uint64) uint64 { return floatRsqrte.lane(c, e, a) }

func frecpxLane(c *CPU, e uint, a uint64) uint64 { return floatRecpx.lane(c, e, a) }
