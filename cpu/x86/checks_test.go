package x86

import (
	"testing"

	decode "stasis/decode/x86"
)

// load DS or SS with AX, read or write through it.
var (
	movDS   = []byte{0x8e, 0xd8}
	movSS   = []byte{0x8e, 0xd0}
	readAt  = []byte{0x8e, 0xd8, 0x8b, 0x03} // MOV DS, AX; MOV EAX, [EBX]
	writeAt = []byte{0x8e, 0xd8, 0x89, 0x03}
	farJump = []byte{0xff, 0x2d, 0, 0x30, 0, 0} // JMP FAR [3000h]
	farCall = []byte{0xff, 0x1d, 0, 0x30, 0, 0}
)

// TestDescriptorChecks runs instructions in 32-bit protected mode: AX is the selector, EBX the offset, [3000h] a far pointer of both.
func TestDescriptorChecks(t *testing.T) {
	for _, c := range []struct {
		name   string
		user   bool
		code   []byte
		ax     uint16
		ebx    uint32
		vector int
		err    uint32
	}{
		{"null DS", false, movDS, 0, 0, -1, 0},
		{"read through null", false, readAt, 3, 0, vecGP, 0},
		{"null SS", false, movSS, 0, 0, vecGP, 0},
		{"absent DS", false, movDS, selAbsent, 0, vecNP, selAbsent},
		{"absent SS", false, movSS, selAbsent, 0, vecSS, selAbsent},
		{"read-only SS", false, movSS, selReadOnly, 0, vecGP, selReadOnly},
		{"code in SS", false, movSS, selCode, 0, vecGP, selCode},
		{"SS of another ring", false, movSS, selData3, 0, vecGP, selData3 &^ 3},
		{"system segment in DS", false, movDS, selTSS, 0, vecGP, selTSS},
		{"beyond the table", false, movDS, 0x88, 0, vecGP, 0x88},
		{"no LDT", false, movDS, 0x0c, 0, vecGP, 0x0c},
		{"inner DS", true, movDS, selData, 0, vecGP, selData},
		{"conforming code in DS", true, movDS, selConforming, 0, -1, 0},
		{"CS", false, []byte{0x8e, 0xc8}, selCode, 0, vecUD, 0},
		{"inside the limit", false, readAt, selSmall, 0xffc, -1, 0},
		{"over the limit", false, readAt, selSmall, 0xffd, vecGP, 0},
		{"expand-down, inside", false, readAt, selDown, 0x8000, -1, 0},
		{"expand-down, below", false, readAt, selDown, 0x7fff, vecGP, 0},
		{"write to read-only data", false, writeAt, selReadOnly, 0, vecGP, 0},
		{"write to code", false, writeAt, selConforming, 0, vecGP, 0},
		{"over the limit of SS", false, []byte{0x8e, 0xd0, 0x36, 0x8b, 0x03}, selSmall, 0xffd, vecSS, 0},
		{"far jump to data", false, farJump, selData, 0, vecGP, selData},
		{"far jump to null", false, farJump, 3, 0, vecGP, 0},
		{"far jump over the limit", false, farJump, selCode16, 0x10000, vecGP, 0},
		{"far jump outwards", false, farJump, selCode3, 0, vecGP, selCode3 &^ 3},
		{"far jump inwards", true, farJump, selCode, 0, vecGP, selCode},
		{"far jump to conforming code", true, farJump, selConforming, testHandlers + 0x600, vecGP, 0}, // HLT at CPL 3
		{"far jump through the gate inwards", true, farJump, selCallGate, 0, vecGP, selCode},
		{"call gate inwards", true, farCall, selCallGate, 0, 0x60, 0},
		{"call gate, RPL too great", false, farJump, selCode | 3, 0, vecGP, selCode},
		{"privileged instruction", true, []byte{0x0f, 0x06}, 0, 0, vecGP, 0},
		{"INT through a gate of ring 0", true, []byte{0xcd, 0x70}, 0, 0, vecGP, 0x70*8 + 2},
		{"INT through an absent gate", false, []byte{0xcd, 0x71}, 0, 0, vecNP, 0x71*8 + 2},
		{"INT beyond the IDT", false, []byte{0xcd, 0x90}, 0, 0, vecGP, 0x90*8 + 2},
		{"LOCK on a register", false, []byte{0xf0, 0x01, 0xc0}, 0, 0, vecUD, 0},
		{"LOCK MOV", false, []byte{0xf0, 0x89, 0x03}, 0, 0, vecUD, 0},
		{"15 bytes", false, []byte{0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90}, 0, 0, -1, 0},
		{"16 bytes", false, []byte{0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90}, 0, 0, vecGP, 0},
		{"LLDT with data", false, []byte{0x0f, 0x00, 0xd0}, selData, 0, vecGP, selData},
		{"LTR, busy", false, []byte{0x0f, 0x00, 0xd8}, selTSS, 0, vecGP, selTSS},
		{"LTR", false, []byte{0x0f, 0x00, 0xd8}, selTSS16, 0, -1, 0},
		{"LTR at CPL 3", true, []byte{0x0f, 0x00, 0xd8}, selTSS16, 0, vecGP, 0},
		{"unaligned at CPL 3", true, []byte{0x89, 0x03}, 0, 0x3001, vecAC, 0},
		{"unaligned at CPL 0", false, []byte{0x89, 0x03}, 0, 0x3001, -1, 0},
		{"aligned at CPL 3", true, []byte{0x89, 0x03}, 0, 0x3004, -1, 0},
		{"SIDT with UMIP", true, []byte{0x0f, 0x01, 0x0d, 0x08, 0x30, 0, 0}, 0, 0, vecGP, 0},
		{"SIDT at CPL 0", false, []byte{0x0f, 0x01, 0x0d, 0x08, 0x30, 0, 0}, 0, 0, -1, 0},
		{"STAC at CPL 3", true, []byte{0x0f, 0x01, 0xcb}, 0, 0, vecUD, 0},
		{"RDPKRU without PKE", false, []byte{0x0f, 0x01, 0xee}, 0, 0, vecUD, 0},
		{"XGETBV without OSXSAVE", false, []byte{0x0f, 0x01, 0xd0}, 0, 0, vecUD, 0},
	} {
		cpu := protectedCPU(t, c.code...)
		cpu.R[4] = 0x800 // inside the small segment
		if c.user {
			cpu.user()
		}
		cpu.CR0 |= cr0AM
		cpu.CR4 |= cr4UMIP
		cpu.setRFLAGS(flagAC | flagOne)
		cpu.R[0], cpu.R[3] = uint64(c.ax), uint64(c.ebx)
		cpu.putWords(0x3000, c.ebx, uint32(c.ax))
		cpu.putWords(testIDT+0x70*8+4, 0x8e00)
		cpu.putWords(testIDT+0x71*8+4, 0x6e00)
		n := uint64(4)
		if c.vector < 0 {
			n = 1 + uint64(len(c.code)/4)
		}
		if vector, err := cpu.handler(n); vector != c.vector || err != c.err {
			t.Errorf("%s: #%d(%#x), want #%d(%#x); at %#x", c.name, vector, err, c.vector, c.err, cpu.rip)
		}
	}
}

