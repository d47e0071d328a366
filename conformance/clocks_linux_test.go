package conformance

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"stasis/machine"
	script "stasis/replay"
)

// late is what Linux prints when time has passed in which it did not run.
var late = regexp.MustCompile(`(?i)soft lockup|hard lockup|stalled|stalls on|clocksource: (timekeeping|Long|.*unstable|.*skew)|Marking TSC unstable|blocked for more than|hogged CPU|starved|took too long`)

// busy keeps the guest from idling while it is stopped, and RCU from having nothing to wait for. It sleeps first: Linux changes to the TSC
// as its clock a second after it has started.
const busy = "mkdir -p /mnt; sleep 2; echo be; echo gin; i=0; while [ $i -lt 300 ]; do mount -t tmpfs x /mnt; umount /mnt; i=$((i+1)); done; sleep 2; " +
	"dmesg | tail -n 40; poweroff -f\n"

// pauseLinux boots Linux, stops it for an hour while it is at work, and returns what it printed after that.
func pauseLinux(t *testing.T, mode clockMode, smp int) string {
	t.Helper()
	config := linuxConfig(t)
	config.SMP = smp
	clock := &machine.ScriptedClock{Slice: 20 * time.Microsecond}
	host := machine.Host{ClockOnStop: mode.onStop, Until: linuxLimit}
	if mode.host {
		host.Clock = clock
	}
	var log bytes.Buffer
	var err error
	host.Serial[0] = &log
	if host.Script, err = script.ParseScript(strings.NewReader(fmt.Sprintf("wait %q\nsend %q\n", prompt, busy)), 0); err != nil {
		t.Fatal(err)
	}
	m, err := machine.New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for !strings.Contains(log.String(), "be\r\ngin") {
		if stop := m.Resume(machine.Plan{Units: 200_000}); stop.Reason != machine.StopInterrupted {
			t.Fatalf("stopped by %v:\n%s", stop.Reason, log.String())
		}
	}
	m.Resume(machine.Plan{Units: 3_000_000})
	before := log.Len()
	clock.Advance(hour)
	if stop := m.Resume(machine.Plan{}); stop.Reason != machine.StopPowerOff {
		t.Errorf("stopped by %v", stop.Reason)
	}
	sameReplay(t, m, config)
	return log.String()[before:]
}

// sameReplay runs the inputs of a run again, without the host's clock.
func sameReplay(t *testing.T, m *machine.Machine, config machine.Config) {
	t.Helper()
	again, err := machine.New(config, machine.Host{Until: linuxLimit})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	again.Play(m.Inputs())
	if again.Resume(machine.Plan{}); again.Hash() != m.Hash() || again.Retired() != m.Retired() {
		t.Errorf("the replay of %d inputs ends otherwise", len(m.Inputs()))
	}
}

// TestLinuxHour: Linux does not notice that somebody has thought for an hour, unless its clocks have run on: then RCU complains.
func TestLinuxHour(t *testing.T) {
	t.Parallel()
	for _, mode := range clockModes {
		for _, smp := range []int{1, 4} {
			if smp > 1 != (mode == runningMode) && !soak() {
				continue
			}
			t.Run(fmt.Sprintf("V-045/%s smp %d", mode.name, smp), func(t *testing.T) {
				t.Parallel()
				log := pauseLinux(t, mode, smp)
				passed, found := strings.Contains(log, "[ 36"), late.FindAllString(log, -1)
				if passed != (mode == runningMode) || (len(found) > 0) != passed {
					t.Errorf("an hour has passed: %v; Linux has noticed %q:\n%s", passed, found, log)
				}
			})
		}
	}
}
