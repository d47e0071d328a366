package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"stasis/internal/guests"
)

// hashes are the states of a run, as its summary file tells them.
type hashes struct {
	Hash   string
	Hashes []struct {
		Retired uint64
		Hash    string
	}
}

// TestGDBLeavesNoTrace has gdb stop a guest at 50 breakpoints and make 1,000 steps, watch a variable, and look around. All hashes
// are those of a run that nobody has looked at.
func TestGDBLeavesNoTrace(t *testing.T) {
	needTool(t, "gdb")
	for _, smp := range []string{"1", "3"} {
		t.Run("smp "+smp, func(t *testing.T) {
			quiet, looked := leaveTrace(t, smp, false), leaveTrace(t, smp, true)
			if len(quiet.Hashes) < 20 {
				t.Fatalf("only %d hashes", len(quiet.Hashes))
			}
			if !reflect.DeepEqual(quiet, looked) {
				t.Errorf("undisturbed %+v\n with gdb %+v", quiet, looked)
			}
		})
	}
}

// leaveTrace runs the demo guest with a timer every 500 units, with gdb or without, and returns its hashes.
func leaveTrace(t *testing.T, smp string, gdb bool) (h hashes) {
	dir := t.TempDir()
	kernel, summary := filepath.Join(dir, "demo.elf"), filepath.Join(dir, "summary.json")
	image, err := guests.Patch(guests.ELF(guests.Demo), guests.DemoHz, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kernel, image, 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--kernel", kernel, "--serial", "none", "--smp", smp, "--ips", "10000000",
		"--until", "retired=500000", "--hash-every", "20000", "--summary", summary}
	var cmd *exec.Cmd
	if gdb {
		var addr string
		cmd, addr = serve(t, args...)
		lookAround(t, kernel, addr)
	} else {
		cmd = stasis(t, append([]string{"run"}, args...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Wait()
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// lookAround is a session that changes nothing.
func lookAround(t *testing.T, kernel, addr string) {
	commands := []string{
		"target remote " + addr,
		"break *loop_body", "ignore 1 49", "continue", "delete",
		"steps-into 500 tick start_timer", "info registers", "x/20i $pc", "x/40gx $rsp",
		"monitor step-policy arch", "steps-into 500 tick start_timer",
		"watch *(long *) &tick_counter", "continue", "continue", "delete",
		"hbreak *tick", "continue", "continue", "stepi", "continue", "info all-registers",
		"monitor hash", "detach",
	}
	args := []string{"-q", "-nx", "-batch", "-x", "testdata/gdb/helpers.gdb"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	if out, err := child(t, "gdb", append(args, kernel)...).CombinedOutput(); err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
}