// TestFrames checks what events push: from CPL 3 with the outer stack, from virtual-8086 mode with the segments.
func TestFrames(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  []byte
		setup func(c *CPU)
		want  []uint32 // from the stack pointer upwards
	}{
		{"INT at CPL 0", []byte{0xcd, 0x60}, func(*CPU) {}, []uint32{testCode + 2, selCode, flagOne}},
		{"fault", []byte{0x0f, 0x0b}, func(*CPU) {}, []uint32{testCode, selCode, flagOne | flagRF}},
		{"error code", []byte{0x8e, 0xd8}, func(c *CPU) { c.R[0] = selAbsent }, []uint32{selAbsent, testCode, selCode, flagOne | flagRF}},
		{"from CPL 3", []byte{0xcd, 0x60}, (*CPU).user, []uint32{testCode + 2, selCode3, flagOne, testStack3, selData3}},
		{"call gate", []byte{0x9a, 0, 0, 0, 0, selCallGate, 0}, func(c *CPU) { c.user(); c.putWords(testStack3, 11, 22) },
			[]uint32{testCode + 7, selCode3, 11, 22, testStack3, selData3}},
		{"from V86", []byte{0xcd, 0x60}, func(c *CPU) { c.virtual(3); c.loadRealSegment(decode.DS, 0x123) },
			[]uint32{testCode + 2, 0, flagOne | flagVM | flagIOPL, testStack3, 0, 0, 0x123, 0, 0}},
	} {
		cpu := protectedCPU(t, c.code...)
		c.setup(cpu)
		if vector, _ := cpu.handler(3); vector < 0 {
			t.Errorf("%s: no handler at %#x", c.name, cpu.rip)
			continue
		}
		for n, want := range c.want {
			if got := cpu.word(cpu.R[4] + uint64(n)*4); got != want {
				t.Errorf("%s: word %d is %#x, want %#x", c.name, n, got, want)
			}
		}
		if len(c.want) > 4 && cpu.R[4] != testStack0-4*uint64(len(c.want)) {
			t.Errorf("%s: ESP %#x", c.name, cpu.R[4])
		}
	}
}

// TestDoubleFaults walks the classes of exceptions: the vector whose gate is broken is raised by the code.
func TestDoubleFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		code   []byte
		broken uint64
		vector int
		code2  uint32
	}{
		{"benign, then #NP", []byte{0x0f, 0x0b}, vecUD, vecNP, vecUD*8 + 2 + 1},
		{"contributory, then #NP", []byte{0xf7, 0xf1}, vecDE, vecDF, 0}, // DIV ECX by zero
		{"INT n, then #NP", []byte{0xcd, vecDE}, vecDE, vecNP, vecDE*8 + 2},
	} {
		cpu := protectedCPU(t, c.code...)
		cpu.putWords(testIDT+c.broken*8+4, 0x0e00)
		if vector, code := cpu.handler(3); vector != c.vector || code != c.code2 {
			t.Errorf("%s: #%d(%#x)", c.name, vector, code)
		}
	}
}
