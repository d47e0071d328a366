package conformance

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stasis/loader"
	"stasis/machine"
)

// suites are bare-metal programs, each a multiboot kernel built from the sources in baremetal by gcc.
var suites = []struct {
	name    string
	flags   []string
	sources []string
}{
	{"64-bit", []string{"-m64", "-mno-red-zone"},
		[]string{"boot64.S", "lib.c", "suite64.c", "exceptions64.c", "segments64.c", "paging64.c", "user64.c", "clocks64.c"}},
	{"32-bit", []string{"-m32"}, []string{"boot32.S", "lib.c", "suite32.c", "gates32.c", "tasks32.c", "paging32.c", "v86.c"}},
}

// buildSuite makes the ELF file of a suite.
func buildSuite(t *testing.T, flags, sources []string) []byte {
	t.Helper()
	needTool(t, "gcc")
	needTool(t, "objcopy")
	out := filepath.Join(t.TempDir(), "suite.elf")
	args := append([]string{"-O1", "-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie", "-nostdlib", "-static", "-mgeneral-regs-only",
		"-fno-stack-protector", "-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-Wall", "-Wno-unused-function",
		"-Wl,-T,suite.ld,--build-id=none,-z,noexecstack,--no-warn-rwx-segments", "-o", out}, flags...)
	for _, c := range [][]string{append(append([]string{"gcc"}, args...), sources...), {"objcopy", "-O", "elf32-i386", out}} {
		cmd := exec.Command(c[0], c[1:]...)
		cmd.Dir = "baremetal"
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, text)
		}
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestBareMetal runs the suites in both engines and as both vendors: no check fails, and the engines end in the same state.
func TestBareMetal(t *testing.T) {
	for _, s := range suites {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			kernel := loader.File{Name: s.name, Data: buildSuite(t, s.flags, s.sources)}
			for _, vendor := range []string{"amd", "intel"} {
				var ends []string
				for _, single := range []uint64{0, 20_000_000} {
					var console bytes.Buffer
					m, err := machine.New(machine.Config{Kernel: kernel, CPU: vendor, Mem: 256 << 20, SMP: 1},
						machine.Host{Serial: [2]io.Writer{&console}, Until: 200_000_000, Trial: machine.Trial{SingleStep: single}})
					if err != nil {
						t.Fatal(err)
					}
					stop := m.Resume(machine.Plan{})
					hash := m.Hash()
					ends = append(ends, string(hash[:]))
					m.Close()
					if text := console.String(); stop.ExitCode() != 1 || !strings.HasSuffix(text, "done\n") || strings.Contains(text, "FAIL") {
						t.Errorf("%s: %v\n%s", vendor, stop, text)
					}
				}
				if ends[0] != ends[1] {
					t.Errorf("%s: the engines end in different states", vendor)
				}
			}
		})
	}
}
