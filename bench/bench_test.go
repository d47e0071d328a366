package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"stasis/internal/initramfs"
)

// kind tells rows apart that are not of one mean.
type kind int

const (
	straight kind = iota // straight code in loops
	system               // traps and changes of translation
	boot
)

// job is what an emulator is to run.
type job struct {
	name, kernel, initrd, line string
	kind                       kind
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

// lab holds what all rows of a platform need.
type lab struct {
	dir                  string
	stasis, tcg, precise *emulator // the latter two are nil without QEMU
	bochs                *emulator // nil without Bochs, and for rows that it has no disk for
}

// qemu is QEMU's command line; more is what sets one way of running it apart.
func qemu(p *platform, name string, more ...string) *emulator {
	return &emulator{name: name, args: func(j job) []string {
		args := append(slices.Clone(p.qemu), "-accel", "tcg,thread=single", "-m", "256M", "-display", "none", "-serial", "null", "-monitor", "none",
			"-nodefaults", "-no-reboot", "-kernel", j.kernel)
		if j.line != "" {
			args = append(args, "-append", j.line)
		}
		if j.initrd != "" {
			args = append(args, "-initrd", j.initrd)
		}
		return append(args, more...)
	}}
}

// newLab builds the command, and measures how long each emulator takes to start.
func newLab(b *testing.B, p *platform) *lab {
	l := &lab{dir: b.TempDir()}
	path := filepath.Join(l.dir, "stasis")
	if out, err := exec.Command("go", "build", "-o", path, "stasis/cmd/stasis").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	summary := filepath.Join(l.dir, "summary.json")
	l.stasis = &emulator{name: "stasis", args: func(j job) []string {
		args := []string{path, "run", "--mem", "256M", "--serial", "none", "--summary", summary, "--kernel", j.kernel, "--append", j.line}
		if j.initrd != "" {
			args = append(args, "--initrd", j.initrd)
		}
		return args
	}}
	list := []*emulator{l.stasis}
	if _, err := exec.LookPath(p.qemu[0]); err == nil {
		l.tcg, l.precise = qemu(p, "tcg"), qemu(p, "icount", "-icount", "shift=0,sleep=off")
		list = append(list, l.tcg, l.precise)
	}
	if _, err := exec.LookPath("bochs"); err == nil && p.disks {
		l.bochs = bochs(l, b)
		list = append(list, l.bochs)
	}
	nothing := p.nothing(l, b)
	for _, e := range list {
		var times []time.Duration
		var units uint64
		for range 5 {
			c := l.run(b, e, nothing)
			times, units = append(times, c.user), c.units
		}
		e.start, e.units = median(times), units
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

// cannot is the status of a guest that needs what the emulator does not have.
const cannot = 3

// run runs a job to its end. Guests end by the exit port with 0, which makes the status 1, or by powering off. What the
// emulator cannot run takes no time.
func (l *lab) run(b *testing.B, e *emulator, j job) (c cost) {
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	args := e.args(j)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "TERM=dumb") // Bochs's display
	out, err := cmd.CombinedOutput()
	code := cmd.ProcessState.ExitCode()
	if code == cannot && e != l.stasis {
		return c
	}
	if err != nil && code != 1 && !(e == l.bochs && bytes.Contains(out, []byte(bochsEnd))) {
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

// userLoad is work for a shell after a boot: what programs do, and 200 processes.
var userLoad = []string{"head -c 4194304 /dev/zero | sha256sum", "head -c 1048576 /bin/busybox | gzip | wc -c",
	"i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i", "find / -xdev | wc -l", "i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done"}

// boot is a boot of Linux to the power-off that its first program asks for, after the commands, where the files have been fetched.
func (l *lab) boot(b *testing.B, name, kernel, busybox, console string, commands ...string) []job {
	kernel, err := filepath.Abs("../.guests/" + kernel)
	if err != nil {
		b.Fatal(err)
	}
	program, err := os.ReadFile("../.guests/" + busybox)
	if err != nil {
		b.Log("no boot of Linux: `make guests` fetches it")
		return nil
	}
	var archive bytes.Buffer
	if err := initramfs.Build(&archive, initramfs.Options{Busybox: program, Commands: commands}); err != nil {
		b.Fatal(err)
	}
	return []job{{name: name, kernel: kernel, initrd: l.write(b, name+".cpio", archive.Bytes()), line: "console=" + console, kind: boot}}
}

// BenchmarkGuests runs every row of every platform on Stasis and on QEMU.
func BenchmarkGuests(b *testing.B) {
	for _, p := range platforms {
		b.Run(p.name, func(b *testing.B) {
			l := newLab(b, p)
			for _, j := range p.jobs(l, b) {
				b.Run(j.name, func(b *testing.B) {
					r := row{job: j}
					for range b.N {
						r.add(l, b)
					}
					for _, m := range r.metrics() {
						b.ReportMetric(m.value, m.unit)
					}
					p.table.put(r)
				})
			}
		})
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := report(os.Getenv("STASIS_BENCH_TABLE")); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}
