package arm64

import "math/bits"

// Saturating arithmetic; what saturates sets FPSR.QC. Source: Arm ARM, "Saturating instructions", "SatQ".

func sqaddLane(c *CPU, e uint, a, b uint64) uint64 {
	hi, lo := sum128(signExtend(a, e), signExtend(b, e))
	return c.signedQ(hi, lo, e)
}

func uqaddLane(c *CPU, e uint, a, b uint64) uint64 {
	lo, carry := bits.Add64(a, b, 0)
	return c.unsignedQ(int64(carry), lo, e)
}

func sqsubLane(c *CPU, e uint, a, b uint64) uint64 {
	hi, lo := difference128(signExtend(a, e), signExtend(b, e))
	return c.signedQ(hi, lo, e)
}

func uqsubLane(c *CPU, e uint, a, b uint64) uint64 {
	lo, borrow := bits.Sub64(a, b, 0)
	return c.unsignedQ(-int64(borrow), lo, e)
}

// suqaddLane adds an unsigned number to a signed one, usqaddLane the other way; d is the accumulator.
func suqaddLane(c *CPU, e uint, d, a, _ uint64) uint64 {
	x := signExtend(d, e)
	lo, carry := bits.Add64(uint64(x), a, 0)
	return c.signedQ(x>>63+int64(carry), lo, e)
}

func usqaddLane(c *CPU, e uint, d, a, _ uint64) uint64 {
	y := signExtend(a, e)
	lo, carry := bits.Add64(d, uint64(y), 0)
	return c.unsignedQ(y>>63+int64(carry), lo, e)
}

func sqabsLane(c *CPU, e uint, a uint64) uint64 {
	if signExtend(a, e) < 0 {
		return sqnegLane(c, e, a)
	}
	return a
}

func sqnegLane(c *CPU, e uint, a uint64) uint64 { return sqsubLane(c, e, 0, a) }

// Doubling products: elements have 16 or 32 bits, and their products and sums fit into 64 but for the doubling.
func doubled(e uint, a, b uint64) (hi int64, lo uint64) {
	p := signExtend(a, e) * signExtend(b, e)
	return sum128(p, p)
}

func sqdmulhLane(c *CPU, e uint, a, b uint64) uint64 {
	return c.sqrdmlah(e, 0, signExtend(a, e)*signExtend(b, e), 0)
}

func sqrdmulhLane(c *CPU, e uint, a, b uint64) uint64 {
	return c.sqrdmlah(e, 0, signExtend(a, e)*signExtend(b, e), 1<<(e-1))
}

func sqrdmlahLane(c *CPU, e uint, d, a, b uint64) uint64 {
	return c.sqrdmlah(e, signExtend(d, e), signExtend(a, e)*signExtend(b, e), 1<<(e-1))
}

func sqrdmlshLane(c *CPU, e uint, d, a, b uint64) uint64 {
	return c.sqrdmlah(e, signExtend(d, e), -(signExtend(a, e) * signExtend(b, e)), 1<<(e-1))
}

// sqrdmlah is the high half of d:0 + 2·product + round, saturated.
func (c *CPU) sqrdmlah(e uint, d, product, round int64) uint64 {
	hi, lo := sum128(product, product)
	for _, term := range [...]int64{d << e, round} {
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(term), 0)
		hi += term>>63 + int64(carry)
	}
	return c.signedQ(hi>>e, lo>>e|uint64(hi)<<(64-e), e)
}

// sqdmullLane is a doubled product in e bits, of operands of half the size.
func sqdmullLane(c *CPU, e uint, _, a, b uint64) uint64 {
	hi, lo := doubled(e/2, a, b)
	return c.signedQ(hi, lo, e)
}

func sqdmlalLane(c *CPU, e uint, d, a, b uint64) uint64 {
	return sqaddLane(c, e, d, sqdmullLane(c, e, 0, a, b))
}

func sqdmlslLane(c *CPU, e uint, d, a, b uint64) uint64 {
	return sqsubLane(c, e, d, sqdmullLane(c, e, 0, a, b))
}

// Narrowing: e is the result's size.
func sqxtnLane(c *CPU, e uint, a uint64) uint64 {
	x := signExtend(a, 2*e)
	return c.signedQ(x>>63, uint64(x), e)
}

func sqxtunLane(c *CPU, e uint, a uint64) uint64 {
	x := signExtend(a, 2*e)
	return c.unsignedQ(x>>63, uint64(x), e)
}

func uqxtnLane(c *CPU, e uint, a uint64) uint64 { return c.unsignedQ(0, a, e) }
func xtnLane(_ *CPU, _ uint, a uint64) uint64   { return a }

