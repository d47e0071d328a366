// Package cases collects the micro-operations of a block engine as cases of one switch, for the generators of both instruction sets.
package cases

import (
	"bytes"
	"fmt"
	"log"
	"strings"
)

// Pieces of a case. A terminator's two ways stand behind it.
const (
	Advance    = "in = (*uop)(unsafe.Add(unsafe.Pointer(in), uopSize))" // to the next micro-operation
	Leave      = "c.at = uintptr(unsafe.Pointer(in))\n"
	Terminator = "t := (*term)(unsafe.Add(unsafe.Pointer(in), uopSize))\n"
)

// GoTo takes one way of a terminator.
func GoTo(way int) string {
	return fmt.Sprintf(`nx := t.link[%d]
if c.budget -= int64(nx.n); c.budget < 0 {
%sc.engine.way = %d
in = c.engine.endTerm
continue
}
in = nx
continue
`, way, Leave, way)
}

// Branch takes way 1 on a condition, else way 0. The two arms are real branches: the host's predictor follows the guest's.
func Branch(condition string) string {
	return Terminator + "if " + condition + " {\n" + GoTo(1) + "}\n" + GoTo(0)
}

// Through goes to va by the jump cache; whatever it does not hold, or holds with something more to say, is left to the handler before
// anything is committed.
func Through(more, commit string) string {
	return `j := &c.engine.jumps[(va^va>>12)&(jumpSize-1)]
s := &c.engine.code[va>>12&(mmu.Entries-1)]
if j.va != va || s.tag != va&^pageMask|c.ctx || j.key != s.key` + more + ` {
` + Leave + `in = c.engine.slowOp
continue
}
nx := j.link
if c.budget < int64(nx.n) {
` + Leave + `in = c.engine.slowOp
continue
}
c.budget -= int64(nx.n)
` + commit + `in = nx
continue
`
}

// Cases are the micro-operations so far.
type Cases struct {
	Index []string // entries of the look-up table from form to operation

	names []string
	bytes map[string]int // of memory that the operation accesses
	body  map[string]string
	text  bytes.Buffer
	pairs []string // entries of the look-up table from two operations to one

	firstPair int      // the first operation that is two
	firsts    []string // the first operation of each
}

// Add gives the next case.
func (u *Cases) Add(name string, access int, body string) {
	if u.body == nil {
		u.body, u.bytes = map[string]string{}, map[string]int{}
	}
	fmt.Fprintf(&u.text, "case %s:\n%s\n", name, body)
	if b := strings.TrimSpace(body); !strings.HasSuffix(b, "continue") && !strings.HasSuffix(b, "return") {
		u.text.WriteString("continue\n") // from here to the top at once: all cases end alike, and in stays in one register
	}
	u.body[name], u.bytes[name] = body, access
	u.names = append(u.names, name)
}

// Calls adds what every engine leaves to its methods.
func (u *Cases) Calls() {
	u.Add("uSlow", 0, "in = c.slow(in)")
	u.Add("uSlowAt", 0, "in = c.slow(c.inAt())")
	u.Add("uMissR", 0, "in = c.miss(mmu.Read)")
	u.Add("uMissW", 0, "in = c.miss(mmu.Write)")
	u.Add("uAside", 0, "in = c.fromAside()")
	u.Add("uTerm", 0, "in = c.terminate()")
	u.Add("uDead", 0, "in = c.deadBlock(in)")
	u.Add("uExit", 0, "return")
}

// Pair makes one case of each two operations that the list names, a line for each: those that most often followed each other while
// Linux booted and worked. The program internal/gen/pairs writes it. The second keeps its own micro-operation behind the first, so that a
// miss in it is retried there alone.
func (u *Cases) Pair(list string) {
	u.firstPair = len(u.names)
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		first, second, _ := strings.Cut(line, " ")
		a, ok := strings.CutSuffix(u.body[first], Advance)
		b := u.body[second]
		if !ok || b == "" {
			log.Printf("pairs.txt: %q is no pair of micro-operations; it is left out", line)
			continue
		}
		name := first + second[1:]
		u.firsts = append(u.firsts, first)
		u.Add(name, u.bytes[first], fmt.Sprintf("{\n%s}\n%s\n%s", a, Advance, b))
		u.pairs = append(u.pairs, fmt.Sprintf("{%s, %s}: %s,", first, second, name))
	}
}

// RunFile is the file of the switch.
func (u *Cases) RunFile(imports ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "import (\n%s\n)\n\n", strings.Join(imports, "\n"))
	b.WriteString("// run executes micro-operations from in until one of them leaves.\nfunc (c *CPU) run(in *uop) {\nc.engine.missVA = 0 // puts the dispatch inside one line of the host's cache\nfor {\nswitch in.op {\n")
	b.Write(u.text.Bytes())
	b.WriteString("}\n}\n}\n")
	return b.Bytes()
}

// NamesFile names the operations and says how to find them; head is what stands before that.
func (u *Cases) NamesFile(head string) []byte {
	var b bytes.Buffer
	b.WriteString(head + Enum("Micro-operations.", "uint16", u.names))
	b.WriteString("// uopBytes is the size of a micro-operation's memory operand.\nvar uopBytes = [...]uint8{")
	for n, name := range u.names {
		if n%32 == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%d,", u.bytes[name])
	}
	fmt.Fprintf(&b, "\n}\n\n// uopOf finds the micro-operation of a form.\nvar uopOf = map[uopKey]uint16{\n%s,\n}\n", strings.Join(u.Index, ",\n"))
	fmt.Fprintf(&b, "\n// pairOf finds the micro-operation that is two in a row.\nvar pairOf = map[[2]uint16]uint16{\n%s\n}\n", strings.Join(u.pairs, "\n"))
	fmt.Fprintf(&b, "\nconst firstPair = %d // the first operation that is two\n\n// pairFirst is the first of each two, from firstPair on.\nvar pairFirst = [...]uint16{%s}\n", u.firstPair, strings.Join(u.firsts, ", "))
	return b.Bytes()
}

// Enum is constants that count from 0.
func Enum(comment, typ string, names []string) string {
	return fmt.Sprintf("// %s\nconst (\n%s %s = iota\n%s\n)\n\n", comment, names[0], typ, strings.Join(names[1:], "\n"))
}
