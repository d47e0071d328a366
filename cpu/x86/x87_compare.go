package x86

import "stasis/cpu/softfloat"

// relationCC are the condition codes of each relation. Source: SDM Vol. 2, "FCOM/FCOMP/FCOMPP", table "FCOM/FCOMP/FCOMPP Results".
var relationCC = [4]uint16{
	softfloat.Equal:     swC3,
	softfloat.Less:      swC0,
	softfloat.Greater:   0,
	softfloat.Unordered: swC3 | swC2 | swC0,
}

type compare80 func(f *floatContext, a, b f80) softfloat.Relation

// relate compares ST(0) with ST(n). Of an empty register or an unmasked exception it reports that nothing is to be popped.
func (c *CPU) relate(n uint8, compare compare80) (r softfloat.Relation, done bool) {
	f := &c.FPU
	if f.empty(0) || f.empty(n) {
		return softfloat.Unordered, c.stackFault(false)
	}
	x := c.fpuContext()
	r = compare(x, f.get(0), f.get(n))
	return r, !c.report(x)
}

func (c *CPU) setCC(r softfloat.Relation) { c.FPU.SW = c.FPU.SW&^swCC | relationCC[r] }

// compareRegister is FCOM and FUCOM with a register.
func (c *CPU) compareRegister(i *Inst, n uint8, compare compare80, pops int) {
	f := c.fpuStart(i)
	r, done := c.relate(n, compare)
	c.setCC(r)
	for ; done && pops > 0; pops-- {
		f.pop()
	}
}

// compareMemory is FCOM and FICOM with memory.
func (c *CPU) compareMemory(i *Inst, pop bool) {
	c.checkFPU()
	v, denormal := c.fpuMemory(i)
	f := c.fpuStart(i)
	if f.empty(0) {
		done := c.stackFault(false)
		c.setCC(softfloat.Unordered)
		if done && pop {
			f.pop()
		}
		return
	}
	x := c.fpuContext()
	r := softfloat.Compare80(x, f.get(0), v)
	noteDenormal(x, f.get(0), denormal)
	done := !c.report(x)
	c.setCC(r)
	if done && pop {
		f.pop()
	}
}

func fcom(c *CPU, i *Inst) {
	if i.IsMem {
		c.compareMemory(i, false)
		return
	}
	c.compareRegister(i, i.RM&7, softfloat.Compare80, 0)
}

func fcomp(c *CPU, i *Inst) {
	if i.IsMem {
		c.compareMemory(i, true)
		return
	}
	c.compareRegister(i, i.RM&7, softfloat.Compare80, 1)
}

func ficom(c *CPU, i *Inst)   { c.compareMemory(i, false) }
func ficomp(c *CPU, i *Inst)  { c.compareMemory(i, true) }
func fcompp(c *CPU, i *Inst)  { c.compareRegister(i, 1, softfloat.Compare80, 2) }
func fucom(c *CPU, i *Inst)   { c.compareRegister(i, i.RM&7, softfloat.CompareQuiet80, 0) }
func fucomp(c *CPU, i *Inst)  { c.compareRegister(i, i.RM&7, softfloat.CompareQuiet80, 1) }
func fucompp(c *CPU, i *Inst) { c.compareRegister(i, 1, softfloat.CompareQuiet80, 2) }

// ftst is FTST: ST(0) against +0.
func ftst(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	if f.empty(0) {
		c.stackFault(false)
		c.setCC(softfloat.Unordered)
		return
	}
	x := c.fpuContext()
	r := softfloat.Compare80(x, f.get(0), f80{})
	c.report(x)
	c.setCC(r)
}

// compareEFLAGS is FCOMI and its kin: the result goes to ZF, PF and CF. C1 stays, but for a stack fault, as AMD's processors have it;
// the SDM clears it.
func (c *CPU) compareEFLAGS(i *Inst, compare compare80, pop bool) {
	f := c.fpuStartKeepC1(i)
	r, done := c.relate(i.RM&7, compare)
	c.flags.put(relationFlags[r])
	if done && pop {
		f.pop()
	}
}

func fcomi(c *CPU, i *Inst)   { c.compareEFLAGS(i, softfloat.Compare80, false) }
func fcomip(c *CPU, i *Inst)  { c.compareEFLAGS(i, softfloat.Compare80, true) }
func fucomi(c *CPU, i *Inst)  { c.compareEFLAGS(i, softfloat.CompareQuiet80, false) }
func fucomip(c *CPU, i *Inst) { c.compareEFLAGS(i, softfloat.CompareQuiet80, true) }

// fxam is FXAM: the class of ST(0), also of an empty register; C1 is its sign.
func fxam(c *CPU, i *Inst) {
	f := c.fpuStart(i)
	v := f.get(0)
	f.SW = f.SW&^swCC | class80(v) | v.SE>>15*swC1
	if f.empty(0) {
		f.SW = f.SW&^(swCC&^swC1) | swC3 | swC0
	}
}

// class80 is the class as FXAM codes it. Source: SDM Vol. 2, "FXAM", table "FXAM Results".
func class80(v f80) uint16 {
	switch exp := v.SE & 0x7fff; {
	case exp == 0 && v.Mant == 0:
		return swC3
	case exp == 0:
		return swC3 | swC2
	case v.Mant>>63 == 0:
		return 0
	case exp != 0x7fff:
		return swC2
	case v.Mant<<1 == 0:
		return swC2 | swC0
	}
	return swC0
}
