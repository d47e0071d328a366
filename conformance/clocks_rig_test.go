package conformance

import (
	"encoding/binary"
	"io"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// clocksIPS is the rate that the guest's one-millisecond timers are made for.
const clocksIPS = 10_000_000

// Sources of ticks, as the guest numbers them.
const (
	pitTicks = iota
	apicTicks
	hpetTicks
	rtcTicks
	tickSources
)

// tickPeriods are how many units lie between two ticks.
var tickPeriods = [tickSources]float64{
	pitTicks:  1193 * 88 * clocksIPS / 105e6,
	apicTicks: 62500 * 16 * clocksIPS / 1e9,
	hpetTicks: 100_000 * clocksIPS / 1e8,
	rtcTicks:  clocksIPS / 1024.0,
}

// How the guest uses its APIC timer.
const (
	apicPeriodic = iota
	apicOneShot
	apicDeadline
	apicUses
)

// clockMode is a way for guest time to go.
type clockMode struct {
	name   string
	host   bool // it follows a scripted host's clock
	onStop machine.ClockOnStop
}

var (
	clockModes = []clockMode{
		{"instructions", false, machine.ClockPauses},
		{"pause", true, machine.ClockPauses},
		{"pause-step", true, machine.ClockPausesSteps},
		{"run", true, machine.ClockRuns},
	}
	pausedModes = clockModes[:3]
	runningMode = clockModes[3]
)

// clocks is a machine with the guest that writes down all clocks.
type clocks struct {
	t      *testing.T
	m      *machine.Machine
	script *machine.ScriptedClock
	symbol map[string]uint64
	armed  []string // breakpoints
	last   machine.Stop
}

// newClocks is such a machine, all its timers running, before a call of sample on CPU 0.
func newClocks(t *testing.T, mode clockMode, apic uint64, smp int) *clocks {
	t.Helper()
	image, err := guests.Patch(guests.ELF(guests.Clocks), guests.ClocksAPIC, apic)
	if err != nil {
		t.Fatal(err)
	}
	c := &clocks{t: t, script: &machine.ScriptedClock{}}
	if c.symbol, err = guests.Symbols(image); err != nil {
		t.Fatal(err)
	}
	host := machine.Host{Serial: [2]io.Writer{io.Discard, io.Discard}, ClockOnStop: mode.onStop}
	if mode.host {
		host.Clock = c.script
	}
	config := machine.Config{Kernel: loader.File{Name: guests.Clocks, Data: image}, Mem: 16 << 20, SMP: smp, IPS: clocksIPS}
	if c.m, err = machine.New(config, host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.m.Close() })
	c.breakAt(guests.ClocksSample)
	c.toBreakpoint()
	c.breakAt()
	c.run(20 * clocksIPS / 1000)
	c.breakAt(guests.ClocksSample)
	c.toBreakpoint()
	return c
}

// breakAt has breakpoints at these symbols and nowhere else.
func (c *clocks) breakAt(symbols ...string) {
	c.armed = symbols
	var at []uint64
	for _, s := range symbols {
		at = append(at, c.symbol[s])
	}
	for _, cpu := range c.m.CPUs() {
		cpu.SetBreakpoints(at)
	}
}

// resume goes on from wherever the machine stands, over the breakpoint if that is one.
func (c *clocks) resume(p machine.Plan) machine.Stop {
	if c.last.Reason == machine.StopBreakpoint {
		c.m.CPUs()[c.last.CPU].SkipBreakpoint()
	}
	c.last = c.m.Resume(p)
	return c.last
}

// toBreakpoint runs to the next breakpoint, and says which CPU stands there.
func (c *clocks) toBreakpoint() int {
	c.t.Helper()
	stop := c.resume(machine.Plan{})
	if stop.Reason != machine.StopBreakpoint {
		c.t.Fatalf("stopped because of %v: %+v", stop.Reason, stop)
	}
	return stop.CPU
}

// step makes one step of a CPU, at which no breakpoint ends it.
func (c *clocks) step(cpu int) {
	c.t.Helper()
	armed := c.armed
	c.breakAt()
	defer c.breakAt(armed...)
	actions := make([]machine.Action, len(c.m.CPUs()))
	actions[cpu] = machine.Step
	if stop := c.resume(machine.Plan{Actions: actions}); stop.Reason != machine.StopStep || stop.CPU != cpu {
		c.t.Fatalf("a step of CPU %d ended so: %+v", cpu, stop)
	}
}

// run runs so many units.
func (c *clocks) run(units uint64) {
	c.t.Helper()
	if stop := c.resume(machine.Plan{Units: units}); stop.Reason != machine.StopInterrupted {
		c.t.Fatalf("stopped because of %v: %+v", stop.Reason, stop)
	}
}

// runTo runs to a position without a stop before it.
func (c *clocks) runTo(retired uint64) {
	c.t.Helper()
	c.breakAt()
	if at := c.m.Retired(); at < retired {
		c.run(retired - at)
	}
}

// numbers reads n numbers of 8 bytes.
func (c *clocks) numbers(symbol string, n int) []uint64 {
	c.t.Helper()
	b, list := make([]byte, 8*n), make([]uint64, n)
	for done := 0; done < len(b); {
		at := c.symbol[symbol] + uint64(done)
		k := min(len(b)-done, int(4096-at%4096))
		if err := c.m.ReadPhys(b[done:done+k], at); err != nil {
			c.t.Fatal(err)
		}
		done += k
	}
	for i := range list {
		list[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return list
}

func (c *clocks) number(symbol string) uint64 {
	c.t.Helper()
	return c.numbers(symbol, 1)[0]
}

// reading is what all clocks said, one after the other.
type reading struct{ tsc, pm, hpet, apic, pit, day uint64 }

// newest returns the last n readings.
func (c *clocks) newest(n int) (list []reading) {
	c.t.Helper()
	v, end := c.numbers(guests.ClocksSamples, 4096*6), c.number(guests.ClocksSampled)
	for i := end - uint64(n); i < end; i++ {
		s := v[i%4096*6:]
		list = append(list, reading{s[0], s[1], s[2], s[3], s[4], s[5]})
	}
	return list
}

// ticks returns when each tick of a source came, from a time on.
func (c *clocks) ticks(source int, from uint64) (list []uint64) {
	c.t.Helper()
	n := c.numbers(guests.ClocksTicks, tickSources)[source]
	if n > 4096 {
		c.t.Fatalf("%d ticks do not fit the guest's list", n)
	}
	for _, at := range c.numbers(guests.ClocksLog, 4096*tickSources)[4096*source:][:n] {
		if at >= from {
			list = append(list, at)
		}
	}
	return list
}

// timeOfDay is a reading's RTC time in seconds: three bytes of BCD.
func (r reading) timeOfDay() (seconds int) {
	for shift := 16; shift >= 0; shift -= 8 {
		b := int(r.day >> shift & 0xff)
		seconds = seconds*60 + b>>4*10 + b&15
	}
	return seconds
}

// How long the user thinks: an hour, or a minute where all the timers' ticks meanwhile are to be gone through often.
const (
	hour   = time.Hour
	minute = time.Minute
)
