package x86

// The components of extended state, by their bits in XCR0. Source: SDM Vol. 1, "XSAVE-Supported Features and State-Component
// Bitmaps".
const (
	xcr0X87  = 1 << 0
	xcr0SSE  = 1 << 1
	xcr0PKRU = 1 << 9

	xHeader     = 512
	xPKRU       = 576 // in the standard format, and in the compacted one too, since nothing can stand before it
	xCompacted  = 1 << 63
	xHeaderRest = 16 // first byte of the header that must be zero
)

// xsaveSize is the size of an area that holds the components.
func xsaveSize(components uint64) uint32 {
	if components&xcr0PKRU != 0 {
		return xPKRU + 8
	}
	return xPKRU
}

// inUse are the components that are not in their initial state.
func (c *CPU) inUse() uint64 {
	bv := c.FPU.inUse()
	if c.PKRU != 0 {
		bv |= xcr0PKRU
	}
	return bv
}

// inUse are the components that are not in their initial state, found from their contents. MXCSR does not count.
//
// Source: SDM Vol. 1, "Processor Tracking of XSAVE-Managed State".
func (f *FPU) inUse() (bv uint64) {
	if !f.initialX87() {
		bv |= xcr0X87
	}
	if f.XMM != [16]xmm{} {
		bv |= xcr0SSE
	}
	return bv
}

func (f *FPU) initialX87() bool {
	initial := initialX87()
	x := *f
	x.XMM, x.MXCSR = initial.XMM, initial.MXCSR
	return x == initial
}

// checkXSAVE is what the instructions that use an area begin with.
func (c *CPU) checkXSAVE() {
	c.udIf(c.CR4&cr4OSXSAVE == 0)
	if c.CR0&cr0TS != 0 {
		c.raise(vecNM, 0)
	}
}

// requested are the enabled components of EDX:EAX.
func (c *CPU) requested() uint64 {
	return c.XCR0 & (c.gpr(0)&0xffffffff | c.gpr(2)<<32)
}

// xarea is the linear address of a writable area: #GP(0) unless it lies on a multiple of 64.
func (c *CPU) xarea(i *Inst) uint64 {
	size := int(xsaveSize(c.requested()))
	lin := c.lin(i.Seg, c.ea(i), size, true)
	c.gpIf(lin&63 != 0)
	c.probeWrite(lin, size)
	return lin
}

// storeComponents writes the parts of the area that belong to the components.
func (c *CPU) storeComponents(i *Inst, lin, components uint64) {
	if components&xcr0X87 != 0 {
		c.storeX87(i, lin)
	}
	if components&xcr0SSE != 0 {
		c.storeXMM16(lin)
	}
	if components&xcr0PKRU != 0 {
		store(c, lin+xPKRU, uint64(c.PKRU))
	}
}

// xsave is XSAVE: all requested components, and their bits of XSTATE_BV.
func xsave(c *CPU, i *Inst) { c.xsave(i, ^uint64(0)) }

// xsaveopt is XSAVEOPT: components in their initial state are not written. (That others were not modified is not tracked.)
func xsaveopt(c *CPU, i *Inst) { c.xsave(i, c.inUse()) }

func (c *CPU) xsave(i *Inst, write uint64) {
	c.checkXSAVE()
	lin, request := c.xarea(i), c.requested()
	old := load[uint64](c, lin+xHeader)
	c.storeComponents(i, lin, request&write)
	if request&xcr0SSE != 0 {
		c.storeMXCSR(lin)
	}
	store(c, lin+xHeader, old&^request|c.inUse()&request)
}

// xsavec is XSAVEC: the compacted format, which with these components differs in the header only.
func xsavec(c *CPU, i *Inst) {
	c.checkXSAVE()
	lin, request := c.xarea(i), c.requested()
	bv := c.inUse()
	if c.FPU.MXCSR != mxcsrPowerOn {
		bv |= xcr0SSE
	}
	bv &= request
	c.storeComponents(i, lin, bv)
	if bv&xcr0SSE != 0 {
		c.storeMXCSR(lin)
	}
	store(c, lin+xHeader, bv)
	store(c, lin+xHeader+8, request|xCompacted)
}

