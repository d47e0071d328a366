package main

import (
	_ "embed"
	"fmt"

	"stasis/internal/gen/joined"
)

//go:embed pairs.txt
var pairList string

// pair makes one case of each two operations that are listed.
func (u *uops) pair(list string) {
	u.firstPair = len(u.names)
	joined.Each(list, u.body, advance, func(first, second, text string) {
		name := first + second[1:]
		u.firsts = append(u.firsts, first)
		u.add(name, u.access(first), text)
		u.pairs = append(u.pairs, fmt.Sprintf("{%s, %s}: %s,", first, second, name))
	})
}

// access is the size of an operation's memory operand.
func (u *uops) access(name string) int {
	for n := range u.names {
		if u.names[n] == name {
			return u.bytes[n]
		}
	}
	return 0
}
