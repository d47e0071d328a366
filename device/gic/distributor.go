package gic

// Sizes of the windows.
const (
	DistributorSize   = 0x1_0000
	RedistributorSize = 0x2_0000 // of each CPU
	InterfaceSize     = 0x1_0000
)

// Registers of the distributor. Those from group on exist for every interrupt, and in version 3 in the redistributors for the
// private ones.
//
// Source: IHI 0069, "The GIC Distributor register map".
const (
	regCTLR      = 0x000
	regTYPER     = 0x004
	regIIDR      = 0x008
	regGroup     = 0x080 // a bit each, as those up to priority
	regSetEnable = 0x100
	regClrEnable = 0x180
	regSetPend   = 0x200
	regClrPend   = 0x280
	regSetActive = 0x300
	regClrActive = 0x380
	regPriority  = 0x400 // a byte each
	regTargets   = 0x800 // a byte each
	regConfig    = 0xc00 // two bits each
	regConfigEnd = 0xd00
	regSGI       = 0xf00 // version 2
	regClrSGI    = 0xf10
	regSetSGI    = 0xf20
	regSGIEnd    = 0xf30
	regRoute     = 0x6000 // 8 bytes each
	regRouteEnd  = regRoute + 8*total
	regPIDR2v2   = 0xfe8
	regPIDR2v3   = 0xffe8

	ctlrEnables = 3
	ctlrARE     = 1 << 4
	ctlrDS      = 1 << 6

	iidr       = 0x43b
	pidr2v2    = 0x2b
	pidr2v3    = 0x3b
	typerNo1N  = 1 << 25
	typerA3V   = 1 << 24
	typerIDs   = 15 << 19 // 16 bits of INTID
	typerLines = total/32 - 1
)

// Distributor returns the distributor as a CPU sees it; in version 3 all see the same.
func (g *GIC) Distributor(cpu int) *Distributor { return &Distributor{g, cpu} }

// Distributor is the window of the distributor.
type Distributor struct {
	g   *GIC
	cpu int
}

// Read reads registers.
func (d *Distributor) Read(offset uint64, size int) uint64 {
	return readLanes(offset, size, d.read)
}

// Write writes registers.
func (d *Distributor) Write(offset uint64, size int, v uint64) {
	writeLanes(offset, size, v, d.write)
	d.g.update()
}

// readLanes makes an access of words.
func readLanes(offset uint64, size int, read func(at uint64) uint32) uint64 {
	if size == 8 {
		return uint64(read(offset)) | uint64(read(offset+4))<<32
	}
	v := uint64(read(offset&^3)) >> (8 * (offset & 3))
	return v & (1<<(8*size) - 1)
}

// writeLanes makes an access of words; mask has the bits that are written.
func writeLanes(offset uint64, size int, v uint64, write func(at uint64, v, mask uint32)) {
	if size == 8 {
		write(offset, uint32(v), ^uint32(0))
		write(offset+4, uint32(v>>32), ^uint32(0))
		return
	}
	shift := 8 * (offset & 3)
	mask := uint32(1<<(8*size)-1) << shift
	write(offset&^3, uint32(v)<<shift&mask, mask)
}

// read reads an aligned word.
func (d *Distributor) read(at uint64) uint32 {
	g := d.g
	switch {
	case at == regCTLR:
		return g.CTLR
	case at == regTYPER:
		return g.typer()
	case at == regIIDR:
		return iidr
	case at == regPIDR2v2 && g.version == 2:
		return pidr2v2
	case at == regPIDR2v3 && g.version == 3:
		return pidr2v3
	case at >= regGroup && at < regTargets, at >= regConfig && at < regConfigEnd:
		if b, reg, n := d.place(at); b != nil {
			return b.read(reg, n)
		}
	case g.version == 3 && at >= regRoute+8*private && at < regRouteEnd:
		return uint32(g.Route[at/8-regRoute/8-private] >> (at % 8 * 8))
	case g.version == 2 && at >= regTargets && at < regTargets+total:
		return d.targets(int(at - regTargets))
	case g.version == 2 && at >= regClrSGI && at < regSGIEnd:
		return lanes(g.Sources[d.cpu][at&15:])
	}
	return 0
}

func (g *GIC) typer() uint32 {
	if g.version == 2 {
		return typerLines | uint32(len(g.lines)-1)<<5
	}
	return typerLines | typerIDs | typerA3V | typerNo1N
}

// write writes an aligned word, as far as mask goes.
func (d *Distributor) write(at uint64, v, mask uint32) {
	g := d.g
	switch {
	case at == regCTLR:
		g.CTLR = g.CTLR&^ctlrEnables | v&ctlrEnables
	case at >= regGroup && at < regTargets, at >= regConfig && at < regConfigEnd:
		if b, reg, n := d.place(at); b != nil {
			if reg == regSetPend || reg == regClrPend {
				v &^= d.bySenders(b)
			}
			b.write(reg, n, v, mask)
			b.Enabled |= d.forced(b)
		}
	case g.version == 3 && at >= regRoute+8*private && at < regRouteEnd:
		r, shift := &g.Route[at/8-regRoute/8-private], at%8*8
		*r = (*r&^(uint64(mask)<<shift) | uint64(v)<<shift) & affinityMask
	case g.version == 2 && at >= regTargets+private && at < regTargets+total:
		g.setTargets(int(at-regTargets-private), v, mask)
	case g.version == 2 && at == regSGI:
		d.sendSGI(v)
	case g.version == 2 && at >= regClrSGI && at < regSGIEnd:
		d.changeSGI(int(at&15), v, at >= regSetSGI)
	}
}

// affinityMask is what of a route is there: the four affinity levels.
const affinityMask = 0xff_00ff_ffff

// forced are the interrupts of a bank that cannot be disabled.
func (d *Distributor) forced(b *Bank) uint32 {
	if b == &d.g.Private[d.cpu] {
		return d.g.alwaysEnabled()
	}
	return 0
}

// bySenders are the interrupts of a bank that wait as long as a CPU has sent them: the SGIs of version 2.
func (d *Distributor) bySenders(b *Bank) uint32 { return d.forced(b) }

// place finds the interrupts that a register is about: their bank, the first register of the kind, and the first one's number in
// the bank. In version 3 the private ones are the redistributors'.
func (d *Distributor) place(at uint64) (b *Bank, reg, n int) {
	reg, id := kindOf(at)
	if id >= total || d.g.version == 3 && id < private {
		return nil, 0, 0
	}
	return d.g.bank(d.cpu, id), reg, id % 32
}

// kindOf takes a register's address apart: the first of its kind, and the first interrupt that it is about.
func kindOf(at uint64) (reg, id int) {
	switch {
	case at >= regConfig:
		return regConfig, int(at-regConfig) * 4
	case at >= regPriority:
		return regPriority, int(at - regPriority)
	}
	reg = int(at &^ 0x7f)
	return reg, int(at&0x7f) * 8
}

// targets reads four registers of targets. Those of the private interrupts tell a CPU its own number; a single one has none.
func (d *Distributor) targets(id int) uint32 {
	switch {
	case len(d.g.lines) == 1:
		return 0
	case id < private:
		return 0x0101_0101 << d.cpu
	}
	return lanes(d.g.Targets[id-private:])
}

func (g *GIC) setTargets(n int, v, mask uint32) {
	for i := range 4 {
		if mask>>(8*i)&0xff != 0 {
			g.Targets[n+i] = uint8(v>>(8*i)) & (1<<len(g.lines) - 1)
		}
	}
}

// lanes joins four bytes.
func lanes(p []uint8) uint32 {
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}
