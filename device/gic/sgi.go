package gic

// Fields of GICD_SGIR.
//
// Source: IHI 0048, "Software Generated Interrupt Register, GICD_SGIR".
const (
	sgirFilter    = 24
	sgirList      = 16
	filterOthers  = 1
	filterOneself = 2
)

// sendSGI sends a software generated interrupt: to the CPUs of a list, to all others, or to the sender.
func (d *Distributor) sendSGI(v uint32) {
	n, to := v&15, uint8(v>>sgirList)
	switch v >> sgirFilter & 3 {
	case filterOthers:
		to = ^uint8(1 << d.cpu)
	case filterOneself:
		to = 1 << d.cpu
	}
	for i := range d.g.lines {
		if to>>i&1 != 0 {
			d.g.Sources[i][n] |= 1 << d.cpu
			d.g.Private[i].Pending |= 1 << n
		}
	}
}

// changeSGI sets or clears senders of four SGIs that wait for this CPU.
func (d *Distributor) changeSGI(first int, v uint32, set bool) {
	for i := range 4 {
		s, from := &d.g.Sources[d.cpu][first+i], uint8(v>>(8*i))
		if set {
			*s |= from
		} else {
			*s &^= from
		}
		d.g.sgiPending(d.cpu, first+i)
	}
}

// sgiPending lets an SGI of version 2 wait as long as one has sent it.
func (g *GIC) sgiPending(cpu, n int) {
	b := &g.Private[cpu]
	b.Pending &^= 1 << n
	if g.Sources[cpu][n] != 0 {
		b.Pending |= 1 << n
	}
}

// takeSource is the CPU whose SGI is acknowledged, the lowest that has sent it.
func (g *GIC) takeSource(cpu, n int) (from uint32) {
	s := &g.Sources[cpu][n]
	for from < MaxCPUs-1 && *s>>from&1 == 0 {
		from++
	}
	*s &^= 1 << from
	return from
}

// sendSystem is a write to ICC_SGI1R_EL1 and its kin: to the CPUs of a list in a cluster, or to all others. group is what the
// interrupt must be of at its target.
//
// Source: IHI 0069, "ICC_SGI1R_EL1".
func (g *GIC) sendSystem(cpu int, v uint64, group uint32) {
	n := v >> 24 & 15
	for i := range g.lines {
		hit := i != cpu
		if v>>40&1 == 0 {
			affinity := v>>16&0xff | v>>32&0xff | v>>48&0xff | v>>44&15
			hit = affinity == 0 && v>>i&1 != 0
		}
		if b := &g.Private[i]; hit && b.Group>>n&1 == group {
			b.Pending |= 1 << n
		}
	}
	g.update()
}
