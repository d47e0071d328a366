package arm64

import "math/bits"

// AES. Source: FIPS 197; Arm ARM, "AESE" and its kin.

// sbox and inverseSbox are the substitution: the inverse in GF(2^8), and an affine map.
var sbox, inverseSbox = func() (s, inverse [256]byte) {
	p, q := byte(1), byte(1) // q is always the inverse of p
	for {
		p ^= galois(p, 2)
		q = galois(q, 0xf6) // the inverse of 3
		s[p] = q ^ bits.RotateLeft8(q, 1) ^ bits.RotateLeft8(q, 2) ^ bits.RotateLeft8(q, 3) ^ bits.RotateLeft8(q, 4) ^ 0x63
		if p == 1 {
			break
		}
	}
	s[0] = 0x63
	for n, v := range s {
		inverse[v] = byte(n)
	}
	return s, inverse
}()

// galois multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
func galois(a, b byte) (r byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			r ^= a
		}
		a = a<<1 ^ a>>7*0x1b
	}
	return r
}

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

func aese(c *CPU, i *Inst) { c.substitute(i, &sbox, 1) }
func aesd(c *CPU, i *Inst) { c.substitute(i, &inverseSbox, -1) }

// columns are what a byte in row 0 adds to its column; the other rows are rotations of that.
type columns [256]uint32

func newColumns(k [4]byte) (t columns) {
	for n := range t {
		for row, factor := range k {
			t[n] |= uint32(galois(byte(n), factor)) << (8 * row)
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
