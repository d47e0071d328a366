package serial

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/device/internal/vclock"
	"stasis/irq"
)

type bench struct {
	*testing.T
	*vclock.Clock
	*UART
	out  bytes.Buffer
	line bool
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, Clock: vclock.New()}
	b.UART = New(b.Queue, 1e9, irq.Func(func(high bool) { b.line = high }), &b.out)
	return b
}

func (b *bench) in(reg uint64) uint8     { return uint8(b.Read(reg, 1)) }
func (b *bench) put(reg uint64, v uint8) { b.Write(reg, 1, uint64(v)) }

// identify is the line's level and then IIR.
func (b *bench) identify() string {
	level := "low"
	if b.line {
		level = "raised"
	}
	return fmt.Sprintf("%s %02x", level, b.in(regIIR))
}

func (b *bench) receive(s string) {
	b.Helper()
	for _, c := range []byte(s) {
		if !b.Receive(c) {
			b.Errorf("no room for %q of %q", c, s)
		}
	}
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestOutput(t *testing.T) {
	b := newBench(t)
	for _, c := range []byte("Hello\n") {
		b.put(regData, c)
		b.want("LSR", b.in(regLSR), uint8(0x60))
	}
	b.want("output", b.out.String(), "Hello\n")
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestOutputError(t *testing.T) {
	b := newBench(t)
	b.UART.out = broken{}
	b.put(regData, 'x')
	b.want("LSR", b.in(regLSR), uint8(0x60))
	if !errors.Is(b.Err(), errBroken) {
		t.Errorf("Err = %v", b.Err())
	}
}

func TestDivisorAndScratch(t *testing.T) {
	b := newBench(t)
	b.put(regLCR, 0x83)
	b.Write(regData, 2, 0x0102)
	b.want("divisor", b.Read(regData, 2), uint64(0x0102))
	b.put(regLCR, 0x03)
	b.put(regIER, 0xff)
	b.put(regSCR, 0xa5)
	b.put(regMCR, 0xef)
	b.want("IER, LCR, MCR, SCR", []uint8{b.in(regIER), b.in(regLCR), b.in(regMCR), b.in(regSCR)},
		[]uint8{0x0f, 0x03, 0x0f, 0xa5})
	b.want("nothing was sent", b.out.Len(), 0)
}

// TestTransmitterInterrupt is what Linux's 8250 driver relies on, its test for UARTs that forget this interrupt
// included.
func TestTransmitterInterrupt(t *testing.T) {
	b := newBench(t)
	b.put(regIER, ierEmpty)
	b.want("enabling makes one", b.identify(), "raised 02")
	b.want("identifying ends it", b.identify(), "low 01")
	b.put(regIER, 0)
	b.put(regIER, ierEmpty)
	b.want("enabling again makes another", b.in(regIIR), uint8(iirEmpty))
	b.put(regData, 'x')
	b.want("so does a byte", b.in(regIIR), uint8(iirEmpty))
	b.put(regIER, ierEmpty|ierReceived)
	b.want("leaving it enabled does not", b.in(regIIR), uint8(iirNone))
	b.put(regIER, 0)
	b.put(regData, 'y')
	b.want("disabled", b.line, false)
}

func TestPriorities(t *testing.T) {
	b := newBench(t)
	b.put(regIIR, 0x01)
	b.put(regMCR, mcrLoop|mcrRTS)
	b.put(regMCR, 0) // DSR and DCD were down in between
	b.receive("a")
	if !b.Break() {
		t.Fatal("no room for a break")
	}
	b.put(regIER, 0x0f)
	b.want("received", b.in(regIIR), uint8(iirFIFO|iirReceived))
	b.want("LSR", b.in(regLSR), uint8(lsrFIFOError|0x60|lsrReady))
	b.want("byte", b.in(regData), uint8('a'))
	b.want("break is next", b.in(regIIR), uint8(iirFIFO|iirStatus))
	b.want("LSR", b.in(regLSR), uint8(lsrFIFOError|0x60|lsrBreak|lsrReady))
	b.want("LSR after its read", b.in(regLSR), uint8(0x60|lsrReady))
	b.want("then its zero", b.in(regIIR), uint8(iirFIFO|iirReceived))
	b.want("byte", b.in(regData), uint8(0))
	b.want("transmitter", b.in(regIIR), uint8(iirFIFO|iirEmpty))
	b.want("modem", b.in(regIIR), uint8(iirFIFO|iirModem))
	b.want("MSR", b.in(regMSR), uint8(msrCTS|msrDSR|msrDCD|0x0a))
	b.want("none", b.identify(), "low c1")
}

func TestCharacterMode(t *testing.T) {
	b := newBench(t)
	b.put(regIER, ierReceived)
	b.receive("a")
	b.want("room", []any{b.Room(), b.Receive('b')}, []any{0, false})
	b.want("IIR", b.in(regIIR), uint8(iirReceived))
	b.want("byte", b.in(regData), uint8('a'))
	b.want("LSR", b.in(regLSR), uint8(0x60))
	b.want("line", b.line, false)
}

func TestFIFOTriggerAndTimeout(t *testing.T) {
	b := newBench(t)
	b.put(regLCR, 0x83)
	b.Write(regData, 2, 1) // 115200
	b.put(regLCR, 0x03)
	b.put(regIIR, 0x81) // 8 bytes
	b.put(regIER, ierReceived)
	const char = 1_000_000_000 / 11520
	b.receive("1234567")
	b.want("below the trigger", b.line, false)
	b.Advance(4*char - 600) // a period of the crystal is 543 units
	b.want("before the timeout", b.line, false)
	b.Advance(700)
	b.want("timeout", b.identify(), "raised cc")
	b.want("byte", b.in(regData), uint8('1'))
	b.want("a read ends it", b.line, false)
	b.receive("89")
	b.want("trigger", b.in(regIIR), uint8(iirFIFO|iirReceived))
	b.want("room", b.Room(), 8)
	for range 8 {
		b.in(regData)
	}
	b.Advance(100 * char)
	b.want("nothing left", []any{b.line, b.in(regLSR)}, []any{false, uint8(0x60)})
	b.receive("0123456789abcdef")
	b.want("full", b.Receive('g'), false)
	b.put(regIIR, 0x83)
	b.want("cleared", b.in(regLSR), uint8(0x60))
	b.receive("x")
	b.put(regIIR, 0x00)
	b.want("emptied when turned off", []any{b.in(regLSR), b.in(regIIR)}, []any{uint8(0x60), uint8(iirNone)})
}

func TestLoopback(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ mcr, msr uint8 }{
		{mcrRTS, msrCTS}, {mcrDTR, msrDSR}, {mcrOUT1, msrRI}, {mcrOUT2, msrDCD}, {0x0a, 0x90}, {0, 0},
	} {
		b.put(regMCR, mcrLoop|c.mcr)
		b.want("MSR", b.in(regMSR)&0xf0, c.msr)
	}
	b.put(regMCR, mcrLoop|mcrOUT1)
	b.in(regMSR)
	b.put(regMCR, mcrLoop)
	b.want("RI falls", b.in(regMSR), uint8(0x04))
	b.want("the line is not heard", []any{b.Room(), b.Receive('x')}, []any{0, false})
	b.put(regData, 'y')
	b.put(regData, 'z')
	b.want("overrun", b.in(regLSR), uint8(0x60|lsrOverrun|lsrReady))
	b.want("the last one wins", b.in(regData), uint8('z'))
	b.want("nothing leaves", b.out.Len(), 0)
}

func TestSetState(t *testing.T) {
	b := newBench(t)
	b.put(regIER, ierReceived)
	b.receive("a")
	saved := b.State
	b.in(regData)
	b.SetState(saved)
	b.want("line", b.line, true)
	b.want("byte", b.in(regData), uint8('a'))
	b.Reset()
	b.want("reset", b.State, State{Divisor: 12, Trigger: 1, Inputs: 0xb0})
}
