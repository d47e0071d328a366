package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// run executes one instruction by its bytes and gives the vector that it raised, or -1.
func (c *CPU) runBytes(t testing.TB, code ...byte) int {
	t.Helper()
	i, err := decode.Decode(code, c.mode)
	if err != nil {
		t.Fatalf("% x: %v", code, err)
	}
	c.next = c.rip + uint64(i.Len)
	return c.catching(func() { handlerOf(&i)(c, &i) })
}

// TestAvailability checks what CR0 and CR4 do to each family.
func TestAvailability(t *testing.T) {
	fadd, paddb, xorps, fwait := []byte{0xd8, 0xc1}, []byte{0x0f, 0xfc, 0xc1}, []byte{0x0f, 0x57, 0xc1}, []byte{0x9b}
	xsave, fxsave := []byte{0x0f, 0xae, 0x27}, []byte{0x0f, 0xae, 0x07}
	const allowed = cr4OSFXSR | cr4OSXSAVE
	for _, test := range []struct {
		name     string
		code     []byte
		cr0, cr4 uint64
		want     int
	}{
		{"x87", fadd, 0, 0, -1},
		{"x87 EM", fadd, cr0EM, allowed, vecNM},
		{"x87 TS", fadd, cr0TS, allowed, vecNM},
		{"FWAIT TS", fwait, cr0TS, allowed, -1},
		{"FWAIT EM", fwait, cr0EM, allowed, -1},
		{"FWAIT TS MP", fwait, cr0TS | cr0MP, allowed, vecNM},
		{"MMX EM", paddb, cr0EM, allowed, vecUD},
		{"MMX TS", paddb, cr0TS, allowed, vecNM},
		{"SSE", xorps, 0, allowed, -1},
		{"SSE off", xorps, 0, 0, vecUD},
		{"SSE EM TS", xorps, cr0EM | cr0TS, allowed, vecUD},
		{"SSE TS", xorps, cr0TS, allowed, vecNM},
		{"FXSAVE TS", fxsave, cr0TS, allowed, vecNM},
		{"XSAVE off", xsave, 0, cr4OSFXSR, vecUD},
		{"XSAVE TS", xsave, cr0TS, allowed, vecNM},
		{"XSAVE EM", xsave, cr0EM, allowed, -1},
	} {
		c := floatCPU(t)
		c.R[7] = imageMem
		c.CR0, c.CR4 = cr0PE|cr0NE|test.cr0, test.cr4
		if got := c.runBytes(t, test.code...); got != test.want {
			t.Errorf("%s: vector %d, want %d", test.name, got, test.want)
		}
	}
}

// TestPendingException checks that #MF waits for the next waiting instruction, and for CR0.NE.
func TestPendingException(t *testing.T) {
	c := floatCPU(t)
	fldz, fld1, fdivp, fnstsw := []byte{0xd9, 0xee}, []byte{0xd9, 0xe8}, []byte{0xde, 0xf9}, []byte{0xdf, 0xe0}
	c.runBytes(t, 0xdb, 0xe3)
	c.FPU.setControl(cwInit &^ swZE)
	for _, code := range [][]byte{fld1, fldz, fdivp, fnstsw} {
		if got := c.runBytes(t, code...); got != -1 {
			t.Fatalf("% x: vector %d", code, got)
		}
	}
	if sw := uint16(c.R[0]); sw&(swZE|swES|swB) != swZE|swES|swB || c.FPU.top() != 6 {
		t.Errorf("status %04x", sw)
	}
	if got := c.runBytes(t, fldz...); got != vecMF {
		t.Errorf("FLDZ with a pending exception: vector %d", got)
	}
	c.CR0 &^= cr0NE
	if got := c.runBytes(t, fldz...); got != -1 {
		t.Errorf("without CR0.NE: vector %d", got)
	}
}

