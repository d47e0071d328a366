// Package bench measures speed: the loops of the bench guest and a boot of Linux, in millions of guest instructions a
// second, with QEMU's TCG beside it where that is installed.
//
// Both run the same instructions, so the rate of QEMU's is the number that Stasis has counted over the time that QEMU
// took, less what it takes to start and to end with a guest that does nothing.
package bench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/internal/initramfs"
	"stasis/loader"
	"stasis/machine"
)

// job is something to boot. Stop is how it ends.
type job struct {
	name   string
	kernel loader.File
	initrd []byte
	args   string
	output string // what the serial port shows at the least
	stop   machine.Reason
}

// run boots the job and returns how many units it took and how long.
func (j job) run(tb testing.TB) (units uint64, wall time.Duration) {
	tb.Helper()
	var out bytes.Buffer
	host := machine.Host{}
	host.Serial[0] = &out
	config := machine.Config{Kernel: j.kernel, Append: j.args}
	if j.initrd != nil {
		config.Initrds = []loader.File{{Name: "initramfs", Data: j.initrd}}
	}
	m, err := machine.New(config, host)
	if err != nil {
		tb.Fatal(err)
	}
	defer m.Close()
	stop := m.Resume(machine.Plan{})
	if stop.Reason != j.stop || !bytes.Contains(out.Bytes(), []byte(j.output)) {
		tb.Fatalf("%s ended by %v after %d units, %s\n%s", j.name, stop.Reason, m.Retired(), stop.Detail, out.String())
	}
	return m.Retired(), m.Wall()
}

// bench reports the rate of Stasis, and of QEMU if there is one.
func (j job) bench(b *testing.B) {
	var units uint64
	b.Run("stasis", func(b *testing.B) {
		var wall time.Duration
		for b.Loop() {
			n, t := j.run(b)
			units, wall = n, wall+t
		}
		report(b, units*uint64(b.N), wall)
	})
	b.Run("tcg", func(b *testing.B) {
		if units == 0 {
			b.Skip("what Stasis counts is needed")
		}
		q := newQEMU(b)
		var wall time.Duration
		for b.Loop() {
			wall += q.run(b, j)
		}
		report(b, units*uint64(b.N), wall-time.Duration(b.N)*q.start)
	})
}

func report(b *testing.B, units uint64, wall time.Duration) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(units)/float64(max(wall, 1).Microseconds()), "MIPS")
}

// qemu is the emulator to compare with, and how long it takes to start.
type qemu struct {
	program string
	start   time.Duration
}

func newQEMU(b *testing.B) *qemu {
	b.Helper()
	program, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		b.Skip("qemu-system-x86_64 is not installed")
	}
	q := &qemu{program: program}
	q.start = q.run(b, loop("none", 0))
	return q
}

// run boots the job under QEMU and returns how long it took.
func (q *qemu) run(b *testing.B, j job) time.Duration {
	b.Helper()
	dir := b.TempDir()
	args := []string{
		"-accel", "tcg", "-cpu", "max", "-m", "512M", "-display", "none", "-serial", "stdio", "-no-reboot", "-nodefaults",
		"-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", write(b, dir, "kernel", j.kernel.Data), "-append", j.args,
	}
	if j.initrd != nil {
		args = append(args, "-initrd", write(b, dir, "initrd", j.initrd))
	}
	begin := time.Now()
	out, err := exec.Command(q.program, args...).Output()
	wall := time.Since(begin)
	if !bytes.Contains(out, []byte(j.output)) {
		b.Fatalf("%s under QEMU: %v\n%s", j.name, err, out)
	}
	return wall
}

func write(b *testing.B, dir, name string, data []byte) string {
	b.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}

// loop is one of the bench guest's loops.
func loop(name string, turns int) job {
	j := job{name: name, kernel: loader.File{Name: "bench", Data: guests.ELF(guests.Bench)}, args: name, stop: machine.StopDebugExit}
	for _, row := range guests.Benchmarks {
		if row.Name == name {
			j.args, j.output = row.CommandLine(turns), name+" "
		}
	}
	return j
}

// BenchmarkLoops runs each loop as long as the guest's table says.
func BenchmarkLoops(b *testing.B) {
	for _, row := range guests.Benchmarks {
		b.Run(row.Name, loop(row.Name, 0).bench)
	}
}

// BenchmarkBoot boots Debian's cloud kernel to a shell script and powers off.
func BenchmarkBoot(b *testing.B) {
	kernel, err := os.ReadFile("../.guests/vmlinuz")
	if err != nil {
		b.Skip("run make guests first")
	}
	busybox, err := os.ReadFile("../.guests/busybox")
	if err != nil {
		b.Skip("run make guests first")
	}
	var initrd bytes.Buffer
	if err := initramfs.Build(&initrd, initramfs.Options{Busybox: busybox, Commands: []string{"true"}}); err != nil {
		b.Fatal(err)
	}
	job{
		name: "boot", kernel: loader.File{Name: "vmlinuz", Data: kernel}, initrd: initrd.Bytes(),
		args: "console=ttyS0 quiet", output: initramfs.Done, stop: machine.StopPowerOff,
	}.bench(b)
}

// TestLoops runs each loop a few turns: the checksums are right.
func TestLoops(t *testing.T) {
	for _, row := range guests.Benchmarks {
		j := loop(row.Name, row.Few)
		j.output = row.Output()
		j.run(t)
	}
}
