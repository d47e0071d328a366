package gic

// Registers of a redistributor: in its first 64 KiB its own, in the second those of the private interrupts, as the distributor has
// them for the shared ones.
//
// Source: IHI 0069, "The GIC Redistributor register map".
const (
	rdIIDR   = 0x04
	rdTYPER  = 0x08 // 8 bytes
	rdWAKER  = 0x14
	rdSGI    = 0x1_0000
	rdLast   = 1 << 4
	rdNumber = 8

	wakerProcessorSleep = 1 << 1
	wakerChildrenAsleep = 1 << 2
)

// Redistributors returns those of all CPUs, one after the other.
func (g *GIC) Redistributors() *Redistributors { return &Redistributors{g} }

// Redistributors is the window of all redistributors.
type Redistributors struct {
	g *GIC
}

// Read reads registers.
func (r *Redistributors) Read(offset uint64, size int) uint64 { return readLanes(offset, size, r.read) }

// Write writes registers.
func (r *Redistributors) Write(offset uint64, size int, v uint64) {
	writeLanes(offset, size, v, r.write)
	r.g.update()
}

func (r *Redistributors) read(offset uint64) uint32 {
	cpu, at := int(offset/RedistributorSize), offset%RedistributorSize
	switch at {
	case rdIIDR:
		return iidr
	case rdTYPER:
		return r.typer(cpu)
	case rdTYPER + 4:
		return uint32(cpu) // the affinity
	case rdWAKER:
		if r.g.CPU[cpu].Asleep {
			return wakerProcessorSleep | wakerChildrenAsleep
		}
	case regPIDR2v3:
		return pidr2v3
	}
	if b, reg, n := r.place(cpu, at); b != nil {
		return b.read(reg, n)
	}
	return 0
}

func (r *Redistributors) typer(cpu int) uint32 {
	v := uint32(cpu) << rdNumber
	if cpu == len(r.g.lines)-1 {
		v |= rdLast
	}
	return v
}

func (r *Redistributors) write(offset uint64, v, mask uint32) {
	cpu, at := int(offset/RedistributorSize), offset%RedistributorSize
	if at == rdWAKER {
		r.g.CPU[cpu].Asleep = v&wakerProcessorSleep != 0
		return
	}
	if b, reg, n := r.place(cpu, at); b != nil && (reg != regConfig || n >= sgis) {
		b.write(reg, n, v, mask)
	}
}

// place finds the private interrupts that a register is about.
func (r *Redistributors) place(cpu int, at uint64) (b *Bank, reg, n int) {
	at -= rdSGI
	if at < regGroup || at >= regTargets && at < regConfig || at >= regConfigEnd {
		return nil, 0, 0
	}
	reg, id := kindOf(at)
	if id >= private {
		return nil, 0, 0
	}
	return &r.g.Private[cpu], reg, id
}
