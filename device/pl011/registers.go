package pl011

import (
	"stasis/device/internal/primecell"
	"stasis/device/internal/width"
)

// Registers.
//
// Source: DDI 0183, "Summary of registers".
const (
	regDR    = 0x00
	regRSR   = 0x04
	regFR    = 0x18
	regILPR  = 0x20
	regIBRD  = 0x24
	regFBRD  = 0x28
	regLCR   = 0x2c
	regCR    = 0x30
	regIFLS  = 0x34
	regIMSC  = 0x38
	regRIS   = 0x3c
	regMIS   = 0x40
	regICR   = 0x44
	regDMACR = 0x48

	rsrOverrun = 1 << 3
	drOverrun  = 1 << 11

	frCTS  = 1 << 0
	frDSR  = 1 << 1
	frDCD  = 1 << 2
	frRXFE = 1 << 4
	frRXFF = 1 << 6
	frTXFE = 1 << 7

	lcrFIFO = 1 << 4

	crLoop = 1 << 7
	crTXE  = 1 << 8
	crRXE  = 1 << 9

	intRX  = 1 << 4
	intTX  = 1 << 5
	intRT  = 1 << 6
	intOE  = 1 << 10
	intAll = 0x7ff
)

// Read reads registers of 32 bits.
func (u *UART) Read(offset uint64, size int) uint64 {
	return width.Part(u.read(offset&^3), offset, 4, size)
}

func (u *UART) read(offset uint64) uint64 {
	switch offset {
	case regDR:
		return u.readData()
	case regRSR:
		if u.Overrun {
			return rsrOverrun
		}
	case regFR:
		return uint64(u.flags())
	case regILPR:
		return uint64(u.ILPR)
	case regIBRD:
		return uint64(u.IBRD)
	case regFBRD:
		return uint64(u.FBRD)
	case regLCR:
		return uint64(u.LCR)
	case regCR:
		return uint64(u.CR)
	case regIFLS:
		return uint64(u.IFLS)
	case regIMSC:
		return uint64(u.IMSC)
	case regRIS:
		return uint64(u.RIS)
	case regMIS:
		return uint64(u.RIS & u.IMSC)
	case regDMACR:
		return uint64(u.DMACR)
	}
	v, _ := primecell.ID(peripheral, offset)
	return v
}

// readData takes a byte, with what was wrong with it.
func (u *UART) readData() uint64 {
	v := uint64(u.pop())
	if u.Overrun {
		v |= drOverrun
	}
	u.update()
	return v
}

// flags are the flag register: a terminal at the other end is switched on.
func (u *UART) flags() uint16 {
	v := uint16(frTXFE | frCTS | frDSR | frDCD)
	if u.RxCount == 0 {
		v |= frRXFE
	}
	if u.RxCount >= u.capacity() {
		v |= frRXFF
	}
	return v
}

// Write writes registers of 32 bits.
func (u *UART) Write(offset uint64, size int, value uint64) {
	u.write(offset&^3, width.Merge(0, offset, 4, size, value))
	u.update()
}

func (u *UART) write(offset, v uint64) {
	switch offset {
	case regDR:
		u.transmit(byte(v))
	case regRSR:
		u.Overrun = false
	case regILPR:
		u.ILPR = uint8(v)
	case regIBRD:
		u.IBRD = uint16(v)
	case regFBRD:
		u.FBRD = uint16(v & 0x3f)
	case regLCR:
		u.setLCR(uint8(v))
	case regCR:
		u.CR = uint16(v)
	case regIFLS:
		u.IFLS = uint8(v & 0x3f)
	case regIMSC:
		u.IMSC = uint16(v & intAll)
	case regICR:
		u.RIS &^= uint16(v)
	case regDMACR:
		u.DMACR = uint8(v & 7)
	}
}

// setLCR flushes the FIFOs when they are switched.
func (u *UART) setLCR(v uint8) {
	if (v^u.LCR)&lcrFIFO != 0 {
		u.Rx, u.RxCount = [fifoSize]uint8{}, 0
		u.RIS &^= intRX | intRT
		u.event.Cancel()
	}
	u.LCR = v
}
