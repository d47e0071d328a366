package x86

import (
	"fmt"
	"slices"
)

// candidate is one row as the decoder tries it.
type candidate struct {
	pattern
	row   uint16
	form  *Form
	flags RowFlag
	op    Op
}

// opcodeEntry is what one opcode byte of one map can be.
type opcodeEntry struct {
	hasModRM   bool
	candidates []*candidate // most demanding first
}

// indexes holds the opcode tables: [0] outside, [1] in 64-bit mode.
var indexes = [2][numMaps][256]opcodeEntry{}

// patterns holds the parsed Pattern of each of Rows.
var patterns = make([]pattern, len(Rows))

func init() {
	for i := 1; i < len(Rows); i++ {
		p, err := parsePattern(Rows[i].Pattern)
		if err != nil {
			panic("decode/x86: " + err.Error())
		}
		patterns[i] = p
		addCandidate(&candidate{p, uint16(i), &Forms[i], Rows[i].Flags, Rows[i].Op})
	}
	for long := range indexes {
		for m := range indexes[long] {
			for op := range indexes[long][m] {
				indexes[long][m][op].finish(m, op)
			}
		}
	}
}

func addCandidate(c *candidate) {
	for n := range c.span {
		for long, mode := range [2]Mode{Mode32, Mode64} {
			if ValidIn(int(c.row), mode) {
				e := &indexes[long][c.escape][int(c.opcode)+n]
				e.candidates = append(e.candidates, c)
			}
		}
	}
}

// ValidIn reports whether Rows[row] exists in that mode.
func ValidIn(row int, mode Mode) bool {
	flags := Rows[row].Flags
	if mode == Mode64 {
		return row != 0 && flags&I64 == 0
	}
	return row != 0 && flags&O64 == 0 && !patterns[row].rexW
}

// finish sorts the candidates and checks that they agree on having a ModRM byte.
func (e *opcodeEntry) finish(m, op int) {
	slices.SortStableFunc(e.candidates, func(a, b *candidate) int { return b.weight() - a.weight() })
	for i, c := range e.candidates {
		if i > 0 && c.hasModRM != e.hasModRM {
			panic(fmt.Sprintf("decode/x86: map %d opcode %02X: ModRM or not", m, op))
		}
		e.hasModRM = c.hasModRM
	}
}
