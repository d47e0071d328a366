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

// TestResume: what has been caught is not tried again; what has survived is.
func TestResume(t *testing.T) {
	path := t.TempDir() + "/log"
	log := "X-001 a.go: caught by TestA/X-001\nX-002 a.go: caught by nothing\nX-003 a.go: caught by TestA\nmutants: 3 tried, 1 survived\n"
	if err := os.WriteFile(path, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	done, err := verdicts(path)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, m := range choose([]*mutant{{id: "X-001", file: "a.go"}, {id: "X-002", file: "a.go"}, {id: "X-003", file: "a.go"}, {id: "X-003", file: "a.go"}, {id: "X-004"}}, "X-002,X-003", done) {
		got += m.id + " "
	}
	if got != "X-002 X-003 " {
		t.Errorf("left to try: %s", got)
	}
}
