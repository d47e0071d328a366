package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	decode "stasis/decode/x86"
)

// source is the hand-written part of cpu/x86, and the names of the mnemonics.
type source struct {
	fset  *token.FileSet
	funcs map[string]*function
	ops   []string // constant names by value
}

// function is a semantic function, by what its signature says.
type function struct {
	name    string
	decl    *ast.FuncDecl
	types   []string // type parameters
	cpu     bool     // begins with (c *CPU, i *Inst)
	flags   bool     // begins with f *Flags
	params  []param  // values
	results int
}

type param struct{ name, typ string }

func readSource(dir string) (*source, error) {
	s := &source{fset: token.NewFileSet(), funcs: map[string]*function{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if base := filepath.Base(path); base[0] == 'z' || strings.HasSuffix(base, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.fset, path, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				s.funcs[f.Name.Name] = describe(f)
			}
		}
	}
	s.ops, err = readOps(s.fset, filepath.Join(dir, "../../decode/x86/zops.go"))
	return s, err
}

// readOps lists the constants of zops.go in order: Op values.
func readOps(fset *token.FileSet, path string) (names []string, err error) {
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			names = append(names, s.(*ast.ValueSpec).Names[0].Name)
		}
		return names, nil
	}
	return nil, fmt.Errorf("%s: no constants", path)
}

func describe(d *ast.FuncDecl) *function {
	f := &function{name: d.Name.Name, decl: d}
	if d.Type.TypeParams != nil {
		for _, field := range d.Type.TypeParams.List {
			for _, n := range field.Names {
				f.types = append(f.types, n.Name)
			}
		}
	}
	for _, field := range d.Type.Params.List {
		typ := typeText(field.Type)
		for _, n := range field.Names {
			switch {
			case typ == "*CPU":
				f.cpu = true
			case typ == "*Inst":
			case typ == "*Flags":
				f.flags = true
			default:
				f.params = append(f.params, param{n.Name, typ})
			}
		}
	}
	if d.Type.Results != nil {
		f.results = d.Type.Results.NumFields()
	}
	return f
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	}
	return "?"
}

// operandCount is how many of the parameters are operands: cc is the opcode's condition.
func (f *function) operandCount() (n int) {
	for _, p := range f.params {
		if p.name != "cc" {
			n++
		}
	}
	return n
}

// keyword gives the functions whose mnemonics Go has taken.
var keyword = map[string]string{"int": "intN"}

// find is the function of a row: the mnemonic in lower case, with the number of operands behind it if there is such a one.
func (s *source) find(row int) *function {
	name := strings.ToLower(s.ops[decode.Rows[row].Op])
	if k := keyword[name]; k != "" {
		name = k
	}
	if f := s.funcs[fmt.Sprintf("%s%d", name, decode.Forms[row].N)]; f != nil && isHandlerName(s, f) {
		return f
	}
	return s.funcs[name]
}

// isHandlerName: int3 is a mnemonic of its own, not int with three operands.
func isHandlerName(s *source, f *function) bool {
	for _, op := range s.ops {
		if strings.EqualFold(op, f.name) {
			return false
		}
	}
	return true
}
