package x86

import (
	"unsafe"

	"stasis/cpu"
	decode "stasis/decode/x86"
	"stasis/mmu"
)

// String instructions. An iteration of REP is a unit: a handler runs as many as the budget and the page allow, moves the
// registers on, and leaves the instruction pointer at the instruction while iterations remain. Each iteration commits by itself.

// count is the REP count register in the address size.
func (c *CPU) count(i *Inst) uint64 { return addrMask(i.AddrSize, c.R[1]) }

// setIndex writes rCX, rSI or rDI in the address size.
func (c *CPU) setIndex(n uint8, size uint8, v uint64) {
	switch size {
	case 8:
		c.R[n] = v
	case 4:
		c.R[n] = v & 0xffffffff
	default:
		c.R[n] = c.R[n]&^0xffff | v&0xffff
	}
}

// stride is the step of an index register: the operand's size, down if DF is set.
func (c *CPU) stride(size int) int64 {
	if c.eflags&flagDF != 0 {
		return -int64(size)
	}
	return int64(size)
}

func (c *CPU) advance(n uint8, i *Inst, by int64) {
	c.setIndex(n, i.AddrSize, addrMask(i.AddrSize, c.R[n])+uint64(by))
}

// source and destination are the linear addresses of DS:rSI (the segment can be overridden) and ES:rDI.
func (c *CPU) source(i *Inst, size int) uint64 {
	return c.lin(i.Seg, addrMask(i.AddrSize, c.R[6]), size, false)
}

func (c *CPU) destination(i *Inst, size int, write bool) uint64 {
	return c.lin(decode.ES, addrMask(i.AddrSize, c.R[7]), size, write)
}

const repeats = decode.PrefixRep | decode.PrefixRepNE

// repeat runs iterations of a string instruction: one without REP; with REP up to count, budget and the end that more says, or until
// one writes on decoded code, which may be the instruction itself.
func (c *CPU) repeat(i *Inst, iteration func() (more bool)) {
	c.InRep = false
	if i.Prefix&repeats == 0 {
		iteration()
		return
	}
	if c.count(i) == 0 {
		return
	}
	end, dropped := c.next, c.stats.Dropped[cpu.DropWritten]
	c.next = c.rip
	for {
		more := iteration()
		c.advance(1, i, -1)
		switch {
		case !more || c.count(i) == 0:
			c.next = end
			return
		case c.budget <= 1 || c.leaving || c.oneByOne(i) || c.stats.Dropped[cpu.DropWritten] != dropped:
			c.betweenIterations()
			return
		}
		c.budget--
	}
}

// oneByOne reports whether each iteration needs a boundary of its own: an event may wait there, and an instruction outside a block is
// fetched anew, since nobody tells when it writes on itself.
func (c *CPU) oneByOne(i *Inst) bool { return c.singleStep || c.attention || i == &c.inst }

// betweenIterations notes that the next boundary lies inside a REP instruction: an event there pushes RF.
func (c *CPU) betweenIterations() { c.InRep = true }

// bulk is the number of iterations that a page-wise transfer may do now.
func (c *CPU) bulk(i *Inst, size int) uint64 {
	if i.Prefix&repeats == 0 || c.oneByOne(i) || c.eflags&flagDF != 0 || !c.flatIndexes(i) {
		return 0
	}
	return min(c.count(i), uint64(c.budget))
}

// flatIndexes reports whether the index registers are linear addresses, in their width: in 64-bit and flat 32-bit code.
func (c *CPU) flatIndexes(i *Inst) bool {
	if c.mode == decode.Mode64 {
		return i.AddrSize == 8
	}
	return c.mode == decode.Mode32 && c.engine.mode&modeFlat != 0 && i.AddrSize == 4 && i.Seg < decode.FS
}

// inPage limits n elements at lin to its page; 0 if the first crosses its end.
func inPage(n, lin uint64, size int) uint64 {
	return min(n, (mmu.PageSize-lin&pageMask)/uint64(size))
}

