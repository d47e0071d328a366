package rtc

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stasis/device/internal/vclock"
	"stasis/irq"
)

// At this many units a second a tick of the chain takes 1000 of them.
const (
	ips    = 32768_000
	tick   = 1000
	second = ips
)

type bench struct {
	*testing.T
	*vclock.Clock
	*RTC
	line bool
}

func newBench(t *testing.T, date string) *bench {
	at, err := time.Parse(time.DateTime, date)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, Clock: vclock.New()}
	b.RTC = New(b.Queue, ips, irq.Func(func(high bool) { b.line = high }), Config{Epoch: at.Unix()})
	return b
}

func (b *bench) get(reg uint64) uint8 {
	b.Write(0, 1, reg)
	return uint8(b.Read(1, 1))
}

func (b *bench) put(reg uint64, v uint8) { b.Write(0, 2, uint64(v)<<8|reg) }

// date is century, year, month, day, weekday and time of day as raw bytes.
func (b *bench) date() string {
	g := b.get
	return fmt.Sprintf("%02x%02x-%02x-%02x %x %02x:%02x:%02x",
		g(regCentury), g(regYear), g(regMonth), g(regDay), g(regWeekday), g(regHours), g(regMinutes), g(regSeconds))
}

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestDefaultEpoch(t *testing.T) {
	if got := time.Unix(DefaultEpoch, 0).UTC().Format(time.RFC3339); got != "2026-01-01T00:00:00Z" {
		t.Error(got)
	}
}

func TestTimeGoesOn(t *testing.T) {
	b := newBench(t, "2027-12-31 23:59:58")
	b.want("date", b.date(), "2027-12-31 6 23:59:58")
	b.Advance(2*second - 1)
	b.want("date", b.date(), "2027-12-31 6 23:59:59")
	b.Advance(1)
	b.want("date", b.date(), "2028-01-01 7 00:00:00")
	b.Advance(59 * 86400 * second)
	b.want("leap year", b.date(), "2028-02-29 3 00:00:00")
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		at   string
		b    uint8
		want string
	}{
		{"2026-10-11 12:34:56", b24Hour, "2026-10-11 1 12:34:56"},
		{"2026-10-11 12:34:56", b24Hour | bBinary, "141a-0a-0b 1 0c:22:38"},
		{"2026-10-11 00:34:56", 0, "2026-10-11 1 12:34:56"},
		{"2026-10-11 01:34:56", 0, "2026-10-11 1 01:34:56"},
		{"2026-10-11 12:34:56", 0, "2026-10-11 1 92:34:56"},
		{"2026-10-11 23:34:56", 0, "2026-10-11 1 91:34:56"},
		{"2026-10-11 23:34:56", bBinary, "141a-0a-0b 1 8b:22:38"},
	} {
		b := newBench(t, c.at)
		b.RAM[regB] = c.b
		b.want(c.at, b.date(), c.want)
		b.put(regB, c.b|bSet)
		b.want(c.at+" stopped", b.date(), c.want)
		b.put(regB, c.b)
		b.want(c.at+" going on", b.date(), c.want)
	}
}

func TestSetting(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.Advance(second / 4)
	b.put(regB, bSet|b24Hour)
	for _, w := range [][2]uint8{
		{regCentury, 0x19}, {regYear, 0x99}, {regMonth, 0x12}, {regDay, 0x31}, {regWeekday, 0x02},
		{regHours, 0x23}, {regMinutes, 0x59}, {regSeconds, 0x59},
	} {
		b.put(uint64(w[0]), w[1])
	}
	b.Advance(10 * second)
	b.want("stopped", b.date(), "1999-12-31 2 23:59:59")
	b.put(regB, b24Hour)
	b.Advance(3*second/4 - 1)
	b.want("the chain ran on meanwhile", b.date(), "1999-12-31 2 23:59:59")
	b.Advance(1)
	b.want("next second", b.date(), "2000-01-01 3 00:00:00")
	b.put(regMinutes, 0x30)
	b.want("set while running", b.date(), "2000-01-01 3 00:30:00")
}

func TestDividerReset(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.Advance(second / 3)
	b.put(regA, 0x76)
	b.Advance(5 * second)
	b.want("held", b.date(), "2026-01-01 5 00:00:00")
	b.put(regA, 0x26)
	b.Advance(second/2 - tick)
	b.want("before half a second", b.date(), "2026-01-01 5 00:00:00")
	b.Advance(tick)
	b.want("after half a second", b.date(), "2026-01-01 5 00:00:01")
}

func TestUpdateInProgress(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	var from, to uint64
	for b.Now() < 3*second/2 {
		if b.get(regA)&aUpdating != 0 {
			if from == 0 {
				from = b.Now()
			}
			to = b.Now()
		}
		b.Advance(tick)
	}
	b.want("window in ticks", []uint64{from / tick, to / tick}, []uint64{32768 - 73, 32767})
	b.put(regB, bSet|b24Hour)
	b.To(2*second - tick)
	b.want("not while stopped", b.get(regA), uint8(aDefault))
}

