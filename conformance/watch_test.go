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

// TestWatchFirst: an instruction that hits several watchpoints stops for the first of its accesses.
func TestWatchFirst(t *testing.T) {
	for _, single := range []bool{false, true} {
		r := newRig(t, "90 66a5 90", rigOptions{setup: func(r *rig) { r.set("rsi", rigData+0x100) }}) // movsw
		r.cpu(0).SetSingleStep(single)
		r.do(func() {
			r.d.SetWatchpoint(r, rigData, 8, debug.Write)
			r.d.SetWatchpoint(r, rigData+0x100, 8, debug.Read)
		})
		s := r.cont()
		if s.Kind != debug.StopWatchpoint || s.Access != debug.Read || s.Addr != rigData+0x100 {
			t.Errorf("single %v: %+v", single, s)
		}
	}
}

// TestWatchReadModify: an instruction that reads, changes and writes is a read, also where the page is written all the time and where
// another watchpoint waits for a change of the same bytes.
func TestWatchReadModify(t *testing.T) {
	const loop = "48894708 48ff07 ebf7" // mov [rdi+8],rax; inc qword [rdi]; jmp
	for _, single := range []bool{false, true} {
		for _, changes := range []bool{false, true} {
			r := newRig(t, loop, rigOptions{})
			r.cpu(0).SetSingleStep(single)
			r.do(func() {
				runTo(r.m, 1000)
				r.d.SetWatchpoint(r, rigData, 8, debug.Read)
				if changes {
					r.d.WatchChange(r, rigData+8, 8)
				}
			})
			for range 3 {
				before := r.m.Retired()
				s := r.cont()
				if s.Kind != debug.StopWatchpoint || s.Access != debug.Read || s.Addr != rigData || r.m.Retired() > before+3 {
					t.Errorf("single %v, changes %v: %+v, %d units on", single, changes, s, r.m.Retired()-before)
				}
			}
		}
	}
}

// TestStepFromPhysicalBreakpoint: a step from where a physical breakpoint stands executes the instruction, also when the CPU did not
// come there by a breakpoint stop.
func TestStepFromPhysicalBreakpoint(t *testing.T) {
	r := newRig(t, "90 90 90 ebfb", rigOptions{})
	r.step()
	r.do(func() { r.d.Break(r, debug.Breakpoint{Addr: rigCode + 1, Physical: true}, nil) })
	if s := r.step(); s.Kind != debug.StopStep || r.reg("rip") != rigCode+2 {
		t.Errorf("%+v, rip %#x", s, r.reg("rip"))
	}
	if s := r.cont(); s.Kind != debug.StopBreakpoint || r.reg("rip") != rigCode+1 {
		t.Errorf("%+v, rip %#x", s, r.reg("rip"))
	}
}

// TestBreakpointInRep: a breakpoint at a REP instruction is reported before its first iteration, not between iterations, and again when
// an interrupt returns to the rest of them.
func TestBreakpointInRep(t *testing.T) {
	counts := func(code string, single bool) (list []uint64) {
		r := newRig(t, code+"89f7 b900400000 f3aa 90 ebf4", rigOptions{hz: 1_000, setup: func(r *rig) { r.set("rsi", rigData+0x1000) }})
		r.cpu(0).SetSingleStep(single)
		r.do(func() { r.d.Break(r, debug.Breakpoint{Addr: rigCode + 8}, nil) })
		for range 6 {
			if s := r.cont(); s.Kind != debug.StopBreakpoint {
				t.Errorf("%+v", s)
			}
			list = append(list, r.reg("rcx"))
		}
		return list
	}
	for _, single := range []bool{false, true} {
		if got, want := counts("90", single), slices.Repeat([]uint64{0x4000}, 6); !slices.Equal(got, want) {
			t.Errorf("without interrupts, single %v: %x", single, got)
		}
	}
	got := counts("fb", false) // 10,000 units from tick to tick
	if got[0] != 0x4000 || got[1] == 0 || got[1] >= 0x4000 || got[2] != 0x4000 {
		t.Errorf("with interrupts: %x", got)
	}
	if want := counts("fb", true); !slices.Equal(got, want) {
		t.Errorf("with interrupts: %x, by single steps %x", got, want)
	}
}
