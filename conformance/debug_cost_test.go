package conformance

import (
	"maps"
	"testing"

	"stasis/debug"
)

// TestDebugCost: breakpoints that are not hit cost nothing, however many there are, in the page of the hot code too: the same blocks
// are built, and no more slow cases or single steps happen.
func TestDebugCost(t *testing.T) {
	const loop = "48ffc3 488b07 488907 e802000000 ebf1 90 48ffc1 c3" // inc; load; store; call; jmp
	cost := func(elsewhere, here int, watch uint64) map[string]uint64 {
		r := newRig(t, loop, rigOptions{})
		r.do(func() {
			for i := range elsewhere {
				r.d.SetBreakpoint(r, rigData+uint64(i), nil)
			}
			for i := range here {
				r.d.SetBreakpoint(r, rigCode+0x100+uint64(i), nil)
			}
			if watch != 0 {
				r.d.SetWatchpoint(r, watch, 8, debug.Write)
			}
			r.d.SetBreakpoint(r, rigCode, nil)
		})
		r.cont()
		r.do(func() { r.d.ClearBreakpoint(r, rigCode) })
		r.arch()
		before := r.cpu(0).Stats()
		r.do(func() { runTo(r.m, r.m.Retired()+1_000_000) })
		after := r.cpu(0).Stats()
		for name, n := range before {
			after[name] -= n
		}
		return after
	}
	want := cost(0, 0, 0)
	if want["steps"] > 1000 || want["slow"] > 1000 {
		t.Errorf("without breakpoints: %v", want)
	}
	for _, n := range []int{1, 100, 10_000} {
		if got := cost(n, 0, 0); !maps.Equal(got, want) {
			t.Errorf("%d breakpoints in other pages: %v, without %v", n, got, want)
		}
	}
	for _, n := range []int{1, 100, 1000} {
		if got := cost(0, n, 0); !maps.Equal(got, want) {
			t.Errorf("%d breakpoints in the page of the code: %v, without %v", n, got, want)
		}
	}
	for where, addr := range map[string]uint64{"in a page that is not used": 0x600000, "beside the hot data": rigData + 8} {
		got := cost(0, 0, addr)
		if hits := got["tlb_hits"]; hits > want["tlb_hits"]+100 { // a page that is watched is opened piece by piece
			t.Errorf("a watchpoint %s: %d look-ups in the TLB", where, hits)
		}
		if got["tlb_hits"] = want["tlb_hits"]; !maps.Equal(got, want) {
			t.Errorf("a watchpoint %s: %v, without %v", where, got, want)
		}
	}
}
