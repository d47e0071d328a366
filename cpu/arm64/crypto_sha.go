package arm64

import "math/bits"

// SHA-1, SHA-256 and SHA-512, and the parts of SHA-3. Source: FIPS 180-4; FIPS 202; Arm ARM, "SHA1C" and its kin.

// words are a register's four words, the lowest first.
type words [4]uint32

func (c *CPU) words(n uint8) words {
	v := &c.V[n]
	return words{uint32(v[0]), uint32(v[0] >> 32), uint32(v[1]), uint32(v[1] >> 32)}
}

func (c *CPU) setWords(n uint8, w words) {
	c.V[n] = vec{uint64(w[0]) | uint64(w[1])<<32, uint64(w[2]) | uint64(w[3])<<32}
}

func chosen(a, b, d uint32) uint32   { return a&(b^d) ^ d }
func parity(a, b, d uint32) uint32   { return a ^ b ^ d }
func majority(a, b, d uint32) uint32 { return a&b | (a|b)&d }

// hash1 is four rounds of SHA-1: Rd has four words of the state, Rn the fifth, Rm the words with their constants.
func (c *CPU) hash1(i *Inst, f func(a, b, d uint32) uint32) {
	c.checkFP()
	x, y := c.words(i.Rd()), c.words(i.Rn())[0]
	for _, w := range c.words(i.Rm()) {
		y += bits.RotateLeft32(x[0], 5) + f(x[1], x[2], x[3]) + w
		x, y = words{y, x[0], bits.RotateLeft32(x[1], 30), x[2]}, x[3]
	}
	c.setWords(i.Rd(), x)
}

func sha1c(c *CPU, i *Inst) { c.hash1(i, chosen) }
func sha1p(c *CPU, i *Inst) { c.hash1(i, parity) }
func sha1m(c *CPU, i *Inst) { c.hash1(i, majority) }

func sha1h(c *CPU, i *Inst) {
	c.checkFP()
	c.setWords(i.Rd(), words{bits.RotateLeft32(c.words(i.Rn())[0], 30)})
}

func sha1su0(c *CPU, i *Inst) {
	c.checkFP()
	d, n, m := c.V[i.Rd()], c.V[i.Rn()], c.V[i.Rm()]
	c.V[i.Rd()] = vec{d[1] ^ d[0] ^ m[0], n[0] ^ d[1] ^ m[1]}
}

func sha1su1(c *CPU, i *Inst) {
	c.checkFP()
	d, n := c.words(i.Rd()), c.words(i.Rn())
	var r words
	for k := range r {
		if k < 3 {
			d[k] ^= n[k+1]
		}
		r[k] = bits.RotateLeft32(d[k], 1)
	}
	r[3] ^= bits.RotateLeft32(d[0], 2)
	c.setWords(i.Rd(), r)
}

func rotations(x uint32, a, b, d int) uint32 {
	return bits.RotateLeft32(x, -a) ^ bits.RotateLeft32(x, -b) ^ bits.RotateLeft32(x, -d)
}

// hash256 is four rounds of SHA-256 on the state x, y.
func hash256(x, y, w words) (words, words) {
	for _, word := range w {
		t := y[3] + rotations(y[0], 6, 11, 25) + chosen(y[0], y[1], y[2]) + word
		top := t + rotations(x[0], 2, 13, 22) + majority(x[0], x[1], x[2])
		x, y = words{top, x[0], x[1], x[2]}, words{t + x[3], y[0], y[1], y[2]}
	}
	return x, y
}

func sha256h(c *CPU, i *Inst) {
	c.checkFP()
	x, _ := hash256(c.words(i.Rd()), c.words(i.Rn()), c.words(i.Rm()))
	c.setWords(i.Rd(), x)
}

func sha256h2(c *CPU, i *Inst) {
	c.checkFP()
	_, y := hash256(c.words(i.Rn()), c.words(i.Rd()), c.words(i.Rm()))
	c.setWords(i.Rd(), y)
}

