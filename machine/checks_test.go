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
