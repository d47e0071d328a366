package main

import (
	"bytes"
	"fmt"
	"strings"

	"stasis/internal/gen/semantics"
)

// engine makes every case once.
func engine(s *semantics.Source) *uops {
	u := &uops{src: s, body: map[string]string{}}
	for _, op := range []string{"ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP", "TEST"} {
		u.arithmetic(op)
	}
	for _, op := range []string{"INC", "DEC", "NEG", "NOT"} {
		u.unary(op)
	}
	for _, op := range []string{"SHL", "SHR", "SAR", "ROL", "ROR"} {
		u.shift(op)
	}
	u.multiply()
	u.moves()
	u.branches()
	u.floats()
	u.add("uSlow", 0, "in = c.slow(in)")
	u.add("uSlowAt", 0, "in = c.slow(c.inAt())")
	u.add("uMissR", 0, "in = c.miss(mmu.Read)")
	u.add("uMissW", 0, "in = c.miss(mmu.Write)")
	u.add("uSYSCALL", 0, "in = c.fastSyscall(in)")
	u.add("uSYSRET", 0, "in = c.fastSysret(in)")
	u.add("uAside", 0, "in = c.fromAside()")
	u.add("uTerm", 0, "in = c.terminate()")
	u.add("uDead", 0, "in = c.deadBlock(in)")
	u.add("uExit", 0, "return")
	u.pair(pairList)
	return u
}

// runFile is the block engine's switch.
func (u *uops) runFile() []byte {
	var b bytes.Buffer
	b.WriteString("import (\n\"math/bits\"\n\"unsafe\"\n\ndecode \"stasis/decode/x86\"\n\"stasis/mmu\"\n)\n\n")
	b.WriteString("// run executes micro-operations from in until one of them leaves.\nfunc (c *CPU) run(in *uop) {\nc.engine.missVA = 0 // puts the dispatch inside one line of the host's cache\nfor {\nswitch in.op {\n")
	b.Write(u.cases.Bytes())
	b.WriteString("}\n}\n}\n")
	return b.Bytes()
}

// uopsFile names the operations and says how to find them.
func (u *uops) uopsFile() []byte {
	var b bytes.Buffer
	b.WriteString("import decode \"stasis/decode/x86\"\n\n// Micro-operations.\nconst (\n")
	fmt.Fprintf(&b, "%s uint16 = iota\n%s\n)\n\n", u.names[0], strings.Join(u.names[1:], "\n"))
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
