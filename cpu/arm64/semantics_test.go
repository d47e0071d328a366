package arm64

import (
	"testing"

	decode "stasis/decode/arm64"
)

// TestQARMA checks the published vectors of QARMA-64 with the S-box σ2. Source: R. Avanzi, "The QARMA Block Cipher Family", 2016,
// test vectors for r = 5.
func TestQARMA(t *testing.T) {
	const data, tweak, w0, k0 = 0xfb623599da6e8127, 0x477d469dec0b8762, 0x84be85ce9804e94b, 0xec2802d4e0a488e9
	if got := qarma5(data, tweak, w0, k0); got != 0xc003b93999b33765 {
		t.Errorf("qarma5 = %#x, want 0xc003b93999b33765", got)
	}
}

// instruction runs one word, and returns the CPU.
func instruction(t *testing.T, word uint32, set func(c *CPU)) *CPU {
	t.Helper()
	c, b := newRig(t)
	b.put32(ramBase, word)
	c.SetSingleStep(true)
	set(c)
	if exit := c.Run(1); exit.Kind != 0 {
		t.Fatalf("%08x: %+v", word, exit)
	}
	return c
}

// TestIntegers has an example of the manual's for each kind of instruction: word, X1, X2, flags before; X0 and flags behind.
func TestIntegers(t *testing.T) {
	for _, v := range []struct {
		name   string
		word   uint32
		x1, x2 uint64
		nzcv   uint8
		x0     uint64
		flags  uint8
	}{
		{"ADDS X0, X1, X2 overflows", 0xab020020, 1<<63 - 1, 1, 0, 1 << 63, flagN | flagV},
		{"ADDS W0, W1, W2 carries to zero", 0x2b020020, 0xffffffff, 0xf00000001, 0, 0, flagZ | flagC},
		{"SUBS X0, X1, X2 borrows", 0xeb020020, 1, 2, 0, ^uint64(0), flagN},
		{"SUBS W0, W1, W2 of equals", 0x6b020020, 7, 7, 0, 0, flagZ | flagC},
		{"ADCS X0, X1, X2 with carry", 0xba020020, ^uint64(0), 0, flagC, 0, flagZ | flagC},
		{"SBCS X0, X1, X2 without carry", 0xfa020020, 5, 3, 0, 1, flagC},
		{"ADD X0, X1, W2, SXTW #2", 0x8b22c820, 0x100, 0xffffffff, 0, 0xfc, 0},
		{"ADD W0, W1, W2, UXTB", 0x0b220020, 1, 0x1ff, 0, 0x100, 0},
		{"ANDS X0, X1, #0xf0f0f0f0f0f0f0f0", 0xf204cc20, ^uint64(0), 0, flagC | flagV, 0xf0f0f0f0f0f0f0f0, flagN},
		{"BIC X0, X1, X2, ROR #4", 0x8ae21020, ^uint64(0), 0xf, 0, 0x0fffffffffffffff, 0},
		{"SBFX X0, X1, #4, #8", 0x93442c20, 0xff0, 0, 0, ^uint64(0), 0},
		{"UBFIZ W0, W1, #8, #4", 0x53180c20, 0xff, 0, 0, 0xf00, 0},
		{"EXTR W0, W1, W2, #8", 0x13822020, 0x12, 0x345678ff, 0, 0x12345678, 0},
		{"SDIV W0, W1, W2 of the lowest by -1", 0x1ac20c20, 0x80000000, 0xffffffff, 0, 0x80000000, 0},
		{"UDIV X0, X1, X2 by zero", 0x9ac20820, 5, 0, 0, 0, 0},
		{"SMULH X0, X1, X2", 0x9b427c20, ^uint64(0), 2, 0, ^uint64(0), 0},
		{"UMULH X0, X1, X2", 0x9bc27c20, ^uint64(0), 2, 0, 1, 0},
		{"CLS W0, W1", 0x5ac01420, 0xf0000000, 0, 0, 3, 0},
		{"REV16 X0, X1", 0xdac00420, 0x0102030405060708, 0, 0, 0x0201040306050807, 0},
		{"REV32 X0, X1", 0xdac00820, 0x0102030405060708, 0, 0, 0x0403020108070605, 0},
		{"RBIT W0, W1", 0x5ac00020, 1, 0, 0, 1 << 31, 0},
		{"CSNEG X0, X1, X2, NE", 0xda821420, 1, 5, flagZ, ^uint64(4), flagZ},
		{"CRC32B W0, W1, W2 of 31h", 0x1ac24020, 0xffffffff, 0x31, 0, 0x7c231048, 0},
		{"CRC32CX W0, W1, X2", 0x9ac25c20, 0, 1, 0, 0x493c7d27, 0},
	} {
		c := instruction(t, v.word, func(c *CPU) { c.R[1], c.R[2], c.nzcv = v.x1, v.x2, v.nzcv })
		if c.R[0] != v.x0 || c.nzcv != v.flags {
			t.Errorf("%s: %#x, flags %04b; want %#x, %04b", v.name, c.R[0], c.nzcv, v.x0, v.flags)
		}
	}
}

