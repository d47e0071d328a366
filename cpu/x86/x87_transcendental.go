package x86

import "stasis/cpu/softfloat"

// The transcendental instructions give the exact value, rounded; see softfloat for how.

// trigStart clears C2, which inRange sets for an argument of 2^63 or more: then the instruction does nothing else.
func (c *CPU) trigStart(i *Inst) *FPU {
	f := c.fpuStart(i)
	f.SW &^= swC2
	return f
}

func (f *FPU) inRange() bool {
	if softfloat.OutOfTrigRange(f.get(0)) {
		f.SW |= swC2
		return false
	}
	return true
}

func (c *CPU) trig(i *Inst, op func(x *floatContext, v f80) f80) {
	f := c.trigStart(i)
	if c.underflow(0, 0, 0, false) || !f.inRange() {
		return
	}
	x := c.fpuContext()
	r := op(x, f.get(0))
	if !c.report(x) {
		f.set(0, r)
	}
}

func fsin(c *CPU, i *Inst) { c.trig(i, softfloat.Sin80) }
func fcos(c *CPU, i *Inst) { c.trig(i, softfloat.Cos80) }

// trigPush is FPTAN and FSINCOS: op replaces ST(0), and push goes on top of it. A NaN does for both.
func (c *CPU) trigPush(i *Inst, op, push func(x *floatContext, v f80) f80) {
	f := c.trigStart(i)
	if f.empty(0) || !f.empty(7) {
		c.pushFault(f)
		return
	}
	if !f.inRange() {
		return
	}
	v := f.get(0)
	x := c.fpuContext()
	r := op(x, v)
	if c.report(x) {
		return
	}
	f.set(0, r)
	if !softfloat.IsNaN80(r) {
		r = push(x, v)
	}
	c.push(r)
}

// pushFault is a stack fault of an instruction with two results: both results are the default NaN.
func (c *CPU) pushFault(f *FPU) {
	if c.stackFault(!f.empty(0)) {
		f.set(0, indefinite80)
		f.setTop(f.top() - 1)
		f.set(0, indefinite80)
	}
}

func fptan(c *CPU, i *Inst) {
	c.trigPush(i, softfloat.Tan80, func(*floatContext, f80) f80 { return f80{Mant: 1 << 63, SE: 0x3fff} })
}

func fsincos(c *CPU, i *Inst) { c.trigPush(i, softfloat.Sin80, softfloat.Cos80) }

func f2xm1(c *CPU, i *Inst) { c.unary(i, softfloat.Exp2Minus1) }

// binaryPop replaces ST(1) by op of ST(1) and ST(0), and pops.
func (c *CPU) binaryPop(i *Inst, op binary80) {
	f := c.fpuStart(i)
	if c.underflow(0, 1, 1, true) {
		return
	}
	x := c.fpuContext()
	r := op(x, f.get(1), f.get(0))
	if c.report(x) {
		return
	}
	f.set(1, r)
	f.pop()
}

func fpatan(c *CPU, i *Inst)  { c.binaryPop(i, softfloat.Atan80) }
func fyl2x(c *CPU, i *Inst)   { c.binaryPop(i, softfloat.YLog2X) }
func fyl2xp1(c *CPU, i *Inst) { c.binaryPop(i, softfloat.YLog2XPlus1) }
