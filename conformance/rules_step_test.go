package conformance

import (
	"fmt"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu/x86"
)

// setTF and clearTF are PUSHF, a change of its image, POPF.
const (
	setTF   = "9c 810c2400010000 9d "
	clearTF = "9c 812424fffeffff 9d "
	setRF   = "9c 810c2400000100 9d "
)

// iretTo is an IRETQ to the NOP behind it; image changes the flags on the stack (7 bytes).
func iretTo(image string) string {
	return "8cd0 50 488d442408 50 9c " + image + " 8cc8 50 488d0503000000 50 48cf 90 "
}

// TestDebugExecution is instruction breakpoints and RF.
func TestDebugExecution(t *testing.T) {
	x := func(n int, off uint64) func(*trial) { return dr(n, execute, 1, atCode(off)) }
	runRules(t, "amd", []rule{
		{"X-048", "first byte", "90 90 0f0b", x(0, 1), "DB+1:B0 UD+2:RF"},
		{"X-048", "first prefix", "2e36 90 0f0b", x(0, 0), "DB+0:B0 UD+3:RF"},
		{"X-048", "second prefix", "2e36 90 0f0b", x(0, 1), "UD+3:RF"},
		{"X-048", "within", "b800000000 0f0b", x(0, 2), "UD+5:RF"},
		{"X-049", "#UD", "90 0f0b", x(0, 1), "DB+1:B0 UD+1:RF"},
		{"X-049", "too long", "66666666666666666666666666666690", x(0, 0), "DB+0:B0 GP(0)+0:RF"},
		{"X-049", "fetch", "41ffe7", dr(0, execute, 1, probeEdge), fmt.Sprintf("DB+%d:B0 PF(14)+%d:RF", probeEdge-probeCode, probeEdge-probeCode)},
		{"X-049", "int3", "cc 0f0b", x(0, 0), "DB+0:B0 BP+1 UD+1:RF"},
		{"X-049", "lock", "f090", x(0, 0), "DB+0:B0 UD+0:RF"},
		{"X-050", "RF is pushed as it is", "90 0f0b", with(x(0, 0), func(r *trial) { r.noRF = true; r.limit = 3 }), "DB+0:B0 DB+0:B0 DB+0:B0"},
		{"X-051", "branch target", "eb01 90 90 0f0b", x(0, 3), "DB+3:B0 UD+4:RF"},
		{"X-051", "a loop to itself", "e2fe 0f0b", with(gpr(1, 3), x(0, 0)), "DB+0:B0 DB+0:B0 DB+0:B0 UD+2:RF"},
		{"X-051", "after int3", "cc 90 0f0b", x(0, 1), "BP+1 DB+1:B0 UD+2:RF"},
		{"X-051", "by ret", "488d0505000000 50 c3 90 90 90 0f0b", x(0, 12), "DB+12:B0 UD+12:RF"},
		{"X-051", "in a loop, by call and ret", "e805000000 ffc9 75f7 0f0b ffc3 c3", with(gpr(1, 3), x(0, 11)), "UD+9:RF"},
		{"X-051", "in a loop, by call and ret to it", "e806000000 ffc9 75f7 0f0b ffc3 c3", with(gpr(1, 3), x(0, 11)), "DB+11:B0 DB+11:B0 DB+11:B0 UD+9:RF"},
		{"X-052", "cmp and jcc", "39c0 7400 0f0b", x(0, 2), "DB+2:B0 UD+4:RF"},
		{"X-052", "stepped", "39c0 7400 0f0b", stepping, "DB+2:TF,BS DB+4:TF,BS UD+4:TF,RF"},
		{"X-053", "rep", "f3aa 0f0b", with(gpr(1, 3), x(0, 0)), "DB+0:B0 UD+2:RF"},
		{"X-053", "rep, stepped, RF kept", "f3aa 0f0b", with(gpr(1, 2), x(0, 0), stepping), "DB+0:TF,B0 DB+0:TF,RF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-053", "rep, stepped, RF cleared", "f3aa 0f0b", with(gpr(1, 2), x(0, 0), stepping, clearRFOnStep), "DB+0:TF,B0 DB+0:TF,RF,BS DB+0:TF,B0 DB+2:TF,BS UD+2:TF,RF"},
		{"X-054", "step", "90 90 0f0b", with(stepping, x(0, 1)), "DB+1:TF,BS DB+1:TF,B0 DB+2:TF,BS UD+2:TF,RF"},
		{"X-054", "data", "8907 90 0f0b", with(dr(0, write, 4, atBuf(0)), x(1, 2)), "DB+2:B0 DB+2:B1 UD+3:RF"},
		{"X-055", "after MOV SS it fires", "8cd0 8ed0 90 0f0b", x(0, 4), "DB+4:B0 UD+5:RF"},
		{"X-056", "what MOV SS put off is gone", "8e16 90 90 0f0b", with(dr(0, access, 2, atBuf(0x18000)), x(1, 2)), "DB+2:B1 UD+4:RF"},
		{"X-057", "behind POPF that sets TF", setTF + "90 0f0b", x(0, 9), "DB+9:TF,B0 DB+10:TF,BS UD+10:TF,RF"},
		{"X-058", "one attempt", "90 90 0f0b", with(withRF, x(0, 0), x(1, 1)), "DB+1:B1 UD+2:RF"},
		{"X-058", "of a loop", "e2fe 0f0b", with(gpr(1, 3), withRF, x(0, 0)), "DB+0:B0 DB+0:B0 UD+2:RF"},
		{"X-059", "POPF does not set it", setRF + "90 0f0b", x(0, 9), "DB+9:B0 UD+10:RF"},
		{"X-059", "SYSRET clears it", "480f07 90 0f0b", with(ring0, syscalls, gpr(1, atCode(3)), gpr(11, 0x10202), x(0, 3)), "DB+3:B0 UD+4:RF"},
		{"X-060", "IRET", iretTo("810c2400000100") + "90 0f0b", with(x(0, 30), x(1, 31)), "DB+31:B1 UD+32:RF"},
		{"X-061", "PUSHF", "9c 5b 0f0b", with(withRF, at(1, 3, 0x202)), "UD+2:RF"},
		{"X-061", "SYSCALL", "0f05", with(withRF, syscalls, at(1, 11, 0x202)), "UD+2048:RF"},
		{"X-062", "faults", "8b042510000000", nil, "PF(4)+0:RF"},
		{"X-062", "between iterations", "f3aa 0f0b", with(gpr(1, 3), dr(0, write, 1, atBuf(1))), "DB+0:RF,B0 UD+2:RF"},
		{"X-062", "the last iteration", "f3aa 0f0b", with(gpr(1, 2), dr(0, write, 1, atBuf(1))), "DB+2:B0 UD+2:RF"},
		{"X-063", "general detect", "0f21c0 0f0b", with(ring0, state(func(s *x86.State) { s.DR7 |= 1 << 13 })), "DB+0:RF,BD UD+3:RF"},
		{"X-064", "double fault", "0f0b", with(gate(6, gone), gate(11, gone)), "DF(0)+0"},
	})
	runRules(t, "intel", []rule{
		{"X-055", "Intel: it is suppressed", "8cd0 8ed0 90 0f0b", x(0, 4), "UD+5:RF"},
	})
}

