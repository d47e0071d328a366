package x86

import (
	"encoding/binary"
	"math/rand"
)

// pickOne is one of the values.
func pickOne[T any](r *rand.Rand, from ...T) T { return from[r.Intn(len(from))] }

// inputs64 gives encodings of doubles that are special, at a border, or short, more often than chance would.
func inputs64(r *rand.Rand) uint64 {
	exp := pickOne(r, 0, 0, 1, 2, 1022, 1023, 1024, 1023+52, 1023+31, 1023+63, 1023+30, 2046, 2047, 896, 897, 895, 873, 1150, 1151,
		r.Intn(2048), 1013+r.Intn(20))
	random := r.Uint64() >> 12
	fraction := pickOne(r, 0, 0, 1, 1<<51, 1<<52-1, 3<<50, 1<<51|1, random, random, random&^0xffffffff, random&^0x7ffffffffff)
	return uint64(exp)<<52 | fraction | uint64(r.Intn(2))<<63
}

func inputs32(r *rand.Rand) uint32 {
	exp := pickOne(r, 0, 0, 1, 2, 126, 127, 128, 127+23, 127+31, 127+63, 127+30, 254, 255, r.Intn(256), 117+r.Intn(20))
	random := r.Uint32() >> 9
	fraction := pickOne(r, 0, 0, 1, 1<<22, 1<<23-1, 3<<21, 1<<22|1, random, random, random&^0xfff)
	return uint32(exp)<<23 | fraction | uint32(r.Intn(2))<<31
}

// inputs80 now and then has the wrong integer bit.
func inputs80(r *rand.Rand) f80 {
	exp := pickOne(r, 0, 0, 1, 2, 0x3ffe, 0x3fff, 0x4000, 0x3fff+63, 0x3fff+31, 0x3fff+15, 0x7ffe, 0x7fff, 0x3f81, 0x3f80, 0x3c01,
		0x3c00, 0x407e, 0x407f, 0x43fe, 0x43ff, r.Intn(0x8000), 0x3ff5+r.Intn(20), 0x3fb9+r.Intn(140))
	random := r.Uint64()
	v := f80{Mant: pickOne(r, 0, 0, 1, 1<<62, 1<<63-1, 1<<62|1, random, random, random&^0x7ff, random&^0xffffffffff, random<<uint(r.Intn(64))),
		SE: uint16(exp) | uint16(r.Intn(2))<<15}
	if (exp != 0) != (v.Mant>>63 != 0) {
		v.Mant ^= 1 << 63
	}
	if r.Intn(40) == 0 {
		v.Mant ^= 1 << 63
	}
	return v
}

func inputsXMM(r *rand.Rand) (v xmm) {
	for n := range v {
		switch r.Intn(5) {
		case 0, 1:
			v[n] = inputs64(r)
		case 2, 3:
			v[n] = uint64(inputs32(r)) | uint64(inputs32(r))<<32
		default:
			v[n] = pickOne(r, uint64(r.Intn(40)), r.Uint64(), r.Uint64())
		}
	}
	if r.Intn(8) == 0 {
		v[1] = v[0]
	}
	return v
}

// inputControl is a control word, status word, tag byte and MXCSR: any rounding, mostly masked exceptions, mostly full stacks.
func inputControl(r *rand.Rand) (cw, sw uint16, tags uint8, mxcsr uint32) {
	cw = uint16(r.Intn(4))<<cwRC0 | pickOne[uint16](r, 0, 2, 3, 3)<<cwPC0 | cwOne | cwMasks
	mxcsr = uint32(r.Intn(4))<<mxcsrRCBit0 | mxcsrMasks | pickOne[uint32](r, 0, 0, 0, mxcsrFTZ) | pickOne[uint32](r, 0, 0, 0, mxcsrDAZ) |
		pickOne[uint32](r, 0, mxcsrPE)
	if r.Intn(4) == 0 {
		cw &^= uint16(r.Intn(64))
		mxcsr &^= uint32(r.Intn(64)) << mxcsrMaskBit0
	}
	sw = uint16(r.Intn(8))<<swTOP0 | uint16(r.Uint32())&swCC
	tags = pickOne(r, 0xff, 0xff, uint8(r.Uint32()))
	if r.Intn(2) == 0 { // room for a push
		tags &^= 1 << ((sw>>swTOP0 + 7) & 7)
	}
	return cw, sw, tags, mxcsr
}

// inputImage is the state that a seed stands for.
func inputImage(seed int64) (m floatImage) {
	r := rand.New(rand.NewSource(seed))
	m.RAX, m.RCX, m.RDX = r.Uint64()>>uint(r.Intn(60)), r.Uint64(), r.Uint64()
	m.RFLAGS = 0x202 | uint64(r.Intn(2))*flagsStatus
	cw, sw, tags, mxcsr := inputControl(r)
	binary.LittleEndian.PutUint16(m.FX[0:], cw)
	binary.LittleEndian.PutUint16(m.FX[2:], sw)
	m.FX[4] = tags
	binary.LittleEndian.PutUint32(m.FX[fxMXCSR:], mxcsr)
	for n := range 8 {
		putST(m.FX[fxST+16*n:], inputs80(r))
		putXMM(m.Mem[16*n:], inputsXMM(r))
		if r.Intn(3) == 0 {
			putST(m.Mem[16*n:], inputs80(r))
		}
	}
	for n := range 16 {
		putXMM(m.FX[fxXMM+16*n:], inputsXMM(r))
	}
	return m
}

func putST(b []byte, v f80) {
	binary.LittleEndian.PutUint64(b, v.Mant)
	binary.LittleEndian.PutUint16(b[8:], v.SE)
}

func putXMM(b []byte, v xmm) {
	binary.LittleEndian.PutUint64(b, v[0])
	binary.LittleEndian.PutUint64(b[8:], v[1])
}
