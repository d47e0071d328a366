package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"stasis/internal/initramfs"
	"stasis/loader"
	"stasis/machine"
)

// arm64Config is a machine with Debian's kernel for arm64 and an initramfs that gives a shell.
func arm64Config(t *testing.T, gic, smp int) machine.Config {
	t.Helper()
	kernel, busybox := guestFile(t, "vmlinuz-arm64"), guestFile(t, "busybox-arm64")
	var archive bytes.Buffer
	if err := initramfs.Build(&archive, initramfs.Options{Busybox: busybox.Data, Shell: true}); err != nil {
		t.Fatal(err)
	}
	return machine.Config{
		Mem: 256 << 20, GIC: gic, SMP: smp, Append: "console=ttyAMA0", Kernel: kernel,
		Initrds: []loader.File{{Name: "initramfs", Data: archive.Bytes()}},
	}
}

// TestLinuxARM64 boots Debian's kernel for arm64, has its shell do some work, and powers off.
func TestLinuxARM64(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gic, smp int
		long     bool
	}{{3, 1, false}, {2, 1, false}, {3, 4, false}, {2, 4, false}, {3, 8, true}, {2, 8, true}} {
		if c.long && !soak() {
			continue
		}
		t.Run(fmt.Sprintf("GICv%d smp %d", c.gic, c.smp), func(t *testing.T) {
			t.Parallel()
			o := runLinux(t, arm64Config(t, c.gic, c.smp), machine.Host{}, typed(work...))
			checkLinuxARM64(t, o, c.gic, c.smp)
			if t.Failed() {
				t.Log(o.log)
			}
		})
	}
}

// checkLinuxARM64 looks for what the work must have printed, and for complaints of the kernel.
func checkLinuxARM64(t *testing.T, o outcome, gic, smp int) {
	t.Helper()
	t.Logf("%d units", o.hashes[len(o.hashes)-1].Retired)
	if o.stop.Reason != machine.StopPowerOff {
		t.Errorf("stopped by %v", o.stop.Reason)
	}
	cpus := "CPU"
	if smp > 1 {
		cpus = "CPUs"
	}
	for want, times := range map[string]int{
		`\nprocessor\t: \d`:            smp,
		`real\t0m 1\.0\ds`:             1,
		`\nforks: 200\r`:               1,
		`reboot: Power down`:           1,
		`\w+ \w+ +\d+ [\d:]+ UTC 2026`: 1,
		fmt.Sprintf(`smp: Brought up 1 node, %d %s\r`, smp, cpus):                              1,
		fmt.Sprintf(`\n%x  /bin/busybox\r`, sha256.Sum256(guestFile(t, "busybox-arm64").Data)): 1,
	} {
		if got := len(regexp.MustCompile(want).FindAllString(o.log, -1)); got != times {
			t.Errorf("%q is %d times in the output, want %d", want, got, times)
		}
	}
	if v3 := strings.Contains(o.log, "GICv3: 256 SPIs implemented"); v3 != (gic == 3) {
		t.Errorf("the kernel has found a GICv3: %v", v3)
	}
	checkComplaints(t, o)
}

// TestLinuxARM64Hashes boots Linux in every way: same hashes all along.
func TestLinuxARM64Hashes(t *testing.T) {
	t.Parallel()
	sameEveryWay(t, arm64Config(t, 3, 1), typed("date"), 50_000_000, linuxLimit, ways)
}

// TestLinuxARM64HashesSMP is the same with four CPUs and a GICv2; its short form ends in the middle of the boot.
func TestLinuxARM64HashesSMP(t *testing.T) {
	t.Parallel()
	until := uint64(400_000_000)
	if soak() {
		until = linuxLimit
	}
	sameEveryWay(t, arm64Config(t, 2, 4), typed("date"), 20_000_000, until, ways)
}

// TestLinuxARM64HashesSoak is the long form with eight CPUs, in all ways but single steps to the end.
func TestLinuxARM64HashesSoak(t *testing.T) {
	if !soak() {
		t.Skip("STASIS_SOAK is not set")
	}
	t.Parallel()
	sameEveryWay(t, arm64Config(t, 3, 8), typed("date"), 50_000_000, linuxLimit, ways[:6])
}

