package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"stasis/internal/gen/semantics"
)

// expansion writes a semantic function's body out as statements of a switch case: type parameters become types, helpers whose
// body is one return statement are put in place, flag results are stored or dropped.
type expansion struct {
	src     *semantics.Source
	bits    int // width of T
	live    bool
	nonzero bool   // the count is known not to be 0
	result  string // variable that takes the returned value; "" if there is none
	b       strings.Builder
}

// env maps the names of one function: type parameters, and parameters of an inlined helper.
type env map[string]string

// body expands the whole function; its parameters are variables of the same names.
func (x *expansion) body(f *semantics.Function) string {
	e := env{}
	for _, t := range f.Types {
		e[t] = fmt.Sprintf("uint%d", x.bits)
	}
	x.statements(f.Decl.Body.List, e)
	return x.b.String()
}

func (x *expansion) printf(format string, args ...any) { fmt.Fprintf(&x.b, format+"\n", args...) }

func (x *expansion) statements(list []ast.Stmt, e env) {
	for n, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			x.assign(s, e)
		case *ast.ExprStmt:
			x.flagCall(s.X.(*ast.CallExpr), e)
		case *ast.ReturnStmt:
			if x.result != "" {
				x.printf("%s = %s", x.result, x.expr(s.Results[0], e))
			}
		case *ast.IfStmt:
			cond := x.expr(s.Cond, e)
			if x.nonzero && cond == "(count == 0)" {
				continue
			}
			x.printf("if %s {", cond)
			x.statements(s.Body.List, e)
			x.printf("} else {")
			x.statements(list[n+1:], e)
			x.printf("}")
			return
		default:
			panic(fmt.Sprintf("%s: statement %T cannot be expanded", x.src.Fset.Position(s.Pos()), s))
		}
	}
}

func (x *expansion) assign(s *ast.AssignStmt, e env) {
	var left, right []string
	for _, l := range s.Lhs {
		left = append(left, x.expr(l, e))
	}
	for _, r := range s.Rhs {
		right = append(right, x.expr(r, e))
	}
	x.printf("%s %s %s", strings.Join(left, ", "), s.Tok, strings.Join(right, ", "))
	if s.Tok == token.DEFINE && !x.live {
		for _, l := range left {
			x.printf("_ = %s", l)
		}
	}
}

// flagCall expands f.set(…) and f.putCFOF(…), or drops it where nobody reads the flags.
func (x *expansion) flagCall(call *ast.CallExpr, e env) {
	if !x.live {
		return
	}
	sel := call.Fun.(*ast.SelectorExpr)
	var args []string
	for _, a := range call.Args {
		args = append(args, x.expr(a, e))
	}
	switch sel.Sel.Name {
	case "set":
		x.printf("c.flags.res, c.flags.carry, c.flags.meta = %s", strings.Join(args, ", "))
	case "putCFOF":
		x.printf("c.flags.carry = c.flags.carry&^(3<<(62-c.flags.meta&63)) | ((%s)<<1|(%s)^(%s))<<(62-c.flags.meta&63)", args[0], args[0], args[1])
	default:
		panic("f." + sel.Sel.Name + " cannot be expanded")
	}
}

func (x *expansion) expr(n ast.Expr, e env) string {
	switch n := n.(type) {
	case *ast.Ident:
		if v, ok := e[n.Name]; ok {
			return v
		}
		return n.Name
	case *ast.BasicLit:
		return n.Value
	case *ast.ParenExpr:
		return x.expr(n.X, e)
	case *ast.UnaryExpr:
		return n.Op.String() + "(" + x.expr(n.X, e) + ")"
	case *ast.BinaryExpr:
		return x.binary(n, e)
	case *ast.CallExpr:
		return x.call(n, e)
	}
	panic(fmt.Sprintf("%s: expression %T cannot be expanded", x.src.Fset.Position(n.Pos()), n))
}

// binary leaves out what does nothing, as a shift by align of the widest operand does.
func (x *expansion) binary(n *ast.BinaryExpr, e env) string {
	left, right := x.expr(n.X, e), x.expr(n.Y, e)
	switch n.Op {
	case token.SHL, token.SHR, token.ADD, token.SUB, token.OR, token.XOR:
		if strings.Trim(right, "()") == "0" {
			return left
		}
	}
	return "(" + left + " " + n.Op.String() + " " + right + ")"
}

func (x *expansion) call(n *ast.CallExpr, e env) string {
	name, typ := "", e["T"]
	switch f := n.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.IndexExpr:
		name, typ = x.expr(f.X, e), x.expr(f.Index, e)
	case *ast.SelectorExpr:
		return x.method(f, n, e)
	}
	width := 0
	fmt.Sscanf(typ, "uint%d", &width)
	switch name {
	case "align":
		return fmt.Sprint(64 - width)
	case "width":
		return fmt.Sprint(width)
	case "countMask":
		return fmt.Sprint(max(width, 32) - 1)
	}
	var args []string
	for _, a := range n.Args {
		args = append(args, x.expr(a, e))
	}
	if name == "rotateLeft" {
		return fmt.Sprintf("bits.RotateLeft%d(%s)", width, strings.Join(args, ", "))
	}
	if f := x.src.Funcs[name]; f != nil {
		return x.helper(f, args, typ)
	}
	if t, ok := e[name]; ok {
		name = t
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// helper puts a function of one return statement in place of its call.
func (x *expansion) helper(f *semantics.Function, args []string, typ string) string {
	body := f.Decl.Body.List
	r, ok := body[len(body)-1].(*ast.ReturnStmt)
	if len(body) != 1 || !ok {
		return f.Name + "(" + strings.Join(args, ", ") + ")"
	}
	e := env{"T": typ}
	n := 0
	for _, field := range f.Decl.Type.Params.List {
		for _, name := range field.Names {
			e[name.Name] = "(" + args[n] + ")"
			n++
		}
	}
	return "(" + x.expr(r.Results[0], e) + ")"
}

func (x *expansion) method(f *ast.SelectorExpr, n *ast.CallExpr, e env) string {
	if f.Sel.Name == "carryIn" {
		return "(c.flags.carry << (c.flags.meta & 63) >> 63)"
	}
	var args []string
	for _, a := range n.Args {
		args = append(args, x.expr(a, e))
	}
	return x.expr(f.X, e) + "." + f.Sel.Name + "(" + strings.Join(args, ", ") + ")"
}
