package arm64

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"

	decode "stasis/decode/arm64"
)

// edges are values at which arithmetic changes its mind.
var edges = [...]uint64{0, 1, 2, 3, 7, 8, 0xf, 0x10, 0x1f, 0x20, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xffff,
	0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
	0xfffffffffffffffe, 0xffffffffffffffff, 0xffffffff80000000, 0xffffffffffff8000, 0xffffffffffffff80}

// integer draws a value: an edge, one of random width, or any.
func integer(r *rand.Rand) uint64 {
	switch r.IntN(4) {
	case 0:
		return edges[r.IntN(len(edges))]
	case 1:
		return r.Uint64() >> r.IntN(64)
	case 2:
		return -(r.Uint64() >> r.IntN(64))
	}
	return r.Uint64()
}

// Start is the state before: the registers that the seed draws, and addresses in those that the instruction loads or stores through.
func Start(i *decode.Inst, number, seed uint32) *State {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(number)))
	s := &State{PC: CodeBase + uint64(number)%Slots*SlotSize}
	for n := range s.X {
		s.X[n] = integer(r)
	}
	s.SP = integer(r) &^ 15
	s.NZCV = uint8(r.UintN(16))
	s.startFloat(i, r)
	for n := 0; n < WindowLen; n += 8 {
		binary.LittleEndian.PutUint64(s.Memory[n:], integer(r))
	}
	s.address(i, r)
	return s
}

// startFloat draws the vector registers, FPCR and FPSR.
func (s *State) startFloat(i *decode.Inst, r *rand.Rand) {
	if r.IntN(3) > 0 {
		s.FPCR = r.Uint32() & (3<<22 | 1<<24 | 1<<25 | 1<<19)
	}
	if r.IntN(4) == 0 {
		s.FPCR |= 1 << 26 // AHP
	}
	if r.IntN(8) == 0 {
		s.FPSR = r.Uint32() & (1<<27 | 0x9f)
	}
	size := elementSize(i)
	if r.IntN(8) == 0 {
		size = 8 << r.IntN(4)
	}
	float := strings.Contains(i.Op.String(), "F") || r.IntN(8) == 0
	for n := range s.V {
		for half := range 2 {
			s.V[n][half] = element(r, size, float)
		}
	}
	// operands that are close to each other cancel
	if a, b := &s.V[i.Rn()], &s.V[i.Rm()]; r.IntN(4) == 0 {
		b[0], b[1] = a[0]^uint64(r.UintN(8)), a[1]^1<<r.IntN(64)
	}
}

// elementSize is the size in bits that the instruction's elements probably have.
func elementSize(i *decode.Inst) int {
	class := i.Raw >> 24 & 0x1f
	switch {
	case i.Half() || class == 0x1e && i.Field(23, 22) == 3 || class == 0x1f && i.Field(23, 22) == 3:
		return 16
	case strings.Contains(i.Op.String(), "F"):
		return 32 << i.Field(22, 22)
	}
	return 8 << i.Field(23, 22)
}

// element fills 64 bits with elements of a size.
func element(r *rand.Rand, size int, float bool) (v uint64) {
	for at := 0; at < 64; at += size {
		e := integer(r)
		if float && size > 8 {
			e = number(r, size)
		}
		v |= e & (1<<(size-1)<<1 - 1) << at
	}
	return v
}

// number draws a floating-point number: special, near one, an integer or close to one, near the ends of the range, or any.
func number(r *rand.Rand, size int) uint64 {
	fraction, exponent := 52, 11
	switch size {
	case 16:
		fraction, exponent = 10, 5
	case 32:
		fraction, exponent = 23, 8
	}
	top, bias := uint64(1)<<exponent-1, int64(1)<<(exponent-1)-1
	one := uint64(1) << fraction
	var e uint64
	f := r.Uint64() & (one - 1)
	switch r.IntN(10) {
	case 0:
		e, f = 0, 0
	case 1:
		e, f = 0, f>>r.IntN(fraction+1)
	case 2:
		e, f = top, []uint64{0, 0, 1, one >> 1, one>>1 | f, f &^ (one >> 1)}[r.IntN(6)]
	case 3:
		e, f = []uint64{1, 2, top - 1, top - 2}[r.IntN(4)], []uint64{0, 1, one - 1, f}[r.IntN(4)]
	case 4:
		e, f = uint64(bias+int64(r.IntN(5))-2), []uint64{0, 1, one - 1, one >> 1}[r.IntN(4)]
	case 5: // few bits: exact results and ties
		e, f = uint64(bias+int64(r.IntN(2*fraction))-int64(fraction)/2), f&^(one>>uint(1+r.IntN(3))-1)
		e = min(e, top-1)
	case 6: // around the integers' ends
		e = min(uint64(bias+[]int64{-1, 0, 7, 8, 14, 15, 16, 30, 31, 32, 62, 63, 64}[r.IntN(13)]), top-1)
	default:
		e = r.Uint64() & top
	}
	return uint64(r.IntN(2))<<(size-1) | e<<fraction | f
}
