package conformance

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"stasis/internal/guests"
	"stasis/machine"
)

// thought is how long the user of gdb looks at each stop: several periods of the guest's timer, if its time followed the host's.
const thought = "0.02"

// timerScript drives the demo guest: a hundred times to the breakpoint, a hundred steps, a hundred of both by turns, and five
// times a thousand rounds. After each it says how far the loop and the timer have counted, and the machine's position and state.
const timerScript = `
set pagination off
set confirm off
define look
  printf "%lu %lu\n", *(unsigned long *) &loop_counter, *(unsigned long *) &tick_counter
  monitor retired
  monitor hash
end
define think
  shell sleep ` + thought + `
end
break *loop_body
continue
echo start\n
look
set $i = 0
while $i < 100
  think
  continue
  set $i = $i + 1
end
echo continue\n
look
set $i = 0
set $strange = 0
while $i < 100
  think
  stepi
  if $pc >= (unsigned long) &tick && $pc < (unsigned long) &tick + 16
    set $strange = $strange + 1
  end
  set $i = $i + 1
end
echo stepi\n
look
set $i = 0
while $i < 100
  continue
  think
  stepi
  if $pc <= (unsigned long) &loop_body || $pc > (unsigned long) &loop_body + 8
    set $strange = $strange + 1
  end
  set $i = $i + 1
end
echo both\n
look
set $i = 0
while $i < 5
  ignore 1 999
  continue
  think
  set $i = $i + 1
end
echo far\n
look
printf "strange %d\n", $strange
kill
`

// seen is what the script says at one place.
type seen struct {
	count, ticks, retired uint64
	hash                  string
}

var seenLines = regexp.MustCompile(`(?m)^(start|continue|stepi|both|far)\n(\d+) (\d+)\n(\d+)\n([0-9a-f]{64})$`)

// TestGDBTimers: whatever the timer's rate, and however long the user thinks, continue goes round the loop once and stepi makes one
// step of it. Ticks come as if nobody had looked.
func TestGDBTimers(t *testing.T) {
	needTool(t, "gdb")
	const ips = 1_000_000 // the timer at 3 kHz interrupts every 333 units, the loop has 6
	for _, hz := range []uint64{300, 3000} {
		for _, clock := range [][]string{nil, {"--clock", "host"}, {"--clock", "host", "--clock-on-stop", "run"}} {
			if hz == 300 && clock != nil && !soak() {
				continue
			}
			t.Run(fmt.Sprintf("%d Hz %v", hz, clock), func(t *testing.T) {
				t.Parallel()
				e := embedded{name: guests.Demo, smp: 1, hz: hz}
				at, strange := playTimers(t, e, append([]string{"--ips", strconv.Itoa(ips), "--mem", "128M"}, clock...))
				if strange != "0" {
					t.Errorf("%s steps ended somewhere else", strange)
				}
				checkCounts(t, at)
				if clock == nil {
					checkTicks(t, e, ips, at)
				}
			})
		}
	}
}

// playTimers runs gdb.
func playTimers(t *testing.T, e embedded, flags []string) (at map[string]seen, strange string) {
	t.Helper()
	dir := t.TempDir()
	kernel, file := filepath.Join(dir, "demo.elf"), filepath.Join(dir, "script.gdb")
	for path, data := range map[string][]byte{kernel: e.image(t), file: []byte(timerScript)} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, addr := serve(t, append([]string{"--kernel", kernel, "--serial", "none"}, flags...)...)
	gdb := child(t, "gdb", "-q", "-nx", "-batch", "-ex", "target remote "+addr, "-x", file, kernel)
	out, err := gdb.CombinedOutput()
	if err != nil {
		t.Logf("gdb: %v", err)
	}
	at = map[string]seen{}
	for _, m := range seenLines.FindAllSubmatch(out, -1) {
		at[string(m[1])] = seen{decimal(m[2]), decimal(m[3]), decimal(m[4]), string(m[5])}
	}
	m := regexp.MustCompile(`(?m)^strange (\d+)$`).FindSubmatch(out)
	if len(at) != 5 || m == nil {
		t.Fatalf("gdb did not do it all:\n%s", out[max(0, len(out)-3000):])
	}
	return at, string(m[1])
}

func decimal(b []byte) uint64 {
	n, _ := strconv.ParseUint(string(b), 10, 64)
	return n
}

// checkCounts: a hundred rounds; a hundred steps from the loop's first instruction, six a round; a hundred rounds, the last of
// which has been counted; five thousand rounds from before it was.
func checkCounts(t *testing.T, at map[string]seen) {
	t.Helper()
	for _, c := range []struct {
		from, to string
		want     uint64
	}{{"start", "continue", 100}, {"continue", "stepi", 17}, {"stepi", "both", 100}, {"both", "far", 4999}} {
		if got := at[c.to].count - at[c.from].count; got != c.want {
			t.Errorf("%s: the loop went round %d times, want %d", c.to, got, c.want)
		}
	}
}

// checkTicks runs the guest alone to the same positions.
func checkTicks(t *testing.T, e embedded, ips uint64, at map[string]seen) {
	t.Helper()
	symbols, err := guests.Symbols(guests.ELF(guests.Demo))
	if err != nil {
		t.Fatal(err)
	}
	e.ips = ips
	m := e.machine(t, nil)
	defer m.Close()
	for _, name := range []string{"start", "continue", "stepi", "both", "far"} {
		want := at[name]
		m.Resume(machine.Plan{Until: want.retired})
		got := seen{memory(t, m, symbols[guests.DemoCount]), memory(t, m, symbols[guests.DemoTicks]), m.Retired(), fmt.Sprintf("%x", m.Hash())}
		if got != want {
			t.Errorf("%s: with gdb %+v, undisturbed %+v", name, want, got)
		}
		t.Logf("%s: %+v", name, want)
	}
	if at["far"].ticks-at["start"].ticks < 5 {
		t.Error("too few ticks to say anything")
	}
}

func memory(t *testing.T, m *machine.Machine, at uint64) uint64 {
	t.Helper()
	b := make([]byte, 8)
	if err := m.ReadPhys(b, at); err != nil {
		t.Fatal(err)
	}
	return binary.LittleEndian.Uint64(b)
}
