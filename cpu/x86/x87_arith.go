package x86

import "stasis/cpu/softfloat"

type binary80 func(f *floatContext, a, b f80) f80

// reversed swaps the operands.
func reversed(op binary80) binary80 {
	return func(f *floatContext, a, b f80) f80 { return op(f, b, a) }
}

var (
	subr80 = reversed(softfloat.Sub80)
	divr80 = reversed(softfloat.Div80)
)

// fpuMemory is the memory operand of an arithmetic instruction, widened, and whether it was a denormal number. The escape opcode's
// bits 1 and 2 tell its type.
func (c *CPU) fpuMemory(i *Inst) (v f80, denormal bool) {
	switch i.Opcode & 6 {
	case 0: // D8
		x := load[uint32](c, c.linRead(i, 4))
		return softfloat.Widen(x), softfloat.IsDenormal(x)
	case 2: // DA
		return softfloat.FromInt80(int64(int32(load[uint32](c, c.linRead(i, 4))))), false
	case 4: // DC
		x := load[uint64](c, c.linRead(i, 8))
		return softfloat.Widen(x), softfloat.IsDenormal(x)
	}
	return softfloat.FromInt80(int64(int16(load[uint16](c, c.linRead(i, 2))))), false
}

// arith is the four forms of an arithmetic instruction: ST(0) with memory, ST(0) with ST(i), ST(i) with ST(0), and the last with a
// pop.
func (c *CPU) arith(i *Inst, op binary80) {
	c.checkFPU()
	if i.IsMem {
		c.arithMemory(i, op)
		return
	}
	f := c.fpuStart(i)
	dst, src, pop := uint8(0), i.RM&7, i.Opcode == 0xde
	if i.Opcode != 0xd8 {
		dst, src = src, 0
	}
	if c.underflow(dst, src, dst, pop) {
		return
	}
	x := c.fpuContext()
	r := op(x, f.get(dst), f.get(src))
	if c.report(x) {
		return
	}
	f.set(dst, r)
	if pop {
		f.pop()
	}
}

func (c *CPU) arithMemory(i *Inst, op binary80) {
	v, denormal := c.fpuMemory(i)
	f := c.fpuStart(i)
	if c.underflow(0, 0, 0, false) {
		return
	}
	x := c.fpuContext()
	r := op(x, f.get(0), v)
	noteDenormal(x, f.get(0), denormal)
	if !c.report(x) {
		f.set(0, r)
	}
}

// noteDenormal raises Denormal for a memory operand that was one before it was widened, unless something takes precedence.
func noteDenormal(x *floatContext, other f80, denormal bool) {
	if denormal && x.Flags&(softfloat.Invalid|softfloat.DivideByZero) == 0 && !softfloat.IsNaN80(other) {
		x.Flags |= softfloat.Denormal
	}
}

func fadd(c *CPU, i *Inst)   { c.arith(i, softfloat.Add80) }
func faddp(c *CPU, i *Inst)  { c.arith(i, softfloat.Add80) }
func fiadd(c *CPU, i *Inst)  { c.arith(i, softfloat.Add80) }
func fmul(c *CPU, i *Inst)   { c.arith(i, softfloat.Mul80) }
func fmulp(c *CPU, i *Inst)  { c.arith(i, softfloat.Mul80) }
func fimul(c *CPU, i *Inst)  { c.arith(i, softfloat.Mul80) }
func fsub(c *CPU, i *Inst)   { c.arith(i, softfloat.Sub80) }
func fsubp(c *CPU, i *Inst)  { c.arith(i, softfloat.Sub80) }
func fisub(c *CPU, i *Inst)  { c.arith(i, softfloat.Sub80) }
func fsubr(c *CPU, i *Inst)  { c.arith(i, subr80) }
func fsubrp(c *CPU, i *Inst) { c.arith(i, subr80) }
func fisubr(c *CPU, i *Inst) { c.arith(i, subr80) }
func fdiv(c *CPU, i *Inst)   { c.arith(i, softfloat.Div80) }
func fdivp(c *CPU, i *Inst)  { c.arith(i, softfloat.Div80) }
func fidiv(c *CPU, i *Inst)  { c.arith(i, softfloat.Div80) }
func fdivr(c *CPU, i *Inst)  { c.arith(i, divr80) }
func fdivrp(c *CPU, i *Inst) { c.arith(i, divr80) }
func fidivr(c *CPU, i *Inst) { c.arith(i, divr80) }

// unary replaces ST(0) by op of it.
func (c *CPU) unary(i *Inst, op func(x *floatContext, v f80) f80) {
	f := c.fpuStart(i)
	if c.underflow(0, 0, 0, false) {
		return
	}
	x := c.fpuContext()
	r := op(x, f.get(0))
	if !c.report(x) {
		f.set(0, r)
	}
}

func fsqrt(c *CPU, i *Inst)   { c.unary(i, softfloat.Sqrt80) }
func frndint(c *CPU, i *Inst) { c.unary(i, softfloat.RoundToInt80) }

// fabs and fchs change the sign of anything, NaNs included.
func fabs(c *CPU, i *Inst) {
	c.unary(i, func(_ *floatContext, v f80) f80 { return f80{Mant: v.Mant, SE: v.SE &^ 0x8000} })
}
func fchs(c *CPU, i *Inst) {
	c.unary(i, func(_ *floatContext, v f80) f80 { return f80{Mant: v.Mant, SE: v.SE ^ 0x8000} })
}

// fscale is FSCALE: ST(0) · 2^trunc(ST(1)).
func fscale(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	if c.underflow(0, 1, 0, false) {
		return
	}
	x := c.fpuContext()
	r := softfloat.Scale80(x, f.get(0), f.get(1))
	if !c.report(x) {
		f.set(0, r)
	}
}

// fxtract is FXTRACT: the exponent takes ST(0)'s place and the significand is pushed.
func fxtract(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	if f.empty(0) || !f.empty(7) {
		c.pushFault(f)
		return
	}
	x := c.fpuContext()
	significand, exponent := softfloat.Extract80(x, f.get(0))
	if c.report(x) {
		return
	}
	f.set(0, exponent)
	c.push(significand)
}

// remainder is FPREM and FPREM1. C0, C3 and C1 are the quotient's bits 2, 1 and 0; C2 says that the reduction is not complete.
func (c *CPU) remainder(i *Inst, nearest bool) {
	f := c.fpuStart(i)
	f.SW &^= swC2
	if c.underflow(0, 1, 0, false) {
		return
	}
	x := c.fpuContext()
	r, quotient, complete := softfloat.Rem80(x, f.get(0), f.get(1), nearest)
	x.RoundedUp = false
	if c.report(x) {
		return
	}
	f.set(0, r)
	switch {
	case softfloat.IsNaN80(r): // the condition codes stay
	case complete:
		f.SW = f.SW&^swCC | uint16(quotient>>2&1)*swC0 | uint16(quotient>>1&1)*swC3 | uint16(quotient&1)*swC1
	default:
		f.SW = f.SW&^swCC | swC2
	}
}

func fprem(c *CPU, i *Inst)  { c.remainder(i, false) }
func fprem1(c *CPU, i *Inst) { c.remainder(i, true) }
