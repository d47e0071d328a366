package guests

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// need skips the test without the tools, or fails where nothing may be skipped.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("STASIS_NO_SKIP") != "" {
			t.Fatalf("%s is not installed", tool)
		}
		t.Skipf("%s is not installed", tool)
	}
}

// binutils is the version that made the embedded files. Others lay out headers and tables as they like.
const binutils = "2.40"

// TestFresh builds every guest from its source and compares it with the embedded file: every byte with the same binutils,
// else what is loaded and the symbols.
func TestFresh(t *testing.T) {
	need(t, "make", "as", "ld", "objcopy", "aarch64-linux-gnu-as", "aarch64-linux-gnu-ld")
	dir := t.TempDir()
	if out, err := exec.Command("make", "-s", "guests-embedded", "GUESTS_BIN="+dir).CombinedOutput(); err != nil {
		t.Fatalf("make guests-embedded: %v\n%s", err, out)
	}
	built, err := filepath.Glob(filepath.Join(dir, "*.elf"))
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := files.ReadDir("bin")
	if err != nil {
		t.Fatal(err)
	}
	if len(built) != len(embedded) {
		t.Errorf("%d guests built, %d embedded", len(built), len(embedded))
	}
	version, err := exec.Command("as", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	same := bytes.Equal
	if !bytes.Contains(version, []byte(binutils)) {
		same = func(a, b []byte) bool { return cmp.Equal(content(t, a), content(t, b)) }
	}
	for _, e := range embedded {
		want, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Error(err)
			continue
		}
		got, _ := files.ReadFile("bin/" + e.Name())
		if !same(got, want) {
			t.Errorf("%s is stale: run `make guests-embedded`", e.Name())
		}
		if !cmp.Equal(content(t, got), content(t, want)) {
			t.Errorf("%s: what is loaded differs", e.Name())
		}
	}
}

// content is what a loader and a debugger see of a guest.
func content(t *testing.T, image []byte) (c struct {
	Entry   uint64
	Loaded  map[uint64][]byte
	Symbols map[string]uint64
}) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	c.Entry, c.Loaded = f.Entry, map[uint64][]byte{}
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if c.Loaded[p.Paddr], err = io.ReadAll(p.Open()); err != nil {
			t.Fatal(err)
		}
	}
	if c.Symbols, err = Symbols(image); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSymbols(t *testing.T) {
	for _, name := range []string{Hello32, Hello64, Demo, Tests, Checks, Checks32, Bench} {
		addrs, err := Symbols(ELF(name))
		if err != nil {
			t.Fatal(err)
		}
		if addrs["_start"] < 1<<20 {
			t.Errorf("%s: _start = %#x", name, addrs["_start"])
		}
	}
}

func TestDemoSymbols(t *testing.T) {
	image := ELF(Demo)
	addrs, err := Symbols(image)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{DemoLoop, DemoTick, DemoHz, DemoLoops, DemoCount, DemoTicks} {
		if addrs[name] == 0 {
			t.Errorf("no symbol %s", name)
		}
	}
	for _, name := range []string{DemoHz, DemoLoops} {
		if _, err := Patch(image, name, 1); err != nil {
			t.Error(err)
		}
	}
}

func TestPatch(t *testing.T) {
	image := ELF(Hello64)
	patched, err := Patch(image, "gdt", 0x1122334455667788)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(image, patched) || !bytes.Contains(patched, []byte{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}) {
		t.Error("the value is not in the patched image")
	}
	for _, symbol := range []string{"nosuch", "start_info"} {
		if _, err := Patch(image, symbol, 1); err == nil {
			t.Errorf("patching %s: no error", symbol)
		}
	}
}

func TestBenchmarks(t *testing.T) {
	image := ELF(Bench)
	for _, b := range Benchmarks {
		if !bytes.Contains(image, []byte("\x00"+b.Name+"\x00")) {
			t.Errorf("the guest has no %q", b.Name)
		}
	}
	if got := Benchmarks[0].CommandLine(3); got != "alu 3" {
		t.Errorf("command line %q", got)
	}
	if got := Benchmarks[4].Output(); got != "sieve 0000000000014069\n" {
		t.Errorf("output %q", got)
	}
}

// TestSHA256 computes the guest's checksum by the library: its state after the same blocks, before padding.
func TestSHA256(t *testing.T) {
	h := sha256.New()
	block := make([]byte, 64)
	for i := range block {
		block[i] = byte(i)
	}
	for range Benchmarks[3].Few {
		h.Write(block)
	}
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	want := uint64(binary.BigEndian.Uint32(state[4:])) | uint64(binary.BigEndian.Uint32(state[8:]))<<32
	if got := Benchmarks[3].Checksum; got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
}
