package serial

// trigger is how many bytes make an interrupt.
func (u *UART) trigger() uint8 {
	if u.FIFO {
		return u.Trigger
	}
	return 1
}

func (u *UART) capacity() int {
	if u.FIFO {
		return fifoSize
	}
	return 1
}

// Room returns how many bytes can be received now. In loopback the receiver does not listen to the line; what comes
// has to wait.
func (u *UART) Room() int {
	if u.MCR&mcrLoop != 0 {
		return 0
	}
	return u.capacity() - int(u.RxCount)
}

// Receive takes a byte from the line. It reports false, and takes nothing, if there is no room.
func (u *UART) Receive(b byte) bool { return u.take(Char{Byte: b}) }

// Break takes a break from the line: a zero with a mark on it.
func (u *UART) Break() bool { return u.take(Char{Errors: lsrBreak}) }

func (u *UART) take(c Char) bool {
	if u.Room() == 0 {
		return false
	}
	u.receive(c)
	u.update()
	return true
}

// receive is the end of a character at the receiver. Without room it is lost, or in character mode overwrites.
func (u *UART) receive(c Char) {
	u.restartTimeout()
	if int(u.RxCount) < u.capacity() {
		u.Rx[u.RxCount] = c
		u.RxCount++
		return
	}
	u.Overrun = true
	if !u.FIFO {
		u.Rx[0] = c
	}
}

// pop is a read of the receiver's buffer register. Empty, it repeats the last byte.
func (u *UART) pop() uint8 {
	c := u.Rx[0]
	u.Timeout = false
	if u.RxCount > 0 {
		copy(u.Rx[:], u.Rx[1:u.RxCount])
		u.RxCount--
	}
	if u.RxCount == 0 {
		u.Rx = [fifoSize]Char{{Byte: c.Byte}}
	}
	u.restartTimeout()
	return c.Byte
}

func (u *UART) clearRx() {
	u.Rx = [fifoSize]Char{}
	u.RxCount = 0
	u.Timeout = false
	u.event.Cancel()
}

// restartTimeout begins to wait, if there is something in the FIFO, for four character times in which nothing is
// received or read.
//
// Source: PC16550D data sheet, "FIFO Interrupt Mode Operation".
func (u *UART) restartTimeout() {
	if !u.FIFO || u.RxCount == 0 {
		u.event.Cancel()
		return
	}
	now := u.rate.Count(u.queue.Now())
	u.event.Schedule(u.rate.When(now + 4*u.charTime()))
}

// charTime is the length of a character in periods of the crystal.
func (u *UART) charTime() uint64 {
	halfBits := 2 * uint64(1+5+u.LCR&lcrLength+1)
	if u.LCR&lcrParity != 0 {
		halfBits += 2
	}
	switch {
	case u.LCR&lcrStop == 0:
	case u.LCR&lcrLength == 0:
		halfBits++
	default:
		halfBits += 2
	}
	return halfBits * 8 * max(1, uint64(u.Divisor))
}

func (u *UART) timeout() {
	u.Timeout = u.FIFO && u.RxCount > 0
	u.update()
}
