package conformance

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// TestBench runs the loops of the bench guest for a few turns: they print their checksums.
func TestBench(t *testing.T) {
	for _, b := range guests.Benchmarks {
		t.Run(b.Name, func(t *testing.T) {
			var out bytes.Buffer
			m, err := machine.New(machine.Config{Kernel: loader.File{Name: guests.Bench, Data: guests.ELF(guests.Bench)}, Append: b.CommandLine(b.Few),
				Mem: 160 << 20, SMP: 1}, machine.Host{Serial: [2]io.Writer{&out, io.Discard}})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			stop := m.Resume(machine.Plan{Until: 100_000_000})
			if out.String() != b.Output() {
				t.Errorf("%+v: it prints %q, want %q", stop, out.String(), b.Output())
			}
		})
	}
}

// TestDisk boots the bench guest from a disk, with QEMU and its BIOS.
func TestDisk(t *testing.T) {
	needTool(t, "qemu-system-x86_64")
	b := guests.Benchmarks[0]
	disk, err := guests.Disk(guests.ELF(guests.Bench), b.CommandLine(b.Few))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(path, disk, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "qemu-system-x86_64", "-accel", "tcg", "-m", "256M", "-display", "none", "-serial", "stdio", "-monitor",
		"none", "-nodefaults", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-drive", "if=floppy,format=raw,file="+path, "-boot", "a")
	cmd.WaitDelay = time.Second
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.HasSuffix(string(out), b.Output()) {
		t.Errorf("%v: it prints %q, want %q", err, out, b.Output())
	}
}
