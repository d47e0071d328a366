package hpet

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stasis/device/internal/vclock"
	"stasis/irq"
)

// tick is the length of one at a billion units a second.
const tick = 10

type bench struct {
	*testing.T
	*vclock.Clock
	*HPET
	log   []string // rising edges, with their tick
	level map[string]bool
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, Clock: vclock.New(), level: map[string]bool{}}
	line := func(name string) irq.Line {
		return irq.Func(func(high bool) {
			if high && !b.level[name] {
				b.log = append(b.log, fmt.Sprintf("%s@%d", name, b.Now()/tick))
			}
			b.level[name] = high
		})
	}
	pins := make([]irq.Line, 24)
	for i := range pins {
		pins[i] = line(fmt.Sprint(i))
	}
	b.HPET = New(b.Queue, 1e9, Lines{line("irq0"), line("irq8"), pins})
	return b
}

func (b *bench) edges() (l []string) { l, b.log = b.log, nil; return l }

func (b *bench) put(reg, v uint64) { b.Write(reg, 8, v) }

func (b *bench) want(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func conf(n uint64) uint64  { return regTimers + n*timerStride }
func comp(n uint64) uint64  { return conf(n) + offComparator }
func route(n uint64) uint64 { return n << timerRouteShift }

func TestCapabilities(t *testing.T) {
	b := newBench(t)
	b.want("capabilities", b.Read(0, 8), uint64(0x00989680_8086a201))
	b.want("period", b.Read(4, 4), uint64(periodFemto))
	b.want("timer 0", b.Read(conf(0), 8), uint64(0x00f00000_00000030))
	b.put(conf(1), ^uint64(0))
	b.want("timer 1: no route 31", b.Read(conf(1), 8), uint64(0x00f00000_0000013e))
	b.put(conf(1), route(22))
	b.want("timer 1: route 22", b.Read(conf(1), 8), uint64(0x00f00000_00002c30))
	b.want("no timer 3", b.Read(conf(3), 8), uint64(0))
}

func TestMainCounter(t *testing.T) {
	b := newBench(t)
	b.Advance(1000)
	b.want("halted", b.Read(regCounter, 8), uint64(0))
	b.put(regCounter, 0x1_ffff_fff0)
	b.put(regConfig, 1)
	b.Advance(0x20*tick - 1)
	b.want("running", b.Read(regCounter, 8), uint64(0x2_0000_000f))
	b.Advance(1)
	b.want("low half", b.Read(regCounter, 4), uint64(0x10))
	b.want("high half", b.Read(regCounter+4, 4), uint64(2))
	b.put(regConfig, 0)
	b.Advance(1000)
	b.want("halted again", b.Read(regCounter, 8), uint64(0x2_0000_0010))
	b.Write(regCounter, 4, 7)
	b.want("half written", b.Read(regCounter, 8), uint64(0x2_0000_0007))
}

func TestOneShot(t *testing.T) {
	b := newBench(t)
	b.put(regConfig, 1)
	b.put(conf(2), timerInterrupt|route(20))
	b.put(comp(2), 100)
	b.Advance(5000)
	b.want("edge", b.edges(), []string{"20@100"})
	b.want("status of an edge", b.Read(regStatus, 8), uint64(0))
	b.want("comparator stays", b.Read(comp(2), 8), uint64(100))
	b.put(comp(2), 499)
	b.Advance(5000)
	b.want("what has passed", b.edges(), []string(nil))
}

func TestOneShot32MatchesInEachTurn(t *testing.T) {
	b := newBench(t)
	b.put(regCounter, 0xffff_ff00)
	b.put(regConfig, 1)
	b.put(conf(0), timerInterrupt|timer32|route(21))
	b.put(comp(0), 0x10)
	b.Advance(0x111 * tick)
	b.want("edge", b.edges(), []string{"21@272"})
	b.Advance(1 << 32 * tick)
	b.want("next turn", b.edges(), []string{fmt.Sprintf("21@%d", 272+1<<32)})
}

// TestLegacyPeriodic programs timer 0 as Linux does, with the PIT's line cut off.
func TestLegacyPeriodic(t *testing.T) {
	b := newBench(t)
	b.put(regConfig, 1)
	b.Advance(40 * tick)
	b.Write(regConfig, 4, 0)
	now := b.Read(regCounter, 4)
	b.Write(conf(0), 4, timerInterrupt|timerPeriodic|timerSetValue|timer32)
	b.Write(comp(0), 4, now+1000)
	b.Advance(10 * tick)
	b.Write(comp(0), 4, 1000)
	b.Write(regConfig, 4, 3)
	b.PITLine().Set(true)
	b.Advance(3500 * tick)
	b.want("edges", b.edges(), []string{"irq0@1050", "irq0@2050", "irq0@3050"})
	b.want("comparator is the next match", b.Read(comp(0), 4), uint64(4040))
	b.want("set-value bit reads as zero", b.Read(conf(0), 4), uint64(timerInterrupt|timerPeriodic|timer32|0x30))
	b.Write(comp(0), 4, 100)
	b.Advance(650 * tick)
	b.want("a new period counts after the next match", b.edges(), []string{"irq0@4050", "irq0@4150"})
	b.Write(regConfig, 4, 1)
	b.want("PIT comes through again", b.level["irq0"], true)
}

func TestLegacyTimer1(t *testing.T) {
	b := newBench(t)
	b.RTCLine().Set(true)
	b.want("RTC comes through", b.edges(), []string{"irq8@0"})
	b.put(regConfig, 3)
	b.put(conf(1), timerInterrupt|route(20))
	b.put(comp(1), 50)
	b.Advance(1000)
	b.want("timer 1", b.edges(), []string{"irq8@50"})
}

func TestLevel(t *testing.T) {
	b := newBench(t)
	b.put(regConfig, 1)
	b.put(conf(2), timerLevel|timerPeriodic|timerSetValue|route(23))
	b.put(comp(2), 100)
	b.Advance(150 * tick)
	b.want("status without interrupt", b.Read(regStatus, 8), uint64(4))
	b.put(conf(2), timerInterrupt|timerLevel|timerPeriodic|route(23))
	b.want("enabled", b.edges(), []string{"23@150"})
	b.Advance(200 * tick)
	b.want("held", b.level["23"], true)
	b.put(regStatus, 3)
	b.want("others' bits", b.level["23"], true)
	b.put(regStatus, 4)
	b.want("cleared", b.level["23"], false)
	b.Advance(100 * tick)
	b.want("next", b.edges(), []string{"23@400"})
	b.put(regConfig, 0)
	b.want("halted", b.level["23"], false)
}

func TestFastPeriodWithoutInterruptNeedsNoEvents(t *testing.T) {
	b := newBench(t)
	b.put(conf(0), timerPeriodic|timerSetValue)
	b.put(comp(0), 1)
	b.put(regConfig, 1)
	b.Advance(1_000_000 * tick)
	b.want("comparator", b.Read(comp(0), 8), uint64(1_000_001))
	b.want("events", b.Queue.Next(), ^uint64(0))
}

func TestComparatorEqualToAHaltedCounter(t *testing.T) {
	b := newBench(t)
	b.put(regCounter, 77)
	b.put(conf(0), timerInterrupt|route(20))
	b.put(comp(0), 77)
	b.want("halted", b.edges(), []string(nil))
	b.put(regConfig, 1)
	b.want("matches when it runs", b.edges(), []string{"20@0"})
	b.put(regConfig, 0)
	b.put(regConfig, 1)
	b.want("once", b.edges(), []string(nil))
}

func TestReset(t *testing.T) {
	b := newBench(t)
	b.put(regConfig, 3)
	b.PITLine().Set(true)
	b.Reset()
	b.want("PIT comes through", b.level["irq0"], true)
	b.want("comparator", b.Read(comp(0), 8), ^uint64(0))
}

func TestRestoreGoesOnTheSame(t *testing.T) {
	run := func(cut bool) (State, []string) {
		b := newBench(t)
		b.put(regConfig, 1)
		b.put(conf(0), timerInterrupt|timerPeriodic|timerSetValue|route(20))
		b.put(comp(0), 300)
		b.put(conf(1), timerInterrupt|timerLevel|route(21))
		b.put(comp(1), 400)
		b.Advance(500 * tick)
		if cut {
			s, q := b.State, b.Queue.State()
			b.put(regStatus, 7)
			b.put(regConfig, 0)
			b.SetState(s)
			b.want("restore", b.Queue.SetState(q), nil)
			b.want("level", b.level["21"], true)
		}
		b.edges()
		b.Advance(1000 * tick)
		return b.State, b.edges()
	}
	s, edges := run(false)
	s2, edges2 := run(true)
	b := &bench{T: t}
	b.want("state", s2, s)
	b.want("edges", edges2, edges)
}
