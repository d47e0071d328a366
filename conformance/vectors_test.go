package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

// TestRecordedVectors runs the vectors that a real CPU recorded (go run ./conformance/record): each instruction on its own, and in a
// block.
func TestRecordedVectors(t *testing.T) {
	paths, err := filepath.Glob("testdata/x86/*.vec.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, path := range paths {
		for _, blocks := range []bool{false, true} {
			if blocks && strings.HasPrefix(filepath.Base(path), "float") {
				continue // in a block they run by the same handlers
			}
			name := fmt.Sprintf("%s/blocks=%v", filepath.Base(path), blocks)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				replay(t, path, blocks)
			})
		}
	}
}

func replay(t *testing.T, path string, blocks bool) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, list, err := vector.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	r := harness.NewRunner()
	defer r.Close()
	r.Blocks = blocks
	r.CPU.SetSingleStep(!blocks)
	failed := 0
	for n := range list {
		v := &list[n]
		got, ok := r.Run(v)
		if !ok || harness.Equal(v, &got) {
			continue
		}
		if failed++; failed <= 5 {
			i, _ := decode.Decode(v.Code, decode.Mode(v.Mode))
			t.Errorf("%s: %s\ncpu %s\ngot %s", &i, v, v.Result(), got.Result())
		}
	}
	if failed > 5 {
		t.Errorf("%d of %d vectors differ", failed, len(list))
	}
}
