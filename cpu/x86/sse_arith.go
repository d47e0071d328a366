package x86

import "stasis/cpu/softfloat"

// operation is an arithmetic operation in both widths, in software and, where that is exact, on the host.
type operation struct {
	single func(f *floatContext, a, b uint32) uint32
	double func(f *floatContext, a, b uint64) uint64
	host32 func(a, b float32) float32
	host64 func(a, b float64) float64
	rest   func(a, b, r float64) float64 // zero if the result r is exact
}

var (
	opAdd = operation{softfloat.Add[uint32], softfloat.Add[uint64],
		func(a, b float32) float32 { return a + b }, func(a, b float64) float64 { return a + b }, restOfSum}
	opSub = operation{softfloat.Sub[uint32], softfloat.Sub[uint64],
		func(a, b float32) float32 { return a - b }, func(a, b float64) float64 { return a - b }, func(a, b, r float64) float64 { return restOfSum(a, -b, r) }}
	opMul = operation{softfloat.Mul[uint32], softfloat.Mul[uint64],
		func(a, b float32) float32 { return a * b }, func(a, b float64) float64 { return a * b }, restOfProduct}
	opDiv = operation{softfloat.Div[uint32], softfloat.Div[uint64],
		func(a, b float32) float32 { return a / b }, func(a, b float64) float64 { return a / b }, restOfQuotient}
)

// scalar32 works on the low doubleword.
func scalar32(c *CPU, i *Inst, op *operation) {
	c.checkSSE()
	b := c.low32(i)
	a := uint32(c.FPU.XMM[i.Reg][0])
	if r, ok := c.quick32(a, b, op.host32); ok {
		setLow(c, i, r)
		return
	}
	f := c.sseContext()
	r := op.single(f, a, b)
	c.sseDone(f)
	setLow(c, i, r)
}

// scalar64 works on the low quadword.
func scalar64(c *CPU, i *Inst, op *operation) {
	c.checkSSE()
	b := c.low64(i)
	x := &c.FPU.XMM[i.Reg]
	if r, ok := c.quick64(x[0], b, op.host64); ok {
		x[0] = r
		return
	}
	if r, ok := op.exact64(x[0], b); ok {
		x[0] = r
		return
	}
	f := c.sseContext()
	r := op.double(f, x[0], b)
	c.sseDone(f)
	x[0] = r
}

// lanes32 applies even to lanes 0 and 2 and odd to lanes 1 and 3. All are computed before anything is written.
func lanes32(c *CPU, a, b xmm, even, odd *operation) xmm {
	var r [4]uint64
	f := c.sseContext()
	for n := range uint(4) {
		a, b := uint32(dword(a, n)), uint32(dword(b, n))
		v, ok := c.quick32(a, b, even.host32)
		if !ok {
			v = even.single(f, a, b)
		}
		r[n] = uint64(v)
		even, odd = odd, even
	}
	c.sseDone(f)
	return dwords(r[0], r[1], r[2], r[3])
}

// lanes64 is lanes32 for two quadwords.
func lanes64(c *CPU, a, b xmm, even, odd *operation) (r xmm) {
	f := c.sseContext()
	for n, op := range [2]*operation{even, odd} {
		var ok bool
		if r[n], ok = c.quick64(a[n], b[n], op.host64); !ok {
			r[n], ok = op.exact64(a[n], b[n])
		}
		if !ok {
			r[n] = op.double(f, a[n], b[n])
		}
	}
	c.sseDone(f)
	return r
}

// packed32 works on four doublewords.
func packed32(c *CPU, i *Inst, op *operation) {
	c.checkSSE()
	a, b := c.FPU.XMM[i.Reg], c.xmmRM(i)
	p, ok1 := c.quick32(uint32(a[0]), uint32(b[0]), op.host32)
	q, ok2 := c.quick32(uint32(a[0]>>32), uint32(b[0]>>32), op.host32)
	r, ok3 := c.quick32(uint32(a[1]), uint32(b[1]), op.host32)
	s, ok4 := c.quick32(uint32(a[1]>>32), uint32(b[1]>>32), op.host32)
	if ok1 && ok2 && ok3 && ok4 {
		c.FPU.XMM[i.Reg] = dwords(uint64(p), uint64(q), uint64(r), uint64(s))
		return
	}
	c.FPU.XMM[i.Reg] = lanes32(c, a, b, op, op)
}

