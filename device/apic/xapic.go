package apic

// WindowSize is the size of the xAPIC's registers in memory.
const WindowSize = 0x1000

// Window returns where this CPU sees its registers in memory. It reports false where it does not: the APIC is off, or
// an x2APIC.
func (l *LAPIC) Window() (base uint64, ok bool) {
	return l.Base &^ (WindowSize - 1), l.enabled() && !l.extended()
}

// Read is a read of xAPIC memory. Registers are 32 bits wide on boundaries of 16 bytes; what lies between reads as zero.
func (l *LAPIC) Read(offset uint64, size int) uint64 {
	if offset%16 >= 4 {
		return 0
	}
	v := uint64(l.readX(offset/16)) >> (8 * (offset % 4))
	if size >= 4 {
		return v
	}
	return v & (1<<(8*size) - 1)
}

func (l *LAPIC) readX(reg uint64) uint32 {
	switch reg {
	case regID:
		return l.ID << 24
	case regDFR:
		return l.DFR
	case regICRHigh:
		return uint32(l.ICR >> 32)
	case regEOI, regAPR, regRRD: // write-only, and two that went with the APIC bus
		return 0
	}
	v, ok := l.read(reg)
	if !ok {
		l.fail(errRegister)
	}
	return v
}

// Write is a write of xAPIC memory. Only whole registers can be written.
func (l *LAPIC) Write(offset uint64, size int, value uint64) {
	if size < 4 || offset%16 != 0 {
		return
	}
	l.writeX(offset/16, uint32(value))
	l.update()
}

func (l *LAPIC) writeX(reg uint64, v uint32) {
	switch reg {
	case regID, regVersion, regPPR, regAPR, regRRD, regCurrentCount: // read-only
	case regLDR:
		l.LDR = v & 0xff00_0000
	case regDFR:
		l.DFR = v | 0x0fff_ffff
	case regICRHigh:
		l.ICR = l.ICR&0xffff_ffff | uint64(v&0xff00_0000)<<32
	case regICRLow:
		l.ICR = l.ICR&^0xffff_ffff | uint64(v&icrWritable)
		l.sendIPI(widen(uint32(l.ICR >> 56)))
	default:
		if !l.write(reg, v) {
			l.fail(errRegister)
		}
	}
}
