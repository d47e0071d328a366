package x86

import (
	"unsafe"

	decode "stasis/decode/x86"

	"stasis/cpu/softfloat"
	"stasis/mmu"
)

// The frequent x87 instructions in blocks, without their handlers: with all exceptions masked, rounding to nearest, registers in use,
// normal numbers. Whatever is not so goes to the handler before anything is committed. Of a micro-operation dst is ModRM, src the opcode, imm
// the instruction pointer; behind the two bits of scale stand the segment's number and what it computes.

// Places in uop.scale.
const (
	x87Segment = 2
	x87Kind    = 5
)

// x87Ready reports whether an x87 instruction can begin and none can trap.
func (c *CPU) x87Ready() bool {
	return c.CR0&(cr0EM|cr0TS) == 0 && c.FPU.SW&swES == 0 && c.FPU.CW&(cwMasks|3<<cwRC0) == cwMasks
}

// x87Done ends an instruction: its pointers, and how its result was rounded.
func (c *CPU) x87Done(in *uop, how softfloat.Rounding) *uop {
	f := &c.FPU
	f.FOP = uint16(in.src&7)<<8 | uint16(in.dst)
	f.FIP, f.FCS = uint64(in.imm), c.Seg[decode.CS].Selector
	f.SW = f.SW&^swC1 | uint16(how&softfloat.RoundedOff)*swPE | uint16(how/softfloat.RoundedUp)*swC1
	return next1(in)
}

// x87Pointed is x87Done of an instruction with a memory operand.
func (c *CPU) x87Pointed(in *uop, ea uint64, how softfloat.Rounding) *uop {
	seg := in.scale >> x87Segment & 7
	switch {
	case c.mode != decode.Mode64:
		ea = (ea - c.Seg[seg].Base) & 0xffffffff
	case seg >= decode.FS:
		ea -= c.R[regSegBase+seg]
	}
	c.FPU.FDP, c.FPU.FDS = ea, c.Seg[seg].Selector
	return c.x87Done(in, how)
}

// eaOf is the address that a micro-operation accesses.
func (c *CPU) eaOf(in *uop) uint64 {
	return c.R[in.base>>3&31] + c.R[in.idx>>3&31]<<(in.scale&3) + uint64(in.disp)
}

// readable and writeable are the host's view of memory from ea to last, if the inline arrays hold it.
func (c *CPU) readable(ea, last uint64) unsafe.Pointer {
	if e := &c.tlbR[ea>>12&(mmu.Entries-1)]; e.tag == last&^pageMask|c.ctx {
		return unsafe.Add(e.page, ea&pageMask)
	}
	return c.inLine(&c.lineR, ea, last)
}

func (c *CPU) writeable(ea, last uint64) unsafe.Pointer {
	if e := &c.tlbW[ea>>12&(mmu.Entries-1)]; e.tag == last&^pageMask|c.ctx {
		return unsafe.Add(e.page, ea&pageMask)
	}
	return c.inLine(&c.lineW, ea, last)
}

func (c *CPU) inLine(lines *[lineCount]line, ea, last uint64) unsafe.Pointer {
	if l := &lines[ea/lineSize%lineCount]; l.tag == last&^lineMask && l.ctx == c.ctx {
		return unsafe.Add(l.page, ea&pageMask)
	}
	return nil
}

// missing goes to where a miss is handled.
func (c *CPU) missing(in *uop, ea uint64, miss *uop) *uop {
	c.at, c.engine.missVA = uintptr(unsafe.Pointer(in)), ea
	return miss
}

// x87Quick is an arithmetic operation by its number in the opcode.
func (f *FPU) x87Quick(kind uint8, a, b f80) (v f80, how softfloat.Rounding, ok bool) {
	drop := softfloat.Precision(f.CW >> cwPC0 & 3).Drop()
	switch kind & 7 {
	case 0:
		return softfloat.QuickAdd80(a, b, drop)
	case 1:
		return softfloat.QuickMul80(a, b, drop)
	case 4:
		b.SE ^= 0x8000
		return softfloat.QuickAdd80(a, b, drop)
	case 5:
		a.SE ^= 0x8000
		return softfloat.QuickAdd80(b, a, drop)
	case 6:
		return softfloat.QuickDiv80(a, b, drop)
	}
	return softfloat.QuickDiv80(b, a, drop)
}

