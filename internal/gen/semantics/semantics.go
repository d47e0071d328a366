// Package semantics reads the hand-written functions of package cpu/x86, for the generators that call and expand them.
package semantics

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	decode "stasis/decode/x86"
)

// Source is the hand-written part of cpu/x86, and the names of the mnemonics.
type Source struct {
	Fset  *token.FileSet
	Funcs map[string]*Function
	Ops   []string // constant names by value
}

// Function is a semantic function, by what its signature says.
type Function struct {
	Name    string
	Decl    *ast.FuncDecl
	Types   []string // type parameters
	CPU     bool     // begins with (c *CPU, i *Inst)
	Flags   bool     // begins with f *Flags
	Params  []Param  // values
	Results int
}

// Param is a parameter.
type Param struct{ Name, Type string }

// Read parses the files of package cpu/x86 that are in a folder, and those of the mnemonics beside it.
func Read(dir string) (*Source, error) {
	s := &Source{Fset: token.NewFileSet(), Funcs: map[string]*Function{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if base := filepath.Base(path); base[0] == 'z' || strings.HasSuffix(base, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.Fset, path, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				s.Funcs[f.Name.Name] = describe(f)
			}
		}
	}
	s.Ops, err = readOps(s.Fset, filepath.Join(dir, "../../decode/x86/zops.go"))
	return s, err
}

// readOps lists the constants of zops.go in order: Op values.
func readOps(Fset *token.FileSet, path string) (names []string, err error) {
	file, err := parser.ParseFile(Fset, path, nil, 0)
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

func describe(d *ast.FuncDecl) *Function {
	f := &Function{Name: d.Name.Name, Decl: d}
	if d.Type.TypeParams != nil {
		for _, field := range d.Type.TypeParams.List {
			for _, n := range field.Names {
				f.Types = append(f.Types, n.Name)
			}
		}
	}
	for _, field := range d.Type.Params.List {
		typ := typeText(field.Type)
		for _, n := range field.Names {
			switch {
			case typ == "*CPU":
				f.CPU = true
			case typ == "*Inst":
			case typ == "*Flags":
				f.Flags = true
			default:
				f.Params = append(f.Params, Param{n.Name, typ})
			}
		}
	}
	if d.Type.Results != nil {
		f.Results = d.Type.Results.NumFields()
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

// OperandCount is how many of the parameters are operands: cc is the opcode's condition.
func (f *Function) OperandCount() (n int) {
	for _, p := range f.Params {
		if p.Name != "cc" {
			n++
		}
	}
	return n
}

// keyword gives the functions whose mnemonics Go has taken.
var keyword = map[string]string{"int": "intN"}

// Find is the function of a row: the mnemonic in lower case, with the number of operands behind it if there is such a one.
func (s *Source) Find(row int) *Function {
	name := strings.ToLower(s.Ops[decode.Rows[row].Op])
	if k := keyword[name]; k != "" {
		name = k
	}
	if f := s.Funcs[fmt.Sprintf("%s%d", name, decode.Forms[row].N)]; f != nil && isHandlerName(s, f) {
		return f
	}
	return s.Funcs[name]
}

// isHandlerName: int3 is a mnemonic of its own, not int with three operands.
func isHandlerName(s *Source, f *Function) bool {
	for _, op := range s.Ops {
		if strings.EqualFold(op, f.Name) {
			return false
		}
	}
	return true
}
