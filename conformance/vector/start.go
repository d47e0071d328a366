package vector

import (
	"encoding/binary"
	"math/rand/v2"
)

// The user address space of a vector. Everything lies below 64 KiB, within reach of 16-bit addressing.
const (
	CodeBase, CodeEnd   = 0x4000, 0x6000 // INT3 where the instruction is not
	DataBase, DataEnd   = 0x8000, 0xa000
	ConstBase, ConstEnd = 0xb000, 0xc000 // read-only
	StackBase, StackEnd = 0xc000, 0xe000
)

// Selectors of user segments: those of the GDT are Linux's, the others lie in an LDT that LDT describes.
const (
	User32, UserData, User64 = 0x23, 0x2b, 0x33
	Code16, Data16           = 0x07, 0x0f
	ExpandDown, Code32       = 0x17, 0x1f
	Limited, ReadOnly        = 0x27, 0x2f
	ExecuteOnly, NotPresent  = 0x37, 0x3f
)

// GDT is the descriptors that user code can see in the GDT of Linux, by index.
var GDT = map[int]uint64{
	1: 0x00cf9b000000ffff, 2: 0x00af9b000000ffff, 3: 0x00cf93000000ffff,
	4: 0x00cffb000000ffff, 5: 0x00cff3000000ffff, 6: 0x00affb000000ffff,
}

// LDT is the local descriptors of every vector.
var LDT = [8]uint64{
	0x0000fb000000ffff, // 16-bit code
	0x0000f3000000ffff, // 16-bit data
	0x0000f70000008fff, // 16-bit data, expands down: 9000–FFFF
	0x00cffb000000ffff, // 32-bit code
	0x0040f30040005f7f, // 32-bit data at 4000h, limit 5F7Fh: to 9F7Fh
	0x0000f1000000ffff, // read-only data
	0x0000f9000000ffff, // 16-bit code that cannot be read
	0x000073000000ffff, // not present
}

// edges are values at which arithmetic changes its mind.
var edges = [...]uint64{0, 1, 2, 3, 7, 8, 0xf, 0x10, 0x1f, 0x20, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xffff,
	0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
	0xfffffffffffffffe, 0xffffffffffffffff, 0xffffffff80000000, 0xffffffffffff8000, 0xffffffffffffff80}

// Integer draws a value: an edge, one of random width, or any.
func Integer(rng *rand.Rand) uint64 {
	switch rng.IntN(4) {
	case 0:
		return edges[rng.IntN(len(edges))]
	case 1:
		return rng.Uint64() >> rng.IntN(64)
	case 2:
		return -(rng.Uint64() >> rng.IntN(64))
	}
	return rng.Uint64()
}

// Start is the registers and the FXSAVE image that a seed stands for.
func Start(mode uint8, seed uint32) (r Regs, fx [512]byte) {
	rng := rand.New(rand.NewPCG(uint64(seed), uint64(mode)))
	for n := range 16 {
		r[n] = Integer(rng)
		if mode != 64 {
			r[n] &= 0xffffffff
		}
	}
	if mode != 64 {
		clear(r[8:16])
	}
	r[RIP] = CodeBase + 0x100 + uint64(rng.IntN(0xc00))
	r[4] = StackBase + 0x800 + 8*uint64(rng.IntN(0x100))
	r[RFLAGS] = rng.Uint64()&0x8d5 | 0x202
	if rng.IntN(4) == 0 {
		r[RFLAGS] |= 0x400
	}
	startSegments(mode, &r, rng)
	startFX(&fx, rng)
	return r, fx
}

func startSegments(mode uint8, r *Regs, rng *rand.Rand) {
	switch mode {
	case 64:
		r[CS], r[SS] = User64, UserData
		r[FSBase], r[GSBase] = rng.Uint64()>>18, rng.Uint64()>>18
	case 32:
		r[CS], r[SS], r[DS], r[ES], r[FS], r[GS] = User32, UserData, UserData, UserData, Limited, ReadOnly
	default:
		r[CS], r[SS], r[DS], r[ES], r[FS], r[GS] = Code16, Data16, Data16, Data16, Limited, ReadOnly
	}
	if mode != 64 {
		r[FSBase] = 0x4000
	}
}

// Background fills the data, constant and stack areas as they are before every vector; the code area is INT3.
func Background(memory []byte) {
	rng := rand.New(rand.NewPCG(0x57a515, 1))
	for a := CodeBase; a < CodeEnd; a++ {
		memory[a] = 0xcc
	}
	for a := DataBase; a < StackEnd; a += 8 {
		if a < DataEnd || a >= ConstBase {
			binary.LittleEndian.PutUint64(memory[a:], Integer(rng))
		}
	}
}
