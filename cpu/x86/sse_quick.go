package x86

import (
	"math"

	"stasis/cpu/softfloat"
)

// The host's arithmetic takes the place of softfloat's where both give the same bits and flags. With round to nearest, an Inexact
// that is masked and already raised, operands that are normal or zero and a result that is normal and not the least one, or the zero
// that comes of a zero, no flag can change and no choice is left.

// quick says whether MXCSR allows the host's arithmetic.
func (c *CPU) quick() bool {
	return c.FPU.MXCSR&(mxcsrRC|mxcsrPM|mxcsrPE) == mxcsrPM|mxcsrPE
}

func (c *CPU) quick64(a, b uint64, host func(a, b float64) float64) (uint64, bool) {
	if !c.quick() || !plain64(a) || !plain64(b) || host == nil {
		return 0, false
	}
	r := math.Float64bits(host(math.Float64frombits(a), math.Float64frombits(b)))
	return r, ordinary64(r) || r<<1 == 0 && (a<<1 == 0 || b<<1 == 0)
}

func (c *CPU) quick32(a, b uint32, host func(a, b float32) float32) (uint32, bool) {
	if !c.quick() || !plain32(a) || !plain32(b) || host == nil {
		return 0, false
	}
	r := math.Float32bits(host(math.Float32frombits(a), math.Float32frombits(b)))
	return r, ordinary32(r) || r<<1 == 0 && (a<<1 == 0 || b<<1 == 0)
}

// exact64 is a result that is exact, whatever MXCSR says: nothing is raised and nothing is rounded. The rest is exact itself where the
// result and what it is made of are far enough from the least numbers.
func (op *operation) exact64(a, b uint64) (uint64, bool) {
	if op.rest == nil || !plain64(a) || !plain64(b) {
		return 0, false
	}
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	r := op.host64(x, y)
	v := math.Float64bits(r)
	return v, v>>52&0x7ff-restLeast < 0x7ff-restLeast && op.rest(x, y, r) == 0
}

const restLeast = 2 * 55 // field of an exponent

// restOfSum, restOfProduct and restOfQuotient are by how much a result is wrong, but for a factor. Source: D. E. Knuth, "The Art of Computer
// Programming", Vol. 2, section 4.2.2, for the sum.
func restOfSum(a, b, r float64) float64 {
	v := r - a
	return (a - (r - v)) + (b - v)
}

func restOfProduct(a, b, r float64) float64 { return math.FMA(a, b, -r) }

func restOfQuotient(a, b, r float64) float64 {
	if math.Float64bits(a)>>52&0x7ff < restLeast {
		return 1
	}
	return math.FMA(r, b, -a)
}

// denormal64 reports a denormal number, ordinary64 a normal one that is not next to them. They are for results and operands of which
// one is an infinity or a NaN if the other is.
func denormal64(v uint64) bool { return v<<1-1 < 1<<53-1 }
func denormal32(v uint32) bool { return v<<1-1 < 1<<24-1 }
func ordinary64(v uint64) bool { return v>>52&0x7ff-2 < 0x7fd }
func ordinary32(v uint32) bool { return v>>23&0xff-2 < 0xfd }

// plain64 reports a normal number or zero.
func plain64(v uint64) bool { return v>>52&0x7ff-1 < 0x7fe || v<<1 == 0 }

func plain32(v uint32) bool { return v>>23&0xff-1 < 0xfe || v<<1 == 0 }

// quickNarrow is CVTSD2SS.
func (c *CPU) quickNarrow(v uint64) (uint32, bool) {
	if !c.quick() || !plain64(v) {
		return 0, false
	}
	r := math.Float32bits(float32(math.Float64frombits(v)))
	return r, ordinary32(r)
}

// quickInt is a conversion to an integer that is exact, or truncates where Inexact is raised already.
func quickInt[F softfloat.Word](c *CPU, v F, wide, truncate bool) (uint64, bool) {
	var x float64
	if size[F]() == 4 {
		x = float64(math.Float32frombits(uint32(v)))
	} else {
		x = math.Float64frombits(uint64(v))
	}
	if !(x > -1<<31 && x < 1<<31) && !(wide && x > -1<<63 && x < 1<<63) {
		return 0, false
	}
	r := int64(x)
	if float64(r) != x && !(truncate && c.FPU.MXCSR&(mxcsrPM|mxcsrPE) == mxcsrPM|mxcsrPE) {
		return 0, false
	}
	if !wide {
		return uint64(uint32(r)), true
	}
	return uint64(r), true
}

// opSqrt is the root of the second operand. The host's root of a single is the double one rounded, which is the same.
var opSqrt = operation{
	func(f *floatContext, _, b uint32) uint32 { return softfloat.Sqrt(f, b) },
	func(f *floatContext, _, b uint64) uint64 { return softfloat.Sqrt(f, b) },
	func(_, b float32) float32 { return float32(math.Sqrt(float64(b))) },
	func(_, b float64) float64 { return math.Sqrt(b) },
	func(_, b, r float64) float64 { return restOfQuotient(b, r, r) },
}

// opMin and opMax give the second operand if either is a NaN or both are zeros. Source: SDM Vol. 2, "MINPS".
var (
	opMin = operation{single: pick[uint32](softfloat.Less), double: pick[uint64](softfloat.Less)}
	opMax = operation{single: pick[uint32](softfloat.Greater), double: pick[uint64](softfloat.Greater)}
)

// pick gives a if it stands in the relation to b, else b.
func pick[F softfloat.Word](first softfloat.Relation) func(f *floatContext, a, b F) F {
	return func(f *floatContext, a, b F) F {
		if f.DAZ {
			a, b = flushed(a), flushed(b)
		}
		if softfloat.Compare(f, a, b) == first {
			return a
		}
		return b
	}
}

// flushed is zero for a denormal number.
func flushed[F softfloat.Word](v F) F {
	if softfloat.IsDenormal(v) {
		return v >> (8*size[F]() - 1) << (8*size[F]() - 1)
	}
	return v
}
