package vector

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Places in the FXSAVE image.
const (
	FXControl, FXStatus, FXTags, FXMXCSR, FXST, FXXMM = 0, 2, 4, 24, 32, 160
)

// startFX draws an x87 and SSE state: mostly the modes that software uses, at times any.
func startFX(fx *[512]byte, rng *rand.Rand) {
	control, status, tags, mxcsr := uint16(0x37f), uint16(0), uint8(0xff), uint32(0x1f80)
	if rng.IntN(2) == 0 {
		control = 0x7f | uint16(rng.IntN(16))<<8
		mxcsr |= uint32(rng.IntN(4))<<13 | uint32(rng.IntN(4)&1)<<15 | uint32(rng.IntN(4)&1)<<6
		status = uint16(rng.Uint32())&0x7f00 | uint16(rng.IntN(64))
		mxcsr |= uint32(rng.IntN(64))
	}
	if rng.IntN(8) == 0 {
		tags = uint8(rng.Uint32())
	}
	if rng.IntN(16) == 0 {
		mxcsr = mxcsr&^0x1f80 | uint32(rng.IntN(64))<<7
	}
	if rng.IntN(16) == 0 {
		control = control&^0x3f | uint16(rng.IntN(64))
		status &^= 0x3f &^ control // nothing pending
	}
	le := binary.LittleEndian
	le.PutUint16(fx[FXControl:], control)
	le.PutUint16(fx[FXStatus:], status)
	fx[FXTags] = tags
	le.PutUint32(fx[FXMXCSR:], mxcsr)
	for n := range 8 {
		mant, se := Extended(rng)
		le.PutUint64(fx[FXST+16*n:], mant)
		le.PutUint16(fx[FXST+16*n+8:], se)
	}
	for n := range 16 {
		lo, hi := XMM(rng)
		le.PutUint64(fx[FXXMM+16*n:], lo)
		le.PutUint64(fx[FXXMM+16*n+8:], hi)
	}
}

// Extended draws an 80-bit number: near one, edge, or any bits.
func Extended(rng *rand.Rand) (mant uint64, se uint16) {
	mant, se = rng.Uint64()|1<<63, uint16(0x3fff-40+rng.IntN(80))
	switch rng.IntN(12) {
	case 0: // zero
		mant, se = 0, 0
	case 1: // a small integer
		mant, se = uint64(rng.IntN(255)+1)<<56, 0x3fff+7
		for mant>>63 == 0 {
			mant, se = mant<<1, se-1
		}
	case 2: // infinity, NaN, unnormal
		se = 0x7fff
		if rng.IntN(2) == 0 {
			mant = 1 << 63
		}
		mant |= uint64(rng.IntN(4)) << 61
		mant &^= uint64(b2u(rng.IntN(4) == 0)) << 63
	case 3: // denormal
		mant, se = rng.Uint64()>>rng.IntN(64), 0
	case 4: // any
		mant, se = rng.Uint64(), uint16(rng.Uint32())
	case 5: // few bits
		mant = 1<<63 | Integer(rng)<<40
	case 6: // near the ends of the exponent
		se = uint16(rng.IntN(20))
		if rng.IntN(2) == 0 {
			se = 0x7ffe - se
		}
	case 7: // integers of every size
		mant, se = rng.Uint64()|1<<63, 0x3fff+uint16(rng.IntN(66))
		mant &^= 1<<rng.IntN(64) - 1
		mant |= 1 << 63
	}
	return mant, se | uint16(rng.IntN(2))<<15
}

func b2u(b bool) int {
	if b {
		return 1
	}
	return 0
}

// XMM draws a vector: doubles, floats or integers.
func XMM(rng *rand.Rand) (lo, hi uint64) {
	switch rng.IntN(3) {
	case 0:
		return float64bits(rng), float64bits(rng)
	case 1:
		return float32bits(rng) | float32bits(rng)<<32, float32bits(rng) | float32bits(rng)<<32
	}
	return Integer(rng), Integer(rng)
}

func float64bits(rng *rand.Rand) uint64 {
	sign := uint64(rng.IntN(2)) << 63
	switch rng.IntN(8) {
	case 0:
		return sign
	case 1:
		return sign | 0x7ff<<52 | uint64(rng.IntN(4))<<50
	case 2:
		return sign | 0x7ff<<52 | uint64(rng.IntN(3))<<50 | rng.Uint64()>>40
	case 3:
		return sign | rng.Uint64()>>12>>rng.IntN(52) // denormal
	case 4:
		return math.Float64bits(float64(int64(Integer(rng)) >> rng.IntN(64)))
	case 5:
		return rng.Uint64()
	case 6:
		return sign | uint64(1023-8+rng.IntN(80))<<52 | rng.Uint64()>>12&^(1<<rng.IntN(52)-1)
	}
	return sign | uint64(1023-4+rng.IntN(8))<<52 | rng.Uint64()>>12
}

func float32bits(rng *rand.Rand) uint64 {
	sign := uint64(rng.IntN(2)) << 31
	switch rng.IntN(8) {
	case 0:
		return sign
	case 1:
		return sign | 0xff<<23 | uint64(rng.IntN(4))<<21
	case 2:
		return sign | 0xff<<23 | uint64(rng.IntN(3))<<21 | rng.Uint64()>>50
	case 3:
		return sign | rng.Uint64()>>41>>rng.IntN(23)
	case 4:
		return uint64(math.Float32bits(float32(int64(Integer(rng)) >> rng.IntN(64))))
	case 5:
		return rng.Uint64() >> 32
	case 6:
		return sign | uint64(127-4+rng.IntN(40))<<23 | rng.Uint64()>>41&^(1<<rng.IntN(23)-1)
	}
	return sign | uint64(127-4+rng.IntN(8))<<23 | rng.Uint64()>>41
}
