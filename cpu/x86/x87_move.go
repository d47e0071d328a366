package x86

import "stasis/cpu/softfloat"

// Operand sizes by escape opcode: D9 is a single, DD a double; DB, with reg 5 or 7, 80 bits.

// fld is FLD: push a register or memory, widened.
func fld(c *CPU, i *Inst) {
	c.checkFPU()
	switch {
	case !i.IsMem:
		c.fldRegister(i)
	case i.Opcode == 0xd9:
		v := load[uint32](c, c.linRead(i, 4))
		pushFloat(c, i, v)
	case i.Opcode == 0xdd:
		v := load[uint64](c, c.linRead(i, 8))
		pushFloat(c, i, v)
	default:
		v := c.load80(c.linRead(i, 10))
		c.fpuStart(i)
		c.push(v)
	}
}

func (c *CPU) fldRegister(i *Inst) {
	f := c.fpuStart(i)
	if !f.empty(i.RM & 7) {
		c.push(f.get(i.RM & 7))
		return
	}
	if c.stackFault(false) {
		f.setTop(f.top() - 1)
		f.set(0, indefinite80)
	}
}

// pushFloat pushes a float, even if it is denormal and that is unmasked. The stack's overflow takes precedence over what the
// operand raises.
func pushFloat[F softfloat.Word](c *CPU, i *Inst, v F) {
	f := c.fpuStart(i)
	if !f.empty(7) {
		c.push(f80{})
		return
	}
	x := c.fpuContext()
	r := softfloat.To80(x, v)
	c.report(x)
	if x.Flags&x.Unmasked&softfloat.Invalid == 0 {
		c.push(r)
	}
}

func (c *CPU) load80(lin uint64) f80 {
	if lin&pageMask > pageMask-9 { // both pages before either is read
		return f80{Mant: load[uint64](c, lin), SE: uint16(load[uint64](c, lin+2) >> 48)}
	}
	return f80{Mant: load[uint64](c, lin), SE: load[uint16](c, lin+8)}
}

func (c *CPU) store80(lin uint64, v f80) {
	store(c, lin, v.Mant)
	store(c, lin+8, v.SE)
}

// fst and fstp are FST and FSTP.
func fst(c *CPU, i *Inst)  { c.fst(i, false) }
func fstp(c *CPU, i *Inst) { c.fst(i, true) }

func (c *CPU) fst(i *Inst, pop bool) {
	c.checkFPU()
	switch {
	case !i.IsMem:
		c.fstRegister(i, pop)
	case i.Opcode == 0xd9:
		storeFloat[uint32](c, i, pop)
	case i.Opcode == 0xdd:
		storeFloat[uint64](c, i, pop)
	default:
		c.fstp80(i)
	}
}

func (c *CPU) fstRegister(i *Inst, pop bool) {
	f := c.fpuStart(i)
	v := f.get(0)
	if f.empty(0) {
		if i.Opcode == 0xd9 { // the alias D9 D8–DF only pops
			f.pop()
			return
		}
		if !c.stackFault(false) {
			return
		}
		v = indefinite80
	}
	f.set(i.RM&7, v)
	if pop {
		f.pop()
	}
}

func (c *CPU) fstp80(i *Inst) {
	lin := c.linWrite(i, 10)
	f := c.fpuStart(i)
	v := f.get(0)
	if f.empty(0) {
		if !c.stackFault(false) {
			return
		}
		v = indefinite80
	}
	c.store80(lin, v)
	f.pop()
}

// storeFloat rounds ST(0) to memory. An unmasked overflow or underflow stores nothing.
func storeFloat[F softfloat.Word](c *CPU, i *Inst, pop bool) {
	lin := c.linWrite(i, size[F]())
	f := c.fpuStart(i)
	v := f.get(0)
	if f.empty(0) {
		if !c.stackFault(false) {
			return
		}
		v = indefinite80
	}
	x := c.fpuContext()
	x.Wrap = 0
	r := softfloat.From80[F](x, v)
	trapped := x.Flags & x.Unmasked &^ softfloat.Inexact
	if trapped != 0 {
		x.Flags, x.RoundedUp = trapped, false
	}
	if c.report(x); trapped != 0 {
		return
	}
	storeWord(c, lin, r)
	if pop {
		f.pop()
	}
}

