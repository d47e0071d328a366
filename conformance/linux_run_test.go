package conformance

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"stasis/internal/initramfs"
	"stasis/loader"
	"stasis/machine"
	script "stasis/replay"
)

// linux is the guest that `make guests` fetches.
const (
	linuxKernel  = "../.guests/vmlinuz"
	linuxBusybox = "../.guests/busybox"
)

// needFile ends a test that cannot do without a file: skipped, or failed where nothing may be skipped.
func needFile(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if os.Getenv("STASIS_NO_SKIP") != "" {
		t.Fatalf("%s is missing; `make guests` fetches it", path)
	}
	t.Skipf("%s is missing; `make guests` fetches it", path)
}

// prompt is what the guest's shell prints when it waits for a command.
const prompt = "/root # "

// typed is a script that types commands one after the other, each at the prompt, and then powers the guest off.
func typed(commands ...string) string {
	var b strings.Builder
	for _, c := range append(commands, "poweroff -f") {
		fmt.Fprintf(&b, "wait %q\nsend %q\n", prompt, c+"\n")
	}
	return b.String()
}

// soak reports whether the long forms of tests are asked for.
func soak() bool { return os.Getenv("STASIS_SOAK") != "" }

// linuxConfig is a machine with the cloud kernel and an initramfs that gives a shell.
func linuxConfig(t *testing.T) machine.Config {
	t.Helper()
	needFile(t, linuxKernel)
	needFile(t, linuxBusybox)
	kernel, err := os.ReadFile(linuxKernel)
	if err != nil {
		t.Fatal(err)
	}
	busybox, err := os.ReadFile(linuxBusybox)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := initramfs.Build(&archive, initramfs.Options{Busybox: busybox, Shell: true}); err != nil {
		t.Fatal(err)
	}
	return machine.Config{
		Mem: 256 << 20, SMP: 1, Append: "console=ttyS0",
		Kernel:  loader.File{Name: linuxKernel, Data: kernel},
		Initrds: []loader.File{{Name: "initramfs", Data: archive.Bytes()}},
	}
}

// outcome is what a run of Linux has come to.
type outcome struct {
	stop          machine.Stop
	hashes        []machine.HashAt // the last is the end's
	log           string
	unimplemented map[string]uint64
}

// linuxLimit ends a run that does not power off by itself.
const linuxLimit = 8_000_000_000

// runLinux runs a machine to its end. The typing goes by the same script that --input takes.
func runLinux(t *testing.T, config machine.Config, host machine.Host, typing string) (o outcome) {
	t.Helper()
	var err error
	if host.Script, err = script.ParseScript(strings.NewReader(typing), 0); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	host.Serial[0] = &log
	if host.Until == 0 {
		host.Until = linuxLimit
	}
	m, err := machine.New(config, host)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	o.stop = m.Resume(machine.Plan{})
	o.hashes = append(o.hashes, m.Hashes()...)
	o.hashes = append(o.hashes, machine.HashAt{Retired: m.Retired(), Hash: m.Hash()})
	o.log, o.unimplemented = log.String(), map[string]uint64{}
	for _, c := range m.CPUs() {
		for name, n := range c.Unimplemented() {
			o.unimplemented[name] += n
		}
	}
	return o
}
