package x86

import (
	"unsafe"

	decode "stasis/decode/x86"
	"stasis/mmu"
)

// regOffset is where a general register of T's width lies in CPU.R, in bytes: AH–BH are the second bytes of RAX–RBX.
func regOffset[T word](n uint8, p decode.Prefix) uintptr {
	if unsafe.Sizeof(T(0)) == 1 && n&^3 == 4 && p&decode.PrefixREX == 0 {
		return uintptr(n-4)*8 + 1
	}
	return uintptr(n) * 8
}

func getReg[T word](c *CPU, n uint8, p decode.Prefix) T {
	return *(*T)(unsafe.Add(unsafe.Pointer(&c.R), regOffset[T](n, p)))
}

// setReg writes a general register: 32 bits clear the upper half, 8 and 16 bits leave the rest.
func setReg[T word](c *CPU, n uint8, p decode.Prefix, v T) {
	if unsafe.Sizeof(T(0)) == 4 {
		c.R[n&15] = uint64(v)
		return
	}
	*(*T)(unsafe.Add(unsafe.Pointer(&c.R), regOffset[T](n, p))) = v
}

// readReg and writeReg are the general register in ModRM.reg (G).
func readReg[T word](c *CPU, i *Inst) T     { return getReg[T](c, i.Reg, i.Prefix) }
func writeReg[T word](c *CPU, i *Inst, v T) { setReg(c, i.Reg, i.Prefix, v) }

// readOpReg and writeOpReg are the general register in the opcode's low bits (Z).
func readOpReg[T word](c *CPU, i *Inst) T     { return getReg[T](c, i.OpReg, i.Prefix) }
func writeOpReg[T word](c *CPU, i *Inst, v T) { setReg(c, i.OpReg, i.Prefix, v) }

// readAcc and writeAcc are AL, AX, EAX or RAX.
func readAcc[T word](c *CPU) T     { return T(c.R[0]) }
func writeAcc[T word](c *CPU, v T) { setReg(c, 0, 0, v) }

// readRM and writeRM are the general register or memory in ModRM.rm (E).
func readRM[T word](c *CPU, i *Inst) T {
	if !i.IsMem {
		return getReg[T](c, i.RM, i.Prefix)
	}
	return load[T](c, c.linRead(i, int(unsafe.Sizeof(T(0)))))
}

func writeRM[T word](c *CPU, i *Inst, v T) {
	if !i.IsMem {
		setReg(c, i.RM, i.Prefix, v)
		return
	}
	store(c, c.lin(i.Seg, c.ea(i), int(unsafe.Sizeof(T(0))), true), v)
}

// place is a destination that is read and then written: all that can fault happens when it is made.
type place[T word] struct {
	c   *CPU
	i   *Inst
	lin uint64
}

// rm is the ModRM.rm operand as a destination.
func rm[T word](c *CPU, i *Inst) (p place[T]) {
	p.c, p.i = c, i
	if i.IsMem {
		p.lin = c.linWrite(i, int(unsafe.Sizeof(T(0))))
	}
	return p
}

func (p place[T]) get() T {
	if p.i.IsMem {
		return load[T](p.c, p.lin)
	}
	return getReg[T](p.c, p.i.RM, p.i.Prefix)
}

func (p place[T]) put(v T) {
	if p.i.IsMem {
		store(p.c, p.lin, v)
		return
	}
	setReg(p.c, p.i.RM, p.i.Prefix, v)
}

// stackSize is the width of the stack pointer as an address size in bytes.
func (c *CPU) stackSize() uint8 {
	switch {
	case c.mode == decode.Mode64:
		return 8
	case c.Seg[decode.SS].Attr&attrDB != 0:
		return 4
	}
	return 2
}

// setSP writes RSP, ESP or SP.
func (c *CPU) setSP(v uint64) {
	switch c.stackSize() {
	case 8:
		c.R[4] = v
	case 4:
		c.R[4] = v & 0xffffffff
	default:
		c.R[4] = c.R[4]&^0xffff | v&0xffff
	}
}

// stackTop is the linear address of an operand at an offset from the stack pointer.
func (c *CPU) stackAt(offset int64, size int, write bool) uint64 {
	return c.lin(decode.SS, addrMask(c.stackSize(), c.R[4]+uint64(offset)), size, write)
}

// pushValue pushes size bytes: the write comes before RSP changes.
func (c *CPU) pushValue(v uint64, size int) {
	c.storeSized(c.stackAt(-int64(size), size, true), size, v)
	c.setSP(c.R[4] - uint64(size))
}

// popValue pops size bytes.
func (c *CPU) popValue(size int) uint64 {
	v := c.peek(0, size)
	c.setSP(c.R[4] + uint64(size))
	return v
}

// stackView is the host's view of the top bytes of the stack in 64-bit code, where they lie in one page that the inline array
// holds; else nil.
func (c *CPU) stackView(bytes uint64) unsafe.Pointer {
	sp := c.R[4]
	e := &c.tlbR[sp>>12&(mmu.Entries-1)]
	if c.mode != decode.Mode64 || e.tag != (sp+bytes-1)&^pageMask|c.ctx {
		return nil
	}
	return unsafe.Add(e.page, sp&pageMask)
}

// peek reads size bytes at an offset from the top of the stack.
func (c *CPU) peek(offset int64, size int) uint64 {
	return c.loadSized(c.stackAt(offset, size, false), size)
}

func (c *CPU) loadSized(lin uint64, size int) uint64 {
	switch size {
	case 1:
		return uint64(load[uint8](c, lin))
	case 2:
		return uint64(load[uint16](c, lin))
	case 4:
		return uint64(load[uint32](c, lin))
	}
	return load[uint64](c, lin)
}

func (c *CPU) storeSized(lin uint64, size int, v uint64) {
	switch size {
	case 1:
		store(c, lin, uint8(v))
	case 2:
		store(c, lin, uint16(v))
	case 4:
		store(c, lin, uint32(v))
	default:
		store(c, lin, v)
	}
}

// cutSize keeps the low size bytes of v.
func cutSize(v uint64, size uint8) uint64 {
	if size == 8 {
		return v
	}
	return v & (1<<(8*size) - 1)
}
