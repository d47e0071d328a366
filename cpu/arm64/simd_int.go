package arm64

import "math/bits"

// Integer arithmetic on elements. Source: Arm ARM, "Advanced SIMD three same" and the groups beside it.

func addLane(_ *CPU, _ uint, a, b uint64) uint64 { return a + b }
func subLane(_ *CPU, _ uint, a, b uint64) uint64 { return a - b }
func mulLane(_ *CPU, _ uint, a, b uint64) uint64 { return a * b }

func mlaLane(_ *CPU, _ uint, d, a, b uint64) uint64 { return d + a*b }
func mlsLane(_ *CPU, _ uint, d, a, b uint64) uint64 { return d - a*b }

// allOnes is a mask for true.
func allOnes(b bool) uint64 { return -b2u(b) }

func smaxLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64(max(signExtend(a, e), signExtend(b, e)))
}
func sminLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64(min(signExtend(a, e), signExtend(b, e)))
}
func umaxLane(_ *CPU, _ uint, a, b uint64) uint64 { return max(a, b) }
func uminLane(_ *CPU, _ uint, a, b uint64) uint64 { return min(a, b) }

// Halving operations: elements have up to 32 bits.
func shaddLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64((signExtend(a, e) + signExtend(b, e)) >> 1)
}
func srhaddLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64((signExtend(a, e) + signExtend(b, e) + 1) >> 1)
}
func shsubLane(_ *CPU, e uint, a, b uint64) uint64 {
	return uint64((signExtend(a, e) - signExtend(b, e)) >> 1)
}
func uhaddLane(_ *CPU, _ uint, a, b uint64) uint64  { return (a + b) >> 1 }
func urhaddLane(_ *CPU, _ uint, a, b uint64) uint64 { return (a + b + 1) >> 1 }
func uhsubLane(_ *CPU, _ uint, a, b uint64) uint64  { return uint64(int64(a-b) >> 1) }

func sabdLane(_ *CPU, e uint, a, b uint64) uint64 {
	x, y := signExtend(a, e), signExtend(b, e)
	return uint64(max(x, y) - min(x, y))
}
func uabdLane(_ *CPU, _ uint, a, b uint64) uint64    { return max(a, b) - min(a, b) }
func sabaLane(c *CPU, e uint, d, a, b uint64) uint64 { return d + sabdLane(c, e, a, b) }
func uabaLane(c *CPU, e uint, d, a, b uint64) uint64 { return d + uabdLane(c, e, a, b) }

// pmulLane is a product without carries.
func pmulLane(_ *CPU, _ uint, a, b uint64) uint64 {
	lo, _ := polynomial(a, b)
	return lo
}

// polynomial is a product without carries, of 128 bits. Source: Arm ARM, "PolynomialMult".
func polynomial(a, b uint64) (lo, hi uint64) {
	for ; b != 0; b &= b - 1 {
		n := uint(bits.TrailingZeros64(b))
		lo ^= a << n
		hi ^= a >> 1 >> (63 - n)
	}
	return lo, hi
}

// Three registers of the same type.
func addV(c *CPU, i *Inst)   { c.wordwise(i, addWord) }
func addS(c *CPU, i *Inst)   { addV(c, i) }
func subV(c *CPU, i *Inst)   { c.wordwise(i, subWord) }
func subS(c *CPU, i *Inst)   { subV(c, i) }
func mulV(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), mulLane) }
func mla(c *CPU, i *Inst)    { c.map3(i, sizeOf(i), mlaLane) }
func mls(c *CPU, i *Inst)    { c.map3(i, sizeOf(i), mlsLane) }
func pmul(c *CPU, i *Inst)   { c.map2(i, 8, pmulLane) }
func cmeqV(c *CPU, i *Inst)  { c.wordwise(i, cmeqWord) }
func cmeqS(c *CPU, i *Inst)  { cmeqV(c, i) }
func cmgtV(c *CPU, i *Inst)  { c.wordwise(i, cmgtWord) }
func cmgtS(c *CPU, i *Inst)  { cmgtV(c, i) }
func cmgeV(c *CPU, i *Inst)  { c.wordwise(i, cmgeWord) }
func cmgeS(c *CPU, i *Inst)  { cmgeV(c, i) }
func cmhiV(c *CPU, i *Inst)  { c.wordwise(i, cmhiWord) }
func cmhiS(c *CPU, i *Inst)  { cmhiV(c, i) }
func cmhsV(c *CPU, i *Inst)  { c.wordwise(i, cmhsWord) }
func cmhsS(c *CPU, i *Inst)  { cmhsV(c, i) }
func cmtstV(c *CPU, i *Inst) { c.wordwise(i, cmtstWord) }
func cmtstS(c *CPU, i *Inst) { cmtstV(c, i) }
func smax(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), smaxLane) }
func smin(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), sminLane) }
func umax(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), umaxLane) }
func umin(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), uminLane) }
func shadd(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), shaddLane) }
func srhadd(c *CPU, i *Inst) { c.map2(i, sizeOf(i), srhaddLane) }
func shsub(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), shsubLane) }
func uhadd(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), uhaddLane) }
func urhadd(c *CPU, i *Inst) { c.map2(i, sizeOf(i), urhaddLane) }
func uhsub(c *CPU, i *Inst)  { c.map2(i, sizeOf(i), uhsubLane) }
func sabd(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), sabdLane) }
func uabd(c *CPU, i *Inst)   { c.map2(i, sizeOf(i), uabdLane) }
func saba(c *CPU, i *Inst)   { c.map3(i, sizeOf(i), sabaLane) }
func uaba(c *CPU, i *Inst)   { c.map3(i, sizeOf(i), uabaLane) }

