package lab

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"stasis/debug"
	"stasis/machine"
)

// operations is how long a schedule is.
const operations = 1000

// TestNothingLeft makes random operations on a guest that writes over its own code, and after each one looks at what detaching
// there would leave: memory is what the guest alone has written up to that position, and no patch is in it.
func TestNothingLeft(t *testing.T) {
	for _, name := range []string{"bhyve", "bhyve-amd", "whpx", "mask-if"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c, err := Find("timer-stepover", name)
			if err != nil {
				t.Fatal(err)
			}
			s := &Scenario{Name: "store", code: caseStore, rounds: 1 << 40, free: true}
			r, err := newRig(s, c)
			if err != nil {
				t.Fatal(err)
			}
			defer r.machine.Close()
			alone, _, err := s.build(c.vendor, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer alone.Close()
			schedule(t, r, alone)
		})
	}
}

func schedule(t *testing.T, r *rig, alone *machine.Machine) {
	rng := rand.New(rand.NewPCG(5, 1000))
	r.breakAt("lab_target")
	r.cont()
	patched := 0
	for n := range operations {
		operate(r, rng)
		points := slices.Clone(r.points)
		patched += differing(r, alone)
		for _, cpu := range r.backend.CPUs() {
			cpu.SetBreakpoints(nil) // what a client that detaches or dies leaves
		}
		if differing(r, alone) != 0 {
			t.Fatalf("operation %d, retired %d, %d breakpoints: memory is not the guest's own", n, r.machine.Retired(), len(points))
		}
		for _, cpu := range r.backend.CPUs() {
			cpu.SetBreakpoints(points)
		}
	}
	for _, f := range r.faults {
		t.Error(f)
	}
	if r.backend.Name() != "whpx" && patched == 0 {
		t.Error("no patch was ever in memory")
	}
}

// operate does one of the things that somebody with a debugger does.
func operate(r *rig, rng *rand.Rand) {
	stores := r.symbol("lab_stores") + rng.Uint64N(64)
	switch rng.IntN(6) {
	case 0, 1:
		r.breakAddr(stores)
	case 2:
		if n := len(r.points); n > 1 {
			if at := r.points[rng.IntN(n)]; at != r.symbol("lab_target") {
				r.clearAddr(at)
			}
		}
	case 3:
		r.step(0)
	case 4:
		if stop := r.cont(); stop.Kind != debug.StopBreakpoint {
			r.wrong("a continue ended by %s", why(stop))
		}
	case 5:
		r.contFor(1 + rng.Uint64N(300))
	}
}

// differing is 1 if the guest's memory, code and variables and stack, is not as in the machine without a debugger at the same
// position.
func differing(r *rig, alone *machine.Machine) int {
	alone.Resume(machine.Plan{Until: r.machine.Retired()})
	if bytes.Equal(guestMemory(r.machine), guestMemory(alone)) {
		return 0
	}
	return 1
}
