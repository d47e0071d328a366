package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"
)

// pairList names two micro-operations a line: those that most often followed each other while Linux booted and worked. The
// program internal/gen/pairs writes it.
//
//go:embed pairs.txt
var pairList string

// pair makes one case of each two that are listed. The second keeps its own micro-operation behind the first, so that a miss
// in it is retried there alone.
func (u *uops) pair(list string) {
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		first, second, _ := strings.Cut(line, " ")
		a, ok := strings.CutSuffix(u.body[first], advance)
		b := u.body[second]
		if !ok || b == "" {
			log.Printf("pairs.txt: %q is no pair of micro-operations; it is left out", line)
			continue
		}
		name := first + second[1:]
		if len(u.firsts) == 0 {
			u.firstPair = name
		}
		u.firsts = append(u.firsts, first)
		u.add(name, u.access(first), fmt.Sprintf("{\n%s}\n%s\n%s", a, advance, b))
		u.pairs = append(u.pairs, fmt.Sprintf("{%s, %s}: %s,", first, second, name))
	}
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
