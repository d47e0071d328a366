package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stasis/conformance/harness/arm64"
	vector "stasis/conformance/vector/arm64"
	decode "stasis/decode/arm64"
)

// TestVectorsArm64 runs the vectors that QEMU's user mode recorded (go run ./conformance/record/arm64): each instruction by its
// handler, and in a block.
func TestVectorsArm64(t *testing.T) {
	total := 0
	for path, f := range arm64Files(t) {
		total += len(f.Vectors)
		for _, blocks := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/blocks=%v", filepath.Base(path), blocks), func(t *testing.T) {
				t.Parallel()
				replayArm64(t, f, blocks)
			})
		}
	}
	if total < 200_000 {
		t.Errorf("%d vectors", total)
	}
}

// arm64Files reads the recorded vectors.
func arm64Files(t *testing.T) map[string]*vector.File {
	t.Helper()
	paths, err := filepath.Glob("testdata/arm64/*.vec.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	files := map[string]*vector.File{}
	for _, path := range paths {
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path], err = vector.Read(in)
		in.Close()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return files
}

func replayArm64(t *testing.T, f *vector.File, blocks bool) {
	r := arm64.NewRunner()
	defer r.Close()
	r.Blocks = blocks
	r.CPU.SetSingleStep(!blocks)
	failed := 0
	for n := range f.Vectors {
		v := &f.Vectors[n]
		got, ok := r.Run(v, f.Seed)
		if ok && got.Result() == v.Result() {
			continue
		}
		if failed++; failed <= 5 {
			i, _ := decode.Decode(v.Raw)
			t.Errorf("%08x %v, vector %d: implemented %v\nqemu %s\ngot  %s", v.Raw, i.Op, n, ok, v.Result(), got.Result())
		}
	}
	if blocks && r.CPU.Stats()["blocks"] == 0 {
		t.Error("no block was built")
	}
	if failed > 5 {
		t.Errorf("%d of %d vectors differ", failed, len(f.Vectors))
	}
}
