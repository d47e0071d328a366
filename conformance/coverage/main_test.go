package main

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	decode "stasis/decode/x86"
)

func readTestTree(t *testing.T) tree {
	tr, err := readTree("../..")
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestDocumentFresh: docs/COVERAGE.md is what the tables and the test data give.
func TestDocumentFresh(t *testing.T) {
	tr := readTestTree(t)
	var now bytes.Buffer
	tr.write(&now)
	a64, err := readTreeA64("../..")
	if err != nil {
		t.Fatal(err)
	}
	a64.write(&now)
	if old, err := os.ReadFile("../../docs/COVERAGE.md"); err != nil || !bytes.Equal(old, now.Bytes()) {
		t.Errorf("docs/COVERAGE.md is not up to date (%v): run go run ./conformance/coverage", err)
	}
}

// TestEveryMnemonic: what x86.csv has and the CPU has not has a reason.
func TestEveryMnemonic(t *testing.T) {
	tr := readTestTree(t)
	if list := tr.unexplained(); len(list) > 0 {
		t.Errorf("missing without a reason: %s", strings.Join(list, ", "))
	}
}

// TestEveryRow: every row has a handler, and a vector or a line that completes.
func TestEveryRow(t *testing.T) {
	tr := readTestTree(t)
	for _, row := range tr.unproven() {
		t.Errorf("no case: %s", row)
	}
	for n := range decode.Rows {
		if n > 0 && !tr.handled[n] && faulting[decode.Rows[n].Op] == "" {
			t.Errorf("no handler: %v %s", decode.Rows[n].Op, decode.Rows[n].Pattern)
		}
	}
}

// TestEveryRowA64: every row of AArch64 has a handler, and a vector or a line that completes.
func TestEveryRowA64(t *testing.T) {
	tr, err := readTreeA64("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range tr.unproven() {
		t.Errorf("no handler or no case: %s", row)
	}
}

// TestBeyond: what the document denies is not there.
func TestBeyond(t *testing.T) {
	check := func(text string, hint bool) {
		code, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		i, err := decode.Decode(append(code, make([]byte, 12)...)[:15], decode.Mode64)
		valid := err == nil && i.Op != decode.Invalid
		if valid != hint || hint && int(i.Len) != len(code) {
			t.Errorf("%s is %v (%v), length %d", text, &i, err, i.Len)
		}
	}
	for _, b := range beyond {
		for _, text := range b.invalid {
			check(text, false)
		}
		for _, text := range b.hints {
			check(text, true)
		}
	}
}