// TestUBoot starts U-Boot as a reset does. It comes to its prompt, answers, and powers off.
func TestUBoot(t *testing.T) {
	t.Parallel()
	config := machine.Config{Firmware: guestFile(t, "u-boot-arm64.bin"), Mem: 128 << 20}
	typing := "wait \"Hit any key\"\nsend \" \"\nwait \"=> \"\nsend \"echo 6 times 7 is; setexpr x 6 * 7; printenv x\\n\"\n" +
		"wait \"x=2a\"\nwait \"=> \"\nsend \"poweroff\\n\"\n"
	for _, gic := range []int{2, 3} {
		config.GIC = gic
		o := runLinux(t, config, machine.Host{}, typing)
		if o.stop.Reason != machine.StopPowerOff || !strings.Contains(o.log, "U-Boot 2023.01") || !strings.Contains(o.log, "DRAM:  128 MiB") {
			t.Errorf("GICv%d: stopped by %v:\n%s", gic, o.stop.Reason, o.log)
		}
		if len(o.unimplemented) > 0 {
			t.Errorf("GICv%d: not implemented: %v", gic, o.unimplemented)
		}
	}
}

// TestGDBOnLinuxARM64 boots Linux with gdb attached: breakpoints are hit, 1,000 steps made, registers and memory shown. All hashes
// are those of a boot that nobody has looked at.
func TestGDBOnLinuxARM64(t *testing.T) {
	needTool(t, "gdb-multiarch")
	guestFile(t, "vmlinuz-arm64")
	dir := t.TempDir()
	archive := filepath.Join(dir, "initramfs.cpio")
	out, err := stasis(t, "initramfs", "--busybox", "../.guests/busybox-arm64", "-o", archive, "--run", "cat /proc/interrupts").CombinedOutput()
	if err != nil {
		t.Fatalf("initramfs: %v\n%s", err, out)
	}
	arguments := func(until, file string) []string {
		return []string{"--kernel", "../.guests/vmlinuz-arm64", "--initrd", archive, "--append", "console=ttyAMA0 nokaslr", "--serial", "none",
			"--smp", "4", "--until", "retired=" + until, "--hash-every", "20000000", "--summary", file}
	}
	b := &boot{dir: dir}
	run := func(until string) summary {
		file := filepath.Join(dir, "summary.json")
		cmd := stasis(t, append([]string{"run"}, arguments(until, file)...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return b.end(t, cmd, file)
	}
	early, late, quiet := run("30000000").PC, run("200000000").PC, run("400000000")
	file := filepath.Join(dir, "gdb.json")
	cmd, addr := serve(t, arguments("400000000", file)...)
	debugLinuxARM64(t, addr, early, late)
	if looked := b.end(t, cmd, file); !reflect.DeepEqual(quiet, looked) {
		got, _ := json.Marshal(looked)
		t.Errorf("undisturbed %+v\n with gdb %s", quiet, got)
	}
	if len(quiet.Hashes) < 20 {
		t.Errorf("only %d hashes", len(quiet.Hashes))
	}
}

// debugLinuxARM64 stops at two places, 50 times in all.
func debugLinuxARM64(t *testing.T, addr, early, late string) {
	args := []string{"-q", "-nx", "-batch"}
	for _, c := range []string{
		"target remote " + addr,
		"hbreak *" + early, "ignore 1 19", "continue", "info breakpoints", "delete",
		"break *" + late, "ignore 2 29", "continue", "info breakpoints", "delete",
		"info registers", "info threads", "x/10i $pc", "x/8gx $sp", "print $VBAR_EL1", "print $v0",
		"stepi 500", "monitor step-policy arch", "stepi 500", "monitor hash", "detach",
	} {
		args = append(args, "-ex", c)
	}
	out, err := child(t, "gdb-multiarch", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	for _, want := range []string{`already hit 20 times`, `already hit 30 times`, `\ncpsr `, `\$\d+ = \{d = `, `Inferior 1 .* detached`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("gdb's output has no %q:\n%s", want, out)
		}
	}
}
