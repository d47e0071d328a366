// Package pl011 is Arm's UART.
//
// Invariant: the transmitter is always empty, since a byte leaves the machine within the instruction that writes it; nothing that
// happens outside can hold it up. Bytes come in when the machine calls Receive, which it does at recorded positions.
//
// A UART that is not enabled sends and receives all the same: too many small kernels rely on firmware to enable it.
//
// Source: PrimeCell UART (PL011) Technical Reference Manual (DDI 0183), revision r1p5.
package pl011

import (
	"io"

	"stasis/device/internal/primecell"
	"stasis/irq"
	"stasis/timer"
)

const (
	// Size is that of the registers.
	Size = primecell.Size

	clockHz    = 24_000_000
	fifoSize   = 16
	peripheral = 0x00_14_10_11
	// timeoutBits is how long received bytes wait until the receive timeout.
	timeoutBits = 32
)

// State is all that a UART remembers.
type State struct {
	LCR, IFLS, DMACR uint8
	CR, IMSC, RIS    uint16
	IBRD, FBRD       uint16
	ILPR             uint8
	Rx               [fifoSize]uint8
	RxCount          uint8
	Overrun          bool
}

// UART is a PL011. It does not know where on the bus it sits.
type UART struct {
	out   io.Writer
	irq   irq.Line
	queue *timer.Queue
	rate  timer.Rate
	event *timer.Event
	err   error
	State
}

// New returns a UART after its reset. What the guest sends is written to out.
func New(q *timer.Queue, ips uint64, line irq.Line, out io.Writer) *UART {
	u := &UART{out: out, irq: line, queue: q, rate: timer.Hertz(clockHz, ips)}
	u.event = q.Register("pl011 timeout", u.timeout)
	u.Reset()
	return u
}

// Reset is the chip's.
func (u *UART) Reset() {
	u.State = State{CR: crTXE | crRXE, IFLS: 0x12}
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
func (u *UART) update() { u.irq.Set(u.RIS&u.IMSC != 0) }

// transmit sends a byte out of the machine, or back in. The transmit interrupt follows each.
func (u *UART) transmit(b byte) {
	u.RIS |= intTX
	if u.CR&crLoop != 0 {
		u.receive(b)
		return
	}
	if _, err := u.out.Write([]byte{b}); err != nil && u.err == nil {
		u.err = err
	}
}

func (u *UART) capacity() uint8 {
	if u.LCR&lcrFIFO != 0 {
		return fifoSize
	}
	return 1
}

// trigger is how many bytes make the receive interrupt.
//
// Source: DDI 0183, "Interrupt FIFO level select register, UARTIFLS".
func (u *UART) trigger() uint8 {
	if u.LCR&lcrFIFO == 0 {
		return 1
	}
	return [8]uint8{2, 4, 8, 12, 14, 14, 14, 14}[u.IFLS>>3&7]
}

// Receive takes a byte from the line. It reports false, and takes nothing, if there is no room.
func (u *UART) Receive(b byte) bool {
	if u.RxCount >= u.capacity() || u.CR&crLoop != 0 {
		return false
	}
	u.receive(b)
	u.update()
	return true
}

// receive is the end of a character at the receiver. Without room it is lost.
func (u *UART) receive(b byte) {
	if u.RxCount >= u.capacity() {
		u.Overrun = true
		u.RIS |= intOE
		return
	}
	u.Rx[u.RxCount] = b
	u.RxCount++
	if u.RxCount == u.trigger() {
		u.RIS |= intRX
	}
	u.restartTimeout()
}

// pop is a read of the data register. Empty, it repeats the last byte.
func (u *UART) pop() uint8 {
	b := u.Rx[0]
	u.RIS &^= intRT
	if u.RxCount > 0 {
		copy(u.Rx[:], u.Rx[1:u.RxCount])
		u.RxCount--
	}
	if u.RxCount == 0 {
		u.Rx = [fifoSize]uint8{b}
	}
	if u.RxCount < u.trigger() {
		u.RIS &^= intRX
	}
	u.restartTimeout()
	return b
}

// restartTimeout begins to wait, if bytes do, for 32 bit times in which nothing is received or read.
//
// Source: DDI 0183, "UARTRTINTR".
func (u *UART) restartTimeout() {
	if u.RxCount == 0 {
		u.event.Cancel()
		return
	}
	now := u.rate.Count(u.queue.Now())
	u.event.Schedule(u.rate.When(now + timeoutBits*u.bitTime()))
}

// bitTime is the length of a bit in periods of the clock: 16 times the divisor, of which FBRD has 64ths.
func (u *UART) bitTime() uint64 { return max(1, (uint64(u.IBRD)*64+uint64(u.FBRD))/4) }

func (u *UART) timeout() {
	if u.RxCount > 0 {
		u.RIS |= intRT
	}
	u.update()
}
