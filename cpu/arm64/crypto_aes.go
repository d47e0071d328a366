package arm64

import (
	"math/bits"

	"stasis/cpu/aes"
)

// AES. Source: FIPS 197; Arm ARM, "AESE" and its kin.

// substitute adds the key in Rn, moves row r of each column from r·step columns to the right, and substitutes.
func (c *CPU) substitute(i *Inst, box *[256]byte, step int) {
	c.checkFP()
	d, key := &c.V[i.Rd()], &c.V[i.Rn()]
	s := vec{d[0] ^ key[0], d[1] ^ key[1]}
	var r vec
	for n := range 16 {
		from := (n + 4*step*(n&3)) & 15
		setElement(&r, n, 8, uint64(box[element(&s, from, 8)]))
	}
	*d = r
}

func aese(c *CPU, i *Inst) { c.substitute(i, &aes.SBox, 1) }
func aesd(c *CPU, i *Inst) { c.substitute(i, &aes.InverseSBox, -1) }

// columns are what a byte in row 0 adds to its column; the other rows are rotations of that.
type columns [256]uint32

func newColumns(k [4]byte) (t columns) {
	for n := range t {
		for row, factor := range k {
			t[n] |= uint32(aes.Multiply(byte(n), factor)) << (8 * row)
		}
	}
	return t
}

var (
	mixed   = newColumns([4]byte{2, 1, 1, 3})
	unmixed = newColumns([4]byte{14, 9, 13, 11})
)

// mix multiplies the columns of Rn.
func (c *CPU) mix(i *Inst, t *columns) {
	c.map1(i, 32, func(_ *CPU, _ uint, a uint64) (r uint64) {
		for row := range 4 {
			r ^= uint64(bits.RotateLeft32(t[a>>(8*row)&0xff], 8*row))
		}
		return r
	})
}

func aesmc(c *CPU, i *Inst)  { c.mix(i, &mixed) }
func aesimc(c *CPU, i *Inst) { c.mix(i, &unmixed) }
