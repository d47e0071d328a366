package x86

import "math/bits"

// textCompare is PCMPxSTRx: two strings of bytes or words, each as long as said, compared as the immediate asks.
//
// Source: SDM Vol. 2, "Imm8 Control Byte Operation for PCMPESTRI / PCMPESTRM / PCMPISTRI / PCMPISTRM".
type textCompare struct {
	control uint8
	width   uint // bits of an element
	count   int  // elements in a register
	a, b    xmm  // destination and source
	na, nb  int  // valid elements
}

func newTextCompare(control uint8, a, b xmm) textCompare {
	t := textCompare{control: control, width: 8, count: 16, a: a, b: b}
	if control&1 != 0 {
		t.width, t.count = 16, 8
	}
	return t
}

// element is element n, sign-extended if the immediate says signed.
func (t *textCompare) element(v xmm, n int) int {
	x := getLane(v, uint(n), t.width)
	if t.control&2 != 0 {
		return int(int64(x<<(64-t.width)) >> (64 - t.width))
	}
	return int(x)
}

// terminated is the number of elements before a zero.
func (t *textCompare) terminated(v xmm) int {
	for n := range t.count {
		if getLane(v, uint(n), t.width) == 0 {
			return n
		}
	}
	return t.count
}

// explicit is a length from a register: its magnitude, at most all elements.
func (t *textCompare) explicit(length int64) int {
	if length < 0 {
		length = -length
	}
	if length < 0 || length > int64(t.count) {
		return t.count
	}
	return int(length)
}

// result is IntRes2: a bit for each element of the source.
func (t *textCompare) result() (r uint32) {
	for j := range t.count {
		if t.matches(j) {
			r |= 1 << j
		}
	}
	all := uint32(1)<<t.count - 1
	switch t.control >> 4 & 3 {
	case 1:
		return r ^ all
	case 3:
		return r ^ (1<<t.nb - 1)
	}
	return r
}

// matches is one bit of IntRes1.
func (t *textCompare) matches(j int) bool {
	switch t.control >> 2 & 3 {
	case 0:
		return j < t.nb && t.inSet(t.element(t.b, j))
	case 1:
		return j < t.nb && t.inRange(t.element(t.b, j))
	case 2:
		if j >= t.na || j >= t.nb {
			return j >= t.na && j >= t.nb
		}
		return t.element(t.a, j) == t.element(t.b, j)
	}
	for i := 0; i < t.na && i+j < t.count; i++ { // the destination as a substring
		if i+j >= t.nb || t.element(t.a, i) != t.element(t.b, i+j) {
			return false
		}
	}
	return true
}

func (t *textCompare) inSet(x int) bool {
	for i := range t.na {
		if t.element(t.a, i) == x {
			return true
		}
	}
	return false
}

func (t *textCompare) inRange(x int) bool {
	for i := 0; i+1 < t.na; i += 2 {
		if t.element(t.a, i) <= x && x <= t.element(t.a, i+1) {
			return true
		}
	}
	return false
}

// compareText sets the flags and gives the result.
func (c *CPU) compareText(i *Inst, explicit bool) (t textCompare, r uint32) {
	c.checkSSE()
	b := c.xmmRMUnaligned(i)
	t = newTextCompare(uint8(i.Imm), c.FPU.XMM[i.Reg], b)
	switch {
	case !explicit:
		t.na, t.nb = t.terminated(t.a), t.terminated(t.b)
	case wide(i):
		t.na, t.nb = t.explicit(int64(c.gpr(0))), t.explicit(int64(c.gpr(2)))
	default:
		t.na, t.nb = t.explicit(int64(int32(c.gpr(0)))), t.explicit(int64(int32(c.gpr(2))))
	}
	r = t.result()
	c.flags.put(b2u(r != 0)*flagCF | b2u(t.nb < t.count)*flagZF | b2u(t.na < t.count)*flagSF | uint64(r&1)*flagOF)
	return t, r
}

// compareIndex puts the index of the first or last bit into ECX, or the number of elements.
func (c *CPU) compareIndex(i *Inst, explicit bool) {
	t, r := c.compareText(i, explicit)
	index := t.count
	switch {
	case r == 0:
	case t.control&0x40 != 0:
		index = bits.Len32(r) - 1
	default:
		index = bits.TrailingZeros32(r)
	}
	c.setGPR(1, uint64(index))
}

// compareMask puts the bits, or elements of ones, into XMM0.
func (c *CPU) compareMask(i *Inst, explicit bool) {
	t, r := c.compareText(i, explicit)
	v := xmm{uint64(r)}
	if t.control&0x40 != 0 {
		v = xmm{}
		for n := range t.count {
			if r>>n&1 != 0 {
				setLane(&v, uint(n), t.width, ^uint64(0))
			}
		}
	}
	c.FPU.XMM[0] = v
}

func pcmpestri(c *CPU, i *Inst) { c.compareIndex(i, true) }
func pcmpistri(c *CPU, i *Inst) { c.compareIndex(i, false) }
func pcmpestrm(c *CPU, i *Inst) { c.compareMask(i, true) }
func pcmpistrm(c *CPU, i *Inst) { c.compareMask(i, false) }
