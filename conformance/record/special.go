//go:build linux && amd64

package main

import (
	"encoding/binary"

	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

// special sets what an instruction reads besides its operands, so that it does not always do the same.
func (c *chooser) special() {
	i := &c.inst
	switch i.Op {
	case decode.MOVS, decode.CMPS, decode.STOS, decode.LODS, decode.SCAS, decode.INS, decode.OUTS:
		c.strings()
	case decode.XLAT:
		c.low(3, c.target(1)-c.base(i.Seg)-c.regs[0]&0xff, i.AddrSize)
	case decode.MASKMOVDQU, decode.MASKMOVQ:
		c.low(7, c.target(16)-c.base(i.Seg), i.AddrSize)
	case decode.CLZERO:
		c.low(0, c.target(1)-c.base(i.Seg), i.AddrSize)
	case decode.WRFSBASE, decode.WRGSBASE: // between 48 and 57 bits it depends on LA57
		c.set(int(i.RM), c.rng.Uint64()>>18|uint64(c.rng.IntN(4)/3)<<62)
	case decode.DIV, decode.IDIV:
		c.divide()
	case decode.CMPXCHG:
		if !i.IsMem && c.one(2) {
			c.set(int(i.RM), c.regs[0])
		}
	case decode.LOOP, decode.LOOPE, decode.LOOPNE, decode.JCXZ:
		c.low(1, uint64(c.rng.IntN(3)), i.AddrSize)
	case decode.ENTER, decode.LEAVE:
		c.low(5, vector.StackBase+0x400+uint64(c.rng.IntN(0x1000)), 8)
		if c.v.Mode == 16 {
			c.low(5, c.regs[5], 2)
		}
	case decode.RET, decode.RETF, decode.IRET, decode.POPSEG, decode.POPF:
		c.returns()
	case decode.CALLF, decode.JMPF, decode.LES, decode.LDS, decode.LSS, decode.LFS, decode.LGS:
		c.far()
	case decode.MOVTOSEG, decode.LAR, decode.LSL, decode.VERR, decode.VERW, decode.ARPL, decode.LLDT, decode.LTR:
		c.selectorOperand()
	case decode.JMP, decode.CALL:
		if i.HasModRM && !i.IsMem && c.rng.IntN(8) > 0 {
			c.low(int(i.RM), c.place(), i.OpSize)
		}
	case decode.XSAVE, decode.XSAVEOPT, decode.XSAVEC, decode.XRSTOR:
		c.extended()
	case decode.FXRSTOR, decode.LDMXCSR, decode.FLDENV, decode.FRSTOR, decode.FLDCW:
		c.floatMode()
	}
}

// selectors that programs can meet: those that work, system ones, null, and a few beyond.
var selectors = []uint16{0, 1, 2, 3, 0x08, 0x10, 0x13, 0x18, 0x1b, 0x20, 0x23, 0x23, 0x28, 0x2b, 0x2b, 0x33, 0x33, 0x40, 0x43, 0x50, 0x07, 0x0f, 0x0e,
	0x17, 0x1f, 0x1c, 0x27, 0x2f, 0x37, 0x3f, 0x47, 0xff, 0xf003, 0xfff8}

func (c *chooser) selector() uint16 { return selectors[c.rng.IntN(len(selectors))] }

// codeSelector is one that a far transfer can use.
func (c *chooser) codeSelector() uint16 {
	if c.one(4) {
		if s := c.selector(); s|3 != vector.User64 || c.v.Mode != 16 {
			return s
		}
	}
	if c.v.Mode == 16 { // Linux does not come back from 64-bit code on a 16-bit stack
		return []uint16{vector.User32, vector.Code16, vector.Code32, vector.ExecuteOnly}[c.rng.IntN(4)]
	}
	return []uint16{vector.User32, vector.User64, vector.Code16, vector.Code32, vector.ExecuteOnly}[c.rng.IntN(5)]
}

// place is an address to jump to.
func (c *chooser) place() uint64 {
	switch c.rng.IntN(16) {
	case 0:
		return c.rng.Uint64()
	case 1:
		return vector.Integer(c.rng)
	}
	return vector.CodeBase + uint64(c.rng.IntN(0x2000))
}

func (c *chooser) strings() {
	i := &c.inst
	size := max(int(i.OpSize), 1)
	if i.Opcode&1 == 0 {
		size = 1
	}
	from, to := c.target(size), c.target(size)
	if c.one(4) { // overlapping; with address bits that do not count, Zen 5 would overlook it
		c.set(6, 0)
		c.set(7, 0)
		to = from + uint64(size*(c.rng.IntN(5)-2))
	}
	c.low(6, from-c.base(i.Seg), i.AddrSize)
	c.low(7, to, i.AddrSize)
	n := uint64(c.rng.IntN(40))
	if c.one(8) {
		n = uint64(c.rng.IntN(3))
	}
	if c.one(32) {
		n = uint64(c.rng.IntN(2000))
	}
	c.low(1, n, i.AddrSize)
	if c.one(2) && (i.Op == decode.SCAS || i.Op == decode.CMPS) { // a run of equal elements
		b := byte(c.rng.Uint32())
		p := make([]byte, 16+c.rng.IntN(100))
		for k := range p {
			p[k] = b
		}
		c.pokeNear(from, p)
		c.pokeNear(to, p)
		if c.one(2) {
			v := uint64(b) * 0x0101010101010101
			c.set(0, v)
		}
	}
}

// pokeNear fills memory around an address, if it is data.
func (c *chooser) pokeNear(at uint64, p []byte) {
	at -= uint64(len(p) / 2)
	if at >= vector.DataBase && at+uint64(len(p)) <= vector.DataEnd {
		c.poke(at, p...)
	}
}

// divide makes most quotients fit.
func (c *chooser) divide() {
	switch c.rng.IntN(4) {
	case 0:
		c.set(2, 0)
		c.set(0, c.regs[0]>>c.rng.IntN(64))
	case 1:
		c.set(2, uint64(c.rng.IntN(5))-2)
	case 2:
		c.set(2, uint64(int64(c.regs[0])>>63))
		c.set(0, uint64(int64(int16(c.regs[0]))>>c.rng.IntN(8)))
	}
}

// returns puts addresses, selectors and flags on the stack, of a random width.
func (c *chooser) returns() {
	size := uint64(c.inst.OpSize)
	put := func(slot uint64, v uint64) {
		var p [8]byte
		binary.LittleEndian.PutUint64(p[:], v)
		c.poke(c.regs[4]+slot*size, p[:size]...)
	}
	switch c.inst.Op {
	case decode.POPSEG:
		put(0, uint64(c.selector()))
	case decode.POPF:
		put(0, c.rng.Uint64()&^0x204100)
	case decode.RET:
		put(0, c.place())
	case decode.RETF, decode.IRET:
		to := c.place()
		if c.inst.Op == decode.IRET { // runs on: only to where INT3s are
			to = vector.CodeBase + uint64(c.rng.IntN(0x2000))
		}
		put(0, to)
		put(1, uint64(c.codeSelector())|c.rng.Uint64()<<16)
		put(2, c.rng.Uint64()&^0x224100)
		put(3, vector.StackBase+0x1000+uint64(c.rng.IntN(0x800)))
		put(4, uint64([]uint16{vector.UserData, vector.UserData, vector.Data16, c.selector()}[c.rng.IntN(4)]))
	}
	if c.inst.Op == decode.IRET && c.regs[vector.RFLAGS]&0x4000 != 0 {
		c.set(vector.RFLAGS, c.regs[vector.RFLAGS]&^0x4000)
	}
}

// far writes a far pointer where the operand will be: see memory, which pokes at random otherwise.
func (c *chooser) far() {
	if !c.inst.HasModRM { // in the instruction
		n := len(c.v.Code)
		code := append([]byte(nil), c.v.Code...)
		binary.LittleEndian.PutUint16(code[n-2:], c.codeSelector())
		to := c.place()
		for k := range int(c.inst.OpSize) {
			code[n-2-int(c.inst.OpSize)+k] = byte(to >> (8 * k))
		}
		c.v.Code = code
		c.inst, _ = decode.Decode(code, decode.Mode(c.v.Mode))
		return
	}
	selector := c.codeSelector()
	if c.inst.Op != decode.CALLF && c.inst.Op != decode.JMPF {
		selector = c.selector()
	}
	c.pointer(selector)
}

// pointer gives the memory operand a far pointer with the selector.
func (c *chooser) pointer(selector uint16) {
	size := uint64(c.inst.OpSize)
	at := vector.DataBase + uint64(c.rng.IntN(0x1800))
	var p [10]byte
	binary.LittleEndian.PutUint64(p[:], c.place())
	binary.LittleEndian.PutUint16(p[size:], selector)
	c.poke(at, p[:size+2]...)
	c.aim = at
}

// selectorOperand gives ModRM.rm a selector.
func (c *chooser) selectorOperand() {
	s := c.selector()
	if c.inst.IsMem {
		c.aim = vector.DataBase + uint64(c.rng.IntN(0x1800))
		c.poke(c.aim, byte(s), byte(s>>8))
		return
	}
	c.set(int(c.inst.RM), c.regs[c.inst.RM]&^0xffff|uint64(s))
}

// floatMode gives an operand that loads control or status words sensible ones.
func (c *chooser) floatMode() {
	_, fx := vector.Start(64, c.rng.Uint32())
	at := (vector.DataBase + uint64(c.rng.IntN(0x1000))) &^ 15
	le := binary.LittleEndian
	switch c.inst.Op {
	case decode.FXRSTOR:
		if c.one(8) {
			at |= 8
		}
		c.poke(at, fx[:]...)
	case decode.LDMXCSR:
		c.poke(at, fx[24:28]...)
	case decode.FLDCW:
		c.poke(at, fx[0:2]...)
	default:
		env := make([]byte, 28)
		step := 4
		if c.inst.OpSize == 2 {
			step = 2
		}
		le.PutUint16(env[0:], le.Uint16(fx[0:]))
		le.PutUint16(env[step:], le.Uint16(fx[2:]))
		le.PutUint16(env[2*step:], uint16(c.rng.Uint32()))
		c.poke(at, env[:7*step]...)
	}
	c.aim = at
}

// extended asks for x87 and SSE state only, in an area whose header is sensible most of the time.
func (c *chooser) extended() {
	c.set(2, 0)
	c.set(0, uint64(c.rng.IntN(4)))
	at := (vector.DataBase + uint64(c.rng.IntN(0x1000))) &^ 63
	if c.one(16) {
		at += uint64(c.rng.IntN(64))
	}
	_, fx := vector.Start(64, c.rng.Uint32())
	if c.inst.Op == decode.XRSTOR {
		c.poke(at, fx[:]...)
	}
	var header [64]byte
	header[0] = uint8(c.rng.IntN(4))
	if c.one(16) {
		header[c.rng.IntN(64)] = uint8(c.rng.IntN(256))
	}
	c.poke(at+512, header[:]...)
	c.aim = at
}
