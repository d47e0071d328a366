package conformance

import (
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu/x86"
)

// TestDebugShadows is what MOV SS puts off.
func TestDebugShadows(t *testing.T) {
	watch := dr(0, access, 2, atBuf(0x18000)) // what MOV SS,[RSI] reads
	late := dr(1, write, 4, atBuf(0))
	lstar := with(watch, syscalls)
	runRules(t, "amd", []rule{
		{"X-082", "MOV SS", "8cd0 8ed0 ffc3 ffcb 0f0b", stepping, "DB+2:TF,BS DB+6:TF,BS DB+8:TF,BS UD+8:TF,RF"},
		{"X-082", "interrupts", "8cd0 8ed0 90 90 0f0b", with(ring0, gpr(0, 0x18), interruptInShadow), "INT40+5 UD+6:RF"},
		{"X-083", "LSS", "0fb226 90 0f0b", with(stepping, lssOperand), "DB+3:TF,BS DB+4:TF,BS UD+4:TF,RF"},
		{"X-083", "LSS, watched", "0fb226 90 0f0b", with(lssOperand, dr(0, access, 4, atBuf(0x18000))), "DB+3:B0 UD+4:RF"},
		{"X-083", "LSS in a shadow", "8cd0 8ed0 0fb226 90 0f0b", with(stepping, lssOperand), "DB+2:TF,BS DB+7:TF,BS DB+8:TF,BS UD+8:TF,RF"},
		{"X-083", "MOV DS", "8cd8 8ed8 90 0f0b", stepping, "DB+2:TF,BS DB+4:TF,BS DB+5:TF,BS UD+5:TF,RF"},
		{"X-084", "AMD: two in a row", "8cd0 8ed0 8ed0 ffc3 ffcb 0f0b", stepping, "DB+2:TF,BS DB+8:TF,BS DB+10:TF,BS UD+10:TF,RF"},
		{"X-085", "then POPF", "9c 9c 812424fffeffff 8cd0 8ed0 9d 90 0f0b", stepping, "DB+1:TF,BS DB+2:TF,BS DB+9:TF,BS DB+11:TF,BS DB+14:BS UD+15:RF"},
		{"X-085", "then REP", "8cd0 8ed0 f3aa 0f0b", with(stepping, gpr(1, 3)), "DB+2:TF,BS DB+4:TF,RF,BS DB+4:TF,RF,BS DB+6:TF,BS UD+6:TF,RF"},
		{"X-086", "put off", "8e16 90 90 0f0b", watch, "DB+3:B0 UD+4:RF"},
		{"X-086", "merged with data", "8e16 8907 0f0b", with(watch, late), "DB+4:B0,B1 UD+4:RF"},
		{"X-086", "merged with a step", "8e16 90 0f0b", with(watch, stepping), "DB+3:TF,BS,B0 UD+3:TF,RF"},
		{"X-087", "then #UD", "8e16 0f0b", watch, "UD+2:RF"},
		{"X-087", "then #PF, fixed up", "8e16 8b042510000000", watch, "PF(4)+2:RF"},
		{"X-087", "then #GP", "8e16 fa", watch, "GP(0)+2:RF"},
		{"X-088", "then INT3", "8e16 cc 0f0b", with(watch, limit(1)), "DB@3:B0"},
		{"X-088", "then INT n", "8e16 cd04 0f0b", with(watch, limit(1)), "DB@4:B0"},
		{"X-088", "then SYSCALL", "8e16 0f05", lstar, "DB+2048:B0 UD+2048:RF"},
		{"X-089", "then INT1", "8e16 f1 90 0f0b", watch, "DB+3:B0 UD+4:RF"},
		{"X-090", "then PUSH", "8e16 50 90 0f0b", watch, "DB+3:B0 UD+4:RF"},
		{"X-090", "then CPUID", "8e16 0fa2 90 0f0b", watch, "DB+4:B0 UD+5:RF"},
		{"X-090", "then REP STOS", "8e16 f3aa 90 0f0b", with(watch, gpr(1, 1)), "DB+4:B0 UD+5:RF"},
		{"X-091", "branch step", "8cd0 8ed0 eb00 90 0f0b", with(stepping, blockStep), "DB+6:TF,BS DB+7:TF,BS UD+7:TF,RF"},
		{"X-122", "in its own handler", "f1 0f0b", with(handlerCode(1, "ffc3 83fb02 7301 f1 f4"), limit(1)), "HLT+2057"},
	})
	runRules(t, "intel", []rule{
		{"X-084", "Intel: the second opens again", "8cd0 8ed0 8ed0 ffc3 0f0b", stepping, "DB+2:TF,BS DB+6:TF,BS DB+8:TF,BS UD+8:TF,RF"},
	})
}

// lssOperand is what LSS ESP,[RSI] reads: the stack pointer as it is.
func lssOperand(r *trial) {
	r.put(probeBuf+0x18000, "008e4c00")
}

// interruptInShadow begins behind the first MOV SS, with an interrupt pending.
func interruptInShadow(r *trial) {
	pendInterrupt(r)
	r.s.RIP, r.s.InhibitMovSS = atCode(2), true
}

func pendInterrupt(r *trial) { r.Interrupt, r.s.INTR = []uint8{0x40}, true }

// handlerCode sends a vector to code of the rule's own, at 800h.
func handlerCode(n int, code string) func(*trial) {
	return func(r *trial) {
		r.put(probeCode+0x800, code)
		g := handler(uint64(n), 3)
		g.Offset = atCode(0x800)
		r.SetGate(n, g)
	}
}

// TestDebugPriorities is what comes first at one boundary.
func TestDebugPriorities(t *testing.T) {
	nmi := state(func(s *x86.State) { s.NMIPending = true })
	x := func(n int, off uint64) func(*trial) { return dr(n, execute, 1, atCode(off)) }
	runRules(t, "amd", []rule{
		{"X-112", "step, then interrupt, then one instruction", "fb 90 90 90 0f0b", with(ring0, pendInterrupt, stepping, state(func(s *x86.State) { s.RFLAGS &^= 0x200 })),
			"DB+1:TF,BS INT40+1:TF DB+2:TF,BS DB+3:TF,BS DB+4:TF,BS UD+4:TF,RF"},
		{"X-113", "step, then NMI in its handler", "90 90 0f0b", with(stepping, state(func(s *x86.State) { s.PendingDebug = bs }), nmi, limit(1)), "NMI@1"},
		{"X-114", "interrupt, then breakpoint", "90 90 0f0b", with(pendInterrupt, x(0, 0)), "INT40+0 DB+0:B0 UD+2:RF"},
		{"X-115", "breakpoint on the handler", "90 0f0b", with(pendInterrupt, dr(0, execute, 1, harness.Kernel+harness.Handlers+0x40*16), limit(1)), "DB@64:B0"},
	})
}