func sha256su0(c *CPU, i *Inst) {
	c.checkFP()
	d, n := c.words(i.Rd()), c.words(i.Rn())
	next := words{d[1], d[2], d[3], n[0]}
	for k, x := range next {
		d[k] += bits.RotateLeft32(x, -7) ^ bits.RotateLeft32(x, -18) ^ x>>3
	}
	c.setWords(i.Rd(), d)
}

func sha256su1(c *CPU, i *Inst) {
	c.checkFP()
	d, n, m := c.words(i.Rd()), c.words(i.Rn()), c.words(i.Rm())
	middle := words{n[1], n[2], n[3], m[0]}
	last := words{m[2], m[3]}
	for k := range d {
		x := last[k]
		d[k] += middle[k] + (bits.RotateLeft32(x, -17) ^ bits.RotateLeft32(x, -19) ^ x>>10)
		if k < 2 {
			last[k+2] = d[k]
		}
	}
	c.setWords(i.Rd(), d)
}

func rotations64(x uint64, a, b, d int) uint64 {
	return bits.RotateLeft64(x, -a) ^ bits.RotateLeft64(x, -b) ^ bits.RotateLeft64(x, -d)
}

func sha512h(c *CPU, i *Inst) {
	c.checkFP()
	w, x, y := c.V[i.Rd()], c.V[i.Rn()], c.V[i.Rm()]
	hi := w[1] + rotations64(y[1], 14, 18, 41) + (y[1]&x[0] ^ ^y[1]&x[1])
	t := hi + y[0]
	lo := w[0] + rotations64(t, 14, 18, 41) + (t&y[1] ^ ^t&x[0])
	c.V[i.Rd()] = vec{lo, hi}
}

func sha512h2(c *CPU, i *Inst) {
	c.checkFP()
	w, x, y := c.V[i.Rd()], c.V[i.Rn()], c.V[i.Rm()]
	hi := w[1] + rotations64(y[0], 28, 34, 39) + (x[0]&y[1] ^ x[0]&y[0] ^ y[1]&y[0])
	lo := w[0] + rotations64(hi, 28, 34, 39) + (hi&y[0] ^ hi&y[1] ^ y[1]&y[0])
	c.V[i.Rd()] = vec{lo, hi}
}

func sha512su0(c *CPU, i *Inst) {
	c.checkFP()
	sigma := func(x uint64) uint64 { return bits.RotateLeft64(x, -1) ^ bits.RotateLeft64(x, -8) ^ x>>7 }
	w, x := c.V[i.Rd()], c.V[i.Rn()]
	c.V[i.Rd()] = vec{w[0] + sigma(w[1]), w[1] + sigma(x[0])}
}

func sha512su1(c *CPU, i *Inst) {
	c.checkFP()
	sigma := func(x uint64) uint64 { return bits.RotateLeft64(x, -19) ^ bits.RotateLeft64(x, -61) ^ x>>6 }
	w, x, y := c.V[i.Rd()], c.V[i.Rn()], c.V[i.Rm()]
	c.V[i.Rd()] = vec{w[0] + sigma(x[0]) + y[0], w[1] + sigma(x[1]) + y[1]}
}

// eachDoubleword sets Rd to a function of the doublewords of Rn, Rm and Ra.
func (c *CPU) eachDoubleword(i *Inst, f func(n, m, a uint64) uint64) {
	c.checkFP()
	n, m, a := c.V[i.Rn()], c.V[i.Rm()], c.V[i.Ra()]
	c.V[i.Rd()] = vec{f(n[0], m[0], a[0]), f(n[1], m[1], a[1])}
}

func eor3(c *CPU, i *Inst) {
	c.eachDoubleword(i, func(n, m, a uint64) uint64 { return n ^ m ^ a })
}

func bcax(c *CPU, i *Inst) {
	c.eachDoubleword(i, func(n, m, a uint64) uint64 { return n ^ m&^a })
}

func rax1(c *CPU, i *Inst) {
	c.eachDoubleword(i, func(n, m, _ uint64) uint64 { return n ^ bits.RotateLeft64(m, 1) })
}

func xar(c *CPU, i *Inst) {
	c.eachDoubleword(i, func(n, m, _ uint64) uint64 { return bits.RotateLeft64(n^m, -int(i.Field(15, 10))) })
}
