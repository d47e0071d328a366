package conformance

import (
	"math"
	"slices"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// TestHostClocks is what guest time does while the machine is stopped: all timers at once, in every mode.
func TestHostClocks(t *testing.T) {
	for _, rule := range []struct {
		id    string
		check func(t *testing.T, mode clockMode)
		modes []clockMode
	}{
		{"V-040", stopsTogether, pausedModes},
		{"V-041", stepsAreInstructions, clockModes[:1]},
		{"V-042", nothingDueAtStops, clockModes},
		{"V-043", noTickIsLost, clockModes},
		{"V-044", clocksAreMonotone, clockModes},
		{"V-045", clocksAgree, clockModes},
		{"V-046", timeOfDay, clockModes},
		{"V-047", oneProcessorMovesTime, clockModes},
		{"V-048", sharedBreakpoint, clockModes},
		{"V-049", heldInterruptsAreKept, clockModes},
		{"V-050", pastDeadlineFiresOnce, clockModes},
		{"V-051", noBurst, clockModes},
	} {
		for _, mode := range rule.modes {
			t.Run(rule.id+"/"+mode.name, func(t *testing.T) { rule.check(t, mode) })
		}
	}
}

// think stops at many breakpoints, each for a second, makes some steps at each, and ends at a position.
func (c *clocks) think(end uint64) {
	c.t.Helper()
	c.breakAt(guests.ClocksSample)
	c.script.Stop = time.Second
	for c.m.Retired() < end-3000 {
		for range c.m.Retired() % 7 {
			c.step(0)
		}
		c.toBreakpoint()
		c.runUnlessAt(end, 997)
	}
	c.runTo(end)
}

// runUnlessAt runs on without breakpoints, but for the end.
func (c *clocks) runUnlessAt(end, units uint64) {
	c.breakAt()
	if c.m.Retired()+units < end {
		c.run(units)
	}
	c.breakAt(guests.ClocksSample)
}

// All clocks stand still: the state is that of a run without stops, however the APIC timer is used.
func stopsTogether(t *testing.T, mode clockMode) {
	for use := range uint64(apicUses) {
		quiet, c := newClocks(t, clockModes[0], use, 1), newClocks(t, mode, use, 1)
		end := c.m.Retired() + 20*clocksIPS/1000
		quiet.runTo(end)
		c.think(end)
		if quiet.m.Hash() != c.m.Hash() {
			t.Fatalf("APIC timer in use %d: the stops have changed the state", use)
		}
	}
}

// Steps and then a continue come to the state of a continue, and a step is one unit of time.
func stepsAreInstructions(t *testing.T, mode clockMode) {
	quiet, c := newClocks(t, mode, 0, 1), newClocks(t, mode, 0, 1)
	end := c.m.Retired() + 5*clocksIPS/1000
	quiet.runTo(end)
	for range 2 * clocksIPS / 1000 {
		before := c.m.Clock()
		c.step(0)
		if c.m.Clock() != before+1 {
			t.Fatalf("a step took %d units of time", c.m.Clock()-before)
		}
	}
	c.runTo(end)
	if quiet.m.Hash() != c.m.Hash() {
		t.Error("the steps have changed the state")
	}
}

// What is next after a breakpoint is its instruction, however long the stop was.
func nothingDueAtStops(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 1)
	c.script.Stop = 50 * time.Millisecond
	for range 300 {
		c.step(0)
		if pc := c.m.CPUs()[0].PC(); pc != c.symbol[guests.ClocksSample]+1 {
			t.Fatalf("the step over the breakpoint ended at %#x", pc)
		}
		c.toBreakpoint()
	}
}

// latency is how many units may pass between a deadline and its handler's RDTSC.
const latency = 300

// onGrid counts in which periods ticks came, and finds fault with those that came between.
func onGrid(t *testing.T, ticks []uint64, period float64) (periods []int) {
	t.Helper()
	for _, at := range ticks {
		n := math.Round(float64(at-ticks[0]) / period)
		if off := float64(at-ticks[0]) - n*period; math.Abs(off) > latency {
			t.Errorf("a tick came %.0f units beside its time", off)
		}
		periods = append(periods, int(n))
	}
	return periods
}

// A paused clock has as many ticks as periods. One that runs on has one for every stop at least: what fell due is one tick.
func noTickIsLost(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 1)
	from, stops := c.m.Clock(), 0
	c.script.Stop = 50 * time.Millisecond
	for range 40 {
		c.breakAt()
		c.run(15_000)
		c.breakAt(guests.ClocksSample)
		c.toBreakpoint()
		stops += 2 // the end of the run is one too
	}
	c.runTo(c.m.Retired() + 2000)
	for source, period := range tickPeriods {
		ticks := c.ticks(source, from)
		if mode.onStop != machine.ClockRuns || !mode.host {
			want := float64(c.m.Clock()-from) / period
			if math.Abs(float64(len(ticks))-want) > 1 {
				t.Errorf("source %d: %d ticks, want %.1f", source, len(ticks), want)
			}
			for i, n := range onGrid(t, ticks, period) {
				if i != n {
					t.Fatalf("source %d: tick %d came in period %d", source, i, n)
				}
			}
			continue
		}
		if len(ticks) < stops || len(ticks) > 3*stops {
			t.Errorf("source %d: %d ticks for %d stops", source, len(ticks), stops)
		}
	}
}

