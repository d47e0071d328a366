package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMutantsApply keeps the table in step with the source: each text must occur, once.
func TestMutantsApply(t *testing.T) {
	if len(mutants) < 40 {
		t.Errorf("%d mutants", len(mutants))
	}
	for _, m := range mutants {
		text, err := os.ReadFile(filepath.Join("..", "..", m.file))
		if err != nil {
			t.Fatal(err)
		}
		changed, err := m.apply(string(text))
		if err != nil {
			t.Errorf("%s in %s: %v", m.id, m.file, err)
		}
		if changed == string(text) {
			t.Errorf("%s in %s changes nothing", m.id, m.file)
		}
	}
}
