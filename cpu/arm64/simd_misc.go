package arm64

import "math/bits"

// Operations on the bits of elements. Source: Arm ARM, "Advanced SIMD two-register miscellaneous".

func absV(c *CPU, i *Inst) {
	c.map1(i, sizeOf(i), func(_ *CPU, e uint, a uint64) uint64 { x := signExtend(a, e); return uint64(max(x, -x)) })
}
func absS(c *CPU, i *Inst) { absV(c, i) }
func negV(c *CPU, i *Inst) { c.map1(i, sizeOf(i), func(_ *CPU, _ uint, a uint64) uint64 { return -a }) }
func negS(c *CPU, i *Inst) { negV(c, i) }
func not(c *CPU, i *Inst)  { c.map1(i, 64, func(_ *CPU, _ uint, a uint64) uint64 { return ^a }) }

func clzV(c *CPU, i *Inst) { c.map1(i, sizeOf(i), clzLane) }

func clzLane(_ *CPU, e uint, a uint64) uint64 { return uint64(bits.LeadingZeros64(a)) - 64 + uint64(e) }

// clsV is CLS: how many bits below the top one are equal to it.
func clsV(c *CPU, i *Inst) {
	c.map1(i, sizeOf(i), func(c *CPU, e uint, a uint64) uint64 {
		x := signExtend(a, e)
		return clzLane(c, e, uint64(x^x>>63)) - 1
	})
}

func cnt(c *CPU, i *Inst) {
	c.map1(i, 8, func(_ *CPU, _ uint, a uint64) uint64 { return uint64(bits.OnesCount64(a)) })
}

func rbitV(c *CPU, i *Inst) {
	c.map1(i, 8, func(_ *CPU, _ uint, a uint64) uint64 { return uint64(bits.Reverse8(uint8(a))) })
}

// reverse turns the order of the elements within each container.
func (c *CPU) reverse(i *Inst, container uint) {
	c.checkFP()
	e := sizeOf(i)
	var r vec
	last := int(container/e) - 1
	for n := range elements(i, e) {
		setElement(&r, n^last, e, element(&c.V[i.Rn()], n, e))
	}
	c.V[i.Rd()] = r
}

func rev64(c *CPU, i *Inst)  { c.reverse(i, 64) }
func rev32V(c *CPU, i *Inst) { c.reverse(i, 32) }
func rev16V(c *CPU, i *Inst) { c.reverse(i, 16) }