func storeWord[F softfloat.Word](c *CPU, lin uint64, v F) {
	if size[F]() == 4 {
		store(c, lin, uint32(v))
		return
	}
	store(c, lin, uint64(v))
}

// fild is FILD: push an integer.
func fild(c *CPU, i *Inst) {
	c.checkFPU()
	var v int64
	switch {
	case i.Opcode == 0xdb:
		v = int64(int32(load[uint32](c, c.linRead(i, 4))))
	case i.Reg&7 == 0:
		v = int64(int16(load[uint16](c, c.linRead(i, 2))))
	default:
		v = int64(load[uint64](c, c.linRead(i, 8)))
	}
	c.fpuStart(i)
	c.push(softfloat.FromInt80(v))
}

func fist(c *CPU, i *Inst)   { c.fist(i, false, false) }
func fistp(c *CPU, i *Inst)  { c.fist(i, true, false) }
func fisttp(c *CPU, i *Inst) { c.fist(i, true, true) }

// fist stores ST(0) as an integer: DB 32 bits, DF 16 bits, DF /7 and DD 64 bits.
func (c *CPU) fist(i *Inst, pop, truncate bool) {
	c.checkFPU()
	bytes := 2
	switch {
	case i.Opcode == 0xdb:
		bytes = 4
	case i.Opcode == 0xdd || i.Reg&7 == 7:
		bytes = 8
	}
	lin := c.linWrite(i, bytes)
	v, ok := c.toInteger(i, uint(8*bytes), truncate)
	if !ok {
		return
	}
	switch bytes {
	case 2:
		store(c, lin, uint16(v))
	case 4:
		store(c, lin, uint32(v))
	default:
		store(c, lin, uint64(v))
	}
	if pop {
		c.FPU.pop()
	}
}

func (c *CPU) toInteger(i *Inst, width uint, truncate bool) (v int64, ok bool) {
	f := c.fpuStart(i)
	if f.empty(0) {
		return -1 << (width - 1), c.stackFault(false)
	}
	x := c.fpuContext()
	if truncate {
		x.Round = softfloat.Zero
	}
	v = softfloat.ToInt80(x, f.get(0), width)
	return v, !c.report(x)
}

// fxch is FXCH: exchange ST(0) with ST(i).
func fxch(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	n := i.RM & 7
	if f.empty(0) || f.empty(n) {
		if !c.stackFault(false) {
			return
		}
		for _, r := range []uint8{0, n} {
			if f.empty(r) {
				f.set(r, indefinite80)
			}
		}
	}
	a, b := f.get(0), f.get(n)
	f.set(0, b)
	f.set(n, a)
}

// fcmov is FCMOVcc. C1 stays, but for a stack fault.
func (c *CPU) fcmov(i *Inst, condition bool) {
	f := c.fpuStartKeepC1(i)
	if c.underflow(0, i.RM&7, 0, false) {
		return
	}
	if condition {
		f.set(0, f.get(i.RM&7))
	}
}

func fcmovb(c *CPU, i *Inst)   { c.fcmov(i, c.flags.cf()) }
func fcmove(c *CPU, i *Inst)   { c.fcmov(i, c.flags.zf()) }
func fcmovbe(c *CPU, i *Inst)  { c.fcmov(i, c.flags.cf() || c.flags.zf()) }
func fcmovu(c *CPU, i *Inst)   { c.fcmov(i, c.flags.pf()) }
func fcmovnb(c *CPU, i *Inst)  { c.fcmov(i, !c.flags.cf()) }
func fcmovne(c *CPU, i *Inst)  { c.fcmov(i, !c.flags.zf()) }
func fcmovnbe(c *CPU, i *Inst) { c.fcmov(i, !c.flags.cf() && !c.flags.zf()) }
func fcmovnu(c *CPU, i *Inst)  { c.fcmov(i, !c.flags.pf()) }

// ffree is FFREE: mark ST(i) empty.
func ffree(c *CPU, i *Inst) { c.fpuStart(i).free(i.RM & 7) }

// ffreep is FFREEP, which is not in the manual: FFREE and a pop.
func ffreep(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	f.free(i.RM & 7)
	f.pop()
}

func fincstp(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	f.setTop(f.top() + 1)
}

func fdecstp(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	f.setTop(f.top() - 1)
}

func fnop(c *CPU, i *Inst) { c.checkFPU() }
