//go:build linux && amd64

package main

import (
	"math/rand/v2"

	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

// skipped are instructions whose outcome is the kernel's or the hour's, not the program's: system calls, counters, identification,
// what UMIP lets the kernel imitate, and traps that a tracer cannot tell from its own.
var skipped = map[decode.Op]bool{
	decode.SYSCALL: true, decode.SYSENTER: true, decode.RDTSC: true, decode.RDTSCP: true, decode.CPUID: true, decode.RDRAND: true,
	decode.RDSEED: true, decode.RDPID: true, decode.XGETBV: true, decode.RDPMC: true, decode.MONITOR: true, decode.MWAIT: true,
	decode.INT3: true, decode.INT1: true, decode.SGDT: true, decode.SIDT: true, decode.SLDT: true, decode.STR: true, decode.SMSW: true,
	decode.RDPKRU: true, decode.WRPKRU: true, decode.UD0: true, decode.UD1: true,
}

// inexact are floating-point instructions whose last bits are the model's own, and those that store
// MXCSR_MASK or fault at an address of their own choice.
var inexact = map[decode.Op]bool{
	decode.F2XM1: true, decode.FYL2X: true, decode.FYL2XP1: true, decode.FPATAN: true, decode.FPTAN: true, decode.FSIN: true, decode.FCOS: true,
	decode.FSINCOS: true, decode.RCPPS: true, decode.RCPSS: true, decode.RSQRTPS: true, decode.RSQRTSS: true,
	decode.FXSAVE: true, decode.XSAVE: true, decode.XSAVEOPT: true, decode.XSAVEC: true, decode.FNSTENV: true, decode.FNSAVE: true, decode.FBSTP: true, decode.MASKMOVQ: true, decode.MASKMOVDQU: true,
}

// farther are the far transfers.
var farther = map[decode.Op]bool{decode.CALLF: true, decode.JMPF: true, decode.RETF: true, decode.IRET: true}

// chooser makes one vector's input.
type chooser struct {
	rng  *rand.Rand
	v    vector.Vector
	inst decode.Inst
	regs vector.Regs
	aim  uint64 // where the memory operand must lie, or 0
}

// choose draws an input for a row, or reports that there is none.
func choose(rng *rand.Rand, row int, mode uint8) (v vector.Vector, ok bool) {
	c := chooser{rng: rng}
	code := decode.Encode(rng, row, decode.Mode(mode))
	if code == nil || skipped[decode.Rows[row].Op] {
		return v, false
	}
	c.v = vector.Vector{Mode: mode, Code: code, Seed: rng.Uint32()}
	c.regs, _ = vector.Start(mode, c.v.Seed)
	c.inst, _ = decode.Decode(code, decode.Mode(mode))
	if vendorSpecific(&c.inst) || extendedBase(&c.inst) {
		return v, false
	}
	if c.one(32) {
		c.set(vector.RIP, vector.CodeBase+0x1000-uint64(rng.IntN(16)))
	}
	if c.one(16) {
		c.set(4, c.regs[4]-uint64(rng.IntN(8)))
	}
	c.special()
	if c.inst.IsMem {
		c.memory()
	}
	if farther[c.inst.Op] && c.regs[4]>>32 != 0 { // cut on the way to 32-bit code, or in the kernel
		return v, false
	}
	if inexact[c.inst.Op] && !*hunt {
		return v, false
	}
	if c.inst.Op == decode.INT && (c.inst.Imm == -0x80 || c.inst.Imm == 3) {
		return v, false
	}
	if c.inst.Op == decode.JMP && c.inst.Imm == -int64(c.inst.Len) {
		return v, false
	}
	return c.v, true
}

// vendorSpecific reports whether the tables follow Intel where AMD differs: near branches with an operand-size prefix, and hints of a
// register.
func vendorSpecific(i *decode.Inst) bool {
	if i.Mode == 64 && i.Prefix&decode.PrefixData != 0 {
		switch i.Op {
		case decode.JMP, decode.CALL, decode.RET, decode.JCC, decode.LOOP, decode.LOOPE, decode.LOOPNE, decode.JCXZ:
			return true
		}
	}
	return i.Op == decode.NOP && i.Opcode == 0x0d && !i.IsMem
}

// extendedBase reports whether an XSAVE or XRSTOR addresses by the register that selects the state.
func extendedBase(i *decode.Inst) bool {
	switch i.Op {
	case decode.XSAVE, decode.XSAVEOPT, decode.XSAVEC, decode.XRSTOR:
		return i.Base == 0 || i.Index == 0
	}
	return false
}

func (c *chooser) one(in int) bool { return c.rng.IntN(in) == 0 }

// set changes a register of the input.
func (c *chooser) set(slot int, value uint64) {
	if c.v.Mode != 64 && slot < 16 {
		value &= 0xffffffff
	}
	c.regs[slot] = value
	for n := range c.v.Set {
		if int(c.v.Set[n].Slot) == slot {
			c.v.Set[n].Value = value
			return
		}
	}
	c.v.Set = append(c.v.Set, vector.Change{Slot: uint8(slot), Value: value})
}

func (c *chooser) poke(addr uint64, data ...byte) {
	if addr < vector.StackEnd {
		c.v.Poke = append(c.v.Poke, vector.Bytes{Addr: uint16(addr), Data: data})
	}
}

// low keeps the high bits of a register that a short address does not use.
func (c *chooser) low(slot int, value uint64, size uint8) {
	if size < 8 {
		mask := uint64(1)<<(8*size) - 1
		value = c.regs[slot]&^mask | value&mask
	}
	c.set(slot, value)
}

// base is the base of the segment that an operand uses.
func (c *chooser) base(seg uint8) uint64 {
	switch {
	case seg == decode.FS:
		return c.regs[vector.FSBase]
	case seg == decode.GS:
		return c.regs[vector.GSBase]
	}
	return 0
}

// target draws where an operand of some bytes lies: nearly always in the data area, at times where it faults.
func (c *chooser) target(size int) uint64 {
	size = max(size, 1)
	switch n := c.rng.IntN(64); {
	case n < 2: // over the end of the data
		return vector.DataEnd - uint64(c.rng.IntN(size+1))
	case n < 5: // over a page's end
		return vector.DataBase + 0x1000 - uint64(c.rng.IntN(size+1))
	case n < 7:
		return vector.ConstBase + uint64(c.rng.IntN(0x1000-size))
	case n == 7:
		return c.rng.Uint64() >> 17
	case n == 8:
		return c.rng.Uint64()>>1 | 1<<47
	case n == 9:
		first := c.rng.IntN(size + 1)
		return uint64(first - c.rng.IntN(size+1))
	case n == 10:
		return 1<<32 - uint64(c.rng.IntN(size+1))
	}
	t := vector.DataBase + uint64(c.rng.IntN(vector.DataEnd-vector.DataBase-size))
	if align := size; align&(align-1) == 0 && c.rng.IntN(16) > 0 {
		t &^= uint64(align - 1)
	} else if c.rng.IntN(16) > 0 {
		t &^= 15
	}
	return t
}

// size is the bytes of the memory operand.
func (c *chooser) size() int {
	form := decode.Forms[c.inst.Row]
	for n := range form.N {
		switch form.Operands[n].Kind {
		case decode.KindE, decode.KindM, decode.KindO, decode.KindW, decode.KindQ:
			return c.inst.OperandSize(n)
		}
	}
	return 1
}

// memory makes the memory operand lie at a drawn target, by registers or, where it has none, by its displacement.
func (c *chooser) memory() {
	size := c.size()
	at := c.target(size)
	if size == 16 && c.inst.Seg == decode.SS { // AMD finds it misaligned before it finds it outside the segment
		at = vector.DataBase + at&0xfff
	}
	if c.aim != 0 {
		at = c.aim
	} else if size > 0 && size <= 16 && c.rng.IntN(2) == 0 {
		var p [16]byte
		v := vector.Integer(c.rng)
		for k := range p {
			p[k] = byte(v >> (8 * (k & 7)))
		}
		if at >= vector.DataBase && at+16 <= vector.DataEnd {
			c.poke(at, p[:size]...)
		}
	}
	at += c.bitOffset()
	off := at - c.base(c.inst.Seg)
	i := &c.inst
	switch {
	case i.Base < 16 && i.Base == i.Index:
		c.low(int(i.Base), (off-uint64(i.Disp))/(1+1<<i.Scale), i.AddrSize)
	case i.Base < 16:
		index := uint64(0)
		if i.Index < 16 {
			index = c.regs[i.Index] << i.Scale
		}
		c.low(int(i.Base), off-uint64(i.Disp)-index, i.AddrSize)
	case i.Index < 16:
		c.low(int(i.Index), (off-uint64(i.Disp))>>i.Scale, i.AddrSize)
	case i.Base == decode.RegIP:
		c.patch(off - c.regs[vector.RIP] - uint64(i.Len))
	default:
		c.patch(off)
	}
}

// bitOffset is what a bit instruction's register adds to its address, to be taken off again.
func (c *chooser) bitOffset() uint64 {
	i := &c.inst
	switch i.Op {
	case decode.BT, decode.BTS, decode.BTR, decode.BTC:
	default:
		return 0
	}
	if i.Opcode == 0xba {
		return 0
	}
	n := int64(c.rng.IntN(8192) - 4096)
	c.low(int(i.Reg), uint64(n), i.OpSize)
	shift := map[uint8]uint{2: 4, 4: 5, 8: 6}[i.OpSize]
	return -uint64(n >> shift * int64(i.OpSize))
}

// patch replaces the displacement in the instruction's bytes.
func (c *chooser) patch(disp uint64) {
	for _, width := range []int{8, 4, 2} {
		for at := len(c.v.Code) - width; at > 0; at-- {
			try := append([]byte(nil), c.v.Code...)
			for k := range width {
				try[at+k] = byte(disp >> (8 * k))
			}
			i, err := decode.Decode(try, decode.Mode(c.v.Mode))
			same := c.inst
			same.Disp = i.Disp
			shift := 64 - 8*width
			if err == nil && i == same && uint64(i.Disp)<<shift == disp<<shift {
				c.v.Code, c.inst = try, i
				return
			}
		}
	}
}
