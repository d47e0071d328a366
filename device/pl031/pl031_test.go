package pl031

import (
	"testing"

	"stasis/irq"
	"stasis/timer"
)

func TestClock(t *testing.T) {
	now, high := uint64(0), false
	q := timer.NewQueue(timer.NewClock(func() uint64 { return now }))
	c := New(q, 1e9, 1_000_000, irq.Func(func(h bool) { high = h }))
	want := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("at power-on", c.Read(regDR, 4), uint64(1_000_000))
	now = 2_999_999_999
	want("almost three seconds later", c.Read(regDR, 4), uint64(1_000_002))
	c.Write(regLR, 4, 50)
	now = 3e9
	want("loaded", c.Read(regDR, 4), uint64(51))
	c.Write(regMR, 4, 53)
	c.Write(regIMSC, 4, 1)
	now = 5e9 - 1
	q.RunDue()
	want("before the alarm", high, false)
	now = 5e9
	q.RunDue()
	want("alarm", high, true)
	c.Write(regICR, 4, 1)
	want("cleared", []bool{high, c.RIS}[0], false)
	want("identification", c.Read(0xfe0, 4), uint64(0x31))
	want("runs", c.Read(regCR, 4), uint64(1))
}
