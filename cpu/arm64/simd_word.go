package arm64

import "math/bits"

// Frequent operations on all elements of 64 bits at once: tops has the top bit of each element, and no carry passes it.

// tops are the top bits of elements by the field size.
var tops = [4]uint64{0x8080808080808080, 0x8000800080008000, 0x8000000080000000, 1 << 63}

// wordwise is Rd = f(Rn, Rm), in two halves.
func (c *CPU) wordwise(i *Inst, f func(tops, a, b uint64) uint64) {
	c.checkFP()
	t := tops[i.Field(23, 22)]
	a, b := &c.V[i.Rn()], &c.V[i.Rm()]
	r := vec{f(t, a[0], b[0])}
	if quad(i) {
		r[1] = f(t, a[1], b[1])
	}
	c.V[i.Rd()] = r
}

func addWord(tops, a, b uint64) uint64 { return (a&^tops + b&^tops) ^ (a^b)&tops }
func subWord(tops, a, b uint64) uint64 { return (a | tops - b&^tops) ^ ^(a^b)&tops }

// fill makes elements of ones of those whose top bit is set: that bit, and all below it, which are that bit less the lowest one.
func fill(tops, set uint64) uint64 {
	return set | (set - set>>uint(bits.TrailingZeros64(tops)))
}

// zeros is the top bits of the elements that are zero.
func zeros(tops, x uint64) uint64 { return ^(x&^tops + ^tops | x) & tops }

func cmeqWord(tops, a, b uint64) uint64  { return fill(tops, zeros(tops, a^b)) }
func cmtstWord(tops, a, b uint64) uint64 { return ^fill(tops, zeros(tops, a&b)) }

// below is the top bits of the elements of a that are below those of b, without sign: the borrows out of a − b.
func below(tops, a, b uint64) uint64 { return (^a&b | ^(a^b)&subWord(tops, a, b)) & tops }

func cmhiWord(tops, a, b uint64) uint64 { return fill(tops, below(tops, b, a)) }
func cmhsWord(tops, a, b uint64) uint64 { return ^fill(tops, below(tops, a, b)) }

// With sign, the top bits count the other way.
func cmgtWord(tops, a, b uint64) uint64 { return cmhiWord(tops, a^tops, b^tops) }
func cmgeWord(tops, a, b uint64) uint64 { return cmhsWord(tops, a^tops, b^tops) }
