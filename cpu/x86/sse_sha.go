package x86

import "math/bits"

// SHA-1 and SHA-256. Source: FIPS 180-4; SDM Vol. 2, "SHA1RNDS4" and its kin. Doubleword 3 is the first.

type sha4 [4]uint32 // doublewords, low first

func toSHA(v xmm) sha4 {
	return sha4{uint32(v[0]), uint32(v[0] >> 32), uint32(v[1]), uint32(v[1] >> 32)}
}

func (s sha4) xmm() xmm { return dwords(uint64(s[0]), uint64(s[1]), uint64(s[2]), uint64(s[3])) }

// combineSHA is combine without the alignment, which AMD's processors do not ask for here.
func combineSHA(c *CPU, i *Inst, f func(a, b sha4) sha4) {
	c.checkSSE()
	b := c.xmmRMUnaligned(i)
	c.FPU.XMM[i.Reg] = f(toSHA(c.FPU.XMM[i.Reg]), toSHA(b)).xmm()
}

// sha1Steps are the function and constant of each group of 20 rounds.
var sha1Steps = [4]struct {
	f func(b, c, d uint32) uint32
	k uint32
}{
	{func(b, c, d uint32) uint32 { return b&c ^ ^b&d }, 0x5a827999},
	{func(b, c, d uint32) uint32 { return b ^ c ^ d }, 0x6ed9eba1},
	{func(b, c, d uint32) uint32 { return b&c ^ b&d ^ c&d }, 0x8f1bbcdc},
	{func(b, c, d uint32) uint32 { return b ^ c ^ d }, 0xca62c1d6},
}

func sha1rnds4(c *CPU, i *Inst) {
	step := sha1Steps[i.Imm&3]
	combineSHA(c, i, func(s, w sha4) sha4 {
		var e uint32
		for n := 3; n >= 0; n-- {
			t := step.f(s[2], s[1], s[0]) + bits.RotateLeft32(s[3], 5) + w[n] + e + step.k
			e, s = s[0], sha4{s[1], bits.RotateLeft32(s[2], 30), s[3], t}
		}
		return s
	})
}

func sha1nexte(c *CPU, i *Inst) {
	combineSHA(c, i, func(a, b sha4) sha4 {
		b[3] += bits.RotateLeft32(a[3], 30)
		return b
	})
}

func sha1msg1(c *CPU, i *Inst) {
	combineSHA(c, i, func(a, b sha4) sha4 { return sha4{b[2] ^ a[0], b[3] ^ a[1], a[0] ^ a[2], a[1] ^ a[3]} })
}

func sha1msg2(c *CPU, i *Inst) {
	combineSHA(c, i, func(a, b sha4) (r sha4) {
		r[3] = bits.RotateLeft32(a[3]^b[2], 1)
		r[2] = bits.RotateLeft32(a[2]^b[1], 1)
		r[1] = bits.RotateLeft32(a[1]^b[0], 1)
		r[0] = bits.RotateLeft32(a[0]^r[3], 1)
		return r
	})
}

// rotated is the exclusive or of three rotations to the right.
func rotated(v uint32, a, b, c int) uint32 {
	return bits.RotateLeft32(v, -a) ^ bits.RotateLeft32(v, -b) ^ bits.RotateLeft32(v, -c)
}

// sha256rnds2 is SHA256RNDS2: two rounds, with the words and constants already added in XMM0.
func sha256rnds2(c *CPU, i *Inst) {
	wk := toSHA(c.FPU.XMM[0])
	combineSHA(c, i, func(cdgh, abef sha4) sha4 {
		a, b, e, f := abef[3], abef[2], abef[1], abef[0]
		cc, d, g, h := cdgh[3], cdgh[2], cdgh[1], cdgh[0]
		for n := range 2 {
			t := (e&f ^ ^e&g) + rotated(e, 6, 11, 25) + wk[n] + h
			sum := t + (a&b ^ a&cc ^ b&cc) + rotated(a, 2, 13, 22)
			a, b, cc, d, e, f, g, h = sum, a, b, cc, t+d, e, f, g
		}
		return sha4{f, e, b, a}
	})
}

func sha256msg1(c *CPU, i *Inst) {
	sigma := func(v uint32) uint32 { return bits.RotateLeft32(v, -7) ^ bits.RotateLeft32(v, -18) ^ v>>3 }
	combineSHA(c, i, func(a, b sha4) sha4 {
		return sha4{a[0] + sigma(a[1]), a[1] + sigma(a[2]), a[2] + sigma(a[3]), a[3] + sigma(b[0])}
	})
}

func sha256msg2(c *CPU, i *Inst) {
	sigma := func(v uint32) uint32 { return bits.RotateLeft32(v, -17) ^ bits.RotateLeft32(v, -19) ^ v>>10 }
	combineSHA(c, i, func(a, b sha4) (r sha4) {
		r[0] = a[0] + sigma(b[2])
		r[1] = a[1] + sigma(b[3])
		r[2] = a[2] + sigma(r[0])
		r[3] = a[3] + sigma(r[1])
		return r
	})
}
