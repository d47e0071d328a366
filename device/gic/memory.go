package gic

// Registers of the CPU interface of version 2.
//
// Source: IHI 0048, "CPU interface register map".
const (
	gicCTLR   = 0x00
	gicPMR    = 0x04
	gicBPR    = 0x08
	gicIAR    = 0x0c
	gicEOIR   = 0x10
	gicRPR    = 0x14
	gicHPPIR  = 0x18
	gicABPR   = 0x1c
	gicAIAR   = 0x20
	gicAEOIR  = 0x24
	gicAHPPIR = 0x28
	gicAPR    = 0xd0
	gicNSAPR  = 0xe0
	gicIIDR   = 0xfc
	gicDIR    = 0x1000

	gicVersion = 0x0202_043b

	gicAckCtl  = 1 << 2
	gicFIQEn   = 1 << 3
	gicCBPR    = 1 << 4
	gicEOImode = 1 << 9
)

// Interface returns a CPU's interface of version 2.
func (g *GIC) Interface(cpu int) *Window { return &Window{g, cpu} }

// Window is the CPU interface of version 2 in memory.
type Window struct {
	g   *GIC
	cpu int
}

// Read reads registers. A read of IAR acknowledges.
func (w *Window) Read(offset uint64, size int) uint64 { return readLanes(offset, size, w.read) }

// Write writes registers.
func (w *Window) Write(offset uint64, size int, v uint64) {
	writeLanes(offset, size, v, w.write)
	w.g.update()
}

func (w *Window) read(at uint64) uint32 {
	i := &w.g.CPU[w.cpu]
	switch at {
	case gicCTLR:
		return i.control()
	case gicPMR:
		return uint32(i.PMR)
	case gicBPR:
		return uint32(i.bpr(0))
	case gicABPR:
		return uint32(i.bpr(1))
	case gicIAR, gicAIAR:
		return w.acknowledge(at == gicAIAR)
	case gicRPR:
		return uint32(i.running())
	case gicHPPIR, gicAHPPIR:
		return w.visible(w.g.best(w.cpu), at == gicAHPPIR)
	case gicAPR:
		return i.Active[0]
	case gicNSAPR:
		return i.Active[1]
	case gicIIDR:
		return gicVersion
	}
	return 0
}

// visible is the number that a candidate has for the registers of a group.
//
// Source: IHI 0048, "Interrupt Acknowledge Register, GICC_IAR".
func (w *Window) visible(c candidate, group1 bool) uint32 {
	switch {
	case c.id == spurious, group1 && c.group == 0:
		return spurious
	case !group1 && c.group == 1 && !w.g.CPU[w.cpu].AckCtl:
		return spuriousOther
	}
	return uint32(c.id)
}

func (w *Window) acknowledge(group1 bool) uint32 {
	c := w.g.best(w.cpu)
	if !w.g.signals(w.cpu, c) {
		return spurious
	}
	id := w.visible(c, group1)
	if id >= spuriousOther {
		return id
	}
	if c.id < sgis {
		id |= w.g.takeSource(w.cpu, c.id) << 10
	}
	w.g.acknowledge(w.cpu, c)
	if c.id < sgis {
		w.g.sgiPending(w.cpu, c.id)
		w.g.update()
	}
	return id
}

func (i *Interface) control() (v uint32) {
	for bit, on := range [...]bool{0: i.Enable[0], 1: i.Enable[1], 2: i.AckCtl, 3: i.FIQEn, 4: i.CBPR, 9: i.EOImode} {
		if on {
			v |= 1 << bit
		}
	}
	return v
}

func (w *Window) write(at uint64, v, _ uint32) {
	i := &w.g.CPU[w.cpu]
	switch at {
	case gicCTLR:
		i.Enable = [2]bool{v&1 != 0, v&2 != 0}
		i.AckCtl, i.FIQEn, i.CBPR, i.EOImode = v&gicAckCtl != 0, v&gicFIQEn != 0, v&gicCBPR != 0, v&gicEOImode != 0
	case gicPMR:
		i.PMR = uint8(v) & priorityMask
	case gicBPR:
		i.setBPR(0, uint64(v))
	case gicABPR:
		i.setBPR(1, uint64(v))
	case gicEOIR:
		w.end(int(v&0x3ff), i.dropHighest)
	case gicAEOIR:
		w.end(int(v&0x3ff), func() { i.drop(1) })
	case gicAPR:
		i.Active[0] = v
	case gicNSAPR:
		i.Active[1] = v
	case gicDIR:
		w.g.deactivate(w.cpu, int(v&0x3ff))
	}
}

// end ends the running priority, and with it the interrupt unless that is done apart.
func (w *Window) end(id int, drop func()) {
	if id >= total {
		return
	}
	drop()
	if !w.g.CPU[w.cpu].EOImode {
		w.g.deactivate(w.cpu, id)
	}
}
