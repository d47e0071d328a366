package pl011

import (
	"bytes"
	"testing"

	"stasis/irq"
	"stasis/timer"
)

type bench struct {
	*testing.T
	*UART
	now  uint64
	high bool
	out  bytes.Buffer
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t}
	q := timer.NewQueue(timer.NewClock(func() uint64 { return b.now }))
	b.UART = New(q, 1e9, irq.Func(func(high bool) { b.high = high }), &b.out)
	return b
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if got != want {
		b.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestIdentification(t *testing.T) {
	b := newBench(t)
	var id []byte
	for at := uint64(0xfe0); at < 0x1000; at += 4 {
		id = append(id, byte(b.Read(at, 4)))
	}
	b.want("identification", string(id), "\x11\x10\x14\x00\x0d\xf0\x05\xb1")
}

func TestTransmit(t *testing.T) {
	b := newBench(t)
	b.Write(regDR, 1, 'a')
	b.Write(regDR, 4, 'b')
	b.want("output", b.out.String(), "ab")
	b.want("flags", b.Read(regFR, 2)&(frTXFE|frRXFE), uint64(frTXFE|frRXFE))
	b.want("not asked for", b.high, false)
	b.Write(regIMSC, 2, intTX)
	b.want("interrupt", b.high, true)
	b.Write(regICR, 2, intTX)
	b.want("cleared", b.high, false)
}

func TestReceive(t *testing.T) {
	b := newBench(t)
	b.Write(regIMSC, 2, intRX|intRT)
	b.want("received", b.Receive('x'), true)
	b.want("interrupt", b.high, true)
	b.want("no room", b.Receive('y'), false)
	b.want("full", b.Read(regFR, 2)&frRXFF, uint64(frRXFF))
	b.want("data", b.Read(regDR, 2), uint64('x'))
	b.want("no interrupt", b.high, false)
}

func TestFIFO(t *testing.T) {
	b := newBench(t)
	b.Write(regLCR, 1, lcrFIFO|0x60)
	b.Write(regIBRD, 2, 13)
	b.Write(regIFLS, 1, 1<<3)
	b.Write(regIMSC, 2, intRX|intRT)
	for i := range byte(3) {
		b.Receive('a' + i)
	}
	b.want("below the trigger", b.high, false)
	b.now, _ = b.event.Deadline()
	b.want("32 bit times", b.now, uint64(277334)) // 32 * 16 * 13 periods of 24 MHz, rounded up
	b.queue.RunDue()
	b.want("timeout", b.Read(regMIS, 2), uint64(intRT))
	b.Read(regDR, 2)
	b.want("timeout is over", b.high, false)
	b.Receive('d')
	b.Receive('e')
	b.want("trigger", b.Read(regRIS, 2), uint64(intRX))
	for _, c := range "bcde" {
		b.want("data", b.Read(regDR, 2), uint64(c))
	}
	for range fifoSize {
		b.Receive('z')
	}
	b.want("full", b.Receive('z'), false)
	b.Write(regLCR, 1, 0x60)
	b.want("flushed", b.Read(regFR, 2)&frRXFE, uint64(frRXFE))
}

func TestLoopback(t *testing.T) {
	b := newBench(t)
	b.Write(regCR, 2, crLoop|crTXE|crRXE|1)
	b.Write(regDR, 1, 'l')
	b.want("not sent", b.out.Len(), 0)
	b.want("the line is cut", b.Receive('x'), false)
	b.Write(regDR, 1, 'm')
	b.want("data and overrun", b.Read(regDR, 2), uint64('l'|drOverrun))
	b.Write(regRSR, 1, 0)
	b.want("overrun cleared", b.Read(regRSR, 1), uint64(0))
}
