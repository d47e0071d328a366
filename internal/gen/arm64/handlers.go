package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	decode "stasis/decode/arm64"
)

// handlersFile is the table of handlers. An operation without one is UNDEFINED and counted.
func handlersFile(dir string) ([]byte, error) {
	found, err := handlers(dir)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("import decode \"stasis/decode/arm64\"\n\n// handlers are the functions of the operations.\nvar handlers = [decode.NumOps]func(*CPU, *Inst){\ndecode.Invalid: unallocated,\n")
	for op := decode.Invalid + 1; op < decode.NumOps; op++ {
		if h := choose(op, found); h != "" {
			fmt.Fprintf(&b, "decode.%s: %s,\n", op, h)
		}
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// choose is the handler of an operation, if there is one: the mnemonic in lower case, and the variant with a capital. Where the mnemonic ends is not
// always seen from the name.
func choose(op decode.Op, found map[string]bool) string {
	name := op.String()
	for _, n := range []int{len(strings.TrimRight(name, "abcdefghijklmnopqrstuvwxyz")), len(op.Mnemonic()), len(name)} {
		variant := name[n:]
		if variant != "" {
			variant = strings.ToUpper(variant[:1]) + variant[1:]
		}
		if h := strings.ToLower(name[:n]) + variant; found[h] {
			return h
		}
	}
	return ""
}

// handlers lists the functions of package cpu/arm64 that take a CPU and an instruction.
func handlers(dir string) (map[string]bool, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, path := range paths {
		if base := filepath.Base(path); base[0] == 'z' || strings.HasSuffix(base, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && isHandler(f) {
				found[f.Name.Name] = true
			}
		}
	}
	return found, nil
}

func isHandler(f *ast.FuncDecl) bool {
	if f.Recv != nil || f.Type.Results != nil {
		return false
	}
	var types []string
	for _, p := range f.Type.Params.List {
		if s, ok := p.Type.(*ast.StarExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok {
				types = append(types, id.Name)
			}
		}
	}
	return len(f.Type.Params.List) == 2 && len(types) == 2 && types[0] == "CPU" && types[1] == "Inst"
}
