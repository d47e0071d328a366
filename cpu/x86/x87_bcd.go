package x86

import "stasis/cpu/softfloat"

// Packed decimals: nine bytes of two digits each, low first, and a byte whose top bit is the sign.
//
// Source: SDM Vol. 1, "Packed BCD Integers".

// fbld is FBLD: push a packed decimal. Digits above nine count as they are.
func fbld(c *CPU, i *Inst) {
	c.checkFPU()
	raw := c.load80(c.linRead(i, 10))
	c.fpuStart(i)
	v := int64(0)
	for n := 68; n >= 0; n -= 4 {
		digit := raw.SE >> (n & 15) & 15
		if n < 64 {
			digit = uint16(raw.Mant >> n & 15)
		}
		v = v*10 + int64(digit)
	}
	r := softfloat.FromInt80(v)
	r.SE |= raw.SE & 0x8000
	c.push(r)
}

// decimalLimit is the least magnitude with more than 18 digits.
const decimalLimit = 1_000_000_000_000_000_000

// decimalIndefinite is what FBSTP stores for what does not fit.
var decimalIndefinite = f80{Mant: 0xc000000000000000, SE: 0xffff}

// fbstp is FBSTP: round ST(0) to a packed decimal, and pop.
func fbstp(c *CPU, i *Inst) {
	c.checkFPU()
	lin := c.linWrite(i, 10)
	f := c.fpuStart(i)
	r := decimalIndefinite
	if f.empty(0) {
		if !c.stackFault(false) {
			return
		}
	} else {
		x := c.fpuContext()
		v := softfloat.ToInt80(x, f.get(0), 64)
		if v <= -decimalLimit || v >= decimalLimit {
			x.Flags, x.RoundedUp = softfloat.Invalid, false
		} else {
			r = decimal(v, f.get(0).SE>>15 != 0)
		}
		if c.report(x) {
			return
		}
	}
	c.store80(lin, r)
	f.pop()
}

// decimal packs a number; a zero that was rounded keeps its sign.
func decimal(v int64, neg bool) (r f80) {
	if v < 0 {
		v = -v
	}
	for n := range 18 {
		digit := uint64(v % 10)
		v /= 10
		if n < 16 {
			r.Mant |= digit << (4 * n)
		} else {
			r.SE |= uint16(digit << (4 * (n - 16)))
		}
	}
	if neg {
		r.SE |= 0x8000
	}
	return r
}
