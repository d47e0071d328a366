package conformance

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"stasis/machine"
	script "stasis/replay"
)

// loop is what the shell does while allocations are counted: it computes, starts programs, reads files and sleeps.
const loop = `while :; do i=$((i+1)); [ $((i%20)) = 0 ] && { /bin/true; cat /proc/uptime >/dev/null; usleep 100; }; done`

// TestNoAllocation counts what the Go heap gives while a booted guest runs in a loop that it has run before, code decoded anew included: nothing.
func TestNoAllocation(t *testing.T) {
	warm, units := uint64(1_700_000_000), uint64(200_000_000)
	runs := map[string]int{"smp 4": 4}
	if soak() {
		units, runs["smp 1"] = 1_000_000_000, 1
	}
	for name, smp := range runs {
		t.Run(name, func(t *testing.T) {
			config := linuxConfig(t)
			config.SMP = smp
			typing, err := script.ParseScript(strings.NewReader(typed(loop)), 0)
			if err != nil {
				t.Fatal(err)
			}
			host := machine.Host{Script: typing}
			host.Serial[0] = io.Discard
			m, err := machine.New(config, host)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			m.Resume(machine.Plan{Until: warm})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m.Resume(machine.Plan{Until: warm + units})
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n != 0 {
				t.Errorf("%d bytes in %d objects over %d units", n, after.Mallocs-before.Mallocs, units)
			}
		})
	}
}