var gone = harness.Gate{Kind: 14, Selector: harness.KernelCS, Absent: true}

// clearRFOnStep is a handler that clears RF after a single step.
func clearRFOnStep(r *trial) { r.clearRF = true }

// syscalls sets SYSCALL up: the entry is UD2 at 800h of the code.
func syscalls(r *trial) {
	r.put(probeCode+0x800, "0f0b")
	r.s.STAR, r.s.LSTAR, r.s.SFMASK = 0x23<<48|0x10<<32, atCode(0x800), 0
	r.s.EFER |= 1
}

// TestDebugStep is TF.
func TestDebugStep(t *testing.T) {
	mask := func(v uint64) func(*trial) { return state(func(s *x86.State) { s.SFMASK = v }) }
	runRules(t, "amd", []rule{
		{"X-065", "traps behind", "90 ffc3 0f0b", stepping, "DB+1:TF,BS DB+3:TF,BS UD+3:TF,RF"},
		{"X-066", "POPF that sets it", setTF + "90 90 0f0b", nil, "DB+10:TF,BS DB+11:TF,BS UD+11:TF,RF"},
		{"X-066", "IRET that sets it", iretTo("810c2400010000") + "90 0f0b", nil, "DB+31:TF,BS DB+32:TF,BS UD+32:TF,RF"},
		{"X-067", "POPF that clears it", clearTF + "90 0f0b", stepping, "DB+1:TF,BS DB+8:TF,BS DB+9:BS UD+10:RF"},
		{"X-068", "a fault is no step", "0f0b", stepping, "UD+0:TF,RF"},
		{"X-068", "handlers are not stepped", "cc 90 0f0b", stepping, "BP+1:TF DB+2:TF,BS UD+2:TF,RF"},
		{"X-069", "PUSHF shows it", "9c 5b 0f0b", with(stepping, at(0, 3, 0x302)), "DB+1:TF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-069", "LAHF and SAHF do not", "9f b400 9e 90 0f0b", stepping, "DB+1:TF,BS DB+3:TF,BS DB+4:TF,BS DB+5:TF,BS UD+5:TF,RF"},
		{"X-070", "jumps", "eb01 90 7500 7400 e800000000 58 0f0b", stepping, "DB+3:TF,BS DB+5:TF,BS DB+7:TF,BS DB+12:TF,BS DB+13:TF,BS UD+13:TF,RF"},
		{"X-070", "loop", "e2fe 0f0b", with(stepping, gpr(1, 2)), "DB+0:TF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-071", "nothing to do", "f390 0faee8 0faef0 f30f1efa 0f1800 0f1f00 0f0b", stepping, "DB+2:TF,BS DB+5:TF,BS DB+8:TF,BS DB+12:TF,BS DB+15:TF,BS DB+18:TF,BS UD+18:TF,RF"},
		{"X-071", "what monitors emulate", "0fa2 0f31 e480 0f09 0f0b", with(ring0, stepping), "DB+2:TF,BS DB+4:TF,BS DB+6:TF,BS DB+8:TF,BS UD+8:TF,RF"},
		{"X-072", "rep", "f3a4 0f0b", with(stepping, gpr(1, 3)), "DB+0:TF,RF,BS DB+0:TF,RF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-072", "none", "f3a4 0f0b", stepping, "DB+2:TF,BS UD+2:TF,RF"},
		{"X-072", "ends early", "f3a6 0f0b", with(stepping, gpr(1, 3)), "DB+2:TF,BS UD+2:TF,RF"},
		{"X-073", "SYSCALL with TF masked", "0f05", with(stepping, syscalls, mask(flagTF)), "UD+2048:RF"},
		{"X-073", "SYSCALL", "0f05", with(stepping, syscalls, at(1, 11, 0x302)), "DB+2048:TF,BS UD+2048:TF,RF"},
		{"X-074", "SYSRET", "480f07 90 0f0b", with(ring0, syscalls, gpr(1, atCode(3)), gpr(11, 0x302)), "DB+3:TF,BS DB+4:TF,BS UD+4:TF,RF"},
		{"X-074", "SYSRET that clears it", "480f07 90 0f0b", with(ring0, stepping, syscalls, gpr(1, atCode(3)), gpr(11, 0x202)), "UD+4:RF"},
		{"X-075", "SYSENTER on AMD", "0f34", stepping, "UD+0:TF,RF"},
		{"X-078", "HLT", "f4 90 0f0b", with(ring0, stepping, state(func(s *x86.State) { s.RFLAGS &^= 0x200 })), "DB+1:TF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-079", "STI", "fb 90 0f0b", with(ring0, stepping, state(func(s *x86.State) { s.RFLAGS &^= 0x200 })), "DB+1:TF,BS DB+2:TF,BS UD+2:TF,RF"},
		{"X-081", "IRET to ring 3", "48cf 90 0f0b", with(ring0, outward), "DB+3:TF,BS UD+3:TF,RF"},
		{"X-092", "branches only", "90 eb00 90 7500 7400 0f0b", with(stepping, blockStep), "DB+3:TF,BS DB+4:TF,BS DB+6:TF,BS DB+8:TF,BS UD+8:TF,RF"},
		{"X-092", "branches only, set each time", "90 eb00 90 7500 7400 f3aa e800000000 58 0f0b", with(stepping, blockStep, rearm, gpr(1, 2)), "DB+3:TF,BS DB+6:TF,BS DB+15:TF,BS UD+16:TF,RF"},
		{"X-093", "#DB clears BTF", "eb00 90 0f0b", with(stepping, blockStep, limit(1), wantState(func(s *x86.State) string { return fmt.Sprint(s.DebugCtl) }, "0")), "DB+2:TF,BS"},
		{"X-094", "WRMSR takes BTF", "b9d9010000 b802000000 0f30 0f32 0f0b", with(ring0, at(1, 0, 2)), "UD+14:RF"},
		{"X-095", "BTF is not swallowed", "90 90 90 eb00 0f0b", with(stepping, blockStep), "DB+5:TF,BS UD+5:TF,RF"},
	})
	runRules(t, "intel", []rule{
		{"X-075", "SYSENTER keeps TF", "0f34", with(stepping, sysenter), "DB+2048:TF,BS UD+2048:TF,RF"},
		{"X-075", "SYSEXIT loads no flags", "480f35 90 0f0b", with(ring0, stepping, sysenter, gpr(1, probeRSP), gpr(2, atCode(3))), "DB+3:TF,BS DB+4:TF,BS UD+4:TF,RF"},
	})
	t.Run("X-076", stepCallGate)
}

