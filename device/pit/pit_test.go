package pit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/device/internal/vclock"
	"stasis/irq"
)

// At this many units a second a CLK pulse comes every 88 units exactly.
const (
	ips   = 105_000_000
	pulse = 88
)

type bench struct {
	*testing.T
	*vclock.Clock
	*PIT
	ports  Ports
	port61 Port61
	out0   bool
	rises  []uint64
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, Clock: vclock.New()}
	b.PIT = New(b.Queue, ips, irq.Func(func(high bool) {
		if high && !b.out0 {
			b.rises = append(b.rises, b.Now())
		}
		b.out0 = high
	}))
	b.rises = nil
	b.ports, b.port61 = b.Ports(), b.Port61()
	b.Advance(pulse / 2) // halfway between two pulses
	return b
}

func (b *bench) do(script string) {
	for _, step := range strings.Fields(script) {
		var port, v uint64
		switch {
		case step == "gate":
			b.port61.Write(0, 1, 1)
		case step == "nogate":
			b.port61.Write(0, 1, 0)
		default:
			if n, err := fmt.Sscanf(step, "%x=%x", &port, &v); n != 2 {
				b.Fatal(step, err)
			}
			b.ports.Write(port-0x40, 1, v)
		}
	}
}

// trace samples channel 2 over n pulses: its count in hexadecimal, behind a bar where OUT is high.
func (b *bench) trace(n int) string {
	var got []string
	for range n {
		b.Advance(pulse)
		b.do("43=80")
		low := b.ports.Read(2, 1)
		v := b.ports.Read(2, 1)<<8 | low
		out := ""
		if b.port61.Read(0, 1)&portOut2 != 0 {
			out = "|"
		}
		got = append(got, fmt.Sprintf("%s%x", out, v))
	}
	return strings.Join(got, " ")
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// The waveforms are those of the data sheet's figures for each mode.
func TestModes(t *testing.T) {
	type step struct{ do, want string }
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"mode 0", []step{{"gate 43=b0 42=04 42=00", "4 3 2 1 |0 |ffff |fffe"}}},
		{"mode 0, gate", []step{
			{"gate 43=b0 42=03 42=00", "3 2"},
			{"nogate", "2 2"},
			{"gate", "1 |0 |ffff"},
			{"nogate", "|ffff |ffff"},
		}},
		{"mode 0, new count", []step{
			{"gate 43=b0 42=03 42=00", "3 2 1"},
			{"42=02", "1 1"},
			{"42=00", "2 1 |0"},
			{"42=05", "0"},
			{"42=00", "5 4"},
		}},
		{"mode 0, written without gate", []step{
			{"nogate 43=b0 42=02 42=00", "2 2"},
			{"gate", "1 |0"},
		}},
		{"mode 1", []step{
			{"nogate 43=b2 42=03 42=00", "|3 |3"},
			{"gate", "3 2 1 |0 |ffff"},
			{"nogate", "|fffe"},
			{"gate", "3 2"},
			{"nogate gate", "3 2 1 |0"},
			{"42=02 42=00", "|ffff"},
			{"nogate gate", "2 1 |0"},
		}},
		{"mode 2", []step{{"gate 43=b4 42=03 42=00", "|3 |2 1 |3 |2 1 |3"}}},
		{"mode 2, gate", []step{
			{"gate 43=b4 42=03 42=00", "|3 |2 1 |3"},
			{"nogate", "|3 |3"},
			{"gate", "|3 |2 1 |3 |2 1"},
			{"nogate", "|1"},
			{"gate", "|3 |2"},
		}},
		{"mode 2, new count", []step{
			{"gate 43=b4 42=04 42=00", "|4 |3"},
			{"42=05 42=00", "|2 1 |5 |4 |3 |2 1 |5"},
			{"42=09 42=00 42=02 42=00 nogate gate", "|2 1 |2"},
		}},
		{"mode 3, even", []step{{"gate 43=b6 42=04 42=00", "|4 |2 4 2 |4 |2 4 2"}}},
		{"mode 3, odd", []step{{"gate 43=b6 42=05 42=00", "|4 |2 |0 4 2 |4 |2 |0 4 2"}}},
		{"mode 3, gate", []step{
			{"gate 43=b6 42=04 42=00", "|4 |2 4"},
			{"nogate", "|4 |4"},
			{"gate", "|4 |2 4 2"},
		}},
		{"mode 3, new count in the high half", []step{
			{"gate 43=b6 42=06 42=00", "|6 |4"},
			{"42=04 42=00", "|2 4 2 |4 |2 4 2"},
		}},
		{"mode 3, new count in the low half", []step{
			{"gate 43=b6 42=06 42=00", "|6 |4 |2 6"},
			{"42=04 42=00", "4 2 |4 |2 4 2"},
		}},
		{"mode 4", []step{{"gate 43=b8 42=03 42=00", "|3 |2 |1 0 |ffff |fffe"}}},
		{"mode 4, gate", []step{
			{"nogate 43=b8 42=02 42=00", "|2 |2"},
			{"gate", "|1 0 |ffff"},
		}},
		{"mode 4, new count", []step{
			{"gate 43=b8 42=03 42=00", "|3 |2"},
			{"42=02", "|1"},
			{"42=00", "|2 |1 0"},
		}},
		{"mode 5", []step{
			{"nogate 43=ba 42=03 42=00", "|3"},
			{"gate", "|3 |2 |1 0 |ffff"},
			{"nogate gate", "|3 |2"},
			{"nogate gate", "|3 |2 |1 0"},
		}},
		{"mode 6 is 2", []step{{"gate 43=bc 42=02 42=00", "|2 1 |2"}}},
		{"mode 7 is 3", []step{{"gate 43=be 42=02 42=00", "|2 2 |2"}}},
		{"BCD", []step{
			{"gate 43=b1 42=02 42=10", "1002 1001 1000 999"},
			{"42=01 42=00", "1 |0 |9999 |9998"},
			{"42=00 42=00", "0 9999"},
		}},
		{"zero is 10000h", []step{{"gate 43=b4 42=00 42=00", "|0 |ffff |fffe"}}},
		{"low byte only", []step{{"gate 43=90 42=12", "1212 1111"}}},
		{"high byte only", []step{{"gate 43=a0 42=12", "1212 1111"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			for _, s := range c.steps {
				b.do(s.do)
				b.want(s.do, b.trace(len(strings.Fields(s.want))), s.want)
			}
		})
	}
}

