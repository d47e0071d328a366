// Command x86handlers writes the handlers of cpu/x86 from the decode tables and the semantics: for every row and operand size a function
// that fetches operands, calls the function named after the mnemonic, and writes the result (zhandlers.go).
//
// Run by go generate in cpu/x86.
package main

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	decode "stasis/decode/x86"
	"stasis/internal/gen"
	"stasis/internal/gen/semantics"
)

func main() {
	gen.Main("x86handlers", func(dir string) (map[string][]byte, error) {
		src, err := semantics.Read(dir)
		if err != nil {
			return nil, err
		}
		return map[string][]byte{"zhandlers.go": handlersFile(src)}, nil
	})
}

// handlersFile is the table of handlers by row and operand size, and the wrappers that fetch operands.
func handlersFile(s *semantics.Source) []byte {
	wrappers := map[string]string{}
	var table bytes.Buffer
	for row := 1; row < len(decode.Rows); row++ {
		f := s.Find(row)
		if f == nil {
			continue
		}
		for n, size := range []int{2, 4, 8} {
			fmt.Fprintf(&table, "%d: %s,", row*4+n+1, handler(s, f, row, size, wrappers))
		}
		fmt.Fprintf(&table, " // %s %s\n", decode.Rows[row].Op, decode.Rows[row].Operands)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "// handlers is indexed by row × 4 + log2 of the operand size; nil is not implemented.\n")
	fmt.Fprintf(&b, "var handlers [%[1]d]func(*CPU, *Inst)\n\nfunc init() {\nhandlers = [%[1]d]func(*CPU, *Inst){\n%[2]s}\nnoteFeatures()\n}\n", len(decode.Rows)*4, table.String())
	names := make([]string, 0, len(wrappers))
	for n := range wrappers {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		b.WriteString(wrappers[n])
	}
	return b.Bytes()
}

// goType is the Go type of an operand size; opSize is what v stands for.
func goType(size decode.Size, opSize int) string {
	n := opSize
	switch size {
	case decode.SizeB:
		n = 1
	case decode.SizeW:
		n = 2
	case decode.SizeD:
		n = 4
	case decode.SizeQ:
		n = 8
	case decode.SizeZ:
		n = min(opSize, 4)
	case decode.SizeY:
		n = max(opSize, 4)
	}
	return fmt.Sprintf("uint%d", n*8)
}

// widthOf is the type of a row's first operand that has a width of its own.
func widthOf(row, opSize int) string {
	form := &decode.Forms[row]
	for _, o := range form.Operands[:form.N] {
		fixed := o.Kind == decode.KindReg && o.Reg == 2 && o.Size == decode.SizeW // DX
		if o.Kind != decode.KindI && o.Kind != decode.KindSI && o.Kind != decode.KindOne && !fixed {
			return goType(operandSize(o), opSize)
		}
	}
	return goType(decode.SizeV, opSize)
}

func operandSize(o decode.Operand) decode.Size {
	if o.RegSize != decode.SizeNone {
		return o.RegSize
	}
	return o.Size
}

// handler is the table's entry: the function itself, an instance of it, or the name of a wrapper.
func handler(s *semantics.Source, f *semantics.Function, row, opSize int, wrappers map[string]string) string {
	t := widthOf(row, opSize)
	if f.CPU && len(f.Params) == 0 {
		if len(f.Types) == 0 {
			return f.Name
		}
		return f.Name + "[" + t + "]"
	}
	name := strings.Join([]string{"h", f.Name, strings.NewReplacer(" ", "", "/", "").Replace(decode.Rows[row].Operands), t[4:]}, "_")
	if strings.Contains(decode.Rows[row].Operands, "z") || len(f.Types) == 2 {
		name += fmt.Sprintf("_%d", opSize*8)
	}
	if wrappers[name] == "" {
		wrappers[name] = wrapper(name, f, row, opSize)
	}
	return name
}

