package x86

import (
	"math/bits"
	"unsafe"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

// mov is MOV between general registers, memory and immediates.
func mov[T word](src T) T { return src }

// movzx, movsx and movsxd widen.
func movzx[D, S word](src S) D  { return D(src) }
func movsx[D, S word](src S) D  { return D(signExtend(src)) }
func movsxd[D, S word](src S) D { return D(signExtend(src)) }

// xchg exchanges.
func xchg[T word](dst, src T) (T, T) { return src, dst }

// movbe is MOVBE.
func movbe[T word](src T) T {
	if width[T]() == 16 {
		return T(bits.ReverseBytes16(uint16(src)))
	}
	return bswap(src)
}

// cmovcc is CMOVcc: the source is read in any case, and a 32-bit destination zero-extended.
func cmovcc[T word](f *Flags, dst, src T, cc uint8) T {
	if f.condition(cc) {
		return src
	}
	return dst
}

// setcc is SETcc.
func setcc(c *CPU, i *Inst) { writeRM(c, i, uint8(b2u(c.flags.condition(i.Opcode&15)))) }

// condition evaluates one of the sixteen conditions. Source: SDM Vol. 1, "EFLAGS Condition Codes".
func (f *Flags) condition(cc uint8) (on bool) {
	switch cc >> 1 {
	case 0:
		on = f.of()
	case 1:
		on = f.cf()
	case 2:
		on = f.zf()
	case 3:
		on = f.cf() || f.zf()
	case 4:
		on = f.sf()
	case 5:
		on = f.pf()
	case 6:
		on = f.sf() != f.of()
	case 7:
		on = f.zf() || f.sf() != f.of()
	}
	return on != (cc&1 != 0)
}

// lea is LEA: the effective address, cut to the operand size.
func lea[T word](c *CPU, i *Inst) { writeReg(c, i, T(c.ea(i))) }

// xlat is XLAT: AL := [rBX + AL].
func xlat(c *CPU, i *Inst) {
	off := addrMask(i.AddrSize, c.R[3]+c.R[0]&0xff)
	setReg(c, 0, 0, load[uint8](c, c.lin(i.Seg, off, 1, false)))
}

func lahf(c *CPU, i *Inst) { setReg(c, 4, 0, uint8(c.flags.get())|flagOne) }

func sahf(c *CPU, i *Inst) {
	v := uint64(getReg[uint8](c, 4, 0))
	c.flags.put(v&(flagSF|flagZF|flagAF|flagPF|flagCF) | b2u(c.flags.of())<<11)
}

func nop(c *CPU, i *Inst)         {}
func pause(c *CPU, i *Inst)       {}
func lfence(c *CPU, i *Inst)      {}
func mfence(c *CPU, i *Inst)      {}
func sfence(c *CPU, i *Inst)      {}
func prefetchw(c *CPU, i *Inst)   {}
func prefetchnta(c *CPU, i *Inst) {}
func prefetcht0(c *CPU, i *Inst)  {}
func prefetcht1(c *CPU, i *Inst)  {}
func prefetcht2(c *CPU, i *Inst)  {}

// clflush and its kin need a readable address, which data breakpoints see, and do nothing to a coherent machine.
func clflush(c *CPU, i *Inst) {
	lin := c.linRead(i, 1)
	c.translate(lin, c.access(mmu.Read))
	if c.watching {
		c.watchRead(lin, 1)
	}
}

func clflushopt(c *CPU, i *Inst) { clflush(c, i) }
func clwb(c *CPU, i *Inst)       { clflush(c, i) }

// cmpxchg is CMPXCHG: a destination in memory is written in any case, a register only if the two are equal.
func cmpxchg[T word](c *CPU, i *Inst) {
	p := rm[T](c, i)
	dst, acc := p.get(), readAcc[T](c)
	cmp(&c.flags, acc, dst)
	if acc == dst {
		p.put(readReg[T](c, i))
		return
	}
	if i.IsMem {
		p.put(dst)
	}
	writeAcc(c, dst)
}

// cmpxchg8b compares EDX:EAX with 8 bytes and exchanges ECX:EBX. Only ZF changes.
func cmpxchg8b(c *CPU, i *Inst) {
	lin := c.linWrite(i, 8)
	old, want := load[uint64](c, lin), c.R[2]<<32|c.R[0]&0xffffffff
	next := old
	if old == want {
		next = c.R[1]<<32 | c.R[3]&0xffffffff
	}
	store(c, lin, next)
	if old != want {
		c.R[0], c.R[2] = old&0xffffffff, old>>32
	}
	c.setZF(old == want)
}

// cmpxchg16b compares RDX:RAX with 16 aligned bytes and exchanges RCX:RBX.
func cmpxchg16b(c *CPU, i *Inst) {
	lin := c.lin(i.Seg, c.ea(i), 16, true)
	c.gpIf(lin&15 != 0)
	c.probeWrite(lin, 16)
	lo, hi := load128(c, lin)
	equal := lo == c.R[0] && hi == c.R[2]
	if equal {
		store128(c, lin, c.R[3], c.R[1])
	} else {
		store128(c, lin, lo, hi)
		c.R[0], c.R[2] = lo, hi
	}
	c.setZF(equal)
}

// setZF replaces ZF alone.
func (c *CPU) setZF(on bool) { c.flags.put(c.flags.get()&^flagZF | b2u(on)*flagZF) }

// The bit instructions. A register index reaches beyond a memory operand.

// bitPlace is the word that holds a bit, and the bit's number in it.
func bitPlace[T word](c *CPU, i *Inst, write bool) (p place[T], bit uint8) {
	size := int(unsafe.Sizeof(T(0)))
	p.c, p.i = c, i
	if i.Opcode == 0xba {
		bit = uint8(i.Imm) & uint8(width[T]()-1)
		if i.IsMem {
			p.lin = c.lin(i.Seg, c.ea(i), size, write)
		}
	} else {
		index := signExtend(readReg[T](c, i))
		bit = uint8(index) & uint8(width[T]()-1)
		if i.IsMem {
			p.lin = c.lin(i.Seg, addrMask(i.AddrSize, c.ea(i)+uint64(index>>log2(width[T]()))*uint64(size)), size, write)
		}
	}
	if i.IsMem && write {
		c.probeWrite(p.lin, size)
	}
	return p, bit
}

func log2(n uint64) uint { return uint(bits.TrailingZeros64(n)) }

func bt[T word](c *CPU, i *Inst) {
	p, bit := bitPlace[T](c, i, false)
	c.flags.setCF(p.get()>>bit&1 != 0)
}

func bts[T word](c *CPU, i *Inst) { changeBit(c, i, func(v, m T) T { return v | m }) }
func btr[T word](c *CPU, i *Inst) { changeBit(c, i, func(v, m T) T { return v &^ m }) }
func btc[T word](c *CPU, i *Inst) { changeBit(c, i, func(v, m T) T { return v ^ m }) }

func changeBit[T word](c *CPU, i *Inst, change func(v, mask T) T) {
	p, bit := bitPlace[T](c, i, true)
	v := p.get()
	p.put(change(v, T(1)<<bit))
	c.flags.setCF(v>>bit&1 != 0)
}

// bsf and bsr leave the destination alone for a zero source, the upper half of a 32-bit one too, as CPUs do.
func bsf[T word](c *CPU, i *Inst) {
	src := uint64(readRM[T](c, i))
	bitScan[T](c, i, src, bits.TrailingZeros64(src))
}

func bsr[T word](c *CPU, i *Inst) {
	src := uint64(readRM[T](c, i))
	bitScan[T](c, i, src, bits.Len64(src)-1)
}

// bitScan writes the number of a bit. Only ZF is defined; PF is the result's on AMD.
func bitScan[T word](c *CPU, i *Inst, src uint64, n int) {
	if src == 0 {
		c.flags.set(0, 0, align[T]())
		return
	}
	writeReg(c, i, T(n))
	c.flags.set(1, 0, align[T]()|parity(uint8(n))*metaPF)
}

// lzcnt and tzcnt count the width for zero, with CF set. OF, undefined, stays as on AMD; SF, PF and AF are cleared.
func lzcnt[T word](f *Flags, src T) T {
	n := width[T]() - uint64(bits.Len64(uint64(src)))
	f.put(f.get()&flagOF | b2u(src == 0)*flagCF | b2u(n == 0)*flagZF)
	return T(n)
}

func tzcnt[T word](f *Flags, src T) T {
	n := min(uint64(bits.TrailingZeros64(uint64(src))), width[T]())
	f.put(f.get()&flagOF | b2u(src == 0)*flagCF | b2u(n == 0)*flagZF)
	return T(n)
}

// popcnt clears every status flag but ZF.
func popcnt[T word](f *Flags, src T) T {
	n := bits.OnesCount64(uint64(src))
	f.put(b2u(n == 0) * flagZF)
	return T(n)
}

// crc32 is CRC32: the Castagnoli polynomial, bit-reflected. Source: SDM Vol. 2A, "CRC32".
func crc32[D, S word](dst D, src S) D {
	crc := uint32(dst)
	for n := uint64(0); n < width[S](); n += 8 {
		crc ^= uint32(uint64(src) >> n & 0xff)
		for range 8 {
			crc = crc>>1 ^ -(crc&1)&0x82f63b78
		}
	}
	return D(crc)
}

// movtoseg is MOV Sreg, r/m16. CS cannot be loaded; SS opens a shadow of one instruction.
func movtoseg(c *CPU, i *Inst) {
	c.udIf(i.Reg&7 == decode.CS || i.Reg&7 > decode.GS)
	c.loadSegment(int(i.Reg&7), readRM[uint16](c, i))
	c.shadowSS(int(i.Reg & 7))
}

// shadowSS holds interrupts and debug traps off for one instruction after a load of SS.
func (c *CPU) shadowSS(n int) {
	if n == decode.SS && (!c.shadowed || c.vendor().movSSChains) {
		c.InhibitMovSS = true
		c.updateAttention()
	}
}

// movfromseg is MOV r/m, Sreg: 16 bits to memory, zero-extended to a register.
func movfromseg(c *CPU, i *Inst) {
	c.udIf(i.Reg&7 > decode.GS)
	c.writeSelector(i, c.Seg[i.Reg&7].Selector)
}

// writeSelector writes 16 bits to memory, or zero-extends them to the operand size in a register.
func (c *CPU) writeSelector(i *Inst, v uint16) {
	if i.IsMem || i.OpSize == 2 {
		writeRM(c, i, v)
		return
	}
	writeRM(c, i, uint64(v))
}
