package conformance

import (
	"testing"

	"stasis/machine"
)

// way is a way to run a machine that must make no difference.
type way struct {
	name string
	host machine.Host
	long bool
}

// ways are compared with the first.
var ways = []way{
	{name: "plain"},
	{name: "again"},
	{name: "slices of 997", host: machine.Host{Slice: 997}},
	{name: "slices of 1,000,000", host: machine.Host{Slice: 1_000_000}},
	{name: "single steps first", host: machine.Host{Trial: machine.Trial{SingleStep: 20_000_000}}},
	{name: "inline entries dropped", host: machine.Host{Trial: machine.Trial{DropInline: 10_007}}},
	{name: "single steps", host: machine.Host{Trial: machine.Trial{SingleStep: 1 << 40}}, long: true},
	{name: "inline entries dropped often", host: machine.Host{Trial: machine.Trial{DropInline: 101}}, long: true},
}

// sameEveryWay runs a machine in all ways and compares every hash.
func sameEveryWay(t *testing.T, config machine.Config, typing string, every, until uint64, ways []way) {
	t.Helper()
	outcomes := make([]outcome, len(ways))
	t.Run("runs", func(t *testing.T) {
		for i, w := range ways {
			if w.long && !soak() {
				continue
			}
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				w.host.HashEvery, w.host.Until = every, until
				outcomes[i] = runLinux(t, config, w.host, typing)
			})
		}
	})
	first := outcomes[0]
	if len(first.hashes) < 10 {
		t.Errorf("only %d hashes", len(first.hashes))
	}
	for i, w := range ways {
		if outcomes[i].hashes != nil {
			compareOutcomes(t, w.name, outcomes[i], first)
		}
	}
}

func compareOutcomes(t *testing.T, name string, got, want outcome) {
	t.Helper()
	for i := range min(len(got.hashes), len(want.hashes)) {
		if got.hashes[i] != want.hashes[i] {
			t.Errorf("%s: hash %d is taken at %d and another than the first run's, taken at %d", name, i, got.hashes[i].Retired, want.hashes[i].Retired)
			return
		}
	}
	if got.stop != want.stop || len(got.hashes) != len(want.hashes) || got.log != want.log {
		t.Errorf("%s: stopped by %+v with %d hashes and %d bytes of output; the first run by %+v with %d and %d",
			name, got.stop, len(got.hashes), len(got.log), want.stop, len(want.hashes), len(want.log))
	}
}

// TestLinuxHashes boots Linux to its end in every way: same hashes all along.
func TestLinuxHashes(t *testing.T) {
	t.Parallel()
	sameEveryWay(t, linuxConfig(t), typed("date"), 50_000_000, linuxLimit, ways)
}

// TestLinuxHashesSMP is the same with four CPUs; its short form ends in the middle of the boot, with all of them started.
func TestLinuxHashesSMP(t *testing.T) {
	t.Parallel()
	config := linuxConfig(t)
	config.SMP = 4
	until := uint64(500_000_000)
	if soak() {
		until = linuxLimit
	}
	sameEveryWay(t, config, typed("date"), 20_000_000, until, ways)
}

// TestLinuxPITHashes has the tick come from the PIT, by way of the 8259s or the I/O APIC: its events and the slices' ends
// fall together in every order.
func TestLinuxPITHashes(t *testing.T) {
	t.Parallel()
	config := linuxConfig(t)
	config.Append += " hpet=disable lapic=notscdeadline"
	sameEveryWay(t, config, typed("date"), 20_000_000, 500_000_000, []way{
		{name: "slices of 100,000", host: machine.Host{Slice: 100_000}},
		{name: "slices of 777", host: machine.Host{Slice: 777}},
	})
}
