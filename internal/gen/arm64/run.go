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
	u.Add("uDirect", 0, "in = c.direct(in)")
	u.Add("uDirectAt", 0, "in = c.direct(c.inAt())")
	u.Add("uRead", 0, "in = c.readSystem(in)")
	u.Calls()
	u.Pair(pairList)
	return u
}
