package conformance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// pacTranscript is what QEMU's system emulation has printed for the guest that sets the five keys and tries every operation.
func pacTranscript(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("testdata/arm64/pac.txt")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?m)^#.*\n").ReplaceAllString(string(data), "")
}

// runPAC runs the guest with an algorithm.
func runPAC(t *testing.T, algorithm string, trial machine.Trial) string {
	t.Helper()
	var out bytes.Buffer
	host := machine.Host{Trial: trial, Until: 100_000_000}
	host.Serial[0] = &out
	m, err := machine.New(machine.Config{Board: loader.BoardVirt, PAuth: algorithm,
		Kernel: loader.File{Name: guests.PACARM64, Data: guests.ELF(guests.PACARM64)}}, host)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if stop := m.Resume(machine.Plan{}); stop.Reason != machine.StopPowerOff {
		t.Errorf("%+v at %d", stop, m.Retired())
	}
	return out.String()
}

// TestARM64PAC compares the architected algorithm, and all that is done with its codes, with QEMU's.
func TestARM64PAC(t *testing.T) {
	t.Parallel()
	for _, trial := range []machine.Trial{{}, {SingleStep: 1 << 40}} {
		compareLines(t, "qarma5", runPAC(t, "qarma5", trial), pacTranscript(t), nil)
	}
}

// TestARM64PACFast: the fast algorithm gives other codes, and takes them out of the same places.
func TestARM64PACFast(t *testing.T) {
	t.Parallel()
	strips := regexp.MustCompile("  (xpac[id]|xpaclri) ")
	got, want := strings.Split(runPAC(t, "fast", machine.Trial{}), "\n"), strings.Split(pacTranscript(t), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	differ := 0
	for n := range want {
		switch {
		case got[n] != want[n] && strips.MatchString(want[n]):
			t.Errorf("%q, want %q", got[n], want[n])
		case got[n] != want[n]:
			differ++
		}
	}
	if differ < len(want)/3 { // failures are alike
		t.Errorf("%d of %d lines differ", differ, len(want))
	}
}

// TestARM64PACQEMU runs the guest in QEMU, the oracle of its transcript.
func TestARM64PACQEMU(t *testing.T) {
	t.Parallel()
	needTool(t, "qemu-system-aarch64")
	kernel := filepath.Join(t.TempDir(), "pac.elf")
	if err := os.WriteFile(kernel, guests.ELF(guests.PACARM64), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("timeout", "-s", "KILL", "120", "qemu-system-aarch64", "-machine", "virt", "-cpu", "max,pauth-impdef=off",
		"-m", "128", "-display", "none", "-serial", "stdio", "-monitor", "none", "-kernel", kernel).Output()
	if err != nil {
		t.Fatalf("qemu: %v", err)
	}
	compareLines(t, "QEMU", string(out), pacTranscript(t), nil)
}
