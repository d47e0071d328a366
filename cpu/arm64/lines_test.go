package arm64

import (
	"fmt"
	"slices"
	"testing"

	"stasis/cpu"
)

// watchLoop accesses one page in every form that has a micro-operation: X10 is its address, X11 128 more, X12 is 200. Only what is
// at 128 changes.
var watchLoop = []uint32{
	0xf9400142, // LDR X2, [X10]
	0x91000042, // ADD X2, X2, #0
	0xf9000142, // STR X2, [X10]
	0x39002543, // STRB W3, [X10, #9]
	0xa9411544, // LDP X4, X5, [X10, #16]
	0xa9021544, // STP X4, X5, [X10, #32]
	0x3dc00d40, // LDR Q0, [X10, #48]
	0x3d801140, // STR Q0, [X10, #64]
	0xf8008566, // STR X6, [X11], #8
	0xb85f8d67, // LDR W7, [X11, #-8]!
	0x910004c6, // ADD X6, X6, #1
	0x786c6948, // LDRH W8, [X10, X12]
	0x17fffff4, // B
}

// watchRig is the loop in both engines, with translation on.
func watchRig(t testing.TB, watches ...cpu.Watch) *engineRig {
	r := newEngineRig(t)
	for n, c := range r.cpus {
		r.boards[n].put64(codeTables+8*1, ramBase|pageValid&^2)
		r.boards[n].put32(codeBase, watchLoop...)
		var s State
		s.EL, s.SPSel, s.DAIF, s.PC = 1, 1, 15, codeBase
		s.Sys.TTBR0, s.Sys.TCR, s.Sys.MAIR, s.Sys.CPACR = codeTables, 25|2<<32, 0xff, 3<<20
		s.Sys.SCTLR = sctlrReset | sctlrM
		s.X[10], s.X[11], s.X[12] = codeData, codeData+128, 200
		c.SetState(&s)
		c.Run(1000) // as far as dirty pages and blocks go, the loop is warm
		c.SetWatchpoints(watches)
	}
	return r
}

// TestWatchCost: a watchpoint in another page, or beside the hot data, makes no access slow, unless it is in the same 8 bytes.
func TestWatchCost(t *testing.T) {
	for at, most := range map[uint64]uint64{
		codeData + 0x8000: 0, codeData + 80: 0, codeData + 136: 0, codeData + 208: 0, codeData + 4088: 0,
		codeData + 10: 100_000/uint64(len(watchLoop)) + 1, // STRB
	} {
		for _, w := range []cpu.Watch{{Addr: at, Len: 1, Write: true}, {Addr: at, Len: 1, Read: true, Write: true}} {
			c := watchRig(t, w).cpus[0]
			c.Run(1000) // fills the arrays
			before := c.Stats()
			c.Run(100_000)
			slow, steps := counted(c, before)["slow"], counted(c, before)["steps"]
			if slow > most || steps > 100 || c.exit.Kind != cpu.ExitBudget {
				t.Errorf("%+v: %d slow accesses, %d single steps, %+v", w, slow, steps, c.exit)
			}
		}
	}
}

// TestWatchHits: both engines stop at the same accesses, and where nothing is hit the loop does what it does without watchpoints.
func TestWatchHits(t *testing.T) {
	kinds := []cpu.Watch{{Read: true}, {Write: true}, {Write: true, Changed: true}, {Read: true, Write: true}, {Read: true, Write: true, Changed: true}}
	bare := watchRig(t)
	run := func(r *engineRig, n int) (hits []exitAt) {
		c := r.cpus[n]
		for at := uint64(0); at < 1000; {
			e := c.Run(1000 - at)
			if at += c.Units(); e.Kind != cpu.ExitBudget {
				hits = append(hits, exitAt{e, at})
			}
		}
		return hits
	}
	run(bare, 0)
	want := *bare.cpus[0].Snapshot()
	for _, offset := range []uint64{0, 3, 7, 8, 9, 16, 24, 31, 32, 40, 47, 48, 63, 64, 72, 79, 80, 127, 128, 135, 200, 201} {
		for _, w := range kinds {
			for _, size := range []uint64{1, 2, 16} {
				w.Addr, w.Len = codeData+offset, size
				t.Run(fmt.Sprintf("%+v", w), func(t *testing.T) {
					r := watchRig(t, w)
					blocks, single := run(r, 0), run(r, 1)
					if !slices.Equal(blocks, single) {
						t.Errorf("blocks %v, single steps %v", blocks, single)
					}
					if *r.cpus[0].Snapshot() != want || *r.cpus[1].Snapshot() != want || r.boards[0].ram.Hash() != bare.boards[0].ram.Hash() {
						t.Error("watching moves the run")
					}
					if n := wantedHits(w); len(single) != n {
						t.Errorf("%d hits, want %d", len(single), n)
					}
				})
			}
		}
	}
}

// wantedHits is how often 1000 units of the loop hit a watchpoint.
func wantedHits(w cpu.Watch) (n int) {
	type access struct {
		from, size uint64
		write      bool
	}
	loop := []access{0: {0, 8, false}, 2: {0, 8, true}, 3: {9, 1, true}, 4: {16, 16, false}, 5: {32, 16, true}, 6: {48, 16, false},
		7: {64, 16, true}, 8: {128, 8, true}, 9: {128, 4, false}, 11: {200, 2, false}, 12: {}}
	for unit := 1000; unit < 2000; unit++ { // the rig has done the first
		a := loop[unit%len(loop)]
		from := codeData + a.from
		if a.size == 0 || from >= w.Addr+w.Len || w.Addr >= from+a.size {
			continue
		}
		changes := a.from == 128 && w.Addr < from+2 // the count's low bytes: the lowest at each turn, the second at a carry
		switch {
		case !a.write && w.Read, a.write && w.Write && !w.Changed:
			n++
		case a.write && w.Write && changes && (w.Addr <= from || (unit/len(loop)+1)&0xff == 0):
			n++
		}
	}
	return n
}

// BenchmarkWatch times the loop with a watchpoint that is not hit: none, in another page, in the hot page, on a word that is written
// and does not change.
func BenchmarkWatch(b *testing.B) {
	for _, v := range []struct {
		name    string
		watches []cpu.Watch
	}{
		{"none", nil},
		{"cold page", []cpu.Watch{{Addr: codeData + 0x8000, Len: 8, Write: true}}},
		{"hot page", []cpu.Watch{{Addr: codeData + 0xe00, Len: 8, Write: true}}},
		{"hot word", []cpu.Watch{{Addr: codeData, Len: 8, Write: true, Changed: true}}},
	} {
		b.Run(v.name, func(b *testing.B) {
			c := watchRig(b, v.watches...).cpus[0]
			b.ResetTimer()
			for left := uint64(b.N); left > 0; left -= c.Units() {
				if e := c.Run(left); e.Kind != cpu.ExitBudget {
					b.Fatalf("%+v", e)
				}
			}
		})
	}
}