// TestSIMDException checks #XM and, without CR4.OSXMMEXCPT, #UD; the destination stays.
func TestSIMDException(t *testing.T) {
	for cr4, want := range map[uint64]int{cr4OSFXSR: vecUD, cr4OSFXSR | cr4OSXMMEXCPT: vecXM} {
		c := floatCPU(t)
		c.CR4 = cr4
		c.FPU.MXCSR = 0
		c.FPU.XMM[0], c.FPU.XMM[1] = xmm{0x3ff0000000000000}, xmm{0}
		if got := c.runBytes(t, 0xf2, 0x0f, 0x5e, 0xc1); got != want { // DIVSD
			t.Errorf("CR4 %x: vector %d, want %d", cr4, got, want)
		}
		if c.FPU.XMM[0][0] != 0x3ff0000000000000 || c.FPU.MXCSR != 4 {
			t.Errorf("CR4 %x: result %x, MXCSR %x", cr4, c.FPU.XMM[0][0], c.FPU.MXCSR)
		}
	}
}

// TestEnvironment stores and loads the environment in all four layouts. R7, the only register in use, holds zero: tag 1.
func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name      string
		mode      decode.Mode
		protected bool
		want      []uint16
	}{
		{"32-bit protected", 32, true, []uint16{0x1234 & cwMask, 0xffff, 0x3800, 0xffff, 0x7fff, 0xffff, 0x5678, 0x1234, 0x8, 0x123, 0xdef0, 0x9abc, 0x10, 0xffff}},
		{"32-bit real", 32, false, []uint16{0x1234 & cwMask, 0xffff, 0x3800, 0xffff, 0x7fff, 0xffff, 0x56f8, 0xffff, 0x4123, 0x123, 0xdff0, 0xffff, 0xc000, 0x9ab}},
		{"16-bit protected", 16, true, []uint16{0x1234 & cwMask, 0x3800, 0x7fff, 0x5678, 0x8, 0xdef0, 0x10}},
		{"16-bit real", 16, false, []uint16{0x1234 & cwMask, 0x3800, 0x7fff, 0x56f8, 0x4123, 0xdff0, 0xc000}},
	} {
		c := floatCPU(t)
		c.mode = test.mode
		if !test.protected {
			c.CR0 &^= cr0PE
		}
		for n := range c.Seg {
			c.Seg[n].Limit, c.Seg[n].Attr = 0xffff, attrP|attrS|attrWritable|attrAccessed
		}
		f := &c.FPU
		f.CW, f.SW, f.TW = 0x1234&cwMask, 0x3800, 0x3fff
		f.FIP, f.FCS, f.FDP, f.FDS, f.FOP = 0x12345678, 8, 0x9abcdef0, 0x10, 0x123
		i := &Inst{OpSize: uint8(test.mode) / 8, Mode: test.mode, Opcode: 0xd9, IsMem: true, Seg: 3, Base: 7, Index: 16, AddrSize: 4}
		c.R[7] = imageMem
		if v := c.catching(func() { fnstenv(c, i) }); v != -1 {
			t.Fatalf("%s: vector %d", test.name, v)
		}
		for n, want := range test.want {
			if got := load[uint16](c, imageMem+2*uint64(n)); got != want {
				t.Errorf("%s: word %d is %04x, want %04x", test.name, n, got, want)
			}
		}
		if f.CW&cwMasks != cwMasks {
			t.Errorf("%s: CW %04x: exceptions must be masked", test.name, f.CW)
		}
		f.initX87()
		if v := c.catching(func() { fldenv(c, i) }); v != -1 {
			t.Fatalf("%s: vector %d", test.name, v)
		}
		if f.SW != 0x3800 || f.TW != 0x3fff {
			t.Errorf("%s: loaded SW %04x TW %04x", test.name, f.SW, f.TW)
		}
	}
}

