package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"stasis/conformance/golden"
	"stasis/conformance/vector"
	decode "stasis/decode/x86"
)

// proof is what shows that a row is right.
type proof uint8

const (
	nothing   proof = iota
	faults          // cases, all of which end in an exception
	completes       // cases of which one at least completes
)

func (p proof) String() string { return [...]string{"", "faults", "yes"}[p] }

// note adds a case.
func (p *proof) note(completed bool) {
	if completed {
		*p = completes
	}
	*p = max(*p, faults)
}

// tree is what the project's files say about each row.
type tree struct {
	handled  []bool
	recorded []proof // by a processor
	lines    []proof // golden lines
}

// readTree reads the files of a source tree.
func readTree(root string) (t tree, err error) {
	t = tree{make([]bool, len(decode.Rows)), make([]proof, len(decode.Rows)), make([]proof, len(decode.Rows))}
	if err := t.readHandlers(filepath.Join(root, "cpu/x86/zhandlers.go")); err != nil {
		return t, err
	}
	if err := each(root, "x86/*.vec.gz", t.readVectors); err != nil {
		return t, err
	}
	return t, each(root, "x86/*.ins", t.readLines)
}

// handlerAt is an element of the handlers' table: row × 4 + log2 of the operand size, and the function.
var handlerAt = regexp.MustCompile(`\b(\d+): \w+(?:\[\w+\])?,`)

func (t *tree) readHandlers(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, m := range handlerAt.FindAllSubmatch(data, -1) {
		if n, _ := strconv.Atoi(string(m[1])); n/4 < len(t.handled) {
			t.handled[n/4] = true
		}
	}
	return nil
}

// each opens the test data that a pattern names.
func each(root, pattern string, read func(*os.File) error) error {
	paths, err := filepath.Glob(filepath.Join(root, "conformance/testdata", pattern))
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = read(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return err
}

func (t *tree) readVectors(f *os.File) error {
	_, list, err := vector.Read(f)
	for n := range list {
		v := &list[n]
		if i, err := decode.Decode(v.Code, decode.Mode(v.Mode)); err == nil {
			t.recorded[i.Row].note(v.Exception == vector.None)
		}
	}
	return err
}

func (t *tree) readLines(f *os.File) error {
	list, err := golden.Parse(f)
	for n := range list {
		l := &list[n]
		if i, err := decode.Decode(l.Code, decode.Mode(l.Mode)); err == nil {
			t.lines[i.Row].note(l.Fault == nil)
		}
	}
	return err
}

// unproven lists the rows without a case, and those whose cases all fault although they could complete.
func (t *tree) unproven() (list []string) {
	for n := range decode.Rows {
		row, best := &decode.Rows[n], max(t.recorded[n], t.lines[n])
		enough := raising[row.Op] || faulting[row.Op] != ""
		if n > 0 && (best == nothing || best == faults && !enough) {
			list = append(list, fmt.Sprintf("%v %s (%s)", row.Op, row.Operands, row.Pattern))
		}
	}
	return list
}
