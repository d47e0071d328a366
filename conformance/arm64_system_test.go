package conformance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// armTranscript is what the AArch64 suite prints on a board.
func armTranscript(t *testing.T, gic, smp int) string {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile("testdata/arm64/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	text := read("system.txt")
	if gic == 2 { // its SGIs are always enabled
		text = strings.Replace(text, "a disabled SGI, isr = 0", "a disabled SGI, isr = 80", 1)
	}
	if smp > 1 {
		one, _, _ := strings.Cut(text, "CPU_ON")
		text = one + read("smp.txt")
	}
	return text
}

// TestARM64System runs the AArch64 suite on the board virt: exceptions, aborts, translation, debug, interrupts, timers, PSCI.
func TestARM64System(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gic, smp int
		trial    machine.Trial
	}{
		{3, 1, machine.Trial{}}, {2, 1, machine.Trial{}}, {3, 2, machine.Trial{}}, {2, 2, machine.Trial{}},
		{3, 1, machine.Trial{SingleStep: 1 << 40}}, {3, 2, machine.Trial{DropInline: 101}},
	} {
		var out bytes.Buffer
		host := machine.Host{Trial: c.trial, Until: 100_000_000}
		host.Serial[0] = &out
		m, err := machine.New(machine.Config{Board: loader.BoardVirt, GIC: c.gic, SMP: c.smp, Mem: 128 << 20,
			Kernel: loader.File{Name: guests.TestsARM64, Data: guests.ELF(guests.TestsARM64)}}, host)
		if err != nil {
			t.Fatal(err)
		}
		stop := m.Resume(machine.Plan{})
		if stop.Reason != machine.StopPowerOff {
			t.Errorf("%+v: %+v at %d", c, stop, m.Retired())
		}
		compareLines(t, fmt.Sprintf("%+v", c), out.String(), armTranscript(t, c.gic, c.smp), nil)
		m.Close()
	}
}

// TestARM64SystemHashes runs the suite in every way: the same state at its end.
func TestARM64SystemHashes(t *testing.T) {
	t.Parallel()
	for _, smp := range []int{1, 2} {
		end := func(h machine.Host) view {
			var out bytes.Buffer
			h.Until, h.Serial[0] = 100_000_000, &out
			m, err := machine.New(machine.Config{Board: loader.BoardVirt, SMP: smp,
				Kernel: loader.File{Name: guests.TestsARM64, Data: guests.ELF(guests.TestsARM64)}}, h)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			m.Resume(machine.Plan{})
			return view{m.Retired(), m.Hash(), out.String()}
		}
		want := end(machine.Host{})
		for _, h := range []machine.Host{{Slice: 10}, {Slice: 997}, {Slice: 1_000_000}, {Trial: machine.Trial{SingleStep: 1 << 40}}, {Trial: machine.Trial{DropInline: 101}}} {
			sameView(t, fmt.Sprintf("%d CPUs, slices of %d, %+v", smp, h.Slice, h.Trial), end(h), want)
		}
	}
}

// qemuDiffers are the lines in which QEMU 7.2 differs, and why.
var qemuDiffers = map[string]string{
	"entry with DIT":                     "PSTATE.DIT is cleared; the architecture leaves it as it is",
	"sp alignment":                       "not checked",
	"sp alignment at EL0":                "not checked",
	"eret to AArch32":                    "EL0 has AArch32",
	"mrs midr_el1 at EL0":                "FEAT_IDST",
	"daifset at EL0, no UMA":             "op1 and op2 of the syndrome are exchanged",
	"daifclr at EL0, no UMA":             "op1 and op2 of the syndrome are exchanged",
	"EL0, dc cvac of EL1's page":         "no fault of cache maintenance",
	"EL0, dc cvau, level 3":              "no fault of cache maintenance",
	"dc ivac, permission":                "no fault of cache maintenance",
	"dc civac, level 3":                  "no fault of cache maintenance",
	"ic ivau, level 3":                   "no fault of cache maintenance",
	"unaligned stxr":                     "the monitor is looked at first",
	"Device, unaligned read":             "no alignment fault of Device memory",
	"Device, unaligned write":            "no alignment fault of Device memory",
	"Device, dc zva":                     "no alignment fault of Device memory",
	"no step under the OS lock":          "the lock does not matter to software step",
	"at s1e1r, Device":                   "shareability as in the descriptor",
	"at s1e1w, Device":                   "shareability as in the descriptor",
	"at s1e1r, not cached":               "shareability as in the descriptor",
	"at s1e1w, not cached":               "shareability as in the descriptor",
	"16K of 48 bits, a block of level 1": "FEAT_LPA2",
}

// TestARM64SystemQEMU runs the suite in QEMU, the oracle of its transcript.
func TestARM64SystemQEMU(t *testing.T) {
	t.Parallel()
	needTool(t, "qemu-system-aarch64")
	kernel := filepath.Join(t.TempDir(), "tests.elf")
	if err := os.WriteFile(kernel, guests.ELF(guests.TestsARM64), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ gic, smp int }{{3, 1}, {2, 1}, {3, 2}} {
		args := []string{"-s", "KILL", "120", "qemu-system-aarch64", "-machine", fmt.Sprintf("virt,gic-version=%d", c.gic),
			"-cpu", "max", "-smp", fmt.Sprint(c.smp), "-m", "128", "-display", "none", "-serial", "stdio", "-monitor", "none", "-kernel", kernel}
		if c.smp == 1 { // else its timers follow the host
			args = append(args, "-icount", "shift=0,sleep=off")
		}
		out, err := exec.Command("timeout", args...).Output()
		if err != nil {
			t.Fatalf("qemu: %v", err)
		}
		got, want := string(out), armTranscript(t, c.gic, c.smp)
		if !strings.Contains(got, "CPU_ON") {
			t.Fatalf("QEMU %+v: no CPU_ON:\n%s", c, got)
		}
		if c.smp > 1 { // with several CPUs, QEMU does atomics another way, and their faults suffer
			got, want = got[strings.Index(got, "CPU_ON"):], want[strings.Index(want, "CPU_ON"):]
		}
		compareLines(t, fmt.Sprintf("QEMU %+v", c), got, want, qemuDiffers)
	}
}

// compareLines compares transcripts line by line. A line's name stands before ": " or " = "; those in but may differ.
func compareLines(t *testing.T, who, got, want string, but map[string]string) {
	t.Helper()
	g, w := strings.Split(strings.ReplaceAll(got, "\r", ""), "\n"), strings.Split(want, "\n")
	bad := 0
	for n := range max(len(g), len(w)) {
		have, should := "(nothing)", "(nothing)"
		if n < len(g) {
			have = g[n]
		}
		if n < len(w) {
			should = w[n]
		}
		if have == should || but[nameOfLine(should)] != "" {
			continue
		}
		if bad++; bad <= 10 {
			t.Errorf("%s, line %d:\nis     %s\nshould %s", who, n+1, have, should)
		}
	}
}

func nameOfLine(line string) string {
	name, _, _ := strings.Cut(line, ": ")
	name, _, _ = strings.Cut(name, " = ")
	return name
}