// wrapper fetches a value function's operands, calls it, and writes its results.
func wrapper(name string, f *semantics.Function, row, opSize int) string {
	form := &decode.Forms[row]
	skip := form.N - f.OperandCount() // 1 if the destination is only written
	dst := form.Operands[0]
	t := goType(operandSize(dst), opSize)
	if dst.Kind == decode.KindI || dst.Kind == decode.KindSI {
		t = goType(decode.SizeV, opSize)
	}
	place := dst.Kind == decode.KindE || dst.Kind == decode.KindM || dst.Kind == decode.KindO
	rmw := place && skip == 0 && f.Results > 0
	var b strings.Builder
	fmt.Fprintf(&b, "func %s(c *CPU, i *Inst) {\n", name)
	if rmw {
		fmt.Fprintf(&b, "p := rm[%s](c, i)\n", t)
	}
	call := callText(f, form, skip, t, opSize, rmw)
	switch f.Results {
	case 0:
		b.WriteString(call)
	case 1:
		b.WriteString(writeText(dst, t, call, rmw))
	case 2:
		fmt.Fprintf(&b, "a, b := %s\n%s\n%s", call, writeText(form.Operands[1], t, "b", false), writeText(dst, t, "a", rmw))
	}
	b.WriteString("\n}\n\n")
	return b.String()
}

// callText is the call with its operands.
func callText(f *semantics.Function, form *decode.Form, skip int, t string, opSize int, rmw bool) string {
	var args []string
	if f.CPU {
		args = append(args, "c", "i")
	}
	if f.Flags {
		args = append(args, "&c.flags")
	}
	n := skip
	src := ""
	for _, p := range f.Params {
		if p.Name == "cc" {
			args = append(args, "i.Opcode & 15")
			continue
		}
		o := form.Operands[n]
		own := goType(operandSize(o), opSize)
		if rmw && n == 0 {
			args = append(args, "p.get()")
		} else {
			if o.Kind == decode.KindE {
				own = goType(o.Size, opSize)
			}
			want := t
			switch p.Type {
			case "S":
				want, src = own, own
			case "T", "D":
			default:
				want = p.Type
			}
			args = append(args, readText(o, own, want))
		}
		n++
	}
	instance := ""
	switch len(f.Types) {
	case 1:
		instance = "[" + t + "]"
	case 2:
		instance = "[" + t + ", " + src + "]"
	}
	return f.Name + instance + "(" + strings.Join(args, ", ") + ")"
}

// readText reads an operand as type want; own is its own width.
func readText(o decode.Operand, own, want string) string {
	text := ""
	switch o.Kind {
	case decode.KindI, decode.KindSI:
		return want + "(i.Imm)"
	case decode.KindOne:
		return "1"
	case decode.KindE, decode.KindM, decode.KindO, decode.KindR:
		text = "readRM[" + own + "](c, i)"
	case decode.KindG:
		text = "readReg[" + own + "](c, i)"
	case decode.KindZ:
		text = "readOpReg[" + own + "](c, i)"
	case decode.KindReg:
		if o.Reg == 0 {
			text = "readAcc[" + own + "](c)"
		} else {
			text = fmt.Sprintf("%s(c.R[%d])", own, o.Reg)
		}
	default:
		panic(fmt.Sprintf("operand kind %d cannot be read as a value", o.Kind))
	}
	if own != want {
		return want + "(" + text + ")"
	}
	return text
}

func writeText(o decode.Operand, t, value string, rmw bool) string {
	switch {
	case rmw:
		return "p.put(" + value + ")"
	case o.Kind == decode.KindE, o.Kind == decode.KindM, o.Kind == decode.KindO:
		return "writeRM(c, i, " + value + ")"
	case o.Kind == decode.KindG:
		return "writeReg(c, i, " + value + ")"
	case o.Kind == decode.KindZ:
		return "writeOpReg(c, i, " + value + ")"
	case o.Kind == decode.KindReg && o.Reg == 0:
		return "writeAcc(c, " + value + ")"
	}
	panic(fmt.Sprintf("operand kind %d cannot be written as a value", o.Kind))
}
