package x86

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	oldrand "math/rand"
	decode "stasis/decode/x86"
)

// Programs of x87, MMX and SSE instructions, made as calm ones are. Between the pieces that they run, all of the floating-point state
// changes, and with it what is masked, how results are rounded, and whether there is a floating-point unit at all.

const floatControls = 0xf800 // words of control that programs load

// TestModesFloat is TestModes with such programs.
func TestModesFloat(t *testing.T) { fuzzModesWith(t, fuzzer{float: true}) }

// floatRows are the rows that these programs consist of.
var floatRowNumbers = func() (list []int) {
	for n, r := range decode.Rows {
		if r.Flags&(decode.X87|decode.MMX|decode.SSE) != 0 && r.Op != decode.FXRSTOR {
			list = append(list, n)
		}
	}
	return list
}()

// floats puts a program where the CPUs are, with handlers that go back to its start.
func (f *fuzzer) floats(seed, mode int) {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(mode)+200))
	data := floatData(seed)
	begin := func() (start uint64) {
		f.start(mode, seed)
		for _, c := range []*CPU{f.a, f.b} {
			c.setCR4(c.CR4 | cr4OSFXSR | uint64(seed&1)*cr4OSXMMEXCPT)
			c.ram.WriteAt(data, testUser)
			for n := range uint64(32) {
				c.put64(floatControls+16*n, uint64(data[8*n])<<5&0x1f00|uint64(data[8*n+1])|0x40, uint64(data[8*n+2])<<8|uint64(data[8*n+3]))
			}
			c.FPU.initX87()
			c.FPU.MXCSR = mxcsrPowerOn
		}
		start, _ = f.b.Translate(f.b.PC())
		return start
	}
	start := begin()
	if start < testCode || start > testHandlers-calmCode-30 {
		return
	}
	loop := f.b.floatLoop(r, start)
	begin()
	for _, c := range []*CPU{f.a, f.b} {
		c.ram.WriteAt(loop, start)
		c.calmHandlers(uint32(c.rip))
	}
}

