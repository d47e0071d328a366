package pl061

import (
	"testing"

	"stasis/irq"
)

func TestGPIO(t *testing.T) {
	high := false
	g := New(irq.Func(func(h bool) { high = h }))
	want := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	all := uint64(0xff << 2)
	g.Write(regIEV, 4, 1<<3)
	g.Write(regIE, 4, 1<<3)
	g.Pin(3).Set(true)
	want("rising edge", high, true)
	want("data", g.Read(all, 4), uint64(1<<3))
	want("masked by the address", g.Read(1<<4<<2, 4), uint64(0))
	g.Write(regIC, 4, 1<<3)
	want("cleared", high, false)
	g.Pin(3).Set(false)
	want("falling edge", high, false)
	g.Write(regIBE, 4, 1<<3)
	g.Pin(3).Set(true)
	g.Write(regIC, 4, 0xff)
	g.Pin(3).Set(false)
	want("both edges", g.Read(regMIS, 4), uint64(1<<3))
	g.Write(regIC, 4, 0xff)
	g.Write(regIS, 4, 1<<3)
	want("low, and high is asked for", high, false)
	g.Pin(3).Set(true)
	g.Write(regIC, 4, 0xff)
	want("a level is not cleared", high, true)
	g.Write(regDIR, 4, 1)
	g.Write(1<<2, 4, 0xff)
	want("output", g.Read(all, 4), uint64(1<<3|1))
	want("identification", g.Read(0xfe0, 4), uint64(0x61))
}
