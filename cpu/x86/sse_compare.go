package x86

import (
	"math"

	"stasis/cpu/softfloat"
)

// predicate is one of the comparisons of CMPPS: the relations for which it holds, and whether quiet NaNs raise Invalid.
type predicate struct {
	holds  uint8 // bit n: relation n
	signal bool
}

const (
	relEqual     = 1 << softfloat.Equal
	relLess      = 1 << softfloat.Less
	relUnordered = 1 << softfloat.Unordered
	relAll       = 15
)

// predicates are the values of the immediate. Source: SDM Vol. 2, "CMPPD", table "Comparison Predicate for CMPPD and CMPPS".
var predicates = [8]predicate{
	{relEqual, false},
	{relLess, true},
	{relLess | relEqual, true},
	{relUnordered, false},
	{relAll &^ relEqual, false},
	{relAll &^ relLess, true},
	{relAll &^ (relLess | relEqual), true},
	{relAll &^ relUnordered, false},
}

// relation compares; with signal a quiet NaN is Invalid too.
func relation[F softfloat.Word](f *floatContext, a, b F, signal bool) softfloat.Relation {
	if signal {
		return softfloat.Compare(f, a, b)
	}
	return softfloat.CompareQuiet(f, a, b)
}

// compare is ones where the predicate holds.
func compare[F softfloat.Word](f *floatContext, a, b F, p predicate) F {
	if p.holds>>relation(f, a, b, p.signal)&1 != 0 {
		return ^F(0)
	}
	return 0
}

func cmpps(c *CPU, i *Inst) {
	p := predicates[i.Imm&7]
	combine(c, i, func(a, b xmm) xmm {
		f := c.sseContext()
		var r [4]uint64
		for n := range r {
			r[n] = uint64(compare(f, uint32(dword(a, uint(n))), uint32(dword(b, uint(n))), p))
		}
		c.sseDone(f)
		return dwords(r[0], r[1], r[2], r[3])
	})
}

func cmppd(c *CPU, i *Inst) {
	p := predicates[i.Imm&7]
	combine(c, i, func(a, b xmm) xmm {
		f := c.sseContext()
		r := xmm{compare(f, a[0], b[0], p), compare(f, a[1], b[1], p)}
		c.sseDone(f)
		return r
	})
}

func compareScalar[F softfloat.Word](c *CPU, i *Inst) {
	c.checkSSE()
	b := low[F](c, i)
	f := c.sseContext()
	r := compare(f, F(c.FPU.XMM[i.Reg][0]), b, predicates[i.Imm&7])
	c.sseDone(f)
	setLow(c, i, r)
}

func cmpss(c *CPU, i *Inst)   { compareScalar[uint32](c, i) }
func cmpsd_x(c *CPU, i *Inst) { compareScalar[uint64](c, i) }

// relationFlags are ZF, PF and CF for each relation; OF, SF and AF are cleared.
//
// Source: SDM Vol. 2, "COMISS"; "FCOMI".
var relationFlags = [4]uint64{
	softfloat.Equal:     flagZF,
	softfloat.Less:      flagCF,
	softfloat.Greater:   0,
	softfloat.Unordered: flagZF | flagPF | flagCF,
}

func compareToFlags[F softfloat.Word](c *CPU, i *Inst, signal bool) {
	c.checkSSE()
	b := low[F](c, i)
	f := c.sseContext()
	r := relation(f, F(c.FPU.XMM[i.Reg][0]), b, signal)
	c.sseDone(f)
	c.flags.put(relationFlags[r])
}

func comiss(c *CPU, i *Inst)  { compareToFlags[uint32](c, i, true) }
func ucomiss(c *CPU, i *Inst) { compareToFlags[uint32](c, i, false) }

// comisd and ucomisd compare plain numbers on the host.
func comisd(c *CPU, i *Inst)  { compareToFlags64(c, i, true) }
func ucomisd(c *CPU, i *Inst) { compareToFlags64(c, i, false) }

func compareToFlags64(c *CPU, i *Inst, signal bool) {
	c.checkSSE()
	b := c.low64(i)
	a := c.FPU.XMM[i.Reg][0]
	if !plain64(a) || !plain64(b) {
		f := c.sseContext()
		r := relation(f, a, b, signal)
		c.sseDone(f)
		c.flags.put(relationFlags[r])
		return
	}
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	c.flags.put(b2u(x == y)*flagZF | b2u(x < y)*flagCF)
}
