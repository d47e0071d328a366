package apic

// MSRs of the local APIC.
const (
	msrAPICBase    = 0x1b
	msrTSCDeadline = 0x6e0
	msrX2First     = 0x800
	msrX2Last      = 0x8ff
)

// x2Reserved are the bits of each x2APIC register that must be written as zero.
var x2Reserved = [0x40]uint64{
	regTPR:          ^uint64(0xff),
	regEOI:          ^uint64(0),
	regSVR:          ^uint64(svrWritable),
	regESR:          ^uint64(0),
	regDivide:       ^uint64(divideWritable),
	regSelfIPI:      ^uint64(0xff),
	regICRLow:       0xfff3_2000,
	regLVT:          ^uint64(0x7_10ff),
	regLVT + 1:      ^uint64(0x1_17ff),
	regLVT + 2:      ^uint64(0x1_17ff),
	regLVT + 3:      ^uint64(0x1_f7ff),
	regLVT + 4:      ^uint64(0x1_f7ff),
	regLVT + 5:      ^uint64(0x1_10ff),
	regInitialCount: ^uint64(0xffff_ffff),
}

// ReadMSR reads IA32_APIC_BASE, IA32_TSC_DEADLINE (as a Clock, see SetDeadline) or an x2APIC register. It reports
// false where RDMSR is #GP.
func (l *LAPIC) ReadMSR(msr uint32) (v uint64, ok bool) {
	switch {
	case msr == msrAPICBase:
		return l.Base, true
	case msr == msrTSCDeadline:
		return l.ReadDeadline(), l.config.TSCDeadline
	case msr < msrX2First || msr > msrX2Last || !l.extended():
		return 0, false
	}
	switch reg := uint64(msr - msrX2First); reg {
	case regID:
		return uint64(l.ID), true
	case regICRLow:
		return l.ICR, true
	default:
		low, ok := l.read(reg)
		return uint64(low), ok
	}
}

// WriteMSR writes what ReadMSR reads. It reports false where WRMSR is #GP.
func (l *LAPIC) WriteMSR(msr uint32, v uint64) bool {
	switch {
	case msr == msrAPICBase:
		return l.writeBase(v)
	case msr == msrTSCDeadline:
		l.SetDeadline(v)
		return l.config.TSCDeadline
	case msr < msrX2First || msr > msrX2Last || !l.extended():
		return false
	}
	ok := l.writeX2(uint64(msr-msrX2First), v)
	l.update()
	return ok
}

func (l *LAPIC) writeX2(reg, v uint64) bool {
	if reg >= uint64(len(x2Reserved)) || v&x2Reserved[reg] != 0 {
		return false
	}
	switch reg {
	case regICRLow:
		l.ICR = v &^ icrPending
		l.sendIPI(uint32(v >> 32))
		return true
	case regSelfIPI:
		l.ICR = v | icrSelf
		l.sendIPI(l.ID)
		return true
	}
	return l.write(reg, uint32(v))
}

// writeBase is a write of IA32_APIC_BASE.
//
// Source: SDM Vol. 3A, "x2APIC State Transitions".
func (l *LAPIC) writeBase(v uint64) bool {
	if v&baseReserved != 0 || v>>l.config.PhysBits != 0 {
		return false
	}
	const modes = baseEnable | baseExtended
	from, to := l.Base&modes, v&modes
	legal := to == from ||
		to == 0 ||
		to == baseEnable && from == 0 ||
		to == modes && from == baseEnable && l.config.X2APIC
	if !legal {
		return false
	}
	l.Base = v
	switch {
	case to == from:
	case to == modes:
		l.LDR = x2LDR(l.ID)
		l.ICR &= 0xffff_ffff
	default: // the registers do not survive being switched off
		l.State.initRegisters()
	}
	l.update()
	return true
}
