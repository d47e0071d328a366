package x86

import (
	"math/bits"

	"stasis/cpu/aes"
)

// AES. Source: FIPS 197; SDM Vol. 2, "AESENC" and its kin.

// aesTable is what a byte in row 0 becomes: substituted, and multiplied into its column. The other rows are rotations.
type aesTable [256]uint32

// newAESTable multiplies with the coefficients of a column, row 0 in the lowest byte.
func newAESTable(box *[256]byte, k [4]byte) (t aesTable) {
	for n := range t {
		for row, c := range k {
			t[n] |= uint32(aes.Multiply(box[n], c)) << (8 * row)
		}
	}
	return t
}

var (
	identity = func() (box [256]byte) {
		for n := range box {
			box[n] = byte(n)
		}
		return box
	}()
	forward     = newAESTable(&aes.SBox, [4]byte{2, 1, 1, 3})
	forwardLast = newAESTable(&aes.SBox, [4]byte{1, 0, 0, 0})
	inverse     = newAESTable(&aes.InverseSBox, [4]byte{14, 9, 13, 11})
	inverseLast = newAESTable(&aes.InverseSBox, [4]byte{1, 0, 0, 0})
	inverseMix  = newAESTable(&identity, [4]byte{14, 9, 13, 11})
)

// round takes row r of each column from the column r·step to the right, through the table, and adds the key.
func (t *aesTable) round(v, key xmm, step int) xmm {
	s := bytesOf(v)
	var columns [4]uint64
	for n := range columns {
		var sum uint32
		for row := range 4 {
			sum ^= bits.RotateLeft32(t[s[(4*(n+row*step)+row)&15]], 8*row)
		}
		columns[n] = uint64(sum)
	}
	r := dwords(columns[0], columns[1], columns[2], columns[3])
	return xmm{r[0] ^ key[0], r[1] ^ key[1]}
}

func aesenc(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return forward.round(a, key, 1) })
}
func aesenclast(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return forwardLast.round(a, key, 1) })
}
func aesdec(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return inverse.round(a, key, -1) })
}
func aesdeclast(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return inverseLast.round(a, key, -1) })
}
func aesimc(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm { return inverseMix.round(b, xmm{}, 0) })
}

// aeskeygenassist is AESKEYGENASSIST: the odd doublewords substituted, and rotated with the round constant.
func aeskeygenassist(c *CPU, i *Inst) {
	constant := uint64(uint8(i.Imm))
	combine(c, i, func(_, b xmm) xmm {
		s := forwardLast.round(b, xmm{}, 0)
		rotate := func(v uint64) uint64 { return uint64(bits.RotateLeft32(uint32(v), -8)) ^ constant }
		x1, x3 := dword(s, 1), dword(s, 3)
		return dwords(x1, rotate(x1), x3, rotate(x3))
	})
}

// pclmulqdq is PCLMULQDQ: a product without carries of the quadwords that the immediate picks.
func pclmulqdq(c *CPU, i *Inst) {
	combine(c, i, func(a, b xmm) (r xmm) {
		x, y := a[i.Imm&1], b[i.Imm>>4&1]
		for n := range uint(64) {
			mask := -(y >> n & 1)
			r[0] ^= x << n & mask
			r[1] ^= x >> 1 >> (63 - n) & mask
		}
		return r
	})
}
