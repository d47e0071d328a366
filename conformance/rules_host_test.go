package conformance

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
)

// TestHostSteps is a debugger's steps: Run(1) is one.
func TestHostSteps(t *testing.T) {
	t.Run("V-001", stepsLeaveNoTrace)
	t.Run("V-004", flagsThatNeverCarryTF)
	t.Run("V-007", hostStepGrain)
	t.Run("V-008", stepOverMovSS)
	t.Run("V-009", shadowsAreState)
	t.Run("V-017", hostStepUnderTF)
	t.Run("V-018", steppedStepper)
	t.Run("V-034", countersUnderSteps)
	for _, row := range []struct {
		id, name, code string
		setup          func(*trial)
		want           string // PC and what is left after each step
	}{
		{"V-006", "a CC of the guest", "90 cc 0f0b", nil, "+1 @3 "},
		{"V-010", "HLT with nothing to wake it", "f4 90", with(ring0, state(func(s *x86.State) { s.RFLAGS &^= 0x200 })), "+1H +1H +1H "},
		{"V-010", "HLT and a step trap", "f4 90", with(ring0, stepping), "+1Hp4000 @1 "},
		{"V-011", "a page fault", "90 8b042510000000", nil, "+1 @14 "},
		{"V-011", "an undefined instruction", "0f0b", nil, "@6 "},
	} {
		t.Run(row.id+"/"+row.name, func(t *testing.T) {
			r := newTrial(t, "amd", row.code)
			if row.setup != nil {
				row.setup(r)
			}
			r.CPU.SetState(r.s)
			got := ""
			for range strings.Count(row.want, " ") {
				r.CPU.Run(1)
				got += r.where() + " "
			}
			if got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// where is PC, as an offset in the code or the number of a handler that is about to begin, H if halted, and what is pending.
func (r *trial) where() string {
	s := r.CPU.Snapshot()
	text := fmt.Sprintf("+%d", s.RIP-probeCode)
	if s.RIP >= harness.Kernel+harness.Handlers {
		text = fmt.Sprintf("@%d", (s.RIP-harness.Kernel-harness.Handlers)/16)
	}
	if s.Halted {
		text += "H"
	}
	if s.PendingDebug != 0 {
		text += fmt.Sprintf("p%x", s.PendingDebug)
	}
	return text
}

// eventful is code with a bit of everything: a loop, REP, TF, POPF, INT3, MOV SS, RDTSC.
const eventful = "b905000000 50 58 ffc3 e2fa b910000000 f3aa " + setTF + "90 cc 90 8cd0 8ed0 90 " + clearTF + "0f31 9c 5d 0f0b"

// traced runs code as events does, in pieces of so many units, and adds the end's state.
func traced(t *testing.T, code string, chunk uint64, setup func(*trial)) (string, *x86.State) {
	t.Helper()
	r := newTrial(t, "amd", code)
	if setup != nil {
		setup(r)
	}
	r.chunk = chunk
	before := r.Read(r.pages[probeCode], 0x800)
	text := r.events()
	if !reflect.DeepEqual(before, r.Read(r.pages[probeCode], 0x800)) {
		t.Error("the code has changed")
	}
	return text, r.CPU.Snapshot()
}

// stepsLeaveNoTrace: registers, time and events of a stepped run are those of a free one.
func stepsLeaveNoTrace(t *testing.T) {
	free, freeEnd := traced(t, eventful, 10000, nil)
	for _, chunk := range []uint64{1, 2, 3, 7} {
		stepped, end := traced(t, eventful, chunk, nil)
		if stepped != free || !reflect.DeepEqual(freeEnd, end) {
			t.Errorf("in pieces of %d units:\n%s %+v\nfree:\n%s %+v", chunk, stepped, end, free, freeEnd)
		}
	}
	breakpoints, end := traced(t, eventful, 10000, func(r *trial) {
		r.CPU.SetBreakpoints([]uint64{probeCode, probeCode + 8, probeCode + 15, probeCode + 30})
		r.CPU.SetWatchpoints([]cpu.Watch{{Addr: probeRSP - 8, Len: 8, Read: true, Write: true}})
		r.onStop = func(cpu.Exit) {}
		r.onStop = func(exit cpu.Exit) {
			if exit.Kind == cpu.ExitBreakpoint {
				r.CPU.SkipBreakpoint()
			}
		}
	})
	if breakpoints != free || !reflect.DeepEqual(freeEnd, end) {
		t.Errorf("with breakpoints:\n%s %+v\nfree:\n%s %+v", breakpoints, end, free, freeEnd)
	}
}

func flagsThatNeverCarryTF(t *testing.T) {
	code := "9f 884708 9e d937 0f0033 9c 58 0f0b" // LAHF, its store, SAHF, FNSTENV, VERW-like, PUSHF
	code = strings.Replace(code, "0f0033", "0f002f", 1)
	free, freeEnd := traced(t, code, 10000, nil)
	stepped, end := traced(t, code, 1, nil)
	if free != stepped || !reflect.DeepEqual(freeEnd, end) || end.GPR[0]&flagTF != 0 {
		t.Errorf("stepped %s %x, free %s %x", stepped, end.GPR, free, freeEnd.GPR)
	}
}

// hostStepGrain: an instruction, an iteration, a fault, a pending trap are a step each; RF does not show in the middle of REP.
func hostStepGrain(t *testing.T) {
	r := newTrial(t, "amd", "90 f3aa 0f0b")
	r.s.GPR[1] = 3
	r.CPU.SetState(r.s)
	got := ""
	for range 5 {
		r.CPU.Run(1)
		got += r.where() + " "
		if s := r.CPU.Snapshot(); s.CPL == 3 && s.RFLAGS&flagRF != 0 {
			t.Errorf("RF shows at %s", r.where())
		}
	}
	if got != "+1 +1 +1 +3 @6 " {
		t.Errorf("got %s", got)
	}
	r = newTrial(t, "amd", "f3aa 0f0b")
	r.s.GPR[1] = 3
	r.CPU.SetState(r.s)
	r.CPU.Run(1)
	r.CPU.RaiseNMI()
	r.CPU.Run(1)
	if e, s := r.stopped(); r.text(e, s) != "NMI+0:RF" {
		t.Errorf("an NMI in the middle of REP: %s", r.text(e, s))
	}
}

// stepOverMovSS: the step ends behind it, and its shadow goes on.
func stepOverMovSS(t *testing.T) {
	r := newTrial(t, "amd", "8e16 90 90 0f0b")
	r.arm(0, access, 2, atBuf(0x18000))
	pendInterrupt(r)
	r.s.RFLAGS &^= 0x200
	r.CPU.SetState(r.s)
	r.CPU.Run(1)
	s := r.CPU.Snapshot()
	s.RFLAGS |= 0x200 // the interrupt may come, but for the shadow
	r.CPU.SetState(s)
	got := r.where()
	for range 3 {
		r.CPU.Run(1)
		got += " " + r.where()
	}
	if got != "+2p1 +3p1 @1 @64" && got != "+2p1 +3p1 @1 @1H" {
		t.Errorf("got %s", got)
	}
}

// shadowsAreState: at every boundary the state can be moved to another CPU.
func shadowsAreState(t *testing.T) {
	code := "8e16 90 fb 90 f3aa 90 cc"
	setup := with(ring0, stepping, gpr(1, 3), dr(0, access, 2, atBuf(0x18000)), state(func(s *x86.State) { s.RFLAGS &^= 0x200; s.NMIBlocked, s.NMIPending = true, true }))
	free, freeEnd := traced(t, code, 10000, with(setup, limit(12)))
	moved, end := traced(t, code, 1, with(setup, limit(12), func(r *trial) {
		r.moves = true
	}))
	if free != moved || !reflect.DeepEqual(freeEnd, end) {
		t.Errorf("moved:\n%s %+v\nfree:\n%s %+v", moved, end, free, freeEnd)
	}
}

// hostStepUnderTF: the guest's trap pends after the first step, and is delivered by the next.
func hostStepUnderTF(t *testing.T) {
	r := newTrial(t, "amd", "90 90 0f0b")
	stepping(r)
	r.CPU.SetState(r.s)
	r.CPU.Run(1)
	if s := r.CPU.Snapshot(); r.where() != "+1p4000" || s.DR6 != dr6Idle {
		t.Errorf("after one step %s, DR6 %#x", r.where(), s.DR6)
	}
	r.CPU.SetState(r.CPU.Snapshot())
	r.CPU.Run(1)
	if e, s := r.stopped(); r.where() != "@1" || r.text(e, s) != "DB+1:TF,BS" {
		t.Errorf("after two %s, %s", r.where(), r.text(e, s))
	}
}

// steppedStepper: a guest that steps sees the same under a host that steps.
func steppedStepper(t *testing.T) {
	for _, setup := range []func(*trial){nil, stepping, with(dr(0, access, 8, probeRSP-8), dr(1, execute, 1, atCode(8))), with(stepping, syscalls)} {
		free, _ := traced(t, eventful, 10000, setup)
		stepped, _ := traced(t, eventful, 1, setup)
		if free != stepped {
			t.Errorf("stepped\n%s\nfree\n%s", stepped, free)
		}
	}
}

// countersUnderSteps: RDTSC reads the same.
func countersUnderSteps(t *testing.T) {
	code := "90 90 f3aa 0f31 89c3 0f0b"
	_, free := traced(t, code, 10000, gpr(1, 9))
	_, stepped := traced(t, code, 1, gpr(1, 9))
	if free.GPR[3] != stepped.GPR[3] || free.GPR[3] == 0 {
		t.Errorf("RDTSC is %d stepped, %d free", stepped.GPR[3], free.GPR[3])
	}
}
