package main

import (
	_ "embed"
)

//go:embed pairs.txt
var pairList string

// engine makes every case once.
func engine() *uops {
	u := &uops{}
	u.arithmetic()
	u.others()
	u.memory()
	u.exclusives()
	u.atomics()
	u.vectors()
	u.floats()
	u.branches()
	u.Add("uSlow", 0, "in = c.slow(in)")
	u.Add("uDirect", 0, "in = c.direct(in)")
	u.Add("uDirectAt", 0, "in = c.direct(c.inAt())")
	u.Add("uRead", 0, "in = c.readSystem(in)")
	u.Add("uSlowAt", 0, "in = c.slow(c.inAt())")
	u.Add("uMissR", 0, "in = c.miss(mmu.Read)")
	u.Add("uMissW", 0, "in = c.miss(mmu.Write)")
	u.Add("uAside", 0, "in = c.fromAside()")
	u.Add("uTerm", 0, "in = c.terminate()")
	u.Add("uDead", 0, "in = c.deadBlock(in)")
	u.Add("uExit", 0, "return")
	u.Pair(pairList)
	return u
}