// used reports whether a physical register is in use.
func (f *FPU) used(r uint16) bool { return f.TW>>(2*(r&7))&3 != 3 }

// write puts a value into a physical register.
func (f *FPU) write(r uint16, v f80) {
	f.ST[r&7] = v
	f.TW &^= 3 << (2 * (r & 7))
}

// x87Memory is arithmetic of ST(0) with memory.
func x87Memory[F softfloat.Word](c *CPU, in *uop) *uop {
	ea := c.eaOf(in)
	if !c.x87Ready() {
		return c.slow(in)
	}
	p := (*F)(c.readable(ea, ea+uint64(size[F]())-1))
	if p == nil {
		return c.missing(in, ea, c.engine.missR)
	}
	f := &c.FPU
	top := f.top()
	if v, ok := softfloat.QuickWiden(*p); ok && f.used(top) {
		if r, how, ok := f.x87Quick(in.scale>>x87Kind, f.ST[top], v); ok {
			f.write(top, r)
			return c.x87Pointed(in, ea, how)
		}
	}
	return c.slow(in)
}

// x87Register is arithmetic of ST(0) and ST(i): the opcode's bit 2 says that ST(i) is the destination, bit 1 that ST(0) is popped.
func (c *CPU) x87Register(in *uop) *uop {
	f := &c.FPU
	dst := f.top()
	src := (dst + uint16(in.dst)) & 7
	if in.src&4 != 0 {
		dst, src = src, dst
	}
	if c.x87Ready() && f.used(dst) && f.used(src) {
		if r, how, ok := f.x87Quick(in.scale>>x87Kind, f.ST[dst], f.ST[src]); ok {
			f.write(dst, r)
			if in.src&2 != 0 {
				f.pop()
			}
			return c.x87Done(in, how)
		}
	}
	return c.slow(in)
}

// x87Push is the end of a load.
func (c *CPU) x87Push(v f80) {
	f := &c.FPU
	f.SW = f.SW&^swTOP | (f.SW-1<<swTOP0)&swTOP
	f.write(f.top(), v)
}

// x87Load is FLD of memory.
func x87Load[F softfloat.Word](c *CPU, in *uop) *uop {
	ea := c.eaOf(in)
	if !c.x87Ready() || !c.FPU.empty(7) {
		return c.slow(in)
	}
	p := (*F)(c.readable(ea, ea+uint64(size[F]())-1))
	if p == nil {
		return c.missing(in, ea, c.engine.missR)
	}
	v, ok := softfloat.QuickWiden(*p)
	if !ok {
		return c.slow(in)
	}
	c.x87Push(v)
	return c.x87Pointed(in, ea, 0)
}

// x87LoadInteger is FILD.
func x87LoadInteger[I int16 | int32 | int64](c *CPU, in *uop) *uop {
	ea := c.eaOf(in)
	if !c.x87Ready() || !c.FPU.empty(7) {
		return c.slow(in)
	}
	p := (*I)(c.readable(ea, ea+uint64(unsafe.Sizeof(I(0)))-1))
	if p == nil {
		return c.missing(in, ea, c.engine.missR)
	}
	c.x87Push(softfloat.FromInt80(int64(*p)))
	return c.x87Pointed(in, ea, 0)
}

// x87Load80 is FLD of 80 bits.
func (c *CPU) x87Load80(in *uop) *uop {
	ea := c.eaOf(in)
	if !c.x87Ready() || !c.FPU.empty(7) {
		return c.slow(in)
	}
	p := c.readable(ea, ea+9)
	if p == nil {
		return c.missing(in, ea, c.engine.missR)
	}
	c.x87Push(f80{Mant: *(*uint64)(p), SE: *(*uint16)(unsafe.Add(p, 8))})
	return c.x87Pointed(in, ea, 0)
}