// TestSaveRestore brings the whole state through FNSAVE, FXSAVE and XSAVE areas and back.
func TestSaveRestore(t *testing.T) {
	for _, test := range []struct {
		name          string
		save, restore []byte
	}{
		{"FXSAVE", []byte{0x0f, 0xae, 0x07}, []byte{0x0f, 0xae, 0x0f}},
		{"FXSAVE64", []byte{0x48, 0x0f, 0xae, 0x07}, []byte{0x48, 0x0f, 0xae, 0x0f}},
		{"XSAVE64", []byte{0x48, 0x0f, 0xae, 0x27}, []byte{0x48, 0x0f, 0xae, 0x2f}},
		{"XSAVEOPT64", []byte{0x48, 0x0f, 0xae, 0x37}, []byte{0x48, 0x0f, 0xae, 0x2f}},
		{"XSAVEC64", []byte{0x48, 0x0f, 0xc7, 0x27}, []byte{0x48, 0x0f, 0xae, 0x2f}},
	} {
		c := floatCPU(t)
		in := inputImage(42)
		c.loadImage(&in)
		c.R[0], c.R[2] = 3, 0
		c.FPU.FIP, c.FPU.FDP, c.FPU.FOP = 0x1234, 0x5678, 0x123
		want := c.FPU
		if v := c.runBytes(t, test.save...); v != -1 {
			t.Fatalf("%s: vector %d", test.name, v)
		}
		c.FPU = initialX87()
		if v := c.runBytes(t, test.restore...); v != -1 {
			t.Fatalf("%s restored: vector %d", test.name, v)
		}
		if c.FPU != want {
			t.Errorf("%s: %+v\nwant %+v", test.name, c.FPU, want)
		}
	}
	c := floatCPU(t)
	in := inputImage(43)
	c.loadImage(&in)
	want := c.FPU.ST
	c.runBytes(t, 0xdd, 0x37) // FNSAVE
	c.FPU.ST = [8]f80{}
	c.runBytes(t, 0xdd, 0x27) // FRSTOR
	if c.FPU.ST != want {
		t.Errorf("FNSAVE: %x, want %x", c.FPU.ST, want)
	}
}

// TestXSAVEHeader checks XSTATE_BV of the initial state, and the headers that XRSTOR refuses.
func TestXSAVEHeader(t *testing.T) {
	xsave, xsavec, xrstor := []byte{0x48, 0x0f, 0xae, 0x27}, []byte{0x48, 0x0f, 0xc7, 0x27}, []byte{0x48, 0x0f, 0xae, 0x2f}
	c := floatCPU(t)
	c.R[0], c.R[2], c.R[7] = 3, 0, imageMem
	c.FPU = initialX87()
	c.FPU.MXCSR = mxcsrPowerOn
	c.FPU.XMM[3] = xmm{1, 0}
	c.runBytes(t, xsave...)
	if bv := load[uint64](c, imageMem+xHeader); bv != xcr0SSE {
		t.Errorf("XSTATE_BV %x, want SSE only", bv)
	}
	c.runBytes(t, xsavec...)
	if format := load[uint64](c, imageMem+xHeader+8); format != xCompacted|3 {
		t.Errorf("XCOMP_BV %x", format)
	}
	for _, test := range []struct {
		name   string
		at     uint64
		bv     uint64
		format uint64
		rest   uint64
		mxcsr  uint32
		want   int
	}{
		{"good", 0, 3, 0, 0, mxcsrPowerOn, -1},
		{"good, compacted", 0, 3, xCompacted | 3, 0, mxcsrPowerOn, -1},
		{"misaligned", 16, 3, 0, 0, mxcsrPowerOn, vecGP},
		{"component that is off", 0, 7, 0, 0, mxcsrPowerOn, vecGP},
		{"bits in XCOMP_BV", 0, 3, 3, 0, mxcsrPowerOn, vecGP},
		{"not in XCOMP_BV", 0, 3, xCompacted | 1, 0, mxcsrPowerOn, vecGP},
		{"reserved bytes", 0, 3, 0, 1, mxcsrPowerOn, vecGP},
		{"reserved bit of MXCSR", 0, 3, 0, 0, 0x10000, vecGP},
		{"reserved bit of MXCSR, initial", 0, 0, xCompacted | 3, 0, 0x10000, -1},
	} {
		c.R[7] = imageMem + test.at
		store(c, imageMem+xHeader, test.bv)
		store(c, imageMem+xHeader+8, test.format)
		store(c, imageMem+xHeader+16, test.rest)
		store(c, imageMem+fxMXCSR, test.mxcsr)
		if got := c.runBytes(t, xrstor...); got != test.want {
			t.Errorf("%s: vector %d, want %d", test.name, got, test.want)
		}
	}
	if c.FPU != func() FPU { f := initialX87(); f.MXCSR = mxcsrPowerOn; return f }() {
		t.Errorf("components that XSTATE_BV lacks must become initial: %+v", c.FPU)
	}
}

