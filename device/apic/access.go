package apic

// read returns a register that both forms of access share. It reports false for one that is not there.
func (l *LAPIC) read(reg uint64) (v uint32, ok bool) {
	switch {
	case reg >= regISR && reg < regISR+8:
		return l.ISR[reg-regISR], true
	case reg >= regTMR && reg < regTMR+8:
		return l.TMR[reg-regTMR], true
	case reg >= regIRR && reg < regIRR+8:
		return l.IRR[reg-regIRR], true
	case reg >= regLVT && reg < regLVT+lvtCount:
		return l.LVT[reg-regLVT], true
	}
	switch reg {
	case regVersion:
		return version, true
	case regTPR:
		return uint32(l.TPR), true
	case regPPR:
		return uint32(l.ppr()), true
	case regLDR:
		return l.LDR, true
	case regSVR:
		return l.SVR, true
	case regESR:
		return l.ESR, true
	case regICRLow:
		return uint32(l.ICR), true
	case regInitialCount:
		return l.InitialCount, true
	case regCurrentCount:
		return l.currentCount(), true
	case regDivide:
		return l.Divide, true
	}
	return 0, false
}

// write changes a register that both forms of access share. It reports false for one that is not there or cannot be
// written. The caller updates.
func (l *LAPIC) write(reg uint64, v uint32) bool {
	if reg >= regLVT && reg < regLVT+lvtCount {
		l.writeLVT(int(reg-regLVT), v)
		return true
	}
	switch reg {
	case regTPR:
		l.TPR = uint8(v)
	case regEOI:
		l.eoi()
	case regSVR:
		l.writeSVR(v)
	case regESR:
		l.ESR, l.Errors = l.Errors, 0
	case regInitialCount:
		l.writeInitialCount(v)
	case regDivide:
		l.writeDivide(v)
	default:
		return false
	}
	return true
}

// writeSVR masks all LVT entries when it disables the APIC.
func (l *LAPIC) writeSVR(v uint32) {
	l.SVR = v & svrWritable
	if l.SVR&svrEnable == 0 {
		for i := range l.LVT {
			l.LVT[i] |= lvtMasked
		}
	}
}
