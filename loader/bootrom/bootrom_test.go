package bootrom

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestImage(t *testing.T) {
	b := Image()
	if len(b) != 512*int(b[2]) || b[0] != 0x55 || b[1] != 0xaa || sum(b) != 0 || sum(b[headerAt:headerAt+headerLen]) != 0 {
		t.Errorf("%d bytes: % x", len(b), b[:headerAt+headerLen])
	}
}

// TestFresh assembles the source and compares.
func TestFresh(t *testing.T) {
	for _, tool := range []string{"as", "objcopy"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("STASIS_NO_SKIP") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	object, binary := filepath.Join(t.TempDir(), "o"), filepath.Join(t.TempDir(), "bin")
	for _, args := range [][]string{
		{"as", "--32", "-o", object, "bootrom.asm"},
		{"objcopy", "-O", "binary", "-j", ".text", object, binary},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	got, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, code) {
		t.Error("bootrom.bin is stale: run go generate")
	}
}