// hostRead and hostWrite are the host address of lin if the inline arrays know its page.
func (c *CPU) hostRead(lin uint64) unsafe.Pointer {
	e := &c.tlbR[lin>>12&(mmu.Entries-1)]
	if e.tag != lin&^pageMask|c.ctx {
		return nil
	}
	return unsafe.Add(e.page, lin&pageMask)
}

func (c *CPU) hostWrite(lin uint64) unsafe.Pointer {
	e := &c.tlbW[lin>>12&(mmu.Entries-1)]
	if e.tag != lin&^pageMask|c.ctx {
		return nil
	}
	return unsafe.Add(e.page, lin&pageMask)
}

// bulkDone moves the registers on after n iterations; the caller's completion counts one of them.
func (c *CPU) bulkDone(i *Inst, n uint64, size int, indexes ...uint8) {
	for _, r := range indexes {
		c.advance(r, i, int64(n)*int64(size))
	}
	c.advance(1, i, -int64(n))
	c.budget -= int64(n) - 1
	c.InRep = false
	if c.count(i) != 0 {
		c.next = c.rip
		c.betweenIterations()
	}
}

// movs is MOVS: [ES:rDI] := [DS:rSI].
func movs[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	if n := c.bulk(i, size); n > 1 && c.bulkMove(i, n, size) {
		return
	}
	c.repeat(i, func() bool {
		v := load[T](c, c.source(i, size))
		store(c, c.destination(i, size, true), v)
		c.advance(6, i, c.stride(size))
		c.advance(7, i, c.stride(size))
		return true
	})
}

// bulkMove copies within one page each; overlapping bytes behave as copying one by one does.
func (c *CPU) bulkMove(i *Inst, n uint64, size int) bool {
	from, to := c.source(i, size), addrMask(i.AddrSize, c.R[7]) // a bad destination is not in the inline array: it faults behind the source
	n = inPage(inPage(n, from, size), to, size)
	src, dst := c.hostRead(from), c.hostWrite(to)
	if n < 2 || src == nil || dst == nil {
		return false
	}
	bytes := int(n) * size
	if gap := uintptr(dst) - uintptr(src); gap < uintptr(bytes) && gap != 0 {
		n = uint64(gap) / uint64(size)
		if n < 2 {
			return false
		}
		bytes = int(n) * size
	}
	copy(unsafe.Slice((*byte)(dst), bytes), unsafe.Slice((*byte)(src), bytes))
	c.bulkDone(i, n, size, 6, 7)
	return true
}

// stos is STOS: [ES:rDI] := rAX.
func stos[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	if n := c.bulk(i, size); n > 1 && bulkStore(c, i, n, readAcc[T](c)) {
		return
	}
	c.repeat(i, func() bool {
		store(c, c.destination(i, size, true), readAcc[T](c))
		c.advance(7, i, c.stride(size))
		return true
	})
}

func bulkStore[T word](c *CPU, i *Inst, n uint64, v T) bool {
	size := int(unsafe.Sizeof(v))
	to := c.destination(i, size, true)
	n = inPage(n, to, size)
	dst := c.hostWrite(to)
	if n < 2 || dst == nil {
		return false
	}
	if uintptr(dst)&uintptr(size-1) == 0 {
		s := unsafe.Slice((*T)(dst), n)
		for k := range s {
			s[k] = v
		}
	} else {
		for k := range n {
			*(*T)(unsafe.Add(dst, k*uint64(size))) = v
		}
	}
	c.bulkDone(i, n, size, 7)
	return true
}

// lods is LODS: rAX := [DS:rSI].
func lods[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	c.repeat(i, func() bool {
		writeAcc(c, load[T](c, c.source(i, size)))
		c.advance(6, i, c.stride(size))
		return true
	})
}

