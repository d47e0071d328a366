package x86

import (
	"encoding/binary"
	"testing"

	decode "stasis/decode/x86"
)

// Where the test machine's structures lie. Linear addresses are physical.
const (
	testGDT      = 0x1000
	testIDT      = 0x1800 // vector n: interrupt gate to testHandlers + 16n, where HLT stands
	testTSS      = 0x2000 // the current task's
	testTSS32    = 0x2200
	testTSS16    = 0x2400
	testCode     = 0x4000
	testHandlers = 0x5000
	testStack    = 0x8000
	testStack3   = 0x9000
	testStack0   = 0xa000 // of the TSS
)

// Selectors of the test machine.
const (
	selCode, selData   = 0x08, 0x10
	selCode3, selData3 = 0x1b, 0x23
	selTSS, selTSS32   = 0x28, 0x30
	selTSS16, selGate  = 0x38, 0x43
	selCode16          = 0x48
	selSmall           = 0x50 // data, 1000h bytes
	selDown            = 0x58 // expand-down data above 8000h
	selAbsent          = 0x60
	selConforming      = 0x68
	selReadOnly        = 0x70
	selCallGate        = 0x7b // to handler 60h at ring 0, two parameters
)

func descriptorOf(base, limit uint32, attr uint16) uint64 {
	return uint64(limit&0xffff) | uint64(base&0xffffff)<<16 | uint64(attr)<<40 | uint64(limit>>16)<<48 | uint64(base>>24)<<56
}

func gateOf(selector uint16, offset uint32, attr uint16) uint64 {
	return uint64(offset&0xffff) | uint64(selector)<<16 | uint64(attr)<<40 | uint64(offset>>16)<<48
}

// protectedCPU is a CPU in 32-bit protected mode at CPL 0 with code at testCode.
func protectedCPU(t testing.TB, code ...byte) *CPU {
	c := New(apicMSRs{deaf{floatCPU(t).ram}}, 0, Config{Vendor: "amd", CPUs: 1, IPS: 1e9})
	put := func(at uint64, words ...uint64) {
		for n, w := range words {
			c.ram.WriteAt(binary.LittleEndian.AppendUint64(nil, w), at+uint64(n)*8)
		}
	}
	const flat = 0xfffff
	put(testGDT, 0, descriptorOf(0, flat, 0xc09b), descriptorOf(0, flat, 0xc093), descriptorOf(0, flat, 0xc0fb), descriptorOf(0, flat, 0xc0f3),
		descriptorOf(testTSS, 103, 0x8b), descriptorOf(testTSS32, 103, 0x89), descriptorOf(testTSS16, 43, 0x81), gateOf(selTSS32, 0, 0xe5),
		descriptorOf(0, 0xffff, 0x9b), descriptorOf(0, 0xfff, 0x93), descriptorOf(0, 0x7fff, 0x4097), descriptorOf(0, flat, 0xc013),
		descriptorOf(0, flat, 0xc09f), descriptorOf(0, flat, 0xc091), gateOf(selCode, testHandlers+0x600, 0xec)|2<<32)
	for n := range uint32(0x80) {
		put(testIDT+uint64(n)*8, gateOf(selCode, testHandlers+16*n, 0xee))
		c.ram.WriteAt([]byte{0xf4}, testHandlers+16*uint64(n))
	}
	put(testTSS+4, testStack0|selData<<32) // SS0:ESP0
	c.ram.WriteAt(code, testCode)
	s := c.Snapshot()
	s.CR0, s.RIP, s.RFLAGS = cr0PE|cr0ET|cr0NE, testCode, flagOne
	s.GDTR, s.IDTR = Table{testGDT, 0x7f}, Table{testIDT, 0x3ff}
	s.TR = Segment{selTSS, 0x8b, 103, testTSS}
	for n := range s.Seg {
		s.Seg[n] = flatData(selData, 0)
	}
	s.Seg[decode.CS] = flatCode(selCode, 0, false)
	s.GPR[4] = testStack
	c.SetState(s)
	return c
}

// user moves the CPU to CPL 3.
func (c *CPU) user() {
	for n := range c.Seg {
		c.setSegment(n, flatData(selData3, 3))
	}
	c.enterCode(flatCode(selCode3, 3, false), 3)
	c.R[4] = testStack3
}

// virtual moves the CPU to virtual-8086 mode: all segments 0 but the code's.
func (c *CPU) virtual(iopl uint64) {
	c.setRFLAGS(c.rflags()&^flagIOPL | flagVM | iopl<<12)
	c.setCPL(3)
	for n := range c.Seg {
		c.loadRealSegment(n, 0)
	}
	c.R[4] = testStack3
}

func (c *CPU) word(at uint64) uint32 {
	var b [4]byte
	c.ram.ReadAt(b[:], at)
	return binary.LittleEndian.Uint32(b[:])
}

func (c *CPU) putWords(at uint64, words ...uint32) {
	for n, w := range words {
		c.ram.WriteAt(binary.LittleEndian.AppendUint32(nil, w), at+uint64(n)*4)
	}
}

// handler runs the CPU until it halts, at most n units, and returns the vector of the handler where it stands, or −1, and its error
// code.
func (c *CPU) handler(n uint64) (vector int, code uint32) {
	c.Run(n)
	at := c.rip - 1 - testHandlers
	if !c.State.Halted || at%16 != 0 || at >= 0x800 {
		return -1, 0
	}
	if vector = int(at / 16); vector < 32 && hasCode>>vector&1 != 0 {
		return vector, c.word(c.Seg[decode.SS].Base + c.R[4])
	}
	return vector, 0
}
