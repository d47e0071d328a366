package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stasis/internal/guests"
	"stasis/internal/initramfs"
)

// job is what an emulator is to run.
type job struct {
	name, kernel, initrd, line string
	loop                       bool // one of the loops, that the mean is of
}

// emulator is a command that runs a job.
type emulator struct {
	name  string
	start time.Duration // what the process takes for a guest that does nothing
	units uint64        // and how long that guest is
	args  func(j job) []string
}

// cost is what a run has taken. Units are known of Stasis only.
type cost struct {
	user  time.Duration
	units uint64
}

// lab holds what all rows need.
type lab struct {
	dir                  string
	stasis, tcg, precise *emulator // the latter two are nil without QEMU
}

// qemu is QEMU's command line; more is what sets one way of running it apart.
func qemu(name string, more ...string) *emulator {
	return &emulator{name: name, args: func(j job) []string {
		args := []string{"qemu-system-x86_64", "-accel", "tcg", "-m", "256M", "-display", "none", "-serial", "null", "-monitor", "none",
			"-nodefaults", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel", j.kernel, "-append", j.line}
		if j.initrd != "" {
			args = append(args, "-initrd", j.initrd)
		}
		return append(args, more...)
	}}
}

// newLab builds the command, and measures how long each emulator takes to start.
func newLab(b *testing.B) *lab {
	l := &lab{dir: b.TempDir()}
	path := filepath.Join(l.dir, "stasis")
	if out, err := exec.Command("go", "build", "-o", path, "stasis/cmd/stasis").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	l.write(b, "bench.elf", guests.ELF(guests.Bench))
	summary := filepath.Join(l.dir, "summary.json")
	l.stasis = &emulator{name: "stasis", args: func(j job) []string {
		args := []string{path, "run", "--mem", "256M", "--serial", "none", "--summary", summary, "--kernel", j.kernel, "--append", j.line}
		if j.initrd != "" {
			args = append(args, "--initrd", j.initrd)
		}
		return args
	}}
	list := []*emulator{l.stasis}
	if _, err := exec.LookPath("qemu-system-x86_64"); err == nil {
		l.tcg, l.precise = qemu("tcg"), qemu("icount", "-icount", "shift=0,sleep=off")
		list = append(list, l.tcg, l.precise)
	}
	for _, e := range list {
		c := l.run(b, e, job{kernel: filepath.Join(l.dir, "bench.elf"), line: "none"})
		e.start, e.units = c.user, c.units
	}
	return l
}

func (l *lab) write(b *testing.B, name string, data []byte) string {
	path := filepath.Join(l.dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}

// run runs a job to its end. Guests end by the exit port with 0, which makes the status 1, or by powering off.
func (l *lab) run(b *testing.B, e *emulator, j job) (c cost) {
	args := e.args(j)
	cmd := exec.CommandContext(b.Context(), args[0], args[1:]...)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 {
		b.Fatalf("%s, %s: %v\n%s", e.name, j.name, err, out)
	}
	c.user = cmd.ProcessState.UserTime() - e.start
	if e == l.stasis {
		var summary struct{ Retired uint64 }
		text, err := os.ReadFile(filepath.Join(l.dir, "summary.json"))
		if err == nil {
			err = json.Unmarshal(text, &summary)
		}
		if err != nil {
			b.Fatal(err)
		}
		c.units = summary.Retired - e.units
	}
	return c
}

// jobs are the rows: the bench guest's loops, and a boot of Linux where it has been fetched.
func (l *lab) jobs(b *testing.B) (list []job) {
	for _, g := range guests.Benchmarks {
		list = append(list, job{name: g.Name, kernel: filepath.Join(l.dir, "bench.elf"), line: g.CommandLine(0), loop: true})
	}
	kernel, err := filepath.Abs("../.guests/vmlinuz")
	if err != nil {
		b.Fatal(err)
	}
	busybox, err := os.ReadFile("../.guests/busybox")
	if err != nil {
		b.Log("no boot of Linux: `make guests` fetches it")
		return list
	}
	var archive bytes.Buffer
	if err := initramfs.Build(&archive, initramfs.Options{Busybox: busybox}); err != nil {
		b.Fatal(err)
	}
	return append(list, job{name: "boot", kernel: kernel, initrd: l.write(b, "initramfs", archive.Bytes()), line: "console=ttyS0"})
}

// BenchmarkGuests runs every row on Stasis and on QEMU.
func BenchmarkGuests(b *testing.B) {
	l := newLab(b)
	for _, j := range l.jobs(b) {
		b.Run(j.name, func(b *testing.B) {
			r := row{job: j}
			for range b.N {
				r.add(l, b)
			}
			for _, m := range r.metrics() {
				b.ReportMetric(m.value, m.unit)
			}
			table.put(r)
		})
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if text := table.String(); text != "" {
		os.Stdout.WriteString("\n" + text)
		if path := os.Getenv("STASIS_BENCH_TABLE"); path != "" {
			if err := os.WriteFile(path, []byte(strings.TrimLeft(text, "\n")), 0o644); err != nil {
				os.Stderr.WriteString(err.Error() + "\n")
				code = 1
			}
		}
	}
	os.Exit(code)
}
