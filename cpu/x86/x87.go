package x86

import (
	"stasis/cpu/softfloat"
)

// f80 is an x87 register's value.
type f80 = softfloat.F80

// Bits of the x87 status word. Source: SDM Vol. 1, "x87 FPU Status Register".
const (
	swIE    = 1 << 0
	swDE    = 1 << 1
	swZE    = 1 << 2
	swPE    = 1 << 5
	swFlags = 0x3f
	swSF    = 1 << 6 // stack fault
	swES    = 1 << 7 // an unmasked exception is pending
	swC0    = 1 << 8
	swC1    = 1 << 9
	swC2    = 1 << 10
	swTOP   = 7 << swTOP0
	swTOP0  = 11
	swC3    = 1 << 14
	swB     = 1 << 15 // the same as ES
	swCC    = swC0 | swC1 | swC2 | swC3

	cwInit  = 0x37f
	cwMasks = 0x3f
	cwPC0   = 8
	cwRC0   = 10
	cwOne   = 0x40 // reads as one
	cwMask  = 0x1f3f

	x87Wrap = 24576 // Source: SDM Vol. 1, "Numeric Overflow Exception (#O)"
)

var indefinite80 = f80{Mant: 3 << 62, SE: 0xffff}

func (f *FPU) top() uint16 { return f.SW >> swTOP0 & 7 }

func (f *FPU) setTop(top uint16) { f.SW = f.SW&^swTOP | top&7<<swTOP0 }

// st is the physical number of ST(n).
func (f *FPU) st(n uint8) uint16 { return (f.top() + uint16(n)) & 7 }

// empty reports whether ST(n) is.
func (f *FPU) empty(n uint8) bool { return f.TW>>(2*f.st(n))&3 == 3 }

// get is ST(n).
func (f *FPU) get(n uint8) f80 { return f.ST[f.st(n)] }

// set writes ST(n) and marks it in use.
func (f *FPU) set(n uint8, v f80) {
	r := f.st(n)
	f.ST[r] = v
	f.TW &^= 3 << (2 * r)
}

// free marks ST(n) empty.
func (f *FPU) free(n uint8) { f.TW |= 3 << (2 * f.st(n)) }

// pop frees ST(0) and moves TOP.
func (f *FPU) pop() {
	f.free(0)
	f.setTop(f.top() + 1)
}

// tags is the full tag word, with each class found from the contents as the processor does when it stores it.
//
// Source: SDM Vol. 1, "x87 FPU Tag Word".
func (f *FPU) tags() (tw uint16) {
	for r, v := range f.ST {
		tag := uint16(0)
		switch exp := v.SE & 0x7fff; {
		case f.TW>>(2*r)&3 == 3:
			tag = 3
		case exp == 0 && v.Mant == 0:
			tag = 1
		case exp == 0 || exp == 0x7fff || v.Mant>>63 == 0:
			tag = 2
		}
		tw |= tag << (2 * r)
	}
	return tw
}

// setTags loads a full tag word: only empty matters.
func (f *FPU) setTags(tw uint16) {
	f.TW = 0
	for r := range 8 {
		if tw>>(2*r)&3 == 3 {
			f.TW |= 3 << (2 * r)
		}
	}
}

// setStatus loads the status word; ES and B follow from the flags and masks.
func (f *FPU) setStatus(sw uint16) {
	f.SW = sw &^ (swES | swB)
	if f.SW&swFlags&^f.CW != 0 {
		f.SW |= swES | swB
	}
}

// setControl loads the control word.
func (f *FPU) setControl(cw uint16) {
	f.CW = cw&cwMask | cwOne
	f.setStatus(f.SW)
}

// fpuContext is the arithmetic that the control word asks for.
func (c *CPU) fpuContext() *floatContext {
	cw := c.FPU.CW
	c.fp = floatContext{
		Round:     softfloat.Mode(cw >> cwRC0 & 3),
		Precision: softfloat.Precision(cw >> cwPC0 & 3),
		NaN:       softfloat.LargerNaN,
		Unmasked:  softfloat.Flags(^cw & cwMasks),
		Wrap:      x87Wrap,
	}
	return &c.fp
}

// fpuOperands notes where an instruction that is not a control one stands, and its memory operand, for the environment.
func (c *CPU) fpuOperands(i *Inst) {
	f := &c.FPU
	f.FOP = uint16(i.Opcode&7)<<8 | uint16(i.ModRM)
	f.FIP, f.FCS = c.rip, c.Seg[1].Selector
	if i.IsMem {
		f.FDP, f.FDS = c.ea(i), c.Seg[i.Seg].Selector
	}
}

// fpuStart begins an instruction, after a memory operand was read: C1 is cleared.
func (c *CPU) fpuStart(i *Inst) *FPU {
	f := c.fpuStartKeepC1(i)
	f.SW &^= swC1
	return f
}

func (c *CPU) fpuStartKeepC1(i *Inst) *FPU {
	c.checkFPU()
	c.fpuOperands(i)
	return &c.FPU
}

// report adds flags to the status word. It says whether an unmasked exception of the operands forbids to write a result.
func (c *CPU) report(f *floatContext) (stopped bool) {
	flags := f.Flags
	trapped := flags & f.Unmasked
	if trapped&softfloat.Precomputation != 0 {
		flags &= softfloat.Precomputation
		stopped = true
	} else if f.RoundedUp {
		c.FPU.SW |= swC1
	}
	c.FPU.SW |= uint16(flags)
	if trapped != 0 {
		c.FPU.SW |= swES | swB
	}
	return stopped
}

// stackFault is Invalid with SF: C1 tells overflow from underflow. It says whether a result may be written.
func (c *CPU) stackFault(overflow bool) (masked bool) {
	f := &c.FPU
	f.SW |= swIE | swSF
	f.SW &^= swC1
	if overflow {
		f.SW |= swC1
	}
	if f.CW&swIE != 0 {
		return true
	}
	f.SW |= swES | swB
	return false
}

// underflow is a stack fault if ST(n) or ST(m) is empty: the masked response, the default NaN, goes to ST(dst).
func (c *CPU) underflow(n, m, dst uint8, pop bool) bool {
	f := &c.FPU
	if !f.empty(n) && !f.empty(m) {
		return false
	}
	if c.stackFault(false) {
		f.set(dst, indefinite80)
		if pop {
			f.pop()
		}
	}
	return true
}

// push makes room and writes ST(0), or the default NaN over a register in use.
func (c *CPU) push(v f80) {
	f := &c.FPU
	if !f.empty(7) {
		if !c.stackFault(true) {
			return
		}
		v = indefinite80
	}
	f.setTop(f.top() - 1)
	f.set(0, v)
}
