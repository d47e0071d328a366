package conformance

import (
	"fmt"
	"testing"

	"stasis/cpu/x86"
)

// TestDebugRegisters is DR0–DR7 themselves.
func TestDebugRegisters(t *testing.T) {
	gd := state(func(s *x86.State) { s.DR7 |= 1 << 13 })
	de := state(func(s *x86.State) { s.CR4 |= cr4DE })
	rax := func(v uint64) func(*trial) { return with(ring0, gpr(0, v)) }
	runRules(t, "amd", []rule{
		{"X-027", "fixed bits of DR6", "0f23f0 0f21f3 0f0b", with(rax(0xffffffff), at(0, 3, 0xffffefff)), "UD+6:RF"},
		{"X-028", "0 to DR6", "0f23f0 0f21f3 0f0b", with(rax(0), at(0, 3, 0xffff0ff0)), "UD+6:RF"},
		{"X-028", "causes are written", "0f23f0 0f21f3 0f0b", with(rax(0xe00f), at(0, 3, 0xffffefff)), "UD+6:RF"},
		{"X-029", "0 to DR7", "0f23f8 0f21fb 0f0b", with(rax(0), at(0, 3, 0x400)), "UD+6:RF"},
		{"X-029", "ones to DR7, but GD", "0f23f8 0f21fb 0f0b", with(rax(0xffffdf00), at(0, 3, 0xffff0700)), "UD+6:RF"},
		{"X-030", "high half of DR6", "0f23f0 0f0b", rax(1 << 32), "GP(0)+0:RF"},
		{"X-030", "high half of DR7", "0f23f8 0f0b", rax(1 << 63), "GP(0)+0:RF"},
		{"X-030", "DR0 takes anything", "0f23c0 0f21c3 0f0b", with(rax(0x123456789abcdef0), at(0, 3, 0x123456789abcdef0)), "UD+6:RF"},
		{"X-031", "REX.W, 66 and mod do not matter", "6648 0f2300 0f2143 0f0b", with(rax(0x123456789abcdef0), at(0, 3, 0x123456789abcdef0)), "UD+8:RF"},
		{"X-032", "DR8", "440f21c0", nil, "UD+0:RF"},
		{"X-032", "DR8 in ring 0", "440f23c0", ring0, "UD+0:RF"},
		{"X-033", "ring 3", "0f21c0", nil, "GP(0)+0:RF"},
		{"X-033", "before general detect", "0f21c0", gd, "GP(0)+0:RF"},
		{"X-034", "DR4 is DR6", "0f21e3 0f0b", with(ring0, at(1, 3, dr6Idle)), "UD+3:RF"},
		{"X-034", "DR5 is DR7", "0f21eb 0f0b", with(ring0, at(1, 3, 0x400)), "UD+3:RF"},
		{"X-034", "with DE #UD, before general detect", "0f21e0", with(ring0, de, gd), "UD+0:RF"},
		{"X-035", "read", "0f21c0 0f0b", with(ring0, gd, gpr(0, 77), keepDR6, at(2, 0, 0)), "DB+0:RF,BD UD+3:RF"},
		{"X-035", "write is not done", "0f23c0 0f0b", with(ring0, gd, gpr(0, 77), limit(1), wantState(func(s *x86.State) string {
			return fmt.Sprint(s.DR[0] == 0, s.DR7&(1<<13) == 0)
		}, "true true")), "DB+0:RF,BD"},
		{"X-035", "BD stays", "0f21c0 cc 90 0f0b", with(ring0, gd, keepDR6, dr(1, execute, 1, atCode(4))), "DB+0:RF,BD BP+4 DB+4:BD,B1 UD+5:RF"},
		{"X-035", "every #DB clears GD", "90 90 0f0b", with(ring0, gd, stepping, limit(1), wantState(func(s *x86.State) string {
			return fmt.Sprint(s.DR7 >> 13 & 1)
		}, "0")), "DB+1:TF,BS"},
		{"X-036", "behind MOV SS, under TF", "8ed0 0f21c0 0f0b", with(ring0, gpr(0, 0x18), gd, stepping), "DB+2:TF,RF,BD DB+5:TF,BS UD+5:TF,RF"},
		{"X-037", "armed for the next instruction", "0f23f8 90 0f0b", with(rax(0x401), state(func(s *x86.State) { s.DR[0] = atCode(3) })), "DB+3:B0 UD+4:RF"},
		{"X-037", "and a write", "0f23f8 8907 0f0b", with(rax(0xd0401), state(func(s *x86.State) { s.DR[0] = atBuf(0) })), "DB+5:B0 UD+5:RF"},
		{"X-038", "disabled", "8907 90 0f0b", with(dr(0, write, 4, atBuf(0)), state(func(s *x86.State) { s.DR7 &^= 3 })), "UD+3:RF"},
		{"X-038", "global", "8907 90 0f0b", with(dr(0, write, 4, atBuf(0)), state(func(s *x86.State) { s.DR7 ^= 3 })), "DB+2:B0 UD+3:RF"},
		{"X-039", "write: not read", "8b07 90 0f0b", dr(0, write, 4, atBuf(0)), "UD+3:RF"},
		{"X-039", "read or write", "8b07 8907 0f0b", dr(0, access, 4, atBuf(0)), "DB+2:B0 DB+4:B0 UD+4:RF"},
		{"X-039", "never a fetch", "90 0f0b", dr(0, access, 4, atCode(0)), "UD+1:RF"},
		{"X-039", "I/O without DE", "e480 8907 0f0b", with(ring0, dr(0, port, 1, 0x80), dr(1, port, 4, atBuf(0))), "UD+4:RF"},
		{"X-040", "8 bytes", "884707 884708 0f0b", dr(0, write, 8, atBuf(0)), "DB+3:B0 UD+6:RF"},
		{"X-040", "low bits are ignored", "8807 0f0b", dr(0, write, 4, atBuf(3)), "DB+2:B0 UD+2:RF"},
		{"X-041", "execute with a length", "90 90 0f0b", dr(0, execute, 4, atCode(1)), "DB+1:B0 UD+2:RF"},
		{"X-041", "the whole address", "90 90 0f0b", dr(0, execute, 4, atCode(0)+2<<12), "UD+2:RF"},
		{"X-042", "store of 4 below by 3", "8947fd 0f0b", dr(0, write, 4, atBuf(0)), "DB+3:B0 UD+3:RF"},
		{"X-042", "store of 4 below by 4", "8947fc 0f0b", dr(0, write, 4, atBuf(0)), "UD+3:RF"},
		{"X-042", "over a page's end", "488987fd0f0000 0f0b", dr(0, write, 1, atBuf(4096)), "DB+7:B0 UD+7:RF"},
		{"X-044", "enabled ones only", "8907 0f0b", with(dr(0, write, 4, atBuf(0)), dr(1, write, 4, atBuf(0)), state(func(s *x86.State) { s.DR7 &^= 3 })), "DB+2:B1 UD+2:RF"},
		{"X-045", "BS stays, B1 goes", "90 90 0f0b", with(keepDR6, dr(2, execute, 1, atCode(1)), state(func(s *x86.State) { s.DR6 |= bs | 2 })), "DB+1:BS,B2 UD+2:RF"},
		{"X-045", "data", "8907 0f0b", with(keepDR6, dr(1, write, 4, atBuf(0)), state(func(s *x86.State) { s.DR6 |= bs | bt })), "DB+2:BS,BT,B1 UD+2:RF"},
		{"X-046", "BLD and RTM are set", "90 90 0f0b", with(stepping, limit(1), state(func(s *x86.State) { s.DR6 = 0xfffe0000 &^ 0x10000 }), wantState(func(s *x86.State) string {
			return fmt.Sprintf("%x", s.DR6)
		}, "ffff4ff0")), "DB+1:TF,BS"},
		{"X-047", "execute", "90 90 0f0b", with(dr(0, execute, 1, atCode(1)), dr(3, execute, 1, atCode(1))), "DB+1:B0,B3 UD+2:RF"},
		{"X-047", "data", "8907 0f0b", with(dr(0, write, 2, atBuf(0)), dr(1, access, 2, atBuf(2))), "DB+2:B0,B1 UD+2:RF"},
	})
	t.Run("X-026", resetDebugRegisters)
}

