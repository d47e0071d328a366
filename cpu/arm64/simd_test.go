package arm64

import (
	"math/rand/v2"
	"testing"
)

// structuresAt are loads and stores of V0 to V3 at X1, with X1 written afterwards where the form has that.
var structuresAt = []struct {
	name  string
	raw   uint32
	do    func(*CPU, *Inst)
	bytes uint64
	store bool
}{
	{"ST1, four registers", 0x4c9f2c20, st1Multi, 64, true},
	{"ST4", 0x4c9f0020, st4Multi, 64, true},
	{"ST2 of one structure", 0x4dbf8420, st2Single, 16, true},
	{"STP", 0xac810420, stpV, 32, true},
	{"STR", 0x3c810420, strPostV, 16, true},
	{"LD1, four registers", 0x4cdf2c20, ld1Multi, 64, false},
	{"LD4", 0x4cdf0020, ld4Multi, 64, false},
	{"LD2 of one structure", 0x4dff8420, ld2Single, 16, false},
	{"LD4R", 0x4dffec20, ld4r, 32, false},
	{"LDP", 0xacc10420, ldpV, 32, false},
	{"LDR", 0x3cc10420, ldrPostV, 16, false},
}

// TestVectorFault does each of them across the end of a page, with the next page missing: nothing changes.
func TestVectorFault(t *testing.T) {
	for _, test := range structuresAt {
		for _, before := range []uint64{4, 8, 12} {
			if before >= test.bytes {
				continue
			}
			c, b := pagedRig(t, leafAF)
			c.Sys.CPACR = 3 << 20
			c.refresh()
			for n := range c.V {
				c.V[n] = vec{uint64(n) * 0x0101010101010101, ^uint64(n)}
			}
			regs, last := c.V, uint64(ramBase+0x200000+0xff0)
			put(b, last+8, 0x5555)
			at := page(1) - before
			c.setX(1, at)
			esr := esrOf(c, func() { test.do(c, &Inst{Raw: test.raw}) })
			if esr>>26 != ecDataAbort+1 || c.Sys.FAR != page(1) && c.Sys.FAR != at {
				t.Errorf("%s: ESR %#x, FAR %#x", test.name, esr, c.Sys.FAR)
			}
			if c.V != regs || c.x(1) != at || get(b, last+8) != 0x5555 {
				t.Errorf("%s, %d bytes before the end: something changed", test.name, before)
			}
		}
	}
}

// TestVectorStoreLoad does each store and the load beside it: the registers come back, and X1 moves.
func TestVectorStoreLoad(t *testing.T) {
	for _, bigEndian := range []bool{false, true} {
		for n := range 5 {
			store, load := structuresAt[n], structuresAt[n+5]
			if n >= 3 {
				load = structuresAt[n+6]
			}
			c, _ := newRig(t)
			c.Sys.CPACR = 3 << 20
			if bigEndian {
				c.Sys.SCTLR |= sctlrEE
			}
			c.refresh()
			for k := range 4 {
				c.V[k] = vec{0x0102030405060708 * uint64(k+1), 0x1112131415161718 * uint64(k+1)}
			}
			want := c.V
			c.setX(1, ramBase+0x3000)
			execute(c, store.raw, store.do)
			if c.x(1) == ramBase+0x3000 {
				t.Errorf("%s: X1 stays", store.name)
			}
			c.setX(1, ramBase+0x3000)
			if store.bytes >= 32 {
				c.V = [32]vec{}
				want = clearFrom(want, int(store.bytes/16))
			}
			execute(c, load.raw, load.do)
			if c.V != want {
				t.Errorf("%s, %s, big-endian %v: %x, want %x", store.name, load.name, bigEndian, c.V[:4], want[:4])
			}
		}
	}
}

func clearFrom(v [32]vec, n int) [32]vec {
	for ; n < len(v); n++ {
		v[n] = vec{}
	}
	return v
}

// TestVectorBigEndian: LDR takes 16 bytes as one number, LD1 as elements.
func TestVectorBigEndian(t *testing.T) {
	c, b := newRig(t)
	c.Sys.CPACR = 3 << 20
	c.refresh()
	put(b, ramBase+0x3000, 0x0706050403020100)
	put(b, ramBase+0x3008, 0x0f0e0d0c0b0a0908)
	c.Sys.SCTLR |= sctlrEE
	c.refresh()
	c.setX(1, ramBase+0x3000)
	execute(c, 0x3dc00020, ldrImmV)
	if want := (vec{0x08090a0b0c0d0e0f, 0x0001020304050607}); c.V[0] != want {
		t.Errorf("LDR: %x, want %x", c.V[0], want)
	}
	execute(c, 0x4c407820, ld1Multi)
	if want := (vec{0x0405060700010203, 0x0c0d0e0f08090a0b}); c.V[0] != want {
		t.Errorf("LD1 of words: %x, want %x", c.V[0], want)
	}
}

// TestWordwise compares the operations on whole words with the same on one element after the other.
func TestWordwise(t *testing.T) {
	type pair struct {
		word func(tops, a, b uint64) uint64
		lane func(a, b uint64) uint64
	}
	ops := map[string]pair{
		"ADD":   {addWord, func(a, b uint64) uint64 { return a + b }},
		"SUB":   {subWord, func(a, b uint64) uint64 { return a - b }},
		"CMEQ":  {cmeqWord, func(a, b uint64) uint64 { return allOnes(a == b) }},
		"CMTST": {cmtstWord, func(a, b uint64) uint64 { return allOnes(a&b != 0) }},
		"CMHI":  {cmhiWord, func(a, b uint64) uint64 { return allOnes(a > b) }},
		"CMHS":  {cmhsWord, func(a, b uint64) uint64 { return allOnes(a >= b) }},
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 20000 {
		a, b := r.Uint64()>>r.IntN(64), r.Uint64()
		if r.IntN(2) == 0 {
			b = a ^ 1<<r.IntN(64) ^ 1<<r.IntN(64)
		}
		for size, mask := range tops {
			e := uint(8) << size
			ops["CMGT"] = pair{cmgtWord, func(a, b uint64) uint64 { return allOnes(signExtend(a, e) > signExtend(b, e)) }}
			ops["CMGE"] = pair{cmgeWord, func(a, b uint64) uint64 { return allOnes(signExtend(a, e) >= signExtend(b, e)) }}
			for name, op := range ops {
				x, y, want := vec{a}, vec{b}, vec{}
				for n := range int(64 / e) {
					setElement(&want, n, e, op.lane(element(&x, n, e), element(&y, n, e)))
				}
				if got := op.word(mask, a, b); got != want[0] {
					t.Fatalf("%s of %d bits: %016x, %016x: %016x, want %016x", name, e, a, b, got, want[0])
				}
			}
		}
	}
}
