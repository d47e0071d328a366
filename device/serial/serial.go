// Package serial is a 16550A UART.
//
// Invariant: the transmitter is always empty, since a byte leaves the machine within the instruction that writes it;
// nothing that happens outside can hold it up. Bytes come in when the machine calls Receive, which it does at recorded
// positions.
//
// The interrupt does not pass through OUT2, as it would on a PC's adapter: too many small kernels forget to set it.
//
// Source: National Semiconductor PC16550D data sheet, June 1995.
package serial

import (
	"io"

	"stasis/irq"
	"stasis/timer"
)

// clockHz is the UART's crystal; a bit takes 16 periods times the divisor.
const clockHz = 1_843_200

const fifoSize = 16

// Char is one received character with what was wrong with it, as bits of LSR.
type Char struct {
	Byte, Errors uint8
}

// State is all that a UART remembers.
type State struct {
	Divisor            uint16
	IER, LCR, MCR, SCR uint8

	FIFO    bool
	Trigger uint8 // bytes in the FIFO that make an interrupt
	Rx      [fifoSize]Char
	RxCount uint8
	Overrun bool

	Timeout bool  // bytes have been waiting for four character times
	Empty   bool  // the interrupt for the empty transmitter is due
	Inputs  uint8 // modem inputs, as the high half of MSR
	Deltas  uint8 // changes of modem inputs, as the low half of MSR
}

// UART is a 16550A. It does not know where on the bus it sits.
type UART struct {
	out   io.Writer
	irq   irq.Line
	queue *timer.Queue
	rate  timer.Rate
	event *timer.Event
	err   error
	State
}

// New returns a UART after its reset, with a terminal at the other end that is switched on. What the guest sends is
// written to out.
func New(q *timer.Queue, ips uint64, line irq.Line, out io.Writer) *UART {
	u := &UART{out: out, irq: line, queue: q, rate: timer.Hertz(clockHz, ips)}
	u.event = q.Register("uart timeout", u.timeout)
	u.Reset()
	return u
}

// Reset is the master reset. It leaves the divisor alone on the chip; here it is set to 9600 baud.
func (u *UART) Reset() {
	u.State = State{Divisor: 12, Trigger: 1, Inputs: msrCTS | msrDSR | msrDCD}
	u.event.Cancel()
	u.update()
}

// SetState loads a saved state and drives the interrupt line from it.
func (u *UART) SetState(s State) {
	u.State = s
	u.update()
}

// Err returns the first error of the writer that takes the output.
func (u *UART) Err() error { return u.err }

// update drives the interrupt line.
func (u *UART) update() { u.irq.Set(u.interrupt() != iirNone) }

// interrupt is the identification of the pending interrupt of highest priority.
//
// Source: PC16550D data sheet, "Interrupt Control Functions".
func (u *UART) interrupt() uint8 {
	switch {
	case u.IER&ierStatus != 0 && u.lsr()&lsrErrors != 0:
		return iirStatus
	case u.IER&ierReceived != 0 && u.RxCount >= u.trigger():
		return iirReceived
	case u.IER&ierReceived != 0 && u.Timeout:
		return iirTimeout
	case u.IER&ierEmpty != 0 && u.Empty:
		return iirEmpty
	case u.IER&ierModem != 0 && u.Deltas != 0:
		return iirModem
	}
	return iirNone
}

// transmit sends a byte out of the machine, or back in.
func (u *UART) transmit(b byte) {
	u.Empty = true
	if u.MCR&mcrLoop != 0 {
		u.receive(Char{Byte: b})
		return
	}
	if _, err := u.out.Write([]byte{b}); err != nil && u.err == nil {
		u.err = err
	}
}

// modem is the high half of MSR. Loopback connects the outputs to the inputs.
func (u *UART) modem() uint8 {
	if u.MCR&mcrLoop == 0 {
		return u.Inputs
	}
	var v uint8
	for _, w := range [...]struct{ out, in uint8 }{
		{mcrRTS, msrCTS}, {mcrDTR, msrDSR}, {mcrOUT1, msrRI}, {mcrOUT2, msrDCD},
	} {
		if u.MCR&w.out != 0 {
			v |= w.in
		}
	}
	return v
}

// setMCR notes the changes of modem inputs that loopback makes. RI counts only when it falls.
func (u *UART) setMCR(v uint8) {
	before := u.modem()
	u.MCR = v & mcrWritable
	after := u.modem()
	u.Deltas |= (before ^ after) &^ (after & msrRI) >> 4
}
