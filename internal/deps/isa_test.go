package deps

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// neutral are the packages that no instruction set has a name in; what is bound to one lives below them.
var neutral = []string{"bus", "cpu", "debug", "gdbremote", "replay"}

// ofISA matches names of registers, features and instruction sets.
var ofISA = regexp.MustCompile(`(?i)^(x86|x86asm|amd64|i386|arm64|aarch64|[re][abcd]x|[re][sd]i|[re][sb]p|[re]ip|[re]flags|cr[0-9]|dr[0-9]|efer|` +
	`lapic|apic|cpuid|pstate|daif|nzcv|ttbr[01]|sctlr|vbar|esr|elr|spsr|x29|x30)(_.*)?$`)

// word takes identifiers and the text of strings apart.
var word = regexp.MustCompile(`[A-Za-z0-9_]+`)

func TestNeutralPackages(t *testing.T) {
	for _, pkg := range neutral {
		files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pkg, len(files), err)
		}
		for _, path := range files {
			if !strings.HasSuffix(path, "_test.go") {
				checkNeutral(t, path)
			}
		}
	}
}

func checkNeutral(t *testing.T, path string) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		text := ""
		switch n := n.(type) {
		case *ast.Ident:
			text = n.Name
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				text = n.Value
			}
		}
		for _, w := range word.FindAllString(text, -1) {
			if ofISA.MatchString(w) {
				t.Errorf("%s: %s is of one instruction set", fset.Position(n.Pos()), w)
			}
		}
		return true
	})
}
