package conformance

import (
	"fmt"
	"slices"
	"testing"

	"stasis/debug"
)

// TestWatchChange: a watchpoint that waits for a change stops behind the writes that leave another value, in both engines alike, and
// behind no other; the run is the same as without.
func TestWatchChange(t *testing.T) {
	// loop: mov [rdi],rax; call f; inc rcx; test cl,cl; jnz loop; inc rax; jmp loop; f: add dword [rdi+8],0; ret
	const loop = "488907 e80d000000 48ffc1 84c9 75f1 48ffc0 ebec 90 83470800 c3"
	stops := func(single bool) (list []string, hash string) {
		r := newRig(t, loop, rigOptions{})
		r.cpu(0).SetSingleStep(single)
		r.do(func() {
			r.d.WatchChange(r, rigData, 8)
			r.d.WatchChange(r, rigData+8, 4)
			r.d.WatchChange(r, rigStack-8, 8)
		})
		for range 6 {
			s := r.cont()
			list = append(list, fmt.Sprintf("%d at %d, rip %#x, rax %d", s.Kind, r.m.Retired(), r.reg("rip"), r.reg("rax")))
			if s.Kind != debug.StopWatchpoint {
				t.Errorf("%+v", s)
			}
		}
		return list, fmt.Sprintf("%x", r.m.Hash())
	}
	blocks, hash := stops(false)
	single, want := stops(true)
	if !slices.Equal(blocks, single) || hash != want {
		t.Errorf("blocks:\n%q\nsingle steps:\n%q", blocks, single)
	}
	if n := len(slices.Compact(slices.Clone(blocks))); n != 6 {
		t.Errorf("stops: %q", blocks)
	}
	r := newRig(t, loop, rigOptions{})
	r.do(func() { runTo(r.m, 1_000_000) })
	bare := r.m.Hash()
	r = newRig(t, loop, rigOptions{})
	r.do(func() { r.d.WatchChange(r, rigData+8, 4) })
	r.arch()
	r.step() // a resume gives the CPUs what was set
	r.do(func() { runTo(r.m, 1_000_000) })
	if r.m.Hash() != bare {
		t.Error("watching moved the run")
	}
}
