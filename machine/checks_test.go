package machine

import (
	"testing"

	"stasis/internal/guests"
)

// TestGuestChecks runs the suites of protection, paging and interrupts on both vendors' processors, with one CPU and with several.
func TestGuestChecks(t *testing.T) {
	for _, suite := range []string{guests.Checks, guests.Checks32} {
		for _, vendor := range []string{"amd", "intel"} {
			for _, smp := range []int{1, 4} {
				config := guest(suite, "")
				config.CPU, config.SMP = vendor, smp
				if _, stop, out := boot(t, config, Host{}); stop.Reason != StopDebugExit || stop.Code != 0 {
					t.Errorf("%s, %s, %d CPUs: %+v\n%s", suite, vendor, smp, stop, out)
				}
			}
		}
	}
}

// The suites come to the same states by blocks, by single steps and without what the fast path remembers.
func TestGuestChecksEveryWay(t *testing.T) {
	for _, suite := range []string{guests.Checks, guests.Checks32} {
		var want []HashAt
		for name, trial := range map[string]Trial{"blocks": {}, "single step": {SingleStep: 1 << 40}, "drop": {DropInline: 997}} {
			m, _, _ := boot(t, guest(suite, ""), Host{HashEvery: 5_000, Until: 4_000_000, Trial: trial})
			got := append(m.Hashes(), HashAt{m.Retired(), m.Hash()})
			if want == nil {
				want = got
			}
			compareHashes(t, suite+" "+name, got, want)
		}
	}
}