// No clock goes back, on any processor and across them.
func clocksAreMonotone(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 3)
	if n := c.number(guests.ClocksByCPU); n == 0 || slices.Contains(c.numbers(guests.ClocksByCPU, 3), 0) {
		t.Fatal("not all processors run")
	}
	c.script.Stop, c.script.Slice = time.Millisecond, time.Microsecond
	c.breakAt(guests.ClocksShared)
	for range 300 {
		cpu := c.toBreakpoint()
		c.step(cpu)
	}
	c.runTo(c.m.Retired() + 10_000)
	if n := c.number(guests.ClocksBackwards); n != 0 {
		t.Errorf("the TSC went back %d times", n)
	}
	list := c.newest(100)
	for i, r := range list[1:] {
		if last := list[i]; r.tsc <= last.tsc || r.hpet <= last.hpet || (r.pm-last.pm)&0xffffff > 0x800000 {
			t.Errorf("after %+v came %+v", last, r)
		}
	}
}

// clockRates are counts a unit, and after how many the counter begins again; those that count down are negative.
var clockRates = []struct {
	name       string
	of         func(reading) uint64
	rate, wrap float64
}{
	{"PM timer", func(r reading) uint64 { return r.pm }, 315e6 / 88 / clocksIPS, 1 << 24},
	{"HPET", func(r reading) uint64 { return r.hpet }, 1e8 / clocksIPS, 1 << 63},
	{"APIC timer", func(r reading) uint64 { return r.apic }, -1e9 / 16 / clocksIPS, 62500},
	{"PIT", func(r reading) uint64 { return r.pit }, -105e6 / 88 / clocksIPS, 1193},
}

// Over a stop all clocks go on by the same time: none, but for the instructions, or a minute.
func clocksAgree(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 1)
	c.toBreakpoint()
	c.script.Stop = minute
	c.toBreakpoint()
	c.script.Stop = 0
	c.toBreakpoint()
	list := c.newest(3)
	for i, r := range list[1:] {
		last := list[i]
		passed := float64(r.tsc - last.tsc)
		if ran := passed > clocksIPS; ran != (i == 1 && mode == runningMode) && ran != (i == 0 && mode == runningMode) {
			t.Errorf("%.0f units have passed", passed)
		}
		for _, clock := range clockRates {
			got := float64(int64(clock.of(r) - clock.of(last)))
			off := math.Mod(got-passed*clock.rate, clock.wrap)
			if off > clock.wrap/2 {
				off -= clock.wrap
			} else if off < -clock.wrap/2 {
				off += clock.wrap
			}
			if slower := max(1, math.Abs(clock.rate)); math.Abs(off) > slower {
				t.Errorf("%s is %.2f counts off after %.0f units", clock.name, off, passed)
			}
		}
	}
}

// The time of day is guest time too.
func timeOfDay(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 1)
	before := c.newest(1)[0].timeOfDay()
	c.script.Advance(minute)
	c.toBreakpoint()
	c.toBreakpoint()
	passed := c.newest(1)[0].timeOfDay() - before
	want := 0
	if mode == runningMode {
		want = 60
	}
	if passed < want || passed > want+1 {
		t.Errorf("the time of day went on by %d s, want %d", passed, want)
	}
}

// A processor that steps while the others are left out moves all clocks by one unit; let in again, the others go on.
func oneProcessorMovesTime(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 2)
	before := c.numbers(guests.ClocksByCPU, 2)
	c.m.LockCPUs(1 << 1)
	for range 5000 { // more than two turns
		at := c.m.Clock()
		c.step(0)
		if c.m.Clock() != at+1 {
			t.Fatalf("a step moved time by %d", c.m.Clock()-at)
		}
	}
	alone := c.numbers(guests.ClocksByCPU, 2)
	if alone[0] == before[0] || alone[1] != before[1] {
		t.Errorf("calls by processor: %d before, %d after the steps of processor 0", before, alone)
	}
	c.m.LockCPUs(0)
	c.runTo(c.m.Retired() + 100_000)
	if both := c.numbers(guests.ClocksByCPU, 2); both[0] == alone[0] || both[1] == alone[1] {
		t.Errorf("calls by processor: %d, and %d when all run", alone, both)
	}
}

