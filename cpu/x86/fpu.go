package x86

import "stasis/cpu/softfloat"

// FPU is the x87, MMX and SSE register state.
type FPU struct {
	CW, SW, TW uint16           // control; status with TOP; tags: 3 for an empty register, anything else for one in use
	ST         [8]softfloat.F80 // physical registers R0–R7, not rotated by TOP; MM0–MM7 are their significands
	FOP        uint16           // opcode, instruction and operand pointers of the last instruction that is not a control one
	FIP, FDP   uint64
	FCS, FDS   uint16
	XMM        [16]xmm
	MXCSR      uint32
}

// floatContext is what an arithmetic instruction reads from a control register and reports to a status register.
type floatContext = softfloat.Context

// xmm is an XMM register, low quadword first.
type xmm = [2]uint64

// Bits of MXCSR. Source: SDM Vol. 1, "MXCSR Control and Status Register".
const (
	mxcsrFlags    = 0x3f
	mxcsrPE       = 1 << 5
	mxcsrDAZ      = 1 << 6
	mxcsrPM       = 1 << 12
	mxcsrMasks    = 0x3f << 7
	mxcsrRC       = 3 << 13
	mxcsrFTZ      = 1 << 15
	mxcsrMask     = 0xffff // MXCSR_MASK: the bits that exist
	mxcsrPowerOn  = 0x1f80
	mxcsrMaskBit0 = 7  // place of the masks
	mxcsrRCBit0   = 13 // place of the rounding control
)

// checkSSE is what every SSE instruction begins with: #UD unless the system turned SSE on, #NM for a lazy switch.
func (c *CPU) checkSSE() {
	if c.CR0&(cr0EM|cr0TS) != 0 || c.CR4&cr4OSFXSR == 0 {
		c.sseUnavailable()
	}
}

func (c *CPU) sseUnavailable() {
	if c.CR0&cr0EM != 0 || c.CR4&cr4OSFXSR == 0 {
		c.raise(vecUD, 0)
	}
	c.raise(vecNM, 0)
}

// checkFPU is what every x87 instruction begins with that is not a non-waiting one: #NM, then #MF for an exception that an earlier
// instruction left pending.
func (c *CPU) checkFPU() {
	c.checkFPUPresent()
	c.checkPending()
}

func (c *CPU) checkFPUPresent() {
	if c.CR0&(cr0EM|cr0TS) != 0 {
		c.raise(vecNM, 0)
	}
}

// checkPending is #MF for an unmasked exception. Without CR0.NE the FERR# wire would tell the interrupt controller; no board has it
// wired, so the instruction runs.
func (c *CPU) checkPending() {
	if c.FPU.SW&swES == 0 {
		return
	}
	if c.CR0&cr0NE != 0 {
		c.raise(vecMF, 0)
	}
	c.note("FERR#")
}

// checkMMX is what every MMX instruction begins with.
func (c *CPU) checkMMX() {
	if c.CR0&cr0EM != 0 {
		c.raise(vecUD, 0)
	}
	c.checkFPU()
}

// enterMMX marks all registers in use and TOP zero, as every MMX instruction except EMMS does.
func (c *CPU) enterMMX() {
	c.FPU.SW &^= swTOP
	c.FPU.TW = 0
}

// setMM writes an MMX register: sign and exponent become ones.
func (c *CPU) setMM(n uint8, v uint64) {
	c.FPU.ST[n&7] = softfloat.F80{Mant: v, SE: 0xffff}
}
