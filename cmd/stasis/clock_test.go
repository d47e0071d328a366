package main

import (
	"io"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/machine"
)

// TestClockFlags: --clock and --clock-on-stop as the machine takes them.
func TestClockFlags(t *testing.T) {
	for _, c := range []struct {
		clock, onStop, pace string
		follows, paces      bool
		policy              machine.ClockOnStop
	}{
		{"instructions", "pause", "", false, false, machine.ClockPauses},
		{"instructions", "pause", "host", false, true, machine.ClockPauses},
		{"host", "pause", "", true, true, machine.ClockPauses},
		{"host", "pause-step", "", true, true, machine.ClockPausesSteps},
		{"host", "run", "none", true, false, machine.ClockRuns},
	} {
		o := options{clock: c.clock, clockOnStop: c.onStop, pace: c.pace, entry: "auto", slice: 1}
		h, err := o.host(io.Discard, io.Discard)
		if err != nil || h.Clock != nil != c.follows || h.ClockOnStop != c.policy || h.Pace != c.paces {
			t.Errorf("%+v: %+v, %v", c, h, err)
		}
	}
	hello := kernelFile(t, guests.Hello64)
	for _, args := range [][]string{{"--clock", "host", "--clock-on-stop", "jump"}, {"--clock-on-stop", "run"}, {"--clock", "sun"}} {
		if r := stasisRun(t, append([]string{"--kernel", hello}, args...)...); r.code != exitUsage {
			t.Errorf("%v: exit status %d, %q", args, r.code, r.stderr)
		}
	}
	if r := stasisRun(t, "--kernel", hello, "--clock", "host", "--clock-on-stop", "run"); r.code != 0 || r.stdout == "" {
		t.Errorf("exit status %d, %q", r.code, r.stderr)
	}
}

// TestMonitorTimers: the monitor changes what time does while the machine is stopped, where it can pass at all.
func TestMonitorTimers(t *testing.T) {
	for _, c := range []struct{ clock, line, want string }{
		{"instructions", "timers pause", "never passes"},
		{"instructions", "timers run", "--clock host can"},
		{"instructions", "timers walk", "pause, pause-step or run"},
		{"host", "timers pause", "all timers pause"},
		{"host", "timers pause-step", "during steps too"},
		{"host", "timers run", "all timers run"},
		{"host", "timers", "none"},
		{"host", "timers run run", "usage"},
	} {
		o := &options{clock: c.clock, clockOnStop: "pause", backend: "native", cpu: "x86-64-v2", entry: "auto", slice: 1, serial: []string{"none"}, kernel: kernelFile(t, guests.Hello64)}
		o.mem, o.smp, o.ips = 16<<20, 1, machine.DefaultIPS
		s := &session{options: o, stdout: io.Discard, stderr: io.Discard}
		if err := s.open(); err != nil {
			t.Fatal(err)
		}
		if got := s.debugger.Monitor(0, c.line); !strings.Contains(got, c.want) {
			t.Errorf("--clock %s, %s: %q, want %q", c.clock, c.line, got, c.want)
		}
		s.close()
	}
}
