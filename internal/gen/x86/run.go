package main

import (
	_ "embed"

	"stasis/internal/gen/semantics"
)

//go:embed pairs.txt
var pairList string

// engine makes every case once.
func engine(s *semantics.Source) *uops {
	u := &uops{src: s}
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
	u.Add("uSYSCALL", 0, "in = c.fastSyscall(in)")
	u.Add("uSYSRET", 0, "in = c.fastSysret(in)")
	u.Calls()
	u.Pair(pairList)
	return u
}
