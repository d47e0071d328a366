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
	u.Add("uSlow", 0, "in = c.slow(in)")
	u.Add("uSlowAt", 0, "in = c.slow(c.inAt())")
	u.Add("uMissR", 0, "in = c.miss(mmu.Read)")
	u.Add("uMissW", 0, "in = c.miss(mmu.Write)")
	u.Add("uSYSCALL", 0, "in = c.fastSyscall(in)")
	u.Add("uSYSRET", 0, "in = c.fastSysret(in)")
	u.Add("uAside", 0, "in = c.fromAside()")
	u.Add("uTerm", 0, "in = c.terminate()")
	u.Add("uDead", 0, "in = c.deadBlock(in)")
	u.Add("uExit", 0, "return")
	u.Pair(pairList)
	return u
}
