package conformance

import (
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu/x86"
)

// TestDebugData is data and I/O breakpoints.
func TestDebugData(t *testing.T) { runRules(t, "amd", dataRules()) }

func dataRules() []rule {
	w := func(length, off uint64) func(*trial) { return dr(0, write, length, atBuf(off)) }
	rw := func(length, off uint64) func(*trial) { return dr(0, access, length, atBuf(off)) }
	stack := func(off uint64) func(*trial) { return dr(0, write, 8, probeRSP-off) }
	io := func(length, at uint64) func(*trial) {
		return with(ring0, dr(0, port, length, at), state(func(s *x86.State) { s.CR4 |= cr4DE }))
	}
	return []rule{
		{"X-096", "call", "e801000000 90 0f0b", stack(8), "DB+6:B0 UD+6:RF"},
		{"X-096", "ret", "488d0505000000 50 c3 90 90 90 0f0b", dr(0, access, 8, probeRSP-8), "DB+8:B0 DB+12:B0 UD+12:RF"},
		{"X-096", "jmp [m]", "488d0506000000 488907 ff27 90 0f0b", rw(8, 0), "DB+10:B0 DB+13:B0 UD+13:RF"},
		{"X-096", "the access is done", "8907 0f0b", with(w(4, 0), gpr(0, 7), wantBuf(0, 7)), "DB+2:B0 UD+2:RF"},
		{"X-097", "the same value", "8907 8907 0f0b", w(4, 0), "DB+2:B0 DB+4:B0 UD+4:RF"},
		{"X-097", "inc", "ff07 0f0b", rw(4, 0), "DB+2:B0 UD+2:RF"},
		{"X-097", "xchg", "8707 0f0b", rw(4, 0), "DB+2:B0 UD+2:RF"},
		{"X-097", "xadd", "f00fc107 0f0b", w(4, 0), "DB+4:B0 UD+4:RF"},
		{"X-098", "cmpxchg that fails", "0fb10f 0f0b", with(w(4, 0), gpr(0, 1)), "DB+3:B0 UD+3:RF"},
		{"X-098", "lock cmpxchg that fails", "f00fb10f 0f0b", with(w(4, 0), gpr(0, 1)), "DB+4:B0 UD+4:RF"},
		{"X-098", "cmpxchg8b that fails", "0fc70f 0f0b", with(w(4, 4), gpr(0, 1)), "DB+3:B0 UD+3:RF"},
		{"X-098", "cmpxchg16b that fails", "480fc70f 0f0b", with(w(8, 8), gpr(0, 1)), "DB+4:B0 UD+4:RF"},
		{"X-098", "bts of a set bit", "c60701 0fba2f00 0f0b", w(4, 0), "DB+3:B0 DB+7:B0 UD+7:RF"},
		{"X-098", "bt far away", "0fa307 0f0b", with(rw(4, 32), gpr(0, 256)), "DB+3:B0 UD+3:RF"},
		{"X-099", "not written", "8b07 0fa307 0fae3f 0f0d0f 0f0b", w(4, 0), "UD+11:RF"},
		{"X-099", "read: bt", "0fa307 0f0b", rw(4, 0), "DB+3:B0 UD+3:RF"},
		{"X-099", "read: verw", "0f002f 0f0b", rw(2, 0), "DB+3:B0 UD+3:RF"},
		{"X-099", "read: xlat", "d7 0f0b", with(rw(1, 0), gpr(3, probeBuf)), "DB+1:B0 UD+1:RF"},
		{"X-099", "read: popcnt", "f30fb807 0f0b", rw(4, 0), "DB+4:B0 UD+4:RF"},
		{"X-099", "read: ldmxcsr", "c707801f0000 0fae17 0f0b", rw(4, 0), "DB+6:B0 DB+9:B0 UD+9:RF"},
		{"X-099", "read: cmov not taken", "0f4407 0f0b", rw(4, 0), "DB+3:B0 UD+3:RF"},
		{"X-099", "read: scas", "ae 0f0b", rw(1, 0), "DB+1:B0 UD+1:RF"},
		{"X-099", "read: clflush", "0fae3f 0f0b", rw(1, 0), "DB+3:B0 UD+3:RF"},
		{"X-099", "no access", "0f1807 0f0d0f 8d07 0f1f07 0f0b", rw(4, 0), "UD+11:RF"},
		{"X-099", "no access: ud1", "0fb907", rw(4, 0), "UD+0:RF"},
		{"X-100", "clflush of another byte", "0fae3f 0f0b", rw(1, 1), "UD+3:RF"},
		{"X-100", "clzero", "0f01fc 0f0b", with(w(1, 60), gpr(0, probeBuf)), "DB+3:B0 UD+3:RF"},
		{"X-101", "movaps", "0f2907 0f0b", w(1, 15), "DB+3:B0 UD+3:RF"},
		{"X-101", "movntdq", "660fe707 0f0b", w(1, 9), "DB+4:B0 UD+4:RF"},
		{"X-101", "movnti", "0fc307 0f0b", w(1, 3), "DB+3:B0 UD+3:RF"},
		{"X-101", "fist", "db17 0f0b", w(1, 3), "DB+2:B0 UD+2:RF"},
		{"X-101", "fnstenv", "d937 0f0b", w(1, 27), "DB+2:B0 UD+2:RF"},
		{"X-101", "setcc", "0f9407 0f0b", w(1, 0), "DB+3:B0 UD+3:RF"},
		{"X-101", "enter", "c8000000 0f0b", stack(8), "DB+4:B0 UD+4:RF"},
		{"X-101", "a locked one over a line", "f0 ff470e 0f0b", w(1, 16), "DB+4:B0 UD+4:RF"},
		{"X-102", "maskmovdqu, masked off", "660ff7c8 0f0b", with(w(8, 0), xmm(0, 0, 1<<63)), "UD+4:RF"},
		{"X-102", "maskmovdqu, masked on", "660ff7c8 0f0b", with(w(8, 8), xmm(0, 0, 1<<63)), "DB+4:B0 UD+4:RF"},
		{"X-103", "one trap at the end", "f30fe607 0f0b", with(rw(4, 0), dr(1, access, 4, atBuf(4))), "DB+4:B0,B1 UD+4:RF"},
		{"X-104", "fxsave", "0fae07 0f0b", w(4, 32), "DB+3:B0 UD+3:RF"},
		{"X-104", "fxsave's last bytes", "0fae07 0f0b", w(8, 504), "UD+3:RF"},
		{"X-104", "xsave, XSTATE_BV", "0fae27 0f0b", with(xsaves(3), w(8, 512)), "DB+3:B0 UD+3:RF"},
		{"X-104", "xsave, XCOMP_BV", "0fae27 0f0b", with(xsaves(3), w(8, 520)), "UD+3:RF"},
		{"X-104", "xsave, not asked for", "0fae27 0f0b", with(xsaves(1), w(8, 160)), "UD+3:RF"},
		{"X-105", "in the middle", "f3aa 0f0b", with(gpr(1, 5), w(1, 1), at(1, 1, 3)), "DB+0:RF,B0 UD+2:RF"},
		{"X-105", "8 KiB", "f3aa 0f0b", with(gpr(1, 0x2000), gpr(7, probeBuf-2048), w(1, 0), limit(1), at(1, 1, 0x17ff)), "DB+0:RF,B0"},
		{"X-105", "in turn", "f3aa 0f0b", with(gpr(1, 4), w(2, 2)), "DB+0:RF,B0 DB+2:B0 UD+2:RF"},
		{"X-105", "none", "f3aa 0f0b", w(1, 0), "UD+2:RF"},
		{"X-106", "with a step", "8907 0f0b", with(stepping, w(4, 0)), "DB+2:TF,BS,B0 UD+2:TF,RF"},
		{"X-107", "movs to an unmapped page", "a4", with(dr(0, access, 1, atBuf(0x18000)), gpr(7, probeEdge)), "PF(6)+0:RF"},
		{"X-107", "push [m] to an unmapped stack", "ff37", with(rw(8, 0), gpr(4, 0x1000)), "PF(6)+0:RF"},
		{"X-107", "div [m]", "f737", rw(4, 0), "DE+0:RF"},
		{"X-107", "a store over the edge", "418947fe", dr(0, write, 1, probeEdge-1), "PF(6)+0:RF"},
		{"X-108", "then a fault", "f3aa", with(gpr(7, probeEdge-2), gpr(1, 4), dr(0, write, 1, probeEdge-1)), "DB+0:RF,B0 PF(6)+0:RF"},
		{"X-109", "then INT3", "8907 cc 0f0b", w(4, 0), "DB+2:B0 BP+3 UD+3:RF"},
		{"X-109", "then SYSCALL", "8907 0f05", with(syscalls, w(4, 0)), "DB+2:B0 UD+2048:RF"},
		{"X-110", "a frame is a write", "cc", with(dr(0, write, 8, harness.Kernel+0x148000-40), limit(1)), "DB@3:B0"},
		{"X-110", "the CPU's tables are not read", "cd04 0f0b", with(dr(0, access, 8, harness.Kernel+0x142040), dr(1, access, 8, harness.Kernel+0x143004)), "OF+2 UD+2:RF"},
		{"X-111", "in", "e480 0f0b", io(1, 0x80), "DB+2:B0 UD+2:RF"},
		{"X-111", "out that overlaps", "66e77f 0f0b", io(1, 0x80), "DB+3:B0 UD+3:RF"},
		{"X-111", "beside", "e67f e681 0f0b", io(1, 0x80), "UD+4:RF"},
		{"X-111", "rep outs", "f36e 0f0b", with(io(1, 0x80), gpr(2, 0x80), gpr(1, 2), gpr(6, probeBuf)), "DB+0:RF,B0 DB+2:B0 UD+2:RF"},
		{"X-111", "no permission", "e480", dr(0, port, 1, 0x80), "GP(0)+0:RF"},
	}
}

func xmm(n int, lo, hi uint64) func(*trial) {
	return state(func(s *x86.State) { s.FPU.XMM[n] = [2]uint64{lo, hi} })
}

// xsaves lets XSAVE save components.
func xsaves(components uint64) func(*trial) {
	return with(state(func(s *x86.State) { s.CR4 |= 1 << 18 }), gpr(0, components))
}

// wantBuf wants a 32-bit value in the buffer at the first event.
func wantBuf(off uint64, want uint32) func(*trial) {
	return func(r *trial) {
		r.before = func(event, *x86.State) {
			if got := uint32(r.word(atBuf(off))); got != want {
				r.t.Errorf("memory holds %#x, want %#x", got, want)
			}
		}
	}
}