func TestPeriodicRates(t *testing.T) {
	for rate, hz := range []int{0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2} {
		b := newBench(t, "2026-01-01 00:00:00")
		b.put(regA, 0x20|uint8(rate))
		b.put(regB, b24Hour|bPeriodic)
		n := 0
		for end := uint64(second); b.Queue.Next() <= end; {
			b.To(b.Queue.Next())
			b.want("line", b.line, true)
			b.want("C", b.get(regC)&0xc0, uint8(0xc0))
			b.want("line", b.line, false)
			n++
		}
		b.want(fmt.Sprintf("interrupts at rate %d", rate), n, hz)
	}
}

func TestFlagsWithoutInterrupts(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.put(regAlarmHours, 0xff)
	b.put(regAlarmMinutes, 0xff)
	b.put(regAlarmSeconds, 0x02)
	b.Advance(tick)
	b.want("C", b.get(regC), uint8(0))
	b.Advance(32 * tick)
	b.want("C", b.get(regC), uint8(bPeriodic))
	b.Advance(second)
	b.want("C", b.get(regC), uint8(bPeriodic|bUpdate))
	b.Advance(second)
	b.want("C", b.get(regC), uint8(bPeriodic|bUpdate|bAlarm))
	b.want("C again", b.get(regC), uint8(0))
	b.want("line", b.line, false)
	_, armed := b.event.Deadline()
	b.want("a deadline", armed, false)
	b.Advance(second)
	b.put(regB, b24Hour|bUpdate)
	b.want("enabling what is flagged already", b.line, true)
}

func TestAlarm(t *testing.T) {
	for _, c := range []struct {
		name    string
		b       uint8
		h, m, s uint8
		after   uint64 // seconds from 10:20:30, 0 for never
	}{
		{"a time", b24Hour, 0x10, 0x20, 0x31, 1},
		{"a time that has passed today", b24Hour, 0x10, 0x20, 0x30, 86400},
		{"every second", b24Hour, 0xff, 0xff, 0xff, 1},
		{"every minute", b24Hour, 0xc0, 0xc0, 0x00, 30},
		{"every hour", b24Hour, 0xff, 0x00, 0x00, 39*60 + 30},
		{"binary", b24Hour | bBinary, 11, 0, 10, 39*60 + 40},
		{"afternoon", 0, 0x81, 0x20, 0x30, 3 * 3600},
		{"no such time", b24Hour, 0x24, 0x00, 0x00, 0},
	} {
		b := newBench(t, "2026-01-01 10:20:30")
		b.RAM[regB] = c.b
		b.put(regAlarmHours, c.h)
		b.put(regAlarmMinutes, c.m)
		b.put(regAlarmSeconds, c.s)
		b.put(regB, c.b|bAlarm)
		want := c.after * second
		if c.after == 0 {
			want = ^uint64(0)
		}
		b.want(c.name, b.Queue.Next(), want)
		if c.after != 0 {
			b.To(want)
			b.want(c.name, []any{b.line, b.RAM[regC] & bAlarm}, []any{true, uint8(bAlarm)})
		}
	}
}

func TestUpdateInterrupt(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.put(regB, b24Hour|bUpdate)
	b.To(second - 1)
	b.want("line", b.line, false)
	b.To(second)
	b.want("line", b.line, true)
	b.want("C", b.get(regC), uint8(cInterrupt|bUpdate|bPeriodic))
	b.put(regB, b24Hour|bUpdate|bSet)
	b.want("SET clears the enable", b.get(regB), uint8(b24Hour|bSet))
	b.To(5 * second)
	b.want("no update while stopped", b.get(regC), uint8(bPeriodic))
}

func TestMemory(t *testing.T) {
	c := vclock.New()
	r := New(c.Queue, ips, irq.Unconnected, Config{Low: 3 << 30, High: 1 << 30, CPUs: 4})
	for _, w := range []struct {
		at   int
		want []uint8
	}{
		{0x15, []uint8{0x80, 0x02, 0xff, 0xff}}, {0x30, []uint8{0xff, 0xff}}, {0x34, []uint8{0x00, 0xbf}},
		{0x5b, []uint8{0x00, 0x40, 0x00}}, {0x5f, []uint8{3}}, {regD, []uint8{0x80}},
	} {
		if d := cmp.Diff(w.want, r.RAM[w.at:w.at+len(w.want)]); d != "" {
			t.Errorf("at %#x (-want +got):\n%s", w.at, d)
		}
	}
}

func TestResetKeepsTheDate(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.put(0x40, 0x77)
	b.put(regB, b24Hour|bUpdate)
	b.Advance(2 * second)
	b.Reset()
	b.want("line", b.line, false)
	b.want("B, C, memory", []uint8{b.get(regB), b.get(regC), b.get(0xc0)}, []uint8{b24Hour, 0, 0x77})
	b.want("date", b.date(), "2026-01-01 5 00:00:02")
}

func TestSetStateDrivesTheLine(t *testing.T) {
	b := newBench(t, "2026-01-01 00:00:00")
	b.put(regB, b24Hour|bUpdate)
	b.To(second)
	saved := b.State
	b.get(regC)
	b.SetState(saved)
	b.want("line", b.line, true)
}