// scas is SCAS: the flags of rAX − [ES:rDI].
func scas[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	c.repeat(i, func() bool {
		cmp(&c.flags, readAcc[T](c), load[T](c, c.destination(i, size, false)))
		c.advance(7, i, c.stride(size))
		return c.equalGoesOn(i)
	})
}

// cmps is CMPS: the flags of [DS:rSI] − [ES:rDI].
func cmps[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	c.repeat(i, func() bool {
		a := load[T](c, c.source(i, size))
		cmp(&c.flags, a, load[T](c, c.destination(i, size, false)))
		c.advance(6, i, c.stride(size))
		c.advance(7, i, c.stride(size))
		return c.equalGoesOn(i)
	})
}

// equalGoesOn is the end condition of REPE and REPNE.
func (c *CPU) equalGoesOn(i *Inst) bool { return c.flags.zf() == (i.Prefix&decode.PrefixRepNE == 0) }

// ins is INS: [ES:rDI] := port DX. The destination is probed before the port is read.
func ins[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	c.checkPort(uint16(c.R[2]), size)
	c.repeat(i, func() bool {
		lin := c.destination(i, size, true)
		c.probeWrite(lin, size)
		v := T(c.sys.In(uint16(c.R[2]), size))
		c.portTouched(uint16(c.R[2]), size)
		store(c, lin, v)
		c.advance(7, i, c.stride(size))
		return true
	})
}

// outs is OUTS: port DX := [DS:rSI].
func outs[T word](c *CPU, i *Inst) {
	size := int(unsafe.Sizeof(T(0)))
	c.checkPort(uint16(c.R[2]), size)
	c.repeat(i, func() bool {
		v := load[T](c, c.source(i, size))
		c.sys.Out(uint16(c.R[2]), size, uint32(v))
		c.portTouched(uint16(c.R[2]), size)
		c.advance(6, i, c.stride(size))
		return true
	})
}

// in and out are IN and OUT with an immediate port or DX.
func in[T word](c *CPU, i *Inst) {
	port, size := c.port(i), int(unsafe.Sizeof(T(0)))
	c.checkPort(port, size)
	writeAcc(c, T(c.sys.In(port, size)))
	c.touched()
	c.portAccess(port, size)
}

func out[T word](c *CPU, i *Inst) {
	port, size := c.port(i), int(unsafe.Sizeof(T(0)))
	c.checkPort(port, size)
	c.sys.Out(port, size, uint32(readAcc[T](c)))
	c.touched()
	c.portAccess(port, size)
}

// portTouched is touched for an iteration of INS or OUTS. Where the bitmap lets it pass, the next one begins with another look there.
func (c *CPU) portTouched(port uint16, size int) {
	c.touched()
	c.leaving = c.leaving || !c.portsOpen()
	c.portAccess(port, size)
}

// portsOpen reports whether no I/O permission bitmap is asked.
func (c *CPU) portsOpen() bool { return c.CR0&cr0PE == 0 || c.CPL <= c.iopl() && !c.v86() }

func (c *CPU) port(i *Inst) uint16 {
	if i.Opcode&8 == 0 {
		return uint16(uint8(i.Imm))
	}
	return uint16(c.R[2])
}

// checkPort is the I/O permission check: IOPL, else the TSS's bitmap. Source: SDM Vol. 1, "I/O Permission Bit Map".
func (c *CPU) checkPort(port uint16, size int) {
	if c.portsOpen() {
		return
	}
	c.gpIf(c.TR.Attr&attrType&^2 != typeTSSFree || c.TR.Limit < 103)
	at := uint32(loadSys[uint16](c, c.TR.Base+102)) + uint32(port)>>3
	c.gpIf(at+1 > c.TR.Limit)
	bitmap := loadSys[uint16](c, c.TR.Base+uint64(at))
	c.gpIf(bitmap>>(port&7)&(1<<size-1) != 0)
}
