package conformance

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// command builds the stasis command once for all tests and returns where it is.
var command = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "stasis")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "stasis")
	out, err := exec.Command("go", "build", "-o", path, "stasis/cmd/stasis").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build stasis: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := command(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// stasis is the command with arguments.
func stasis(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := command()
	if err != nil {
		t.Fatal(err)
	}
	return child(t, path, args...)
}

// childLimit ends a child process that hangs, so that a test says which it was and what it printed; the long forms have no limit.
const childLimit = 10 * time.Minute

// child is a command that is killed with the test, or when it takes too long.
func child(t *testing.T, name string, args ...string) *exec.Cmd {
	ctx := t.Context()
	if os.Getenv("STASIS_SOAK") == "" {
		limited, cancel := context.WithTimeout(ctx, childLimit)
		t.Cleanup(cancel)
		ctx = limited
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 10 * time.Second // for children of its own that hold its output open
	return cmd
}

// needTool ends a test that cannot do without a program of the host: skipped, or failed where nothing may be skipped.
func needTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("STASIS_NO_SKIP") != "" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// serve starts a machine with a gdb server, which waits, and returns its address. The machine is killed with the test.
func serve(t *testing.T, args ...string) (cmd *exec.Cmd, addr string) {
	t.Helper()
	cmd = stasis(t, append([]string{"run", "--gdb", ":0", "--wait"}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if a, ok := strings.CutPrefix(lines.Text(), "stasis: gdb: listening on "); ok {
			go func() {
				for lines.Scan() {
					t.Log(lines.Text())
				}
			}()
			return cmd, a
		}
		t.Log(lines.Text())
	}
	t.Fatal("no gdb server")
	return nil, ""
}
