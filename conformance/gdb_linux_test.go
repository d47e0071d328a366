package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"testing"
)

// boot is a boot of Linux, and where its results are to be.
type boot struct {
	dir, initramfs string
	smp            int
}

func newBoot(t *testing.T, smp int) *boot {
	dir := t.TempDir()
	b := &boot{dir, filepath.Join(dir, "initramfs.cpio"), smp}
	out, err := stasis(t, "initramfs", "--busybox", linuxBusybox, "-o", b.initramfs, "--run", "cat /proc/interrupts").CombinedOutput()
	if err != nil {
		t.Fatalf("initramfs: %v\n%s", err, out)
	}
	return b
}

func (b *boot) arguments(until string, more ...string) []string {
	return append([]string{"--kernel", linuxKernel, "--initrd", b.initramfs, "--append", "console=ttyS0 nokaslr", "--serial", "none",
		"--smp", strconv.Itoa(b.smp), "--until", "retired=" + until}, more...)
}

// summary is what a run says about itself.
type summary struct {
	hashes
	Stop string
	PC   string
}

// end waits for a run and reads its summary.
func (b *boot) end(t *testing.T, cmd *exec.Cmd, file string) (s summary) {
	t.Helper()
	cmd.Wait()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *boot) run(t *testing.T, until string, more ...string) summary {
	t.Helper()
	file := filepath.Join(b.dir, "summary.json")
	cmd := stasis(t, append([]string{"run"}, b.arguments(until, append(more, "--summary", file)...)...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return b.end(t, cmd, file)
}

// TestGDBOnLinux boots Linux with gdb attached: 50 breakpoints are hit, 1,000 steps made, registers and memory shown. All
// hashes are those of a boot that nobody has looked at.
func TestGDBOnLinux(t *testing.T) {
	needTool(t, "gdb")
	needFile(t, linuxKernel)
	needFile(t, linuxBusybox)
	const end = "400000000"
	for _, smp := range []int{1, 4} {
		t.Run("smp "+strconv.Itoa(smp), func(t *testing.T) {
			b := newBoot(t, smp)
			early, late := b.run(t, "30000000").PC, b.run(t, "200000000").PC
			quiet := b.run(t, end, "--hash-every", "20000000")
			file := filepath.Join(b.dir, "gdb.json")
			cmd, addr := serve(t, b.arguments(end, "--hash-every", "20000000", "--summary", file)...)
			debugLinux(t, addr, early, late)
			if looked := b.end(t, cmd, file); !reflect.DeepEqual(quiet, looked) {
				t.Errorf("undisturbed %+v\n with gdb %+v", quiet, looked)
			}
			if len(quiet.Hashes) < 20 {
				t.Errorf("only %d hashes", len(quiet.Hashes))
			}
		})
	}
}

// debugLinux stops at two places, 50 times in all.
func debugLinux(t *testing.T, addr, early, late string) {
	commands := []string{
		"target remote " + addr,
		"hbreak *" + early, "ignore 1 19", "continue", "info breakpoints", "delete",
		"break *" + late, "ignore 2 29", "continue", "info breakpoints", "delete",
		"info registers", "info threads", "x/10i $pc", "x/8gx $rsp", "x/8gx $lstar",
		"stepi 500", "monitor step-policy arch", "stepi 500", "monitor hash", "detach",
	}
	args := []string{"-q", "-nx", "-batch", "-x", "testdata/gdb/helpers.gdb"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	out, err := child(t, "gdb", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	for _, want := range []string{`already hit 20 times`, `already hit 30 times`, `Inferior 1 .* detached`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("gdb's output has no %q:\n%s", want, out)
		}
	}
}
