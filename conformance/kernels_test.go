package conformance

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"stasis/internal/initramfs"
	"stasis/loader"
	"stasis/machine"
)

// kernel is one of Debian's kernels, with a busybox for it; both are files in .guests.
type kernel struct{ file, busybox string }

var (
	cloudKernel = kernel{"vmlinuz", "busybox"}
	fullKernel  = kernel{"vmlinuz-amd64", "busybox"}
	paeKernel   = kernel{"vmlinuz-686-pae", "busybox-i386"}
)

// guestFile reads a file that `make guests` fetches.
func guestFile(t *testing.T, name string) loader.File {
	t.Helper()
	path := "../.guests/" + name
	needFile(t, path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return loader.File{Name: path, Data: data}
}

// config is a machine with the kernel and an initramfs that runs commands and powers off.
func (k kernel) config(t *testing.T, commands ...string) machine.Config {
	t.Helper()
	var archive bytes.Buffer
	opts := initramfs.Options{Busybox: guestFile(t, k.busybox).Data, Commands: commands}
	if err := initramfs.Build(&archive, opts); err != nil {
		t.Fatal(err)
	}
	return machine.Config{
		Mem: 512 << 20, Append: "console=ttyS0", Kernel: guestFile(t, k.file),
		Initrds: []loader.File{{Name: "initramfs", Data: archive.Bytes()}},
	}
}

// TestKernels boots Debian's kernels for standard PCs, by both entry points, and has them do some work. The long form
// takes all vendors and numbers of CPUs, and each machine twice.
func TestKernels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kernel  kernel
		vendor  string
		smp     int
		entry32 bool
		long    bool
	}{
		{fullKernel, "amd", 1, false, false},
		{fullKernel, "intel", 1, false, true},
		{fullKernel, "amd", 4, false, true},
		{fullKernel, "intel", 4, false, true},
		{fullKernel, "amd", 1, true, true},
		{paeKernel, "intel", 1, true, false},
		{paeKernel, "amd", 1, true, true},
		{paeKernel, "intel", 4, true, true},
		{paeKernel, "amd", 4, true, true},
		{cloudKernel, "intel", 2, true, false},
		{cloudKernel, "amd", 1, false, true},
		{cloudKernel, "intel", 1, false, true},
		{cloudKernel, "amd", 4, false, true},
		{cloudKernel, "intel", 4, false, true},
	} {
		if c.long && !soak() {
			continue
		}
		t.Run(fmt.Sprintf("%s %s smp %d entry32 %t", c.kernel.file, c.vendor, c.smp, c.entry32), func(t *testing.T) {
			t.Parallel()
			config := c.kernel.config(t, kernelWork...)
			config.CPU, config.SMP, config.Entry32 = c.vendor, c.smp, c.entry32
			host := machine.Host{HashEvery: 500_000_000}
			o := runLinux(t, config, host, "")
			checkKernel(t, o, config, guestFile(t, c.kernel.busybox).Data)
			if soak() {
				compareOutcomes(t, "again", runLinux(t, config, host, ""), o)
			}
			if t.Failed() {
				t.Log(o.log)
			}
		})
	}
}

// kernelWork is what the kernels are asked to run.
var kernelWork = []string{
	"cat /proc/cpuinfo",
	"sha256sum /bin/busybox",
	"time sleep 1",
	"i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done; echo forks: $i",
}

// checkKernel looks for what the work must have printed, and for complaints.
func checkKernel(t *testing.T, o outcome, config machine.Config, busybox []byte) {
	t.Helper()
	t.Logf("%d units", o.hashes[len(o.hashes)-1].Retired)
	if o.stop.Reason != machine.StopPowerOff {
		t.Errorf("stopped by %v", o.stop.Reason)
	}
	for want, times := range map[string]int{
		`\nprocessor\t: \d`: config.SMP,
		`\nvendor_id\t: ` + map[string]string{"amd": "AuthenticAMD", "intel": "GenuineIntel"}[config.CPU]: config.SMP,
		`real\t0m 1\.0\ds`: 1,
		`\nforks: 100\r`:   1,
		fmt.Sprintf(`\n%x  /bin/busybox\r`, sha256.Sum256(busybox)): 1,
		regexp.QuoteMeta(initramfs.Done):                            1,
		regexp.QuoteMeta(initramfs.Failed):                          0,
	} {
		if got := len(regexp.MustCompile(want).FindAllString(o.log, -1)); got != times {
			t.Errorf("%q is %d times in the output, want %d", want, got, times)
		}
	}
	checkComplaints(t, o)
}

// checkComplaints looks for what a kernel has found wrong, and for what the CPU does not implement.
func checkComplaints(t *testing.T, o outcome) {
	t.Helper()
	for line := range strings.Lines(o.log) {
		if trouble.MatchString(line) {
			t.Errorf("the kernel complains: %s", strings.TrimSpace(line))
		}
	}
	known := explained(t)
	for name, n := range o.unimplemented {
		if !known[name] {
			t.Errorf("%s was met %d times: implement it, or explain it in docs/UNIMPLEMENTED.md", name, n)
		}
	}
}