// TestXCR0 checks XGETBV and XSETBV.
func TestXCR0(t *testing.T) {
	c := floatCPU(t)
	for v, want := range map[uint64]int{0: vecGP, 1: -1, 2: vecGP, 3: -1, 7: vecGP} {
		c.R[0], c.R[1], c.R[2] = v, 0, 0
		if got := c.runBytes(t, 0x0f, 0x01, 0xd1); got != want {
			t.Errorf("XSETBV %x: vector %d, want %d", v, got, want)
		}
	}
	c.XCR0 = 3
	c.R[0], c.R[1], c.R[2] = ^uint64(0), 0, ^uint64(0)
	if c.runBytes(t, 0x0f, 0x01, 0xd0); c.R[0] != 3 || c.R[2] != 0 {
		t.Errorf("XGETBV: %x:%x", c.R[2], c.R[0])
	}
	c.R[1] = 2
	if got := c.runBytes(t, 0x0f, 0x01, 0xd0); got != vecGP {
		t.Errorf("XGETBV 2: vector %d", got)
	}
}

// TestDecimal brings packed decimals through FBLD and FBSTP.
func TestDecimal(t *testing.T) {
	c := floatCPU(t)
	c.runBytes(t, 0xdb, 0xe3)
	c.R[7] = imageMem
	for _, v := range []f80{{Mant: 0x7856341290785634, SE: 0x8012}, {Mant: 0x9999999999999999, SE: 0x0099}, {}, {SE: 0x8000}} {
		c.store80(imageMem, v)
		c.runBytes(t, 0xdf, 0x27)
		c.store80(imageMem, f80{})
		c.runBytes(t, 0xdf, 0x37)
		if got := c.load80(imageMem); got != v {
			t.Errorf("%x came back as %x", v, got)
		}
	}
}

// TestApproximations checks the error that the manual allows.
func TestApproximations(t *testing.T) {
	for v := uint32(0x00800000); v < 0x7e000000; v += 0x12345 {
		x := widened(v)
		if e := widened(reciprocal(v))*x - 1; e > 1.5/4096 || e < -1.5/4096 {
			t.Fatalf("1/%v: relative error %v", x, e)
		}
		r := widened(reciprocalRoot(v))
		if e := r*r*x - 1; e > 3.0/4096 || e < -3.0/4096 {
			t.Fatalf("1/√%v: relative error %v", x, e)
		}
	}
	for v, want := range map[uint32]uint32{0: 0x7f800000, 0x80000001: 0xff800000, 0xff800000: 0x80000000, 0x7f800001: 0x7fc00001} {
		if got := reciprocal(v); got != want {
			t.Errorf("1/%08x: %08x, want %08x", v, got, want)
		}
	}
	if got := reciprocalRoot(0xbf800000); got != 0xffc00000 {
		t.Errorf("1/√−1: %08x", got)
	}
}
