package gic

// System registers of the CPU interface of version 3, by op0, op1, CRn, CRm and op2 as bits 20 to 5 of MRS have them.
//
// Source: IHI 0069, "AArch64 System register descriptions".
const (
	iccPMR     = 3<<14 | 4<<7 | 6<<3
	iccIAR0    = 3<<14 | 12<<7 | 8<<3
	iccEOIR0   = 3<<14 | 12<<7 | 8<<3 | 1
	iccHPPIR0  = 3<<14 | 12<<7 | 8<<3 | 2
	iccBPR0    = 3<<14 | 12<<7 | 8<<3 | 3
	iccAP0R0   = 3<<14 | 12<<7 | 8<<3 | 4
	iccAP1R0   = 3<<14 | 12<<7 | 9<<3
	iccDIR     = 3<<14 | 12<<7 | 11<<3 | 1
	iccRPR     = 3<<14 | 12<<7 | 11<<3 | 3
	iccSGI1R   = 3<<14 | 12<<7 | 11<<3 | 5
	iccASGI1R  = 3<<14 | 12<<7 | 11<<3 | 6
	iccSGI0R   = 3<<14 | 12<<7 | 11<<3 | 7
	iccIAR1    = 3<<14 | 12<<7 | 12<<3
	iccEOIR1   = 3<<14 | 12<<7 | 12<<3 | 1
	iccHPPIR1  = 3<<14 | 12<<7 | 12<<3 | 2
	iccBPR1    = 3<<14 | 12<<7 | 12<<3 | 3
	iccCTLR    = 3<<14 | 12<<7 | 12<<3 | 4
	iccSRE     = 3<<14 | 12<<7 | 12<<3 | 5
	iccIGRPEN0 = 3<<14 | 12<<7 | 12<<3 | 6
	iccIGRPEN1 = 3<<14 | 12<<7 | 12<<3 | 7

	iccCBPR    = 1 << 0
	iccEOImode = 1 << 1
	iccPRIbits = 4 << 8  // five bits
	iccA3V     = 1 << 15 // SGIs know affinity level 3
	sreAlways  = 7       // system registers, no bypass
)

// ReadRegister reads a system register of a CPU; !ok is one that is not there. A read of IAR acknowledges.
func (g *GIC) ReadRegister(cpu int, r uint16) (v uint64, ok bool) {
	if g.version != 3 {
		return 0, false
	}
	i := &g.CPU[cpu]
	switch r {
	case iccPMR:
		v = uint64(i.PMR)
	case iccIAR0, iccIAR1:
		v = g.acknowledgeSystem(cpu, groupOf(r))
	case iccHPPIR0, iccHPPIR1:
		if c := g.best(cpu); c.group == groupOf(r) || c.id == spurious {
			v = uint64(c.id)
		} else {
			v = spurious
		}
	case iccBPR0, iccBPR1:
		v = i.bpr(groupOf(r))
	case iccAP0R0:
		v = uint64(i.Active[0])
	case iccAP1R0:
		v = uint64(i.Active[1])
	case iccRPR:
		v = uint64(i.running())
	case iccCTLR:
		v = i.systemControl()
	case iccSRE:
		v = sreAlways
	case iccIGRPEN0, iccIGRPEN1:
		if i.Enable[r&1] {
			v = 1
		}
	default:
		return 0, false
	}
	return v, true
}

// groupOf is the group that a register of a pair is about: those of group 1 have CRm 12.
func groupOf(r uint16) int { return int(r >> 5 & 1) }

func (i *Interface) systemControl() uint64 {
	v := uint64(iccPRIbits | iccA3V)
	if i.CBPR {
		v |= iccCBPR
	}
	if i.EOImode {
		v |= iccEOImode
	}
	return v
}

// acknowledgeSystem is a read of ICC_IAR0_EL1 or ICC_IAR1_EL1.
func (g *GIC) acknowledgeSystem(cpu, group int) uint64 {
	c := g.best(cpu)
	if c.group != group || !g.signals(cpu, c) {
		return spurious
	}
	g.acknowledge(cpu, c)
	return uint64(c.id)
}

// WriteRegister writes a system register of a CPU.
func (g *GIC) WriteRegister(cpu int, r uint16, v uint64) (ok bool) {
	if g.version != 3 {
		return false
	}
	i := &g.CPU[cpu]
	switch r {
	case iccPMR:
		i.PMR = uint8(v) & priorityMask
	case iccEOIR0, iccEOIR1:
		g.endSystem(cpu, int(v&0xff_ffff), groupOf(r))
	case iccBPR0, iccBPR1:
		i.setBPR(groupOf(r), v)
	case iccAP0R0:
		i.Active[0] = uint32(v)
	case iccAP1R0:
		i.Active[1] = uint32(v)
	case iccDIR:
		if i.EOImode {
			g.deactivate(cpu, int(v&0xff_ffff))
		}
	case iccSGI0R:
		g.sendSystem(cpu, v, 0)
	case iccSGI1R:
		g.sendSystem(cpu, v, 1)
	case iccCTLR:
		i.CBPR, i.EOImode = v&iccCBPR != 0, v&iccEOImode != 0
	case iccIGRPEN0, iccIGRPEN1:
		i.Enable[r&1] = v&1 != 0
	case iccSRE, iccASGI1R: // nothing of SRE can be changed, and there is no other security state to send to
	default:
		return false
	}
	g.update()
	return true
}

// endSystem is a write to ICC_EOIR0_EL1 or ICC_EOIR1_EL1.
func (g *GIC) endSystem(cpu, id, group int) {
	if id >= total {
		return
	}
	i := &g.CPU[cpu]
	i.drop(group)
	if !i.EOImode {
		g.deactivate(cpu, id)
	}
}
