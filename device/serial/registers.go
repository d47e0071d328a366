package serial

import "stasis/device/internal/width"

// Registers. With DLAB set in LCR, the first two are the divisor.
const (
	regData = iota // RBR when read, THR when written
	regIER
	regIIR // FCR when written
	regLCR
	regMCR
	regLSR
	regMSR
	regSCR
)

const (
	ierReceived = 1 << 0
	ierEmpty    = 1 << 1
	ierStatus   = 1 << 2
	ierModem    = 1 << 3
	ierWritable = 0x0f

	iirModem    = 0x00
	iirNone     = 0x01
	iirEmpty    = 0x02
	iirReceived = 0x04
	iirStatus   = 0x06
	iirTimeout  = 0x0c
	iirFIFO     = 0xc0

	fcrEnable  = 1 << 0
	fcrClearRx = 1 << 1

	lcrLength = 3
	lcrStop   = 1 << 2
	lcrParity = 1 << 3
	lcrDLAB   = 1 << 7

	mcrDTR      = 1 << 0
	mcrRTS      = 1 << 1
	mcrOUT1     = 1 << 2
	mcrOUT2     = 1 << 3
	mcrLoop     = 1 << 4
	mcrWritable = 0x1f

	lsrReady     = 1 << 0
	lsrOverrun   = 1 << 1
	lsrBreak     = 1 << 4
	lsrErrors    = 0x1e
	lsrTHRE      = 1 << 5
	lsrTEMT      = 1 << 6
	lsrFIFOError = 1 << 7

	msrCTS = 1 << 4
	msrDSR = 1 << 5
	msrRI  = 1 << 6
	msrDCD = 1 << 7
)

// triggers are the levels that FCR's upper two bits choose from.
var triggers = [4]uint8{1, 4, 8, 14}

// Read reads ports.
func (u *UART) Read(offset uint64, size int) uint64 {
	v := width.Read8(offset, size, u.read)
	u.update()
	return v
}

func (u *UART) read(reg uint64) uint8 {
	dlab := u.LCR&lcrDLAB != 0
	switch reg {
	case regData:
		if dlab {
			return uint8(u.Divisor)
		}
		return u.pop()
	case regIER:
		if dlab {
			return uint8(u.Divisor >> 8)
		}
		return u.IER
	case regIIR:
		return u.readIIR()
	case regLCR:
		return u.LCR
	case regMCR:
		return u.MCR
	case regLSR:
		return u.readLSR()
	case regMSR:
		v := u.modem() | u.Deltas
		u.Deltas = 0
		return v
	}
	return u.SCR
}

// readIIR says which interrupt is pending. If it is the transmitter's, saying so ends it.
func (u *UART) readIIR() uint8 {
	v := u.interrupt()
	if v == iirEmpty {
		u.Empty = false
	}
	if u.FIFO {
		v |= iirFIFO
	}
	return v
}

// lsr is the line status. The errors of a character show while it is the next to be read.
func (u *UART) lsr() uint8 {
	v := uint8(lsrTHRE | lsrTEMT)
	if u.RxCount > 0 {
		v |= lsrReady | u.Rx[0].Errors
	}
	if u.Overrun {
		v |= lsrOverrun
	}
	for _, c := range u.Rx[:u.RxCount] {
		if u.FIFO && c.Errors != 0 {
			v |= lsrFIFOError
		}
	}
	return v
}

func (u *UART) readLSR() uint8 {
	v := u.lsr()
	u.Overrun = false
	u.Rx[0].Errors = 0
	return v
}

// Write writes ports.
func (u *UART) Write(offset uint64, size int, value uint64) {
	width.Write8(offset, size, value, u.write)
	u.update()
}

func (u *UART) write(reg uint64, v uint8) {
	dlab := u.LCR&lcrDLAB != 0
	switch reg {
	case regData:
		if dlab {
			u.Divisor = u.Divisor&0xff00 | uint16(v)
		} else {
			u.transmit(v)
		}
	case regIER:
		if dlab {
			u.Divisor = u.Divisor&0xff | uint16(v)<<8
		} else {
			u.setIER(v)
		}
	case regIIR:
		u.setFCR(v)
	case regLCR:
		u.LCR = v
	case regMCR:
		u.setMCR(v)
	case regSCR:
		u.SCR = v
	}
}

// setIER enables interrupts. Enabling the transmitter's while it is empty makes one.
func (u *UART) setIER(v uint8) {
	if v&^u.IER&ierEmpty != 0 {
		u.Empty = true
	}
	u.IER = v & ierWritable
}

// setFCR switches the FIFOs. Turning them on or off empties them.
func (u *UART) setFCR(v uint8) {
	on := v&fcrEnable != 0
	if on != u.FIFO || on && v&fcrClearRx != 0 {
		u.clearRx()
	}
	u.FIFO = on
	u.Trigger = 1
	if on {
		u.Trigger = triggers[v>>6]
	}
}
