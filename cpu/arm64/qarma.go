package arm64

// QARMA, the block cipher of pointer authentication, in its form of five rounds. State, key and tweak are sixteen cells of four bits,
// the first in the highest bits. Source: R. Avanzi, "The QARMA Block Cipher Family", 2016; Arm ARM pseudocode, "ComputePAC".

const qarmaAlpha = 0xc0ac29b7c97c50dd

var (
	qarmaRound = [5]uint64{0, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89, 0x452821e638d01377}
	// cells of the state, from which each cell comes
	qarmaShuffle        = [16]uint8{0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2}
	qarmaShuffleInverse = inverse(qarmaShuffle)
	// and of the tweak
	qarmaTweak        = [16]uint8{6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11}
	qarmaTweakInverse = inverse(qarmaTweak)
	qarmaSub          = [16]uint8{11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10}
	qarmaSubInverse   = inverse(qarmaSub)
)

// qarmaRotated are the cells of the tweak that a step changes, as bits from cell 0 on.
const qarmaRotated = 1<<0 | 1<<1 | 1<<3 | 1<<4 | 1<<8 | 1<<11 | 1<<13

func inverse(p [16]uint8) (q [16]uint8) {
	for n, v := range p {
		q[v] = uint8(n)
	}
	return q
}

// qarma5 encrypts data under a tweak. w0 and k0 are the whitening and the core key.
func qarma5(data, tweak, w0, k0 uint64) uint64 {
	w1 := w0>>1 | w0<<63 ^ w0>>63
	v := data ^ w0
	for n, rc := range qarmaRound {
		v ^= k0 ^ tweak ^ rc
		if n > 0 {
			v = mixColumns(permute(v, &qarmaShuffle))
		}
		v = substitute(v, &qarmaSub)
		tweak = nextTweak(tweak)
	}
	v = substitute(mixColumns(permute(v^w1^tweak, &qarmaShuffle)), &qarmaSub)
	v = mixColumns(permute(v, &qarmaShuffle)) ^ k0
	v = mixColumns(substitute(permute(v, &qarmaShuffleInverse), &qarmaSubInverse))
	v = permute(v, &qarmaShuffleInverse) ^ w0 ^ tweak
	for n := range qarmaRound {
		v = substitute(v, &qarmaSubInverse)
		if n < 4 {
			v = permute(mixColumns(v), &qarmaShuffleInverse)
		}
		tweak = previousTweak(tweak)
		v ^= k0 ^ tweak ^ qarmaRound[4-n] ^ qarmaAlpha
	}
	return v ^ w1
}

func cell(v uint64, n int) uint64 { return v >> (60 - 4*n) & 15 }

// permute takes each cell from another.
func permute(v uint64, from *[16]uint8) (r uint64) {
	for _, n := range from {
		r = r<<4 | cell(v, int(n))
	}
	return r
}

func substitute(v uint64, box *[16]uint8) (r uint64) {
	for n := range 16 {
		r = r<<4 | uint64(box[cell(v, n)])
	}
	return r
}

// mixColumns multiplies the cells, a matrix of four rows, by circ(0, ρ, ρ², ρ), where ρ rotates a cell left by one.
func mixColumns(v uint64) (r uint64) {
	for n := range 16 {
		a, b, d := cell(v, (n+4)%16), cell(v, (n+8)%16), cell(v, (n+12)%16)
		r = r<<4 | rotateCell(a^d, 1) ^ rotateCell(b, 2)
	}
	return r
}

func rotateCell(v uint64, n uint) uint64 { return (v<<n | v>>(4-n)) & 15 }

// nextTweak permutes the tweak and steps a shift register in some of its cells.
func nextTweak(t uint64) (r uint64) {
	t = permute(t, &qarmaTweak)
	for n := range 16 {
		v := cell(t, n)
		if qarmaRotated>>n&1 != 0 {
			v = v>>1 | (v^v>>1)&1<<3
		}
		r = r<<4 | v
	}
	return r
}

func previousTweak(t uint64) (r uint64) {
	for n := range 16 {
		v := cell(t, n)
		if qarmaRotated>>n&1 != 0 {
			v = v<<1&15 | (v^v>>3)&1
		}
		r = r<<4 | v
	}
	return permute(r, &qarmaTweakInverse)
}
