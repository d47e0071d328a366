package main

import (
	"bytes"
	"fmt"
	"strings"
)

// engine makes every case once.
func engine() *uops {
	u := &uops{body: map[string]string{}}
	u.arithmetic()
	u.others()
	u.memory()
	u.double()
	u.branches()
	u.add("uSlow", 0, "in = c.slow(in)")
	u.add("uDirect", 0, "in = c.direct(in)")
	u.add("uDirectAt", 0, "in = c.direct(c.inAt())")
	u.add("uRead", 0, "in = c.readSystem(in)")
	u.add("uSlowAt", 0, "in = c.slow(c.inAt())")
	u.add("uMissR", 0, "in = c.miss(mmu.Read)")
	u.add("uMissW", 0, "in = c.miss(mmu.Write)")
	u.add("uAside", 0, "in = c.fromAside()")
	u.add("uTerm", 0, "in = c.terminate()")
	u.add("uDead", 0, "in = c.deadBlock(in)")
	u.add("uExit", 0, "return")
	u.pair(pairList)
	return u
}

// runFile is the block engine's switch.
func runFile() []byte {
	u := engine()
	var b bytes.Buffer
	b.WriteString("import (\n\"math\"\n\"math/bits\"\n\"unsafe\"\n\n\"stasis/mmu\"\n)\n\n")
	b.WriteString("// run executes micro-operations from in until one of them leaves.\nfunc (c *CPU) run(in *uop) {\nc.engine.missVA = 0 // puts the dispatch inside one line of the host's cache\nfor {\nswitch in.op {\n")
	b.Write(u.cases.Bytes())
	b.WriteString("}\n}\n}\n")
	return b.Bytes()
}

// uopsFile names the operations and says how to find them.
func uopsFile() []byte {
	u := engine()
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Micro-operations.\nconst (\n%s uint16 = iota\n%s\n)\n\n", u.names[0], strings.Join(u.names[1:], "\n"))
	fmt.Fprintf(&b, "// What micro-operations do.\nconst (\n%s uint8 = iota\n%s\n)\n\n", u.whats[0], strings.Join(u.whats[1:], "\n"))
	fmt.Fprintf(&b, "// Forms of their operands.\nconst (\n%s uint8 = iota\n%s\n)\n\n", u.forms[0], strings.Join(u.forms[1:], "\n"))
	b.WriteString("// uopBytes is the size of a micro-operation's memory operand.\nvar uopBytes = [...]uint8{")
	for n, size := range u.bytes {
		if n%32 == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%d,", size)
	}
	fmt.Fprintf(&b, "\n}\n\n// uopOf finds the micro-operation of a form.\nvar uopOf = map[uopKey]uint16{\n%s,\n}\n", strings.Join(u.index, ",\n"))
	fmt.Fprintf(&b, "\n// pairOf finds the micro-operation that is two in a row.\nvar pairOf = map[[2]uint16]uint16{\n%s\n}\n", strings.Join(u.pairs, "\n"))
	fmt.Fprintf(&b, "\nconst firstPair = %d // the first operation that is two\n\n// pairFirst is the first of each two, from firstPair on.\nvar pairFirst = [...]uint16{%s}\n", u.firstPair, strings.Join(u.firsts, ", "))
	return b.Bytes()
}
