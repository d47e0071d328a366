// Command ops writes zops.go of a package of decode: one Op for each operation that stands in a table, in order of appearance.
//
// Run by go generate there.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"stasis/internal/gen"
)

func main() {
	columns := flag.Int("columns", 3, "how many elements the rows of the tables have")
	invalid := flag.String("invalid", "(undefined)", "the text of no operation")
	gen.Main("ops", func(dir string) (map[string][]byte, error) {
		ops, err := operations(dir, *columns)
		return map[string][]byte{"zops.go": render(unique(ops), *invalid)}, err
	})
}

// operations returns the second element of every row in a package's tables.
func operations(dir string, columns int) (ops []string, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "tables_*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || lit.Type != nil || len(lit.Elts) != columns {
				return true
			}
			if id, ok := lit.Elts[1].(*ast.Ident); ok {
				ops = append(ops, id.Name)
			}
			return true
		})
	}
	return ops, nil
}

func unique(names []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			kept = append(kept, n)
		}
	}
	return kept
}

// render is the file. What stands behind _X in a name only tells operations of one mnemonic apart.
func render(ops []string, invalid string) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, "// The operations of the tables. Invalid is the zero Op.\nconst (\nInvalid Op = iota")
	for _, op := range ops {
		fmt.Fprintln(&b, op)
	}
	fmt.Fprintln(&b, ")\n\n// NumOps counts the operations, Invalid included.")
	fmt.Fprintf(&b, "const NumOps = %d\n\nvar opNames = [NumOps]string{\nInvalid: %q,\n", len(ops)+1, invalid)
	for _, op := range ops {
		fmt.Fprintf(&b, "%s: %q,\n", op, strings.TrimSuffix(op, "_X"))
	}
	fmt.Fprintln(&b, "}")
	return b.Bytes()
}