// TestBitMasks checks the logical immediates at their edges.
func TestBitMasks(t *testing.T) {
	for _, v := range []struct {
		n, imms, immr uint32
		want          uint64
	}{
		{0, 0b111100, 0, 0x5555555555555555}, {0, 0b111100, 1, 0xaaaaaaaaaaaaaaaa}, {0, 0b000000, 0, 0x0000000100000001},
		{1, 0, 0, 1}, {1, 0, 1, 1 << 63}, {1, 62, 0, 1<<63 - 1}, {0, 0b110010, 1, 0x8383838383838383}, {0, 0b011110, 0, 0x7fffffff7fffffff},
	} {
		if got, _ := decodeBitMasks(v.n, v.imms, v.immr); got != v.want {
			t.Errorf("decodeBitMasks(%d, %#b, %d) = %#x, want %#x", v.n, v.imms, v.immr, got, v.want)
		}
	}
}

// TestPointers signs and checks addresses by both algorithms: a code that is right comes out again, a wrong one makes an address that is
// not canonical, and XPAC takes any out.
func TestPointers(t *testing.T) {
	for _, architected := range []bool{false, true} {
		c, _ := newRig(t)
		c.config.QARMA5 = architected
		c.Sys.TCR = 16 | 16<<16
		c.Sys.SCTLR |= sctlrEnIA | sctlrEnDB
		c.Sys.APIA, c.Sys.APDB = [2]uint64{1, 2}, [2]uint64{3, 4}
		for _, ptr := range []uint64{0x0000123456789abc, 0xffff800012345678} {
			signed := c.addPAC(ptr, 99, &keyIA)
			if signed == ptr || signed&(1<<48-1) != ptr&(1<<48-1) || signed>>55&1 != ptr>>55&1 {
				t.Errorf("addPAC(%#x) = %#x", ptr, signed)
			}
			if got := c.auth(signed, 99, &keyIA); got != ptr {
				t.Errorf("auth(%#x) = %#x, want %#x", signed, got, ptr)
			}
			if got, want := c.auth(signed, 98, &keyIA), ptr&^(3<<61)|1<<61; got != want {
				t.Errorf("auth with a wrong modifier = %#x, want %#x", got, want)
			}
			if got, want := c.auth(signed, 99, &keyDB), ptr&^(3<<61)|2<<61; got != want {
				t.Errorf("auth by another key = %#x, want %#x", got, want)
			}
			if got := c.strip(signed, false); got != ptr {
				t.Errorf("strip(%#x) = %#x, want %#x", signed, got, ptr)
			}
			if got := c.addPAC(ptr, 99, &keyIB); got != ptr {
				t.Errorf("a key that is not enabled: %#x, want %#x", got, ptr)
			}
		}
	}
}

// TestPointerHalves signs addresses whose bits 63 and 55 differ, where the halves have sizes or tags of their own: with tags in either
// half bit 55 says which half it is, without them bit 63. Source: Arm ARM pseudocode, "AddPAC".
func TestPointerHalves(t *testing.T) {
	const tbi0, tbi1, tbid1 = 1 << 37, 1 << 38, 1 << 52
	c, _ := newRig(t)
	c.Sys.SCTLR |= sctlrEnIA | sctlrEnDB
	c.Sys.APIA, c.Sys.APDB = [2]uint64{1, 2}, [2]uint64{3, 4}
	for _, v := range []struct {
		tcr, ptr uint64
		key      *pacKey
		plain    uint64 // what the code is over
		mask     uint64 // where it goes
		flip     uint64 // the bit of it that says that the address was not canonical
	}{
		{32 | 39<<16, 0x0080000012345678, &keyIA, 0x12345678, 0xff7fffff00000000, 1 << 62},
		{32 | 39<<16, 0x8000000012345678, &keyDB, 0xfffffffffe345678, 0xff7ffffffe000000, 1 << 62},
		{16 | 25<<16 | tbi0, 0x1280001234567890, &keyDB, 0xffffff9234567890, 0xff7fff8000000000, 1 << 62},
		{16 | 25<<16 | tbi0, 0x9200001234567890, &keyDB, 0x9200001234567890, 0x007f000000000000, 0},
		{25 | 16<<16 | tbi1 | tbid1, 0x7f80001234567890, &keyIA, 0x1234567890, 0xff7fff8000000000, 1 << 62},
		{25 | 16<<16 | tbi1 | tbid1, 0x7f80001234567890, &keyDB, 0x7fff001234567890, 0x007f000000000000, 1 << 54},
	} {
		c.Sys.TCR = v.tcr
		code := c.computePAC(v.plain, 99, c.keyOf(v.key)) ^ v.flip
		if got, want := c.addPAC(v.ptr, 99, v.key), v.plain&^v.mask|code&v.mask; got != want {
			t.Errorf("TCR_EL1 %#x: addPAC(%#x) = %#x, want %#x", v.tcr, v.ptr, got, want)
		}
	}
}