// Each processor stops at a breakpoint that they share each time it comes there, also while another steps over it.
func sharedBreakpoint(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 3)
	c.breakAt(guests.ClocksShared)
	c.script.Stop = 50 * time.Microsecond
	before := c.numbers(guests.ClocksByCPU, 3)
	hits := make([]uint64, 3)
	for n := range 400 {
		cpu := c.toBreakpoint()
		hits[cpu]++
		if n%3 == 0 {
			c.step(cpu)
		}
	}
	for cpu, after := range c.numbers(guests.ClocksByCPU, 3) {
		// The guest counts a call after the breakpoint: a processor may stand between the two.
		if counted := after - before[cpu]; hits[cpu] == 0 || counted > hits[cpu] || counted+1 < hits[cpu] {
			t.Errorf("processor %d stopped %d times and called %d times", cpu, hits[cpu], counted)
		}
	}
}

// Interrupts between processors that are sent while one is held come afterwards.
func heldInterruptsAreKept(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 2)
	c.script.Stop = 5 * time.Microsecond
	c.breakAt()
	for n := range 400 {
		c.m.HoldInterrupts(n % 2)
		c.run(uint64(1 + n%3))
	}
	c.runTo(c.m.Retired() + 20_000)
	sent, came := c.number(guests.ClocksPokes), c.number(guests.ClocksPoked)
	if sent < 10 || came > sent || sent-came > 1 {
		t.Errorf("%d interrupts sent, %d came", sent, came)
	}
}

// A one-shot timer or a deadline that has passed during the stop fires once, and the next is a period later.
func pastDeadlineFiresOnce(t *testing.T, mode clockMode) {
	for _, use := range []uint64{apicOneShot, apicDeadline} {
		c := newClocks(t, mode, use, 1)
		from, stopped := c.m.Clock(), c.m.Clock()
		c.script.Advance(minute)
		c.toBreakpoint()
		if mode == runningMode {
			stopped += 60 * clocksIPS
		}
		c.runTo(c.m.Retired() + 5*clocksIPS/1000)
		ticks := c.ticks(apicTicks, from)
		if len(ticks) < 4 || len(ticks) > 6 {
			t.Errorf("use %d: %d ticks in 5 ms", use, len(ticks))
		}
		for i, at := range ticks {
			if i == 0 && at > stopped+clocksIPS/1000+latency {
				t.Errorf("use %d: the first tick came %d units after the stop", use, at-stopped)
			}
			if i > 0 && at-ticks[i-1] < clocksIPS/1000 {
				t.Errorf("use %d: %d units between two ticks", use, at-ticks[i-1])
			}
		}
	}
}

// After a stop, periodic timers go on in their old phase, one tick a period.
func noBurst(t *testing.T, mode clockMode) {
	c := newClocks(t, mode, 0, 1)
	start := c.m.Clock() - 15*clocksIPS/1000
	c.script.Advance(minute + 333*time.Microsecond)
	c.toBreakpoint()
	resumed := c.m.Clock()
	c.runTo(c.m.Retired() + 10*clocksIPS/1000)
	for source, period := range tickPeriods {
		ticks := c.ticks(source, start)
		late := slices.DeleteFunc(slices.Clone(ticks), func(at uint64) bool {
			// What fell due during a stop is one tick, at once; all others are on the grid.
			return mode == runningMode && at+200 > resumed && at < resumed+latency
		})
		if len(ticks)-len(late) > 1 {
			t.Errorf("source %d: %d ticks at once", source, len(ticks)-len(late))
		}
		periods := onGrid(t, late, period)
		for i := range len(periods) - 1 {
			if periods[i+1] == periods[i] {
				t.Errorf("source %d: two ticks in a period", source)
			}
		}
		if len(late) < 20 {
			t.Errorf("source %d: %d ticks in 25 ms", source, len(late))
		}
	}
}

// TestRealClock: a session by the host's own clock, with stops, repeats from its recorded advances.
func TestRealClock(t *testing.T) {
	for _, smp := range []int{1, 3} {
		for _, policy := range []machine.ClockOnStop{machine.ClockPauses, machine.ClockRuns} {
			config := machine.Config{Kernel: loader.File{Name: guests.Clocks, Data: guests.ELF(guests.Clocks)}, Mem: 16 << 20, SMP: smp, IPS: clocksIPS}
			m, err := machine.New(config, machine.Host{Clock: machine.RealClock{}, ClockOnStop: policy, Slice: 10_000})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			for range 10 {
				m.Resume(machine.Plan{Units: 300_000})
				time.Sleep(2 * time.Millisecond)
			}
			advances := len(m.Inputs())
			if policy == machine.ClockRuns && advances < 9 {
				t.Errorf("%d processors, %v: %d advances", smp, policy, advances)
			}
			again, err := machine.New(config, machine.Host{})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			again.Play(m.Inputs())
			if again.Resume(machine.Plan{Until: m.Retired()}); again.Hash() != m.Hash() {
				t.Errorf("%d processors, %v: the replay of %d advances ends otherwise", smp, policy, advances)
			}
		}
	}
}
