package x86

// The 512-byte area of FXSAVE, which is also the legacy region of XSAVE. Source: SDM Vol. 2, "FXSAVE", tables "Non-64-Bit-Mode
// Layout" and "Layout of the 64-Bit Mode FXSAVE Map".
const (
	fxMXCSR = 24
	fxST    = 32
	fxXMM   = 160
	fxSize  = 512
)

// abridged is the tag byte of FXSAVE: one bit for each physical register in use.
func (f *FPU) abridged() (b uint8) {
	for r := range 8 {
		if f.TW>>(2*r)&3 != 3 {
			b |= 1 << r
		}
	}
	return b
}

func (f *FPU) setAbridged(b uint8) {
	f.TW = 0
	for r := range 8 {
		if b>>r&1 == 0 {
			f.TW |= 3 << (2 * r)
		}
	}
}

// storeX87 writes the x87 part of an area.
func (c *CPU) storeX87(i *Inst, lin uint64) {
	f := &c.FPU
	store(c, lin, uint64(f.CW)|uint64(f.SW)<<16|uint64(f.abridged())<<32|uint64(f.FOP)<<48)
	if wide(i) {
		store(c, lin+8, f.FIP)
		store(c, lin+16, f.FDP)
	} else {
		store(c, lin+8, f.FIP&0xffffffff|uint64(f.FCS)<<32)
		store(c, lin+16, f.FDP&0xffffffff|uint64(f.FDS)<<32)
	}
	for n := range uint8(8) {
		v := f.get(n)
		store128(c, lin+fxST+16*uint64(n), v.Mant, uint64(v.SE))
	}
}

// loadX87 reads the x87 part of an area.
func (c *CPU) loadX87(i *Inst, lin uint64) (f FPU) {
	head := load[uint64](c, lin)
	f.CW = uint16(head)&cwMask | cwOne
	f.setStatus(uint16(head >> 16))
	f.setAbridged(uint8(head >> 32))
	f.FOP = uint16(head>>48) & 0x7ff
	f.FIP, f.FDP = load[uint64](c, lin+8), load[uint64](c, lin+16)
	if !wide(i) {
		f.FCS, f.FDS = uint16(f.FIP>>32), uint16(f.FDP>>32)
		f.FIP, f.FDP = f.FIP&0xffffffff, f.FDP&0xffffffff
	}
	for n := range uint8(8) {
		lo, hi := load128(c, lin+fxST+16*uint64(n))
		f.ST[f.st(n)] = f80{Mant: lo, SE: uint16(hi)}
	}
	return f
}

// setX87 replaces the x87 part of the state.
func (f *FPU) setX87(v *FPU) {
	xmm, mxcsr := f.XMM, f.MXCSR
	*f = *v
	f.XMM, f.MXCSR = xmm, mxcsr
}

// xmmCount is how many XMM registers an area has room for in this mode.
func (c *CPU) xmmCount() int {
	if c.mode == 64 {
		return 16
	}
	return 8
}

func (c *CPU) storeMXCSR(lin uint64) {
	store(c, lin+fxMXCSR, uint64(c.FPU.MXCSR)|mxcsrMask<<32)
}

func (c *CPU) storeXMM16(lin uint64) {
	for n, v := range c.FPU.XMM[:c.xmmCount()] {
		store128(c, lin+fxXMM+16*uint64(n), v[0], v[1])
	}
}

// loadXMM reads the XMM part of an area; registers that this mode does not have stay.
func (c *CPU) loadXMM(lin uint64) [16]xmm {
	v := c.FPU.XMM
	for n := range c.xmmCount() {
		v[n][0], v[n][1] = load128(c, lin+fxXMM+16*uint64(n))
	}
	return v
}

// loadMXCSR is #GP(0) for bits that do not exist.
func (c *CPU) loadMXCSR(lin uint64) uint32 {
	v := load[uint32](c, lin+fxMXCSR)
	c.gpIf(v&^mxcsrMask != 0)
	return v
}

// fxsave is FXSAVE and, with REX.W, FXSAVE64. The reserved bytes and the last 48 are not written.
func fxsave(c *CPU, i *Inst) {
	c.checkFPUPresent()
	lin := c.aligned(c.lin(i.Seg, c.ea(i), fxSize, true))
	c.probeWrite(lin, fxSize)
	c.storeX87(i, lin)
	c.storeMXCSR(lin)
	c.storeXMM16(lin)
}

// fxrstor is FXRSTOR: everything is read and checked before anything changes.
func fxrstor(c *CPU, i *Inst) {
	c.checkFPUPresent()
	lin := c.aligned(c.linRead(i, fxSize))
	mxcsr := c.loadMXCSR(lin)
	xmm := c.loadXMM(lin)
	x87 := c.loadX87(i, lin)
	c.FPU.setX87(&x87)
	c.FPU.XMM, c.FPU.MXCSR = xmm, mxcsr
}