func blockStep(r *trial) { r.s.DebugCtl = 2 }

// rearm is a handler that sets BTF again.
func rearm(r *trial) { r.before = func(e event, s *x86.State) { s.DebugCtl = 2 } }

// outward puts a frame to ring 3 with TF on the stack of ring 0.
func outward(r *trial) {
	r.Write64(r.s.GPR[4]-harness.Kernel, atCode(2), 0x33, 0x302, probeRSP, 0x2b)
}

func sysenter(r *trial) {
	syscalls(r)
	r.s.SysenterCS, r.s.SysenterEIP, r.s.SysenterESP = harness.KernelCS, atCode(0x800), harness.Kernel+0x147000
}

// stepCallGate is a far call through a gate to ring 0: the step trap comes there, and TF stays.
func stepCallGate(t *testing.T) {
	r := newTrial(t, "amd", "ff1f 0f0b")
	r.put(probeCode+0x800, "90 0f0b")
	to := atCode(0x800)
	gdt := r.s.GDTR.Base - harness.Kernel
	r.Write64(gdt+0x60, to&0xffff|harness.KernelCS<<16|0xec<<40|to>>16<<48, 0)
	r.poke(probeBuf, 0, 0, 0, 0, 0x60, 0)
	stepping(r)
	if got, want := r.events(), "DB+2048:TF,BS DB+2049:TF,BS UD+2049:TF,RF"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
