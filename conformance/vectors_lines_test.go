package conformance

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stasis/conformance/golden"
	"stasis/conformance/golden/arm64"
)

var insFile = flag.String("ins", "testdata/*/*.ins", "golden lines to run")

// TestVectors runs golden lines: see package golden for their form. With -update it writes what happened behind the arrows.
func TestVectors(t *testing.T) {
	paths, err := filepath.Glob(*insFile)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no such file (%v)", *insFile, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { runLines(t, path) })
	}
}

func runLines(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := golden.Parse(strings.NewReader(string(data)))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	texts := strings.Split(string(data), "\n")
	var r golden.Runner
	for n := range lines {
		l := &lines[n]
		run := r.Run
		switch {
		case l.ISA == "arm64":
			run = arm64.Run
		case l.ISA != "x86":
			t.Fatalf("%s:%d: no isa=%s", path, l.Number, l.ISA)
		case *update:
			texts[l.Number-1] = r.Update(l)
			continue
		}
		differences, missing := run(l)
		if missing != "" {
			t.Errorf("%s:%d: %s\n\tnot implemented: %s", path, l.Number, texts[l.Number-1], missing)
		} else if len(differences) > 0 {
			t.Errorf("%s:%d: %s\n\t%s", path, l.Number, texts[l.Number-1], strings.Join(differences, "\n\t"))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(texts, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
