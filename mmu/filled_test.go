package mmu

import (
	"math/rand/v2"
	"testing"
)

// A flush by slots that were noted leaves the same as one that looks at all of them.
func TestFilled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var noted, plain State
	var f Filled
	for round := range 200 {
		for range rnd.IntN(100) {
			va, a := rnd.Uint64N(1<<24)&^(PageSize-1), []Access{Read, Fetch}[rnd.IntN(2)]
			e := Entry{Tag: va | 1, Perm: []uint16{0, PermGlobal}[rnd.IntN(2)], PCID: uint16(rnd.IntN(3)), Span: 12}
			noted.Side(a)[Index(va)], plain.Side(a)[Index(va)] = e, e
			f.Note(Index(va), a)
		}
		switch rnd.IntN(3) {
		case 0:
			f.Flush(&noted, true)
			plain.Flush(true)
		case 1:
			f.FlushPCID(&noted, 1)
			plain.FlushPCID(1)
		default:
			f.Flush(&noted, false)
			plain.Flush(false)
			if f != (Filled{}) {
				t.Fatalf("round %d: slots are noted after a flush of all: %x", round, f)
			}
		}
		if noted != plain {
			t.Fatalf("round %d: the flushes differ", round)
		}
	}
}