// Three registers of the same type.
func sqaddV(c *CPU, i *Inst)    { c.map2(i, sizeOf(i), sqaddLane) }
func sqaddS(c *CPU, i *Inst)    { sqaddV(c, i) }
func uqaddV(c *CPU, i *Inst)    { c.map2(i, sizeOf(i), uqaddLane) }
func uqaddS(c *CPU, i *Inst)    { uqaddV(c, i) }
func sqsubV(c *CPU, i *Inst)    { c.map2(i, sizeOf(i), sqsubLane) }
func sqsubS(c *CPU, i *Inst)    { sqsubV(c, i) }
func uqsubV(c *CPU, i *Inst)    { c.map2(i, sizeOf(i), uqsubLane) }
func uqsubS(c *CPU, i *Inst)    { uqsubV(c, i) }
func sqdmulhV(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), sqdmulhLane) }
func sqdmulhS(c *CPU, i *Inst)  { sqdmulhV(c, i) }
func sqrdmulhV(c *CPU, i *Inst) { c.map2(i, sizeOf(i), sqrdmulhLane) }
func sqrdmulhS(c *CPU, i *Inst) { sqrdmulhV(c, i) }
func sqrdmlahV(c *CPU, i *Inst) { c.map3(i, sizeOf(i), sqrdmlahLane) }
func sqrdmlahS(c *CPU, i *Inst) { sqrdmlahV(c, i) }
func sqrdmlshV(c *CPU, i *Inst) { c.map3(i, sizeOf(i), sqrdmlshLane) }
func sqrdmlshS(c *CPU, i *Inst) { sqrdmlshV(c, i) }
func suqaddV(c *CPU, i *Inst)   { c.map3(i, sizeOf(i), suqaddLane) }
func suqaddS(c *CPU, i *Inst)   { suqaddV(c, i) }
func usqaddV(c *CPU, i *Inst)   { c.map3(i, sizeOf(i), usqaddLane) }
func usqaddS(c *CPU, i *Inst)   { usqaddV(c, i) }
func sqabsV(c *CPU, i *Inst)    { c.map1(i, sizeOf(i), sqabsLane) }
func sqabsS(c *CPU, i *Inst)    { sqabsV(c, i) }
func sqnegV(c *CPU, i *Inst)    { c.map1(i, sizeOf(i), sqnegLane) }
func sqnegS(c *CPU, i *Inst)    { sqnegV(c, i) }

// By an element.
func sqdmulhElem(c *CPU, i *Inst) {
	c.checkFP()
	c.zip2(i, sizeOf(i), sqdmulhLane, c.indexed(i, sizeOf(i)))
}
func sqdmulhSelem(c *CPU, i *Inst) { sqdmulhElem(c, i) }
func sqrdmulhElem(c *CPU, i *Inst) {
	c.checkFP()
	c.zip2(i, sizeOf(i), sqrdmulhLane, c.indexed(i, sizeOf(i)))
}
func sqrdmulhSelem(c *CPU, i *Inst) { sqrdmulhElem(c, i) }
func sqrdmlahElem(c *CPU, i *Inst) {
	c.checkFP()
	c.zip3(i, sizeOf(i), sqrdmlahLane, c.indexed(i, sizeOf(i)))
}
func sqrdmlahSelem(c *CPU, i *Inst) { sqrdmlahElem(c, i) }
func sqrdmlshElem(c *CPU, i *Inst) {
	c.checkFP()
	c.zip3(i, sizeOf(i), sqrdmlshLane, c.indexed(i, sizeOf(i)))
}
func sqrdmlshSelem(c *CPU, i *Inst) { sqrdmlshElem(c, i) }

// Lengthening.
func sqdmullV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), sqdmullLane) }
func sqdmullS(c *CPU, i *Inst) { sqdmullV(c, i) }
func sqdmullElem(c *CPU, i *Inst) {
	c.checkFP()
	c.longer(i, 2*sizeOf(i), sqdmullLane, *c.indexed(i, sizeOf(i)))
}
func sqdmullSelem(c *CPU, i *Inst) { sqdmullElem(c, i) }
func sqdmlalV(c *CPU, i *Inst)     { c.long(i, 2*sizeOf(i), sqdmlalLane) }
func sqdmlalS(c *CPU, i *Inst)     { sqdmlalV(c, i) }
func sqdmlalElem(c *CPU, i *Inst) {
	c.checkFP()
	c.longer(i, 2*sizeOf(i), sqdmlalLane, *c.indexed(i, sizeOf(i)))
}
func sqdmlalSelem(c *CPU, i *Inst) { sqdmlalElem(c, i) }
func sqdmlslV(c *CPU, i *Inst)     { c.long(i, 2*sizeOf(i), sqdmlslLane) }
func sqdmlslS(c *CPU, i *Inst)     { sqdmlslV(c, i) }
func sqdmlslElem(c *CPU, i *Inst) {
	c.checkFP()
	c.longer(i, 2*sizeOf(i), sqdmlslLane, *c.indexed(i, sizeOf(i)))
}
func sqdmlslSelem(c *CPU, i *Inst) { sqdmlslElem(c, i) }

// Narrowing.
func xtn(c *CPU, i *Inst)     { c.narrow(i, sizeOf(i), xtnLane) }
func sqxtnV(c *CPU, i *Inst)  { c.narrow(i, sizeOf(i), sqxtnLane) }
func sqxtnS(c *CPU, i *Inst)  { sqxtnV(c, i) }
func sqxtunV(c *CPU, i *Inst) { c.narrow(i, sizeOf(i), sqxtunLane) }
func sqxtunS(c *CPU, i *Inst) { sqxtunV(c, i) }
func uqxtnV(c *CPU, i *Inst)  { c.narrow(i, sizeOf(i), uqxtnLane) }
func uqxtnS(c *CPU, i *Inst)  { uqxtnV(c, i) }
