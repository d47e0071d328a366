package x86

import (
	"encoding/binary"
	"math/bits"
)

// AES. Source: FIPS 197; SDM Vol. 2, "AESENC" and its kin.

// aesState is the 16 bytes of a register, low first: column by column.
type aesState [16]byte

func toAES(v xmm) (s aesState) {
	binary.LittleEndian.PutUint64(s[:], v[0])
	binary.LittleEndian.PutUint64(s[8:], v[1])
	return s
}

func (s aesState) xmm() xmm {
	return xmm{binary.LittleEndian.Uint64(s[:]), binary.LittleEndian.Uint64(s[8:])}
}

// sbox and inverseSbox are the substitution: the inverse in GF(2^8), and an affine map.
var sbox, inverseSbox = func() (s, inverse [256]byte) {
	p, q := byte(1), byte(1) // q is always the inverse of p
	for {
		p = p ^ gfMul(p, 2)
		q = gfMul(q, 0xf6) // the inverse of 3
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

// gfMul multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
func gfMul(a, b byte) (r byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			r ^= a
		}
		carry := a >> 7
		a = a<<1 ^ carry*0x1b
	}
	return r
}

func (s aesState) substituted(box *[256]byte) aesState {
	for n, v := range s {
		s[n] = box[v]
	}
	return s
}

// shifted rotates row r left by r·step columns.
func (s aesState) shifted(step int) (r aesState) {
	for n := range s {
		r[n] = s[(n+4*step*(n%4)+16)%16]
	}
	return r
}

// mixed multiplies each column by the polynomial with these coefficients, lowest first.
func (s aesState) mixed(k [4]byte) (r aesState) {
	for n := range s {
		for m := range 4 {
			r[n] ^= gfMul(s[n&^3|(n+m)&3], k[(4-m)&3])
		}
	}
	return r
}

var (
	mixForward = [4]byte{2, 1, 1, 3}
	mixInverse = [4]byte{14, 9, 13, 11}
)

func (v aesState) xor(key xmm) xmm {
	x := v.xmm()
	return xmm{x[0] ^ key[0], x[1] ^ key[1]}
}

func aesenc(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return toAES(a).shifted(1).substituted(&sbox).mixed(mixForward).xor(key) })
}
func aesenclast(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return toAES(a).shifted(1).substituted(&sbox).xor(key) })
}
func aesdec(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm {
		return toAES(a).shifted(-1).substituted(&inverseSbox).mixed(mixInverse).xor(key)
	})
}
func aesdeclast(c *CPU, i *Inst) {
	combine(c, i, func(a, key xmm) xmm { return toAES(a).shifted(-1).substituted(&inverseSbox).xor(key) })
}
func aesimc(c *CPU, i *Inst) {
	combine(c, i, func(_, b xmm) xmm { return toAES(b).mixed(mixInverse).xmm() })
}

// aeskeygenassist is AESKEYGENASSIST: the odd doublewords substituted, and rotated with the round constant.
func aeskeygenassist(c *CPU, i *Inst) {
	constant := uint64(uint8(i.Imm))
	combine(c, i, func(_, b xmm) xmm {
		s := toAES(b).substituted(&sbox).xmm()
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
