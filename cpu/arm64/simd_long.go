package arm64

// Operations that lengthen or narrow. e is the size of the wide elements. Source: Arm ARM, "Advanced SIMD three different".

// signedHalves and unsignedHalves extend operands of half the size.
func signedHalves(f op3) op3 {
	return func(c *CPU, e uint, d, a, b uint64) uint64 {
		return f(c, e, d, uint64(signExtend(a, e/2)), uint64(signExtend(b, e/2)))
	}
}

func addition(_ *CPU, _ uint, _, a, b uint64) uint64    { return a + b }
func subtraction(_ *CPU, _ uint, _, a, b uint64) uint64 { return a - b }
func product(_ *CPU, _ uint, _, a, b uint64) uint64     { return a * b }

func distance(_ *CPU, _ uint, _, a, b uint64) uint64 {
	x, y := int64(a), int64(b)
	return uint64(max(x, y) - min(x, y))
}
func addDistance(c *CPU, e uint, d, a, b uint64) uint64 { return d + distance(c, e, d, a, b) }

var (
	saddlLane = signedHalves(addition)
	ssublLane = signedHalves(subtraction)
	smullLane = signedHalves(product)
	sabdlLane = signedHalves(distance)
	sabalLane = signedHalves(addDistance)
	smlalLane = signedHalves(mlaLane)
	smlslLane = signedHalves(mlsLane)
)

func saddwLane(_ *CPU, e uint, a, b uint64) uint64 { return a + uint64(signExtend(b, e/2)) }
func ssubwLane(_ *CPU, e uint, a, b uint64) uint64 { return a - uint64(signExtend(b, e/2)) }

// The high halves of sums, with or without rounding; here e is the size of the narrow elements.
func addhnLane(_ *CPU, e uint, a, b uint64) uint64  { return (a + b) >> e }
func subhnLane(_ *CPU, e uint, a, b uint64) uint64  { return (a - b) >> e }
func raddhnLane(_ *CPU, e uint, a, b uint64) uint64 { return (a + b + 1<<(e-1)) >> e }
func rsubhnLane(_ *CPU, e uint, a, b uint64) uint64 { return (a - b + 1<<(e-1)) >> e }

func addhn(c *CPU, i *Inst)  { c.narrower(i, sizeOf(i), addhnLane) }
func subhn(c *CPU, i *Inst)  { c.narrower(i, sizeOf(i), subhnLane) }
func raddhn(c *CPU, i *Inst) { c.narrower(i, sizeOf(i), raddhnLane) }
func rsubhn(c *CPU, i *Inst) { c.narrower(i, sizeOf(i), rsubhnLane) }

func saddw(c *CPU, i *Inst) { c.wider(i, 2*sizeOf(i), saddwLane) }
func uaddw(c *CPU, i *Inst) { c.wider(i, 2*sizeOf(i), addLane) }
func ssubw(c *CPU, i *Inst) { c.wider(i, 2*sizeOf(i), ssubwLane) }
func usubw(c *CPU, i *Inst) { c.wider(i, 2*sizeOf(i), subLane) }

func saddl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), saddlLane) }
func uaddl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), addition) }
func ssubl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), ssublLane) }
func usubl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), subtraction) }
func sabdl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), sabdlLane) }
func uabdl(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), distance) }
func sabal(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), sabalLane) }
func uabal(c *CPU, i *Inst)  { c.long(i, 2*sizeOf(i), addDistance) }
func smullV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), smullLane) }
func umullV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), product) }
func smlalV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), smlalLane) }
func umlalV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), mlaLane) }
func smlslV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), smlslLane) }
func umlslV(c *CPU, i *Inst) { c.long(i, 2*sizeOf(i), mlsLane) }

// longElem is long by an element.
func (c *CPU) longElem(i *Inst, f op3) {
	c.checkFP()
	c.longer(i, 2*sizeOf(i), f, *c.indexed(i, sizeOf(i)))
}

func smullElem(c *CPU, i *Inst) { c.longElem(i, smullLane) }
func umullElem(c *CPU, i *Inst) { c.longElem(i, product) }
func smlalElem(c *CPU, i *Inst) { c.longElem(i, smlalLane) }
func umlalElem(c *CPU, i *Inst) { c.longElem(i, mlaLane) }
func smlslElem(c *CPU, i *Inst) { c.longElem(i, smlslLane) }
func umlslElem(c *CPU, i *Inst) { c.longElem(i, mlsLane) }

// pmull is PMULL: products without carries, of bytes or of doublewords.
func pmull(c *CPU, i *Inst) {
	if sizeOf(i) == 8 {
		c.long(i, 16, func(_ *CPU, _ uint, _, a, b uint64) uint64 { return pmullByte(a, b) })
		return
	}
	c.checkFP()
	lo, hi := polynomial(upper(i, &c.V[i.Rn()])[0], upper(i, &c.V[i.Rm()])[0])
	c.V[i.Rd()] = vec{lo, hi}
}

func pmullByte(a, b uint64) uint64 {
	lo, _ := polynomial(a, b)
	return lo
}

// addLongPairs is SADDLP and its kin: sums of neighbours, in elements of twice the size, added to Rd or not.
func (c *CPU) addLongPairs(i *Inst, start func(uint, uint64) uint64, accumulate bool) {
	c.checkFP()
	e := sizeOf(i)
	var r vec
	a, d := &c.V[i.Rn()], &c.V[i.Rd()]
	for n := range elements(i, 2*e) {
		sum := start(e, element(a, 2*n, e)) + start(e, element(a, 2*n+1, e))
		if accumulate {
			sum += element(d, n, 2*e)
		}
		setElement(&r, n, 2*e, sum)
	}
	*d = r
}

func saddlp(c *CPU, i *Inst) { c.addLongPairs(i, signedStart, false) }
func uaddlp(c *CPU, i *Inst) { c.addLongPairs(i, unsignedStart, false) }
func sadalp(c *CPU, i *Inst) { c.addLongPairs(i, signedStart, true) }
func uadalp(c *CPU, i *Inst) { c.addLongPairs(i, unsignedStart, true) }

// shll is SHLL: a shift by the size of the element.
func shll(c *CPU, i *Inst) {
	c.long(i, 2*sizeOf(i), func(_ *CPU, e uint, _, a, _ uint64) uint64 { return a << (e / 2) })
}