// x87Store is FST and FSTP to memory: the opcode's lowest bit of three says which.
func x87Store[F softfloat.Word](c *CPU, in *uop) *uop {
	f := &c.FPU
	ea := c.eaOf(in)
	top := f.top()
	v, how, ok := softfloat.QuickNarrow[F](f.ST[top])
	if !ok || !c.x87Ready() || !f.used(top) { // nothing but the memory may decide later: the write may be aside
		return c.slow(in)
	}
	p := (*F)(c.writeable(ea, ea+uint64(size[F]())-1))
	if p == nil {
		return c.missing(in, ea, c.engine.missW)
	}
	*p = v
	if in.dst&8 != 0 {
		f.pop()
	}
	return c.x87Pointed(in, ea, how)
}

// x87Store80 is FSTP of 80 bits.
func (c *CPU) x87Store80(in *uop) *uop {
	f := &c.FPU
	ea := c.eaOf(in)
	top := f.top()
	if !c.x87Ready() || !f.used(top) {
		return c.slow(in)
	}
	p := c.writeable(ea, ea+9)
	if p == nil {
		return c.missing(in, ea, c.engine.missW)
	}
	*(*uint64)(p), *(*uint16)(unsafe.Add(p, 8)) = f.ST[top].Mant, f.ST[top].SE
	f.pop()
	return c.x87Pointed(in, ea, 0)
}

// x87Copy is FLD of a register.
func (c *CPU) x87Copy(in *uop) *uop {
	f := &c.FPU
	src := (f.top() + uint16(in.dst)) & 7
	if !c.x87Ready() || !f.empty(7) || !f.used(src) {
		return c.slow(in)
	}
	c.x87Push(f.ST[src])
	return c.x87Done(in, 0)
}

// x87Move is FST and FSTP to a register.
func (c *CPU) x87Move(in *uop) *uop {
	f := &c.FPU
	top := f.top()
	if !c.x87Ready() || !f.used(top) {
		return c.slow(in)
	}
	f.write(top+uint16(in.dst), f.ST[top])
	if in.dst&8 != 0 {
		f.pop()
	}
	return c.x87Done(in, 0)
}

// x87Exchange is FXCH.
func (c *CPU) x87Exchange(in *uop) *uop {
	f := &c.FPU
	a := f.top()
	b := (a + uint16(in.dst)) & 7
	if !c.x87Ready() || !f.used(a) || !f.used(b) {
		return c.slow(in)
	}
	f.ST[a], f.ST[b] = f.ST[b], f.ST[a]
	f.TW &^= 3<<(2*a) | 3<<(2*b)
	return c.x87Done(in, 0)
}

// callX87 runs the handler of an x87 or MMX instruction that has registers alone, and so cannot raise anything where it can begin.
func (c *CPU) callX87(in *uop) *uop {
	if c.CR0&(cr0EM|cr0TS) != 0 || c.FPU.SW&swES != 0 {
		return c.slow(in)
	}
	return c.call(in)
}

// callSSE is callX87 for SSE.
func (c *CPU) callSSE(in *uop) *uop {
	if c.CR0&(cr0EM|cr0TS) != 0 || c.CR4&cr4OSFXSR == 0 || c.FPU.MXCSR&mxcsrMasks != mxcsrMasks || c.FPU.SW&swES != 0 {
		return c.slow(in)
	}
	return c.call(in)
}

// callLoaded is callSSE of an instruction whose memory operand has been loaded.
func (c *CPU) callLoaded(in *uop) *uop {
	c.loaded = c.CR0&(cr0EM|cr0TS) == 0 && c.CR4&cr4OSFXSR != 0 && c.FPU.MXCSR&mxcsrMasks == mxcsrMasks
	if !c.loaded {
		return c.slow(in)
	}
	c.next = c.ipMask(uint64(in.imm) + uint64(c.engine.Insts[uint32(in.disp)].Len)) // should the handler look at memory itself
	in = c.call(in)
	c.loaded = false
	return in
}

// call runs a handler that neither branches nor raises nor touches memory: of all that surrounds it only rip is needed, which x87
// instructions note.
func (c *CPU) call(in *uop) *uop {
	c.rip = uint64(in.imm)
	handlers[in.disp>>32](c, &c.engine.Insts[uint32(in.disp)])
	return next1(in)
}
