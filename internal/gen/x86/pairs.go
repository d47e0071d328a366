package main

import (
	_ "embed"
	"fmt"
	"slices"

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
		u.add(name, u.bytes[slices.Index(u.names, first)], text)
		u.pairs = append(u.pairs, fmt.Sprintf("{%s, %s}: %s,", first, second, name))
	})
}
