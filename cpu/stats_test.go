package cpu

import (
	"maps"
	"testing"
)

// TestCounts: what is counted by cause adds up to what stands without one.
func TestCounts(t *testing.T) {
	s := Stats{Blocks: 10, Chained: 3, Hits: 4, Walks: 5, Steps: 6, Faults: 7, Interrupts: 8}
	s.Dropped[DropWritten] = 2
	s.Flushed(DropFull)
	s.Blocks++
	s.Flushed(DropMode)
	s.Slow[SlowSplit], s.Slow[SlowOther] = 20, 1
	s.Begin(1000, false)
	s.Enter(true, 950)
	s.Enter(false, 930)
	s.Enter(true, 900)
	s.Account(0, 880, true)
	s.Enter(false, 870)
	s.Account(2, 865, false)
	s.Begin(500, true)
	s.Account(0, 499, true)
	want := map[string]uint64{
		"blocks": 11, "chained": 3, "tlb_hits": 4, "walks": 5, "steps": 6, "faults": 7, "interrupts": 8,
		"dropped": 11, "dropped_written": 2, "dropped_full": 8, "dropped_mode": 1, "dropped_breakpoint": 0,
		"slow": 21, "slow_handler": 0, "slow_split": 20, "slow_checked": 0, "slow_device": 0, "slow_code": 0, "slow_watched": 0, "slow_other": 1,
		"units": 136, "units_32": 80, "units_32_user": 41, "units_64": 5, "units_64_user": 10,
	}
	if got := s.Counts([]string{"32", "32_user", "64", "64_user"}); !maps.Equal(got, want) {
		t.Errorf("counts %v", got)
	}
}
