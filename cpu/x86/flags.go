package x86

import "math/bits"

// Bits of RFLAGS by their names in the manual. Source: SDM Vol. 1, "EFLAGS Register".
const (
	flagCF   = 1 << 0
	flagOne  = 1 << 1 // reads 1
	flagPF   = 1 << 2
	flagAF   = 1 << 4
	flagZF   = 1 << 6
	flagSF   = 1 << 7
	flagTF   = 1 << 8
	flagIF   = 1 << 9
	flagDF   = 1 << 10
	flagOF   = 1 << 11
	flagIOPL = 3 << 12
	flagNT   = 1 << 14
	flagRF   = 1 << 16
	flagVM   = 1 << 17
	flagAC   = 1 << 18
	flagVIF  = 1 << 19
	flagVIP  = 1 << 20
	flagID   = 1 << 21

	flagsStatus = flagCF | flagPF | flagAF | flagZF | flagSF | flagOF
	flagsAll    = flagsStatus | flagOne | flagTF | flagIF | flagDF | flagIOPL | flagNT | flagRF | flagVM | flagAC | flagVIF | flagVIP | flagID
)

// Flags holds the six status flags in lazy form: the last result and its carry-out vector, from which each flag follows without
// a case distinction.
//
//	ZF  res == 0                    SF  top bit of res (of the operand's width)
//	PF  even parity of res's byte   CF  top bit of carry
//	AF  bit 3 of carry              OF  top bit of carry ≠ the bit below it
//
// meta is 64 − width in its low byte; its bits 8 and 9 invert SF and PF, for states that no result has (POPF, SAHF).
type Flags struct {
	res   uint64 // result, zero-extended
	carry uint64 // bit n: carry (borrow) out of bit n
	meta  uint64
}

const (
	metaSF = 1 << 8
	metaPF = 1 << 9
)

// word is an operand's width.
type word interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

func (f *Flags) set(res, carry, meta uint64) {
	f.res, f.carry, f.meta = res, carry, meta
}

func (f *Flags) zf() bool { return f.res == 0 }
func (f *Flags) sf() bool {
	return int64(f.res<<(f.meta&63)^f.meta<<55) < 0
}
func (f *Flags) pf() bool {
	return (uint64(bits.OnesCount8(uint8(f.res)))^f.meta>>9)&1 == 0
}
func (f *Flags) cf() bool { return int64(f.carry<<(f.meta&63)) < 0 }
func (f *Flags) af() bool { return f.carry&8 != 0 }
func (f *Flags) of() bool {
	c := f.carry << (f.meta & 63)
	return int64(c^c<<1) < 0
}

// carryIn is CF as 0 or 1.
func (f *Flags) carryIn() uint64 { return f.carry << (f.meta & 63) >> 63 }

// get materialises the six status flags in their RFLAGS places.
func (f *Flags) get() (v uint64) {
	c := f.carry << (f.meta & 63)
	v = c >> 63 * flagCF
	v |= (c ^ c<<1) >> 63 * flagOF
	v |= f.carry >> 3 & 1 * flagAF
	v |= b2u(f.zf()) * flagZF
	v |= b2u(f.sf()) * flagSF
	v |= b2u(f.pf()) * flagPF
	return v
}

// put loads the six status flags from their RFLAGS places.
func (f *Flags) put(v uint64) {
	res := uint64(1) // one bit: odd parity
	if v&flagZF != 0 {
		res = 0 // even parity
	}
	meta := v >> 7 & 1 * metaSF
	if even := res == 0; even != (v&flagPF != 0) {
		meta |= metaPF
	}
	cf, of := v&flagCF, v>>11&1
	f.set(res, cf<<63|(cf^of)<<62|v>>4&1<<3, meta)
}

// setCF replaces CF and leaves the rest.
func (f *Flags) setCF(on bool) {
	of := f.of()
	top := uint64(1) << (63 - f.meta&63)
	f.carry &^= top | top>>1
	if on {
		f.carry |= top
	}
	if on != of {
		f.carry |= top >> 1
	}
}

// b2u is 1 for true.
func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// align is 64 less the width of T in bits: what Flags calls meta.
func align[T word]() uint64 { return 64 - width[T]() }

// width is the width of T in bits.
func width[T word]() uint64 { return uint64(bits.Len64(uint64(^T(0)))) }

// carries is the carry-out vector that gives CF and OF the stated values and clears AF.
func carries[T word](cf, of bool) uint64 {
	top := width[T]() - 1
	return b2u(cf)<<top | b2u(cf != of)<<(top-1)
}
