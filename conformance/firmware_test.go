package conformance

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"stasis/machine"
	script "stasis/replay"
)

// runUntilText runs a machine until its first serial port has written the text, and returns all that it has written.
func runUntilText(t *testing.T, config machine.Config, host machine.Host, text string, limit uint64) (m *machine.Machine, log string) {
	t.Helper()
	var out bytes.Buffer
	host.Serial[0] = &out
	m, err := machine.New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	for at := limit / 500; !strings.Contains(out.String(), text); at += limit / 500 {
		if stop := m.Resume(machine.Plan{Until: at}); stop.Reason != machine.StopUntil || at > limit {
			t.Fatalf("%v after %d units, and no %q:\n%s", stop.Reason, m.Retired(), text, out.String())
		}
	}
	return m, out.String()
}

// firmwareRun is what SeaBIOS has come to.
type firmwareRun struct {
	Serial, Debug string
	Hash          machine.HashAt
}

func runFirmware(t *testing.T, config machine.Config, typing, text string) (r firmwareRun) {
	t.Helper()
	var debug bytes.Buffer
	host := machine.Host{Debugcon: &debug}
	var err error
	if host.Script, err = script.ParseScript(strings.NewReader(typing), 0); err != nil {
		t.Fatal(err)
	}
	m, log := runUntilText(t, config, host, text, 500_000_000)
	return firmwareRun{log, debug.String(), machine.HashAt{Retired: m.Retired(), Hash: m.Hash()}}
}

// TestSeaBIOS starts a BIOS as a reset does. It finds the machine by its configuration device, starts all CPUs, talks on the
// debug console and on the serial port, and finds nothing to boot.
func TestSeaBIOS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		vendor string
		smp    int
		mem    uint64
	}{{"amd", 1, 64 << 20}, {"intel", 4, 4 << 30}} {
		config := machine.Config{Firmware: guestFile(t, "bios-256k.bin"), CPU: c.vendor, SMP: c.smp, Mem: c.mem}
		r := runFirmware(t, config, "", "No bootable device.")
		for _, want := range []string{
			`Running on QEMU \(i440fx\)`, `Found QEMU fw_cfg`, `QEMU fw_cfg DMA interface supported`,
			fmt.Sprintf(`Found %d cpu\(s\) max supported %d cpu\(s\)`, c.smp, c.smp),
			fmt.Sprintf(`qemu/e820: addr 0x0+ len 0x%016x \[RAM\]`, min(c.mem, 3<<30)),
			`table\(50434146\)=0x[0-9a-f]+ \(via xsdt\)`, `ACPI: parse DSDT`, `Press ESC for boot menu`, `No bootable device\.`,
		} {
			if !regexp.MustCompile(want).MatchString(r.Debug) {
				t.Errorf("smp %d: no %q on the debug console:\n%s", c.smp, want, r.Debug)
			}
		}
		if again := runFirmware(t, config, "", "No bootable device."); !reflect.DeepEqual(r, again) {
			t.Errorf("smp %d: another run at %d ends otherwise, at %d", c.smp, r.Hash.Retired, again.Hash.Retired)
		}
		menu := runFirmware(t, config, "wait \"Press ESC\"\nsend \"\\x1b\"\n", "Select boot device")
		if !strings.Contains(menu.Debug, "Select boot device") {
			t.Errorf("smp %d: no boot menu", c.smp)
		}
	}
}

// TestMemtest has memtest86+ test a small memory. The long form is of 64 MiB and all tests but the last, which waits for
// minutes.
func TestMemtest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file string
		last int // the tests before this one are run
		mem  uint64
		ips  uint64
		long bool
	}{
		{"memtest64", 4, 8 << 20, 20_000_000, false},
		{"memtest32", 4, 8 << 20, 20_000_000, false},
		{"memtest64", 10, 64 << 20, 1_000_000_000, true},
		{"memtest32", 10, 64 << 20, 100_000_000, true},
	} {
		if c.long && !soak() {
			continue
		}
		t.Run(fmt.Sprintf("%s %d MiB", c.file, c.mem>>20), func(t *testing.T) {
			t.Parallel()
			runMemtest(t, machine.Config{
				Kernel: guestFile(t, c.file), Append: "console=ttyS0,115200", Mem: c.mem, IPS: c.ips,
			}, c.last)
		})
	}
}

// memtestOff is the test that memtest86+ runs only if it is told so; the one after it does the same and more.
const memtestOff = 1

// runMemtest runs memtest86+ until it comes to a test, and wants all before it run without an error. The screen's memory
// tells more than the serial port, on which only what stands for a second is drawn.
func runMemtest(t *testing.T, config machine.Config, last int) {
	var log bytes.Buffer
	m, err := machine.New(config, machine.Host{Serial: [2]io.Writer{&log}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	seen := map[string]bool{}
	for !seen[fmt.Sprint(last)] {
		stop := m.Resume(machine.Plan{Until: m.Retired() + config.Mem/40})
		text := screen(t, m)
		if stop.Reason != machine.StopUntil || m.Retired() > 100_000_000_000 || regexp.MustCompile(`Errors: *[1-9]`).MatchString(text) {
			t.Fatalf("%v after %d units:\n%s", stop.Reason, m.Retired(), text)
		}
		if test := regexp.MustCompile(`Test #(\d+) `).FindStringSubmatch(text); test != nil {
			seen[test[1]] = true
		}
	}
	for n := range last {
		if n != memtestOff && !seen[fmt.Sprint(n)] {
			t.Errorf("test %d was not run", n)
		}
	}
	if !strings.Contains(log.String(), "Memtest86+") {
		t.Errorf("the serial port has got %q", log.String())
	}
	t.Logf("%d units", m.Retired())
}

// screen is what a PC's screen would show in text mode.
func screen(t *testing.T, m *machine.Machine) string {
	t.Helper()
	var cells [25 * 80 * 2]byte
	if err := m.ReadPhys(cells[:], 0xb8000); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := 0; i < len(cells); i += 2 {
		if b.WriteByte(cells[i]); i%160 == 158 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TestLinuxFromSeaBIOS has SeaBIOS load Linux from the configuration device and start it in real mode.
func TestLinuxFromSeaBIOS(t *testing.T) {
	t.Parallel()
	config := cloudKernel.config(t, kernelWork...)
	config.Firmware, config.CPU, config.SMP = guestFile(t, "bios-256k.bin"), "intel", 2
	o := runLinux(t, config, machine.Host{HashEvery: 500_000_000}, "")
	checkKernel(t, o, config, guestFile(t, cloudKernel.busybox).Data)
	if t.Failed() {
		t.Log(o.log)
	}
}