// Pairs.
func addpV(c *CPU, i *Inst) { c.pairwise(i, sizeOf(i), addLane) }
func addpS(c *CPU, i *Inst) { c.pairScalar(i, 64, addLane) }
func smaxp(c *CPU, i *Inst) { c.pairwise(i, sizeOf(i), smaxLane) }
func sminp(c *CPU, i *Inst) { c.pairwise(i, sizeOf(i), sminLane) }
func umaxp(c *CPU, i *Inst) { c.pairwise(i, sizeOf(i), umaxLane) }
func uminp(c *CPU, i *Inst) { c.pairwise(i, sizeOf(i), uminLane) }

// By an element.
func mulElem(c *CPU, i *Inst) { c.checkFP(); c.zip2(i, sizeOf(i), mulLane, c.indexed(i, sizeOf(i))) }
func mlaElem(c *CPU, i *Inst) { c.checkFP(); c.zip3(i, sizeOf(i), mlaLane, c.indexed(i, sizeOf(i))) }
func mlsElem(c *CPU, i *Inst) { c.checkFP(); c.zip3(i, sizeOf(i), mlsLane, c.indexed(i, sizeOf(i))) }

// Comparisons with zero.
func cmgtVzero(c *CPU, i *Inst) {
	c.wordwise(i, func(tops, a, _ uint64) uint64 { return cmgtWord(tops, a, 0) })
}
func cmgtSzero(c *CPU, i *Inst) { cmgtVzero(c, i) }
func cmgeVzero(c *CPU, i *Inst) {
	c.wordwise(i, func(tops, a, _ uint64) uint64 { return cmgeWord(tops, a, 0) })
}
func cmgeSzero(c *CPU, i *Inst) { cmgeVzero(c, i) }
func cmeqVzero(c *CPU, i *Inst) {
	c.wordwise(i, func(tops, a, _ uint64) uint64 { return cmeqWord(tops, a, 0) })
}
func cmeqSzero(c *CPU, i *Inst) { cmeqVzero(c, i) }
func cmleVzero(c *CPU, i *Inst) {
	c.wordwise(i, func(tops, a, _ uint64) uint64 { return cmgeWord(tops, 0, a) })
}
func cmleSzero(c *CPU, i *Inst) { cmleVzero(c, i) }
func cmltVzero(c *CPU, i *Inst) {
	c.wordwise(i, func(tops, a, _ uint64) uint64 { return cmgtWord(tops, 0, a) })
}
func cmltSzero(c *CPU, i *Inst) { cmltVzero(c, i) }

// Bitwise operations.
func andV(c *CPU, i *Inst) { c.bitwise(i, func(_, a, b uint64) uint64 { return a & b }) }
func bicV(c *CPU, i *Inst) { c.bitwise(i, func(_, a, b uint64) uint64 { return a &^ b }) }
func orrV(c *CPU, i *Inst) { c.bitwise(i, func(_, a, b uint64) uint64 { return a | b }) }
func ornV(c *CPU, i *Inst) { c.bitwise(i, func(_, a, b uint64) uint64 { return a | ^b }) }
func eorV(c *CPU, i *Inst) { c.bitwise(i, func(_, a, b uint64) uint64 { return a ^ b }) }
func bsl(c *CPU, i *Inst)  { c.bitwise(i, func(d, a, b uint64) uint64 { return a&d | b&^d }) }
func bit(c *CPU, i *Inst)  { c.bitwise(i, func(d, a, b uint64) uint64 { return a&b | d&^b }) }
func bif(c *CPU, i *Inst)  { c.bitwise(i, func(d, a, b uint64) uint64 { return d&b | a&^b }) }

// Across the elements.
func addv(c *CPU, i *Inst)   { c.across(i, sizeOf(i), sizeOf(i), unsignedStart, addLane) }
func saddlv(c *CPU, i *Inst) { c.across(i, sizeOf(i), 2*sizeOf(i), signedStart, addLane) }
func uaddlv(c *CPU, i *Inst) { c.across(i, sizeOf(i), 2*sizeOf(i), unsignedStart, addLane) }
func smaxv(c *CPU, i *Inst)  { c.across(i, sizeOf(i), sizeOf(i), unsignedStart, smaxLane) }
func sminv(c *CPU, i *Inst)  { c.across(i, sizeOf(i), sizeOf(i), unsignedStart, sminLane) }
func umaxv(c *CPU, i *Inst)  { c.across(i, sizeOf(i), sizeOf(i), unsignedStart, umaxLane) }
func uminv(c *CPU, i *Inst)  { c.across(i, sizeOf(i), sizeOf(i), unsignedStart, uminLane) }

func signedStart(e uint, x uint64) uint64   { return uint64(signExtend(x, e)) }
func unsignedStart(_ uint, x uint64) uint64 { return x }

// sdotV is SDOT: each 32-bit element gathers the products of four pairs of bytes.
func sdotV(c *CPU, i *Inst) { c.map3(i, 32, sdotLane) }
func udotV(c *CPU, i *Inst) { c.map3(i, 32, udotLane) }

func sdotElem(c *CPU, i *Inst) { c.checkFP(); c.zip3(i, 32, sdotLane, c.indexed(i, 32)) }
func udotElem(c *CPU, i *Inst) { c.checkFP(); c.zip3(i, 32, udotLane, c.indexed(i, 32)) }

func sdotLane(_ *CPU, _ uint, d, a, b uint64) uint64 {
	for n := 0; n < 32; n += 8 {
		d += uint64(signExtend(a>>n, 8) * signExtend(b>>n, 8))
	}
	return d
}

func udotLane(_ *CPU, _ uint, d, a, b uint64) uint64 {
	for n := 0; n < 32; n += 8 {
		d += a >> n & 0xff * (b >> n & 0xff)
	}
	return d
}
