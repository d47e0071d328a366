package main

import (
	"os"
	"strings"
	"testing"
)

// TestListFits: every mutant's text stands in its file, and is broken into another.
func TestListFits(t *testing.T) {
	list := parse(listText)
	if len(list) < 40 {
		t.Errorf("%d mutants", len(list))
	}
	for _, m := range list {
		data, err := os.ReadFile("../../" + m.file)
		if err != nil || !strings.Contains(string(data), m.old) || m.old == m.new || m.new == "" {
			t.Errorf("%s does not fit %s: %q (%v)", m.id, m.file, m.old, err)
		}
	}
}
