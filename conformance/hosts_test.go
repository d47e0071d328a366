package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

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
			there := runForeign(t, append([]string{foreign}, args...))
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

// runForeign runs a command by qemu-aarch64. The Go runtime may hang there, above all where it preempts by signals
// (golang/go issue 70329), so that is off, and a run that has not ended in three minutes is tried again, twice.
func runForeign(t *testing.T, args []string) hashes {
	t.Helper()
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		if soak() {
			ctx, cancel = context.WithTimeout(t.Context(), time.Hour)
		}
		cmd := exec.CommandContext(ctx, "qemu-aarch64", args...)
		cmd.WaitDelay = 10 * time.Second
		cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1", "GOGC=off")
		h, err := hashesOf(t, cmd)
		cancel()
		if err == nil {
			return h
		}
		if ctx.Err() == nil || try == 3 {
			t.Fatalf("try %d: %v", try, err)
		}
		t.Logf("try %d: %v", try, err)
	}
}

// runForHashes runs a command and reads the hashes out of its summary.
func runForHashes(t *testing.T, cmd *exec.Cmd) hashes {
	t.Helper()
	h, err := hashesOf(t, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// hashesOf is runForHashes for a command that may fail.
func hashesOf(t *testing.T, cmd *exec.Cmd) (h hashes, err error) {
	file := filepath.Join(t.TempDir(), "summary.json")
	cmd.Args = append(cmd.Args, "--summary", file)
	out, ended := cmd.CombinedOutput() // the summary tells how it went
	text, err := os.ReadFile(file)
	if err != nil {
		return h, fmt.Errorf("%w; %v\n%s", err, ended, out)
	}
	return h, json.Unmarshal(text, &h)
}
