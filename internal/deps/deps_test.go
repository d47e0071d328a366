package deps

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers are the project's packages, lowest first. A package imports only from layers below its own, or its own
// sub-packages and their kin. A name stands for its sub-packages too.
var layers = [][]string{
	{"bus", "timer", "irq", "decode", "cpu/softfloat", "cpu/aes", "cpu/blocks"},
	{"cpu", "mmu"},
	{"device", "replay", "cpu/x86", "cpu/arm64", "loader"},
	{"machine"},
	{"debug"},
	{"gdbremote"},
	{"internal"}, // generators, embedded guests, tests' tools
	{"cmd", "conformance", "bench"},
}

// forbidden are imports that would be downward, and yet must not be: who imports, what, and why.
var forbidden = []struct{ from, to, why string }{
	{"decode", "", "a decoder is pure data out"},
	{"timer", "", "time knows nothing of what happens in it"},
	{"cpu", "timer", "a CPU never sees a timer"},
	{"cpu", "irq", "a CPU defines its own interrupt source"},
	{"mmu", "timer", "translation takes no time"},
	{"device", "cpu", "a device never sees a CPU"},
	{"device", "mmu", "a device has physical addresses only"},
	{"device", "decode", "a device never sees a CPU"},
	{"device", "bus", "a device sees offsets; the bus's interface is the bus's"},
	{"loader", "cpu", "a loader is bytes to Image"},
	{"loader", "bus", "a loader is bytes to Image"},
	{"gdbremote", "machine", "the gdb server knows a debugger, never a machine"},
	{"gdbremote", "bus", "the gdb server knows a debugger, never a machine"},
}

const module = "stasis/"

// under reports whether a package is name or a sub-package of it.
func under(pkg, name string) bool {
	return name == "" || pkg == name || strings.HasPrefix(pkg, name+"/")
}

// layer is the number of a package's layer; the longest name that fits decides.
func layer(pkg string) (n int, name string) {
	n = -1
	for i, l := range layers {
		for _, candidate := range l {
			if under(pkg, candidate) && len(candidate) > len(name) {
				n, name = i, candidate
			}
		}
	}
	return n, name
}

// imports calls do for every import of the project by the project, test files left out.
func imports(t *testing.T, do func(file, from, to string)) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (d.Name()[0] == '.' || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		for _, spec := range file.Imports {
			p, _ := strconv.Unquote(spec.Path.Value)
			if to, ok := strings.CutPrefix(p, module); ok {
				do(rel, filepath.ToSlash(filepath.Dir(rel)), to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportsGoDownward(t *testing.T) {
	seen := 0
	imports(t, func(file, from, to string) {
		seen++
		a, nameA := layer(from)
		b, nameB := layer(to)
		switch {
		case a < 0:
			t.Errorf("%s: package %s is in no layer", file, from)
		case b < 0:
			t.Errorf("%s: package %s is in no layer", file, to)
		case b > a, b == a && nameA != nameB:
			t.Errorf("%s: %s imports %s, which is not below it", file, from, to)
		}
	})
	if seen == 0 {
		t.Error("no imports found")
	}
}

func TestForbiddenImports(t *testing.T) {
	imports(t, func(file, from, to string) {
		for _, f := range forbidden {
			if !under(from, f.from) || !under(to, f.to) {
				continue
			}
			if under(to, f.from) {
				continue // its own sub-package
			}
			t.Errorf("%s: %s imports %s: %s", file, from, to, f.why)
		}
	})
}