func TestReadBack(t *testing.T) {
	b := newBench(t)
	b.do("gate 43=b6 42=34 42=12 43=70 41=ff")
	b.do("43=e2")
	b.want("channel 0 has no count", b.ports.Read(0, 1), uint64(0x36|0xc0))
	b.do("43=ec")
	b.want("channel 1 waits for its second byte", b.ports.Read(1, 1), uint64(0x30|0x40))
	b.want("channel 2 loads at the next pulse", b.ports.Read(2, 1), uint64(0x36|0xc0))
	b.Advance(3 * pulse)
	b.do("43=c8") // count and status of channel 2
	b.Advance(3 * pulse)
	b.do("43=c8") // ignored: both are latched
	got := []uint64{b.ports.Read(2, 1), b.ports.Read(2, 1), b.ports.Read(2, 1)}
	b.want("status, then the count of three pulses ago", got, []uint64{0x36 | 0x80, 0x30, 0x12})
	b.want("then the count as it is", b.ports.Read(2, 1), uint64(0x2a))
}

func TestLatchAndFlipFlops(t *testing.T) {
	b := newBench(t)
	b.do("gate 43=b0 42=ff 42=ff")
	b.Advance(0x101 * pulse)
	b.want("low", b.ports.Read(2, 1), uint64(0xff))
	b.Advance(0x100 * pulse)
	b.want("then high, unlatched", b.ports.Read(2, 1), uint64(0xfd))
	b.do("43=80")
	b.Advance(0x1000 * pulse)
	got := []uint64{b.ports.Read(2, 1), b.ports.Read(2, 1), b.ports.Read(2, 1), b.ports.Read(2, 1)}
	b.want("latched, then live", got, []uint64{0xff, 0xfd, 0xff, 0xed})
}

func TestIRQ0IsExact(t *testing.T) {
	b := newBench(t)
	b.do("43=34 40=9c 40=2e") // mode 2, 11932
	b.Advance(10*11932*pulse + pulse)
	var want []uint64
	for i := range uint64(10) {
		want = append(want, pulse*(1+(i+1)*11932))
	}
	b.want("rises", b.rises, want)
	b.do("43=30") // mode 0: low
	b.want("low", b.out0, false)
	b.rises = nil
	b.do("40=64 40=00")
	at := b.Now()
	b.Advance(1e6)
	b.want("one shot", b.rises, []uint64{at/pulse*pulse + 101*pulse})
	b.want("no deadline is left", b.Queue.Next() > b.Now()+1e9, true)
}

