package fdt

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestEncode compares a small tree with what the specification makes of it.
func TestEncode(t *testing.T) {
	root := New().Cells("a", 0x01020304)
	root.Add("n").Strings("b", "x", "yz").Flag("a")
	want := []uint32{
		Magic, 0x84 + 4, 0x38, 0x84, 0x28, 17, 16, 7, 4, 0x4c,
		0, 0, 0, 0,
		1, 0, 3, 4, 0, 0x01020304,
		1, 'n' << 24, 3, 5, 2, 'x'<<24 | 'y'<<8 | 'z', 0, 3, 0, 0, 2, 2, 9,
		'a'<<24 | 'b'<<8,
	}
	var b []byte
	for _, w := range want {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	if got := root.Encode(7); !bytes.Equal(got, b) {
		t.Errorf("%x, want\n%x", got, b)
	}
}

// TestVirt has the device tree compiler read the board's tree.
func TestVirt(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{CPUs: 1, MemSize: 512 << 20, GIC: 3}, []string{
			`compatible = "arm,gic-v3"`, "reg = <0x00 0x40000000 0x00 0x20000000>", "interrupts = <0x01 0x0d 0x04 ",
			"reg = <0x40 0x10000000 0x00 0x10000000>", `stdout-path = "/pl011@9000000"`,
		}},
		{Config{CPUs: 4, MemSize: 4 << 30, GIC: 2, CommandLine: "a b", InitrdStart: 0x48000000, InitrdEnd: 0x48001000}, []string{
			`compatible = "arm,cortex-a15-gic"`, "reg = <0x00 0x40000000 0x01 0x00>", "interrupts = <0x01 0x0d 0xf04 ", "cpu@3",
			`enable-method = "psci"`, `bootargs = "a b"`, "linux,initrd-end = <0x00 0x48001000>",
		}},
	} {
		tree := Virt(c.config)
		if again := Virt(c.config); !bytes.Equal(tree, again) {
			t.Error("the same board has two trees")
		}
		source := decompile(t, tree)
		for _, want := range c.want {
			if !strings.Contains(source, want) {
				t.Errorf("no %s in\n%s", want, source)
			}
		}
	}
}

// decompile is the tree's source by dtc.
func decompile(t *testing.T, tree []byte) string {
	dtc, err := exec.LookPath("dtc")
	if err != nil && os.Getenv("STASIS_NO_SKIP") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("dtc is missing; .ci/tools installs it")
	}
	cmd := exec.Command(dtc, "-I", "dtb", "-O", "dts")
	cmd.Stdin = bytes.NewReader(tree)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("dtc: %v", err)
	}
	return string(out)
}