// run executes words at ramBase until the CPU has done that many units.
func run(t *testing.T, c *CPU, b *board, words ...uint32) {
	t.Helper()
	b.put32(ramBase, words...)
	c.pc = ramBase
	c.Run(uint64(len(words)))
}

// TestExclusives: a store succeeds after its load, fails without one, after CLREX, at another address, in another size, and after the
// value has changed; a snapshot in between changes nothing.
func TestExclusives(t *testing.T) {
	const ldxr, stxr, stxr32, clrex, stxrOther = 0xc85f7c20, 0xc8027c23, 0x88027c23, 0xd5033f5f, 0xc8027c83
	const strX5, nop = 0xf9000025, 0xd503201f
	for _, v := range []struct {
		name   string
		words  []uint32
		status uint64
	}{
		{"LDXR, STXR", []uint32{ldxr, stxr}, 0},
		{"STXR alone", []uint32{nop, stxr}, 1},
		{"LDXR, CLREX, STXR", []uint32{ldxr, clrex, stxr}, 1},
		{"LDXR, STXR twice", []uint32{ldxr, stxr, stxr}, 1},
		{"another address", []uint32{ldxr, stxrOther}, 1},
		{"another size", []uint32{ldxr, stxr32}, 1},
		{"the value has changed", []uint32{ldxr, strX5, stxr}, 1},
	} {
		c, b := newRig(t)
		c.R[1], c.R[2], c.R[3], c.R[4], c.R[5] = ramBase+0x2000, 7, 0x33, ramBase+0x2008, 0x55
		run(t, c, b, v.words...)
		if c.R[2] != v.status {
			t.Errorf("%s: status %d, want %d", v.name, c.R[2], v.status)
		}
	}
	c, b := newRig(t)
	c.R[1], c.R[2], c.R[3] = ramBase+0x2000, 7, 0x33
	run(t, c, b, ldxr)
	s := c.Snapshot()
	c.Reset()
	c.SetState(s)
	b.put32(ramBase+4, stxr)
	if c.Run(1); c.R[2] != 0 {
		t.Error("the monitor is not in the snapshot")
	}
}

// TestFaultsCommitNothing: where an access faults, neither the base nor any destination has changed.
func TestFaultsCommitNothing(t *testing.T) {
	for _, word := range []uint32{
		0xa8c10c22, 0xa9bf0c22, // LDP X2, X3, [X1], #16; STP X2, X3, [X1, #-16]!
		0xf8408422, 0xf81f8c22, // LDR X2, [X1], #8; STR X2, [X1, #-8]!
		0xc8627c24, 0xf8220022, // an unallocated word; LDADD X2, X2, [X1]
	} {
		c := instruction(t, word, func(c *CPU) {
			c.R[1], c.R[2], c.R[3] = 1<<60, 2, 3
			c.Sys.TCR = 25
		})
		if at, _ := status(c); at != 0x200 || c.R[1] != 1<<60 || c.R[2] != 2 || c.R[3] != 3 {
			t.Errorf("%08x: X1 = %#x, X2 = %d, X3 = %d, vector %#x", word, c.R[1], c.R[2], c.R[3], at)
		}
	}
}

// TestBranchTargets: BLR and BR leave their type for the target, and only what is made for it lets an indirect branch into a guarded page.
func TestBranchTargets(t *testing.T) {
	for _, v := range []struct {
		word uint32
		fits uint8
	}{{0xd503245f, 0b0111}, {0xd503249f, 0b1011}, {0xd50324df, 0b1111}, {0xd503241f, 1}, {0xd503233f, 0b1111}, {0x91000400, 1}, {0xd4200000, 0b1111}} {
		if got := landing(&Inst{Raw: v.word}, false); got != v.fits {
			t.Errorf("landing(%08x) = %04b, want %04b", v.word, got, v.fits)
		}
	}
	c, b := newRig(t)
	b.put32(ramBase, 0xd63f0020) // BLR X1
	b.put32(ramBase+0x100, 0xd503201f)
	c.R[1] = ramBase + 0x100
	if c.Run(1); c.BTYPE != btypeCall || c.R[30] != ramBase+4 {
		t.Errorf("BLR: BTYPE %d, X30 %#x", c.BTYPE, c.R[30])
	}
	if c.Run(1); c.BTYPE != 0 || c.pc != ramBase+0x104 {
		t.Errorf("behind the target: BTYPE %d at %#x", c.BTYPE, c.pc)
	}
}

// TestHandlers reports operations of the tables that nobody executes.
func TestHandlers(t *testing.T) {
	for op := decode.Op(0); op < decode.NumOps; op++ {
		if handlers[op] == nil {
			t.Errorf("%v: no handler", op)
		}
	}
}
