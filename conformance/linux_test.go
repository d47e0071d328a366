package conformance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"stasis/machine"
)

// trouble is what a kernel prints when it finds something wrong with the machine.
var trouble = regexp.MustCompile(`\] (BUG:|WARNING: CPU|INFO: (rcu|task)|clocksource: .*unstable)|selftest.*FAIL|Call Trace`)

// work is what is typed into the shell.
var work = []string{
	"cat /proc/cpuinfo",
	"sha256sum /bin/busybox",
	"time sleep 1",
	"date",
	"i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done; echo forks: $i",
}

// TestLinux boots Debian's cloud kernel, has its shell do some work, and powers off.
func TestLinux(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		vendor string
		smp    int
		long   bool
	}{{"amd", 1, false}, {"intel", 1, false}, {"amd", 4, false}, {"intel", 4, true}, {"amd", 8, true}} {
		if c.long && !soak() {
			continue
		}
		t.Run(fmt.Sprintf("%s smp %d", c.vendor, c.smp), func(t *testing.T) {
			t.Parallel()
			config := linuxConfig(t)
			config.CPU, config.SMP = c.vendor, c.smp
			o := runLinux(t, config, machine.Host{}, typed(work...))
			checkLinux(t, o, c.vendor, c.smp)
			if t.Failed() {
				t.Log(o.log)
			}
		})
	}
}

// checkLinux looks for what the work must have printed, and for complaints of the kernel.
func checkLinux(t *testing.T, o outcome, vendor string, smp int) {
	t.Helper()
	t.Logf("%d units", o.hashes[len(o.hashes)-1].Retired)
	if o.stop.Reason != machine.StopPowerOff {
		t.Errorf("stopped by %v", o.stop.Reason)
	}
	busybox, err := os.ReadFile(linuxBusybox)
	if err != nil {
		t.Fatal(err)
	}
	id := map[string]string{"amd": "AuthenticAMD", "intel": "GenuineIntel"}[vendor]
	for want, times := range map[string]int{
		`\nvendor_id\t: ` + id:         smp,
		`\nprocessor\t: \d`:            smp,
		`real\t0m 1\.0\ds`:             1,
		`\w+ \w+ +\d+ [\d:]+ UTC 2026`: 1,
		`\nforks: 200\r`:               1,
		fmt.Sprintf(`\n%x  /bin/busybox\r`, sha256.Sum256(busybox)): 1,
	} {
		if got := len(regexp.MustCompile(want).FindAllString(o.log, -1)); got != times {
			t.Errorf("%q is %d times in the output, want %d", want, got, times)
		}
	}
	for line := range strings.Lines(o.log) {
		if trouble.MatchString(line) {
			t.Errorf("the kernel complains: %s", strings.TrimSpace(line))
		}
	}
	known := explained(t)
	for name, n := range o.unimplemented {
		if !known[name] {
			t.Errorf("%s was met %d times: implement it, or explain it in docs/UNIMPLEMENTED.md", name, n)
		}
	}
}

// explained are the names in the table of docs/UNIMPLEMENTED.md that come with a reason.
func explained(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/UNIMPLEMENTED.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| \\S.+ \\|$").FindAllSubmatch(text, -1) {
		known[string(row[1])] = true
	}
	return known
}
