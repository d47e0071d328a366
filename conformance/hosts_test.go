package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"stasis/internal/guests"
)

// TestARM64Hashes runs the command as it is built for another architecture, by qemu-aarch64, beside that for this one: same
// hashes.
func TestARM64Hashes(t *testing.T) {
	needTool(t, "qemu-aarch64")
	needFile(t, linuxKernel)
	dir := t.TempDir()
	kernel := filepath.Join(dir, "tests.elf")
	if err := os.WriteFile(kernel, guests.ELF(guests.Tests), 0o644); err != nil {
		t.Fatal(err)
	}
	foreign := buildFor(t, dir, "arm64")
	t.Parallel()
	linux := 20_000_000
	if soak() {
		linux = 400_000_000
	}
	for _, c := range []struct {
		name, kernel, line, smp string
		until                   int
	}{
		{"guest tests", kernel, "", "2", 2_000_000},
		{"Linux", linuxKernel, "console=ttyS0", "1", linux},
		{"Linux smp 4", linuxKernel, "console=ttyS0", "4", linux},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"run", "--kernel", c.kernel, "--append", c.line, "--mem", "128M", "--smp", c.smp, "--serial", "none",
				"--until", "retired=" + strconv.Itoa(c.until), "--hash-every", strconv.Itoa(c.until / 20)}
			here := runForHashes(t, stasis(t, args...))
			there := runForHashes(t, exec.CommandContext(t.Context(), "qemu-aarch64", append([]string{foreign}, args...)...))
			if !reflect.DeepEqual(here, there) || len(here.Hashes) < 10 {
				t.Errorf("here %+v\nthere %+v", here, there)
			}
		})
	}
}

// buildFor builds the command for an architecture.
func buildFor(t *testing.T, dir, arch string) string {
	t.Helper()
	path := filepath.Join(dir, "stasis."+arch)
	cmd := exec.Command("go", "build", "-o", path, "stasis/cmd/stasis")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build for %s: %v\n%s", arch, err, out)
	}
	return path
}

// runForHashes runs a command and reads the hashes out of its summary.
func runForHashes(t *testing.T, cmd *exec.Cmd) (h hashes) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "summary.json")
	cmd.Args = append(cmd.Args, "--summary", file)
	out, _ := cmd.CombinedOutput() // the summary tells how it went
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		t.Fatal(err)
	}
	return h
}
