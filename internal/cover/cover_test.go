package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestRulesAreCovered runs the tests of the rules, and compares the document with what they show.
func TestRulesAreCovered(t *testing.T) {
	out, err := exec.Command("go", "test", "-json", "-run", Tests, "stasis/conformance").Output()
	if err != nil {
		t.Errorf("go test: %v", err)
	}
	c, err := read(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if list := c.missing(); len(list) > 0 {
		t.Errorf("not covered: %s", strings.Join(list, " "))
	}
	var now bytes.Buffer
	c.write(&now)
	if old, err := os.ReadFile("../../docs/DEBUG-COVERAGE.md"); err != nil || !bytes.Equal(old, now.Bytes()) {
		t.Errorf("docs/DEBUG-COVERAGE.md is not up to date (%v): run make coverage", err)
	}
}

// TestRuleList: the list has all rules but those of what is not built.
func TestRuleList(t *testing.T) {
	left := map[string]bool{}
	for n := 1; n <= 122; n++ {
		left[fmt.Sprintf("X-%03d", n)] = true
	}
	for n := 1; n <= 55; n++ {
		left[fmt.Sprintf("V-%03d", n)] = true
	}
	for _, id := range strings.Fields("X-019 X-020 X-021 X-043 X-080 X-116 X-117 X-118 X-119 X-120 X-121") {
		delete(left, id)
	}
	for _, r := range rules() {
		if !left[r.id] || r.text == "" {
			t.Errorf("%s %q", r.id, r.text)
		}
		delete(left, r.id)
	}
	if len(left) > 0 {
		t.Errorf("not in the list: %v", left)
	}
}

func TestOutcomes(t *testing.T) {
	c, err := read(strings.NewReader(`{"Action":"pass","Test":"TestA/X-001/one"}
{"Action":"skip","Test":"TestA/X-002"}
{"Action":"fail","Test":"TestA/X-003/one"}
{"Action":"pass","Test":"TestA/X-003/two"}
{"Action":"pass","Test":"TestB/group/X-004"}
not JSON
`))
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Join(c.missing(), " ")
	if !strings.HasPrefix(list, "X-002 X-003 X-005") || !c["X-004"]["TestB/group/X-004"] {
		t.Errorf("missing %s; %v", list, c)
	}
}
