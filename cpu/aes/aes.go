// Package aes has what the AES instructions of both instruction sets are made of. Source: FIPS 197.
package aes

import "math/bits"

// SBox and InverseSBox are the substitution: the inverse in GF(2^8), and an affine map.
var SBox, InverseSBox = func() (s, inverse [256]byte) {
	p, q := byte(1), byte(1) // q is always the inverse of p
	for {
		p ^= Multiply(p, 2)
		q = Multiply(q, 0xf6) // the inverse of 3
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

// Multiply multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
func Multiply(a, b byte) (r byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			r ^= a
		}
		carry := a >> 7
		a = a<<1 ^ carry*0x1b
	}
	return r
}