// packed64 works on two quadwords.
func packed64(c *CPU, i *Inst, op *operation) {
	c.checkSSE()
	a, b := c.FPU.XMM[i.Reg], c.xmmRM(i)
	p, ok1 := c.quick64(a[0], b[0], op.host64)
	q, ok2 := c.quick64(a[1], b[1], op.host64)
	if ok1 && ok2 {
		c.FPU.XMM[i.Reg] = xmm{p, q}
		return
	}
	c.FPU.XMM[i.Reg] = lanes64(c, a, b, op, op)
}

func addss(c *CPU, i *Inst) { scalar32(c, i, &opAdd) }
func addsd(c *CPU, i *Inst) { scalar64(c, i, &opAdd) }
func addps(c *CPU, i *Inst) { packed32(c, i, &opAdd) }
func addpd(c *CPU, i *Inst) { packed64(c, i, &opAdd) }
func subss(c *CPU, i *Inst) { scalar32(c, i, &opSub) }
func subsd(c *CPU, i *Inst) { scalar64(c, i, &opSub) }
func subps(c *CPU, i *Inst) { packed32(c, i, &opSub) }
func subpd(c *CPU, i *Inst) { packed64(c, i, &opSub) }
func mulss(c *CPU, i *Inst) { scalar32(c, i, &opMul) }
func mulsd(c *CPU, i *Inst) { scalar64(c, i, &opMul) }
func mulps(c *CPU, i *Inst) { packed32(c, i, &opMul) }
func mulpd(c *CPU, i *Inst) { packed64(c, i, &opMul) }
func divss(c *CPU, i *Inst) { scalar32(c, i, &opDiv) }
func divsd(c *CPU, i *Inst) { scalar64(c, i, &opDiv) }
func divps(c *CPU, i *Inst) { packed32(c, i, &opDiv) }
func divpd(c *CPU, i *Inst) { packed64(c, i, &opDiv) }
func minss(c *CPU, i *Inst) { scalar32(c, i, &opMin) }
func minsd(c *CPU, i *Inst) { scalar64(c, i, &opMin) }
func minps(c *CPU, i *Inst) { packed32(c, i, &opMin) }
func minpd(c *CPU, i *Inst) { packed64(c, i, &opMin) }
func maxss(c *CPU, i *Inst) { scalar32(c, i, &opMax) }
func maxsd(c *CPU, i *Inst) { scalar64(c, i, &opMax) }
func maxps(c *CPU, i *Inst) { packed32(c, i, &opMax) }
func maxpd(c *CPU, i *Inst) { packed64(c, i, &opMax) }

func sqrtss(c *CPU, i *Inst) { scalar32(c, i, &opSqrt) }
func sqrtsd(c *CPU, i *Inst) { scalar64(c, i, &opSqrt) }
func sqrtps(c *CPU, i *Inst) { packed32(c, i, &opSqrt) }
func sqrtpd(c *CPU, i *Inst) { packed64(c, i, &opSqrt) }

// addsub is ADDSUBPS and ADDSUBPD: the even lanes subtract.
func addsubps(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm { return lanes32(c, a, b, &opSub, &opAdd) })
}
func addsubpd(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) xmm { return lanes64(c, a, b, &opSub, &opAdd) })
}

// horizontal32 works on neighbouring lanes, first those of the destination.
func horizontal32(c *CPU, i *Inst, op *operation) {
	combine(c, i, func(a, b xmm) xmm {
		even := dwords(dword(a, 0), dword(a, 2), dword(b, 0), dword(b, 2))
		odd := dwords(dword(a, 1), dword(a, 3), dword(b, 1), dword(b, 3))
		return lanes32(c, even, odd, op, op)
	})
}

func horizontal64(c *CPU, i *Inst, op *operation) {
	combine(c, i, func(a, b xmm) xmm { return lanes64(c, xmm{a[0], b[0]}, xmm{a[1], b[1]}, op, op) })
}

func haddps(c *CPU, i *Inst) { horizontal32(c, i, &opAdd) }
func haddpd(c *CPU, i *Inst) { horizontal64(c, i, &opAdd) }
func hsubps(c *CPU, i *Inst) { horizontal32(c, i, &opSub) }
func hsubpd(c *CPU, i *Inst) { horizontal64(c, i, &opSub) }
