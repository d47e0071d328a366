package machine

import (
	"os"
	"runtime"
	"testing"

	"stasis/internal/guests"
)

// In steady state a run allocates nothing: interrupts, timers, ports and turns of several CPUs included.
func TestNoAllocation(t *testing.T) {
	config := guest(guests.Demo, "")
	m, err := New(config, Host{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.Resume(Plan{Units: 20_000_000})
	units := uint64(100_000_000)
	if os.Getenv("STASIS_SOAK") != "" {
		units = 1_000_000_000
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m.Resume(Plan{Units: units})
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4096 { // the runtime's own
		t.Errorf("%d bytes in %d allocations over %d units", n, after.Mallocs-before.Mallocs, units)
	}
}