// floatData is a page of numbers.
func floatData(seed int) (b []byte) {
	r := oldrand.New(oldrand.NewSource(int64(seed)))
	for len(b) < 0x1000 {
		if r.Intn(4) == 0 {
			v := inputs80(r)
			b = binary.LittleEndian.AppendUint64(b, v.Mant)
			b = binary.LittleEndian.AppendUint64(b, uint64(v.SE))
		}
		for _, v := range inputsXMM(r) {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	return b[:0x1000]
}

// floatLoop is CLTS where it is allowed, FNCLEX, EMMS, three numbers on the stack, addresses in registers, instructions that can be executed, and a jump back.
func (c *CPU) floatLoop(r *rand.Rand, start uint64) []byte {
	code := append([]byte{0xdb, 0xe2, 0x0f, 0x77, 0xd9, 0xeb, 0xd9, 0xed, 0xd9, 0xea}, c.constants(r)...)
	if c.CPL == 0 {
		code = append([]byte{0x0f, 0x06}, code...)
	}
	for n := range code {
		if n > 0 && code[n-1]&0xf8 == 0xb8 && r.IntN(2) == 0 {
			code[n] &^= 15 // an aligned address
		}
	}
	return c.tryLoop(code, start, func() ([]byte, uint64) { return c.floatCandidate(r), 1 })
}

// floatCandidate is a random instruction, or one that loads a control register.
func (c *CPU) floatCandidate(r *rand.Rand) []byte {
	at := floatControls + 16*r.Uint32N(32)
	switch r.IntN(30) {
	case 0:
		return binary.LittleEndian.AppendUint32([]byte{0x0f, 0xae, 0x14, 0x25}, at+8) // LDMXCSR
	case 1:
		return binary.LittleEndian.AppendUint32([]byte{0xd9, 0x2c, 0x25}, at) // FLDCW
	}
	for {
		row := floatRowNumbers[r.IntN(len(floatRowNumbers))]
		if r.IntN(2) == 0 { // what has micro-operations of its own
			op := floatFrequent[r.IntN(len(floatFrequent))]
			row = slices.IndexFunc(decode.Rows, func(d decode.Row) bool { return d.Op == op }) + r.IntN(4)
		}
		b := decode.Encode(r, min(row, len(decode.Rows)-1), c.mode)
		i, err := c.decode(b)
		simple := i.Base < decode.RegNone && i.Index == decode.RegNone && i.Disp < 0x80 && i.Disp > -0x80
		if err == nil && (!i.IsMem || simple || r.IntN(50) == 0) {
			return b[:i.Len]
		}
	}
}

// floatFrequent are instructions that have micro-operations of their own.
var floatFrequent = []decode.Op{decode.FADD, decode.FMUL, decode.FSUBR, decode.FDIV, decode.FLD, decode.FST, decode.FSTP, decode.FXCH, decode.FILD,
	decode.FADDP, decode.MOVSD_X, decode.MOVSS, decode.MOVAPS, decode.MOVUPS, decode.MOVDQA, decode.MOVQ, decode.MOVD, decode.ADDSD, decode.MULSD,
	decode.SUBSS, decode.DIVSD, decode.PXOR, decode.ANDPS, decode.UCOMISD, decode.COMISS, decode.CVTSI2SD, decode.CVTTSD2SI, decode.SQRTSD, decode.MINSD,
	decode.MAXSS, decode.ADDPD, decode.MULPS, decode.PCMPEQB, decode.CMPSD_X, decode.PSHUFD, decode.CVTDQ2PD, decode.CVTPD2PI, decode.CVTPI2PS}

// stir changes the floating-point state of both CPUs.
func (f *fuzzer) stir(r *rand.Rand) {
	if !f.float || r.IntN(2) != 0 {
		return
	}
	m := inputImage(int64(r.Uint64() >> 1))
	toggle, unmasked := []uint64{cr0TS, cr0EM, 0}[min(r.IntN(16), 2)], r.Uint32N(0x80)<<mxcsrMaskBit0&r.Uint32()
	for _, c := range []*CPU{f.a, f.b} {
		c.putFloats(&m)
		c.FPU.MXCSR &^= unmasked
		s := c.Snapshot()
		s.CR0 = s.CR0&^(cr0EM|cr0TS) | toggle
		c.SetState(s)
	}
}

// putFloats loads the registers of an image.
func (c *CPU) putFloats(m *floatImage) {
	c.FPU.CW = binary.LittleEndian.Uint16(m.FX[0:])&cwMask | cwOne
	c.FPU.setStatus(binary.LittleEndian.Uint16(m.FX[2:]))
	c.FPU.MXCSR = binary.LittleEndian.Uint32(m.FX[fxMXCSR:]) & mxcsrMask
	for n := range c.FPU.XMM {
		c.FPU.XMM[n] = xmm{binary.LittleEndian.Uint64(m.FX[fxXMM+16*n:]), binary.LittleEndian.Uint64(m.FX[fxXMM+16*n+8:])}
	}
	for n := range c.FPU.ST {
		c.FPU.ST[n] = f80{Mant: binary.LittleEndian.Uint64(m.FX[fxST+16*n:]), SE: binary.LittleEndian.Uint16(m.FX[fxST+16*n+8:])}
		c.FPU.TW = c.FPU.TW&^(3<<(2*n)) | uint16(m.FX[4]>>n&1^1)*3<<(2*n)
	}
}

// TestFloatBlocks runs each of the frequent instructions alone in a block, and by its handler, on many operands.
func TestFloatBlocks(t *testing.T) {
	f := fuzzer{a: fuzzCPU(t), b: fuzzCPU(t)}
	f.b.SetSingleStep(true)
	for _, c := range []*CPU{f.a, f.b} {
		c.toLong(cr4OSXMMEXCPT)
	}
	base := f.a.Snapshot()
	r := rand.New(rand.NewPCG(1, 2))
	for row, d := range decode.Rows {
		if !slices.Contains(floatFrequent, d.Op) {
			continue
		}
		for range 3 {
			f.frequent(t, r, base, decode.Encode(r, row, decode.Mode64))
		}
	}
}

// frequent runs an instruction, where it has no memory operand or one in memory, and a jump to itself, from random states.
func (f *fuzzer) frequent(t *testing.T, r *rand.Rand, base *State, code []byte) {
	i, err := f.a.decode(code)
	if err != nil || i.IsMem && (i.Base >= decode.RegNone || i.Base == 4) {
		return
	}
	code = append(code, 0xeb, byte(-2-len(code)))
	f.a.ram.WriteAt(code, testCode)
	f.b.ram.WriteAt(code, testCode)
	for range 150 {
		m := inputImage(int64(r.Uint64() >> 1))
		at := testUser + 16*r.Uint64N(128)
		quick, general := r.IntN(4), inputs64(oldrand.New(oldrand.NewSource(int64(r.Uint64()>>1))))
		for _, c := range []*CPU{f.a, f.b} {
			s := *base
			s.RIP, s.GPR[0], s.GPR[i.RM] = testCode, general, general
			if i.IsMem {
				s.GPR[i.Index&15] = 0
				s.GPR[i.Base] = at - uint64(i.Disp)
			}
			c.SetState(&s)
			c.ram.WriteAt(m.Mem[:], at)
			c.putFloats(&m)
			if quick > 0 { // what the fast path is for
				c.FPU.CW, c.FPU.MXCSR = cwInit, mxcsrPowerOn|mxcsrPE
				c.FPU.setStatus(c.FPU.SW)
			}
			c.runAll(2)
		}
		if d := differ(f.a, f.b); d != "" {
			t.Fatalf("%v [% x]: %s", i.Op, code, d)
		}
	}
}