// TestLookingDoesNotRebase compares a timer that is looked at all the time with one that is not.
func TestLookingDoesNotRebase(t *testing.T) {
	looked, left := newBench(t), newBench(t)
	for _, b := range []*bench{looked, left} {
		b.do("gate 43=36 40=77 40=01 43=b6 42=33 42=05")
	}
	for range 5000 {
		looked.Advance(37)
		looked.ports.Read(2, 2)
		looked.port61.Read(0, 1)
		left.Advance(37)
	}
	looked.want("state", looked.State, left.State)
	looked.want("rises", looked.rises, left.rises)
}

// TestCalibrationThroughPort61 does what Linux does to find the TSC's frequency: 10 ms of channel 2 in mode 0.
func TestCalibrationThroughPort61(t *testing.T) {
	const ips = 2_345_678_901
	c := vclock.New()
	p := New(c.Queue, ips, irq.Unconnected)
	ports, port61 := p.Ports(), p.Port61()
	c.Advance(123456789)
	const ms, latch = 10, 1193182 / (1000 / 10)
	port61.Write(0, 1, port61.Read(0, 1)&^2|1)
	ports.Write(3, 1, 0xb0)
	ports.Write(2, 1, latch&0xff)
	ports.Write(2, 1, latch>>8)
	start := c.Now()
	for port61.Read(0, 1)&0x20 == 0 {
		c.Advance(50)
	}
	khz := (c.Now() - start) / ms
	if off := int64(khz) - ips/1000; off < -1000 || off > 1000 {
		t.Errorf("calibrated %d kHz, want %d", khz, ips/1000)
	}
}

// TestQuickCalibration does what Linux tries first: it watches the high byte of channel 2's count go down, beginning
// within a pulse of its programming.
func TestQuickCalibration(t *testing.T) {
	const ips = 1_000_000_000
	c := vclock.New()
	p := New(c.Queue, ips, irq.Unconnected)
	ports := p.Ports()
	c.Advance(1000)
	p.Port61().Write(0, 1, 1)
	for _, w := range []struct{ port, v uint64 }{{3, 0xb0}, {2, 0xff}, {2, 0xff}} {
		ports.Write(w.port, 1, w.v)
		c.Advance(2)
	}
	verify := func(want uint64) bool {
		c.Advance(5)
		ports.Read(2, 1)
		return ports.Read(2, 1) == want
	}
	// expect waits until the byte is no more, and returns when it was seen last.
	expect := func(want uint64) (last uint64) {
		n := 0
		for ; verify(want); n++ {
			last = c.Now()
		}
		if n <= 5 {
			t.Fatalf("high byte %#x was seen %d times", want, n)
		}
		return last
	}
	verify(0)
	first := expect(0xff)
	const bytes = 100
	var last uint64
	for i := range uint64(bytes) {
		last = expect(0xfe - i)
	}
	khz := (last - first) * 1193182 / 1000 / (bytes * 256)
	if off := int64(khz) - ips/1000; off < -100 || off > 100 {
		t.Errorf("calibrated %d kHz, want %d", khz, ips/1000)
	}
}

func TestRefreshBit(t *testing.T) {
	b := newBench(t)
	toggles, last := 0, b.port61.Read(0, 1)&portRefresh
	for range 1000 {
		b.Advance(pulse)
		if v := b.port61.Read(0, 1) & portRefresh; v != last {
			toggles, last = toggles+1, v
		}
	}
	b.want("toggles", toggles, 1000/refreshPulses)
	b.port61.Write(0, 1, 0xff)
	b.want("writable bits", b.port61.Read(0, 1)&0xcf, uint64(0x0f))
}

func TestSetStateKeepsTheOutput(t *testing.T) {
	b := newBench(t)
	b.do("43=34 40=10 40=00")
	b.Advance(15*pulse + pulse/2)
	saved, deadlines := b.State, b.Queue.State()
	at := b.Now()
	b.Advance(100)
	rest := b.State
	d := newBench(t)
	d.To(at)
	d.SetState(saved)
	if err := d.Queue.SetState(deadlines); err != nil {
		t.Fatal(err)
	}
	d.want("OUT 0", d.out0, saved.Out0)
	d.Advance(100)
	d.want("state", d.State, rest)
}