// xrstor is XRSTOR from either format.
//
// Source: SDM Vol. 1, "Operation of XRSTOR".
func xrstor(c *CPU, i *Inst) {
	c.checkXSAVE()
	request := c.requested()
	lin := c.linRead(i, int(xsaveSize(request)))
	c.gpIf(lin&63 != 0)
	bv, compacted := c.loadXHeader(lin)
	loaded := request & bv
	pkru := uint32(0)
	if loaded&xcr0PKRU != 0 {
		pkru = load[uint32](c, lin+xPKRU)
	}

	next := c.FPU
	if request&xcr0X87 != 0 {
		x87 := initialX87()
		if loaded&xcr0X87 != 0 {
			x87 = c.loadX87(i, lin)
		}
		next.setX87(&x87)
	}
	if request&xcr0SSE != 0 {
		next.XMM, next.MXCSR = [16]xmm{}, mxcsrPowerOn
		if c.mode != 64 {
			copy(next.XMM[8:], c.FPU.XMM[8:])
		}
		if loaded&xcr0SSE != 0 {
			next.XMM = c.loadXMM(lin)
		}
		if loaded&xcr0SSE != 0 || !compacted {
			next.MXCSR = c.loadMXCSR(lin)
		}
	}
	c.FPU = next
	if request&xcr0PKRU != 0 {
		c.setPKRU(pkru)
	}
}

// xsaves and xrstors are XSAVES and XRSTORS: the compacted format, at CPL 0. There are no supervisor components.
func xsaves(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4OSXSAVE == 0)
	c.gpIf(c.CPL != 0)
	xsavec(c, i)
}

func xrstors(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4OSXSAVE == 0)
	c.gpIf(c.CPL != 0)
	c.checkXSAVE()
	lin := c.linRead(i, xPKRU)
	c.gpIf(lin&63 != 0 || load[uint64](c, lin+xHeader+8)&xCompacted == 0)
	xrstor(c, i)
}

// loadXHeader checks the header: #GP(0) for components that are off and for reserved bytes.
func (c *CPU) loadXHeader(lin uint64) (bv uint64, compacted bool) {
	bv = load[uint64](c, lin+xHeader)
	format := load[uint64](c, lin+xHeader+8)
	compacted = format&xCompacted != 0
	last, allowed := uint64(24), c.XCR0
	if compacted {
		last, allowed = 64, format&^xCompacted
		c.gpIf(allowed&^c.XCR0 != 0)
	} else {
		c.gpIf(format != 0)
	}
	c.gpIf(bv&^allowed != 0)
	for at := uint64(xHeaderRest); at < last; at += 8 {
		c.gpIf(load[uint64](c, lin+xHeader+at) != 0)
	}
	return bv, compacted
}

func initialX87() (f FPU) {
	f.initX87()
	return f
}

// xgetbv is XGETBV: XCR0, or with ECX = 1 its components in use.
func xgetbv(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4OSXSAVE == 0)
	v := c.XCR0
	switch uint32(c.gpr(1)) {
	case 0:
	case 1:
		c.gpIf(!c.features.on["XGETBV1"])
		v &= c.inUse()
	default:
		c.raise(vecGP, 0)
	}
	c.setGPR(0, v&0xffffffff)
	c.setGPR(2, v>>32)
}

// xsetbv is XSETBV: x87 must be on, and nothing that does not exist.
func xsetbv(c *CPU, i *Inst) {
	c.udIf(c.CR4&cr4OSXSAVE == 0)
	v := c.gpr(0)&0xffffffff | c.gpr(2)<<32
	c.gpIf(c.CPL != 0 || uint32(c.gpr(1)) != 0 || v&xcr0X87 == 0 || v&^c.features.xcr0 != 0)
	c.XCR0 = v
}
