package main

import (
	"os"
	"strings"
	"testing"
)

// TestListFits: every mutant's text stands in its file, and is broken into another.
func TestListFits(t *testing.T) {
	rules, semantics := parse(listText), parse(semanticsText)
	if len(rules) < 40 || len(semantics) < 100 {
		t.Errorf("%d and %d mutants", len(rules), len(semantics))
	}
	list := append(rules, semantics...)
	for _, m := range list {
		data, err := os.ReadFile("../../" + m.file)
		if err != nil || !strings.Contains(string(data), m.old) || m.old == m.new || m.new == "" {
			t.Errorf("%s does not fit %s: %q (%v)", m.id, m.file, m.old, err)
		}
	}
}
