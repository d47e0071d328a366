package conformance

import (
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu/x86"
)

// TestDebugInterrupts is the software interrupts: INT3, INT n, INTO, INT1.
func TestDebugInterrupts(t *testing.T) {
	trapGate := handler(3, 3)
	trapGate.Kind = 15
	absent := func(n, dpl uint64) harness.Gate { g := handler(n, dpl); g.Absent = true; return g }
	ist := handler(3, 3)
	ist.IST = 1
	runRules(t, "amd", []rule{
		{"X-001", "int3", "cc 0f0b", nil, "BP+1 UD+1:RF"},
		{"X-001", "TF is pushed as it was", "cc 0f0b", stepping, "BP+1:TF UD+1:TF,RF"},
		{"X-001", "interrupt gate", "cc 0f0b", flagsInHandler(0x202, 2), "BP+1 UD+1:RF"},
		{"X-001", "trap gate keeps IF", "cc 0f0b", with(gate(3, trapGate), flagsInHandler(0x202, 0x202)), "BP+1 UD+1:RF"},
		{"X-001", "TF, NT, RF, VM are clear", "cc 0f0b", with(withRF, flagsInHandler(0x4302, 2)), "BP+1:TF UD+1:TF,RF"},
		{"X-002", "prefixes", "66 48 cc 0f0b", nil, "BP+3 UD+3:RF"},
		{"X-002", "each prefix", "66 67 2e 36 3e 26 64 65 f2 f3 cc 0f0b", nil, "BP+11 UD+11:RF"},
		{"X-002", "fifteen bytes", strings.Repeat("66", 14) + "cc 0f0b", nil, "BP+15 UD+15:RF"},
		{"X-003", "sixteen bytes", strings.Repeat("66", 15) + "cc 0f0b", nil, "GP(0)+0:RF"},
		{"X-004", "lock int3", "f0 cc 0f0b", nil, "UD+0:RF"},
		{"X-004", "lock int1", "f0 f1 0f0b", nil, "UD+0:RF"},
		{"X-005", "int 3", "cd03 0f0b", nil, "BP+2 UD+2:RF"},
		{"X-006", "int 1", "cd01 0f0b", nil, "GP(a)+0:RF"},
		{"X-006", "int 0", "cd00 0f0b", nil, "GP(2)+0:RF"},
		{"X-006", "int 2", "cd02 0f0b", nil, "GP(12)+0:RF"},
		{"X-006", "int 20", "cd20 0f0b", nil, "GP(102)+0:RF"},
		{"X-006", "int ff", "cdff 0f0b", nil, "GP(7fa)+0:RF"},
		{"X-006", "int3 and a gate of ring 0", "cc 0f0b", gate(3, handler(3, 0)), "GP(1a)+0:RF"},
		{"X-007", "short IDT", "cd20 0f0b", with(gate(32, handler(32, 3)), state(func(s *x86.State) { s.IDTR.Limit = 32*16 - 1 })), "GP(102)+0:RF"},
		{"X-007", "gate not present", "cc 0f0b", gate(3, absent(3, 3)), "NP(1a)+0:RF"},
		{"X-007", "an exception has EXT", "0f0b", gate(6, absent(6, 0)), "NP(33)+0:RF"},
		{"X-008", "single step", "90 90", with(stepping, gate(1, absent(1, 0))), "NP(b)+1:TF,RF"},
		{"X-008", "breakpoint", "90 90", with(dr(0, execute, 1, atCode(1)), gate(1, absent(1, 0))), "NP(b)+1:RF"},
		{"X-008", "general detect", "0f21c0", with(ring0, state(func(s *x86.State) { s.DR7 |= 1 << 13 }), gate(1, absent(1, 0))), "NP(b)+0:RF"},
		{"X-008", "int1", "f1 0f0b", gate(1, absent(1, 0)), "NP(b)+0:RF"},
		{"X-008", "a gate of ring 0 serves ring 3", "f1 0f0b", gate(1, handler(1, 0)), "DB+1 UD+1:RF"},
		{"X-009", "#NP while delivering #BP", "cc 0f0b", gate(3, absent(3, 3)), "NP(1a)+0:RF"},
		{"X-009", "#GP while delivering #DB", "90 90", with(stepping, gate(1, harness.Gate{Kind: 14, Offset: harness.Kernel + harness.Handlers})), "GP(1)+1:TF,RF"},
		{"X-010", "into in 64-bit mode", "ce 0f0b", nil, "UD+0:RF"},
		{"X-014", "the stack is aligned", "cc 0f0b", with(stackIn(0x148000), gpr(4, probeRSP-3)), "BP+1 UD+1:RF"},
		{"X-014", "IST", "cc 0f0b", with(gate(3, ist), stackIn(0x14c000), limit(1)), "BP+1"},
		{"X-015", "int3 with RF", "cc 0f0b", withRF, "BP+1 UD+1:RF"},
		{"X-015", "int n with RF", "cd03 0f0b", withRF, "BP+2 UD+2:RF"},
		{"X-016", "no cause", "f1 0f0b", nil, "DB+1 UD+1:RF"},
		{"X-016", "DR6 stays", "f1 0f0b", with(state(func(s *x86.State) { s.DR6 |= bs | 5 }), keepDR6), "DB+1:BS,B0,B2 UD+1:RF"},
		{"X-016", "in a shadow", "8cd0 8ed0 f1 0f0b", nil, "DB+5 UD+5:RF"},
		{"X-017", "behind the instruction", "2e f3 66 f1 0f0b", nil, "DB+4 UD+4:RF"},
		{"X-017", "and stepped", "90 f1 90 0f0b", stepping, "DB+1:TF,BS DB+2:TF DB+3:TF,BS UD+3:TF,RF"},
		{"X-018", "int3", "cc ffc3 ffcb 0f0b", stepping, "BP+1:TF DB+3:TF,BS DB+5:TF,BS UD+5:TF,RF"},
		{"X-018", "int 3", "cd03 ffc3 0f0b", stepping, "BP+2:TF DB+4:TF,BS UD+4:TF,RF"},
		{"X-018", "int1", "f1 ffc3 0f0b", stepping, "DB+1:TF DB+3:TF,BS UD+3:TF,RF"},
	})
}

// flagsInHandler starts with flags and wants others at the first event's handler.
func flagsInHandler(start, want uint64) func(*trial) {
	return func(r *trial) {
		r.s.RFLAGS = start | r.s.RFLAGS&flagRF
		first := true
		r.before = func(e event, s *x86.State) {
			if first && s.RFLAGS&^0x8d5 != want {
				r.t.Errorf("RFLAGS %#x in the handler, want %#x", s.RFLAGS, want)
			}
			first = false
		}
	}
}

func limit(n int) func(*trial) { return func(r *trial) { r.limit = n } }

// stackIn wants the frames of handlers below an aligned top, and a null SS.
func stackIn(top uint64) func(*trial) {
	return func(r *trial) {
		r.before = func(e event, s *x86.State) {
			if e.frame[4] != 0x2b || s.Seg[2].Selector != 0 || s.GPR[4] != harness.Kernel+top-40 {
				r.t.Errorf("frame %x, SS %#x, RSP %#x", e.frame, s.Seg[2].Selector, s.GPR[4])
			}
		}
	}
}

func keepDR6(r *trial) { r.keep = true }