// resetDebugRegisters: power-on and INIT.
func resetDebugRegisters(t *testing.T) {
	r := newTrial(t, "amd", "90")
	for _, how := range []func(){r.CPU.Reset, func() { r.CPU.RaiseINIT(); r.CPU.Run(1) }} {
		r.s.DR, r.s.DR6, r.s.DR7 = [4]uint64{1, 2, 3, 4}, 0xffffefff, 0xffff27ff
		r.CPU.SetState(r.s)
		how()
		s := r.CPU.Snapshot()
		if s.DR != [4]uint64{} || s.DR6 != 0xffff0ff0 || s.DR7 != 0x400 {
			t.Errorf("DR %x, DR6 %#x, DR7 %#x", s.DR, s.DR6, s.DR7)
		}
	}
}

// at wants a general register's value at event n; 0 is the #UD at the end.
func at(n, register int, want uint64) func(*trial) {
	return func(r *trial) {
		events, old := 0, r.before
		r.before = func(e event, s *x86.State) {
			if old != nil {
				old(e, s)
			}
			if events++; s.GPR[register] != want && (events == n || n == 0 && e.vector == 6) {
				r.t.Errorf("register %d is %#x, want %#x", register, s.GPR[register], want)
			}
		}
	}
}

// wantState wants something of the state at the first event.
func wantState(what func(*x86.State) string, want string) func(*trial) {
	return func(r *trial) {
		done := false
		r.before = func(e event, s *x86.State) {
			if got := what(s); !done && got != want {
				r.t.Errorf("state in the handler is %q, want %q", got, want)
			}
			done = true
		}
	}
}
