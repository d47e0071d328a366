package main

// mutant is a change of one rule of debugging: text that occurs once in a file, and what takes its place. The subtests with its id
// must notice.
type mutant struct {
	id, file string
	old, new string
}

const (
	debugFile     = "cpu/x86/debug.go"
	watchFile     = "cpu/x86/watch.go"
	boundaryFile  = "cpu/x86/boundary.go"
	exceptionFile = "cpu/x86/exception.go"
	cpuFile       = "cpu/x86/cpu.go"
)

var mutants = []mutant{
	// Software interrupts and their frames.
	{"X-001", exceptionFile, "c.deliver(&e, c.next)\n\tc.traced", "c.deliver(&e, c.rip)\n\tc.traced"},
	{"X-018", exceptionFile, "\tc.traced = false\n\tc.PendingDebug &^= dr6BS\n\tc.updateAttention()", "\tc.updateAttention()"},
	{"X-006", exceptionFile, "return b2u32(e.kind != kindSoftware)", "return 1"},
	{"X-008", "cpu/x86/flow.go", "c.interrupt(vecDB, kindICEBP)", "c.interrupt(vecDB, kindSoftware)"},
	{"X-009", exceptionFile, "case doubles(&c.event, &c.exc):", "case true:"},
	{"X-016", debugFile, "\t\tpending = c.DR6\n", "\t\tpending = 0\n"},
	{"X-062", exceptionFile, "e.kind == kindFault && e.vector != vecDF || c.InRep", "c.InRep"},
	{"X-105", exceptionFile, "e.kind == kindFault && e.vector != vecDF || c.InRep", "e.kind == kindFault && e.vector != vecDF"},
	{"X-001", exceptionFile, "c.eflags &^= flagTF | flagNT | flagRF | flagVM", "c.eflags &^= flagNT | flagRF | flagVM"},
	// The debug registers.
	{"X-028", debugFile, "v = v&(dr6Bn|dr6BD|dr6BS|dr6BT) | dr6Ones", "v = v&(dr6Bn|dr6BD|dr6BS) | dr6Ones"},
	{"X-029", debugFile, "v = v&dr7Kept | dr7One", "v = v & dr7Kept"},
	{"X-030", debugFile, "\tcase &c.DR7:\n\t\tc.gpIf(v>>32 != 0)\n", "\tcase &c.DR7:\n"},
	{"X-034", debugFile, "n&^1 == 4 && c.CR4&cr4DE != 0", "n&^1 == 4 && c.CR4&cr4DE == 0"},
	{"X-035", debugFile, "\tc.DR7 &^= dr7GD\n", ""},
	{"X-045", debugFile, "c.DR6 = c.DR6&^dr6Bn | dr6Ones | cause", "c.DR6 = c.DR6 | dr6Ones | cause"},
	{"X-093", debugFile, "\tc.DebugCtl &^= debugCtlBTF\n", ""},
	{"X-092", debugFile, "(c.DebugCtl&debugCtlBTF == 0 || c.branched(i))", "(c.DebugCtl&debugCtlBTF == 0 || !c.branched(i))"},
	{"X-038", debugFile, "\tc.DR7 &^= dr7Local\n", ""},
	{"X-040", watchFile, "[4]uint64{0, 1, 7, 3}", "[4]uint64{0, 1, 3, 7}"},
	// Instruction breakpoints and RF.
	{"X-058", cpuFile, "\tc.eflags &^= flagRF\n\thandlerOf", "\thandlerOf"},
	{"X-060", debugFile, "hit == 0 || c.eflags&flagRF != 0 ||", "hit == 0 ||"},
	{"X-053", debugFile, "|| c.InRep || c.InhibitMovSS &&", "|| c.InhibitMovSS &&"},
	{"X-056", debugFile, "\tc.PendingDebug = 0 // what MOV SS has put off is lost\n", ""},
	{"X-061", "cpu/x86/stack.go", "c.rflags() &^ (flagRF | flagVM)", "c.rflags() &^ flagVM"},
	{"X-055", "cpu/x86/vendor.go", "amdRules   = vendorRules{movSSChains: true}", "amdRules   = vendorRules{movSSChains: true, movSSHoldsBreakpoint: true}"},
	// Single step and shadows.
	{"X-065", cpuFile, "c.pend(dr6BS)\n\t}\n\tc.traced", "c.pend(0)\n\t}\n\tc.traced"},
	{"X-066", cpuFile, "c.traced, c.shadowed, c.taken = c.eflags&flagTF != 0, c.InhibitMovSS, false", "c.traced, c.shadowed, c.taken = false, c.InhibitMovSS, false\n\tdefer func() { c.traced = c.eflags&flagTF != 0 }()"},
	{"X-073", "cpu/x86/syscall.go", "\tc.next = target\n\tc.judgeTF()\n", "\tc.next = target\n"},
	{"X-082", boundaryFile, "case c.PendingDebug != 0 && !c.InhibitMovSS:", "case c.PendingDebug != 0:"},
	{"X-084", "cpu/x86/vendor.go", "amdRules   = vendorRules{movSSChains: true}", "amdRules   = vendorRules{}"},
	{"X-087", exceptionFile, "\tif !c.delivering {\n\t\tc.PendingDebug = 0\n", "\tif !c.delivering {\n"},
	// Data and port breakpoints.
	{"X-042", watchFile, "(c.wrap(w.addr-lin) < uint64(size) || c.wrap(lin-w.addr) <= w.last)", "c.wrap(lin-w.addr) <= w.last"},
	{"X-099", watchFile, "(write || w.read)", "(write || !w.read)"},
	{"X-111", watchFile, "p-w.addr <= w.last", "p-w.addr < w.last"},
	// Priorities.
	{"X-112", boundaryFile, "\tcase c.PendingDebug != 0 && !c.InhibitMovSS:\n\t\tc.deliverDebug()\n\tcase c.NMIPending && !c.NMIBlocked && !c.InhibitMovSS && !c.held():\n\t\tc.deliverNMI()\n\tcase c.INTR && c.eflags&flagIF != 0 && !c.InhibitSTI && !c.InhibitMovSS && !c.held():\n\t\treturn c.deliverInterrupt()\n",
		"\tcase c.NMIPending && !c.NMIBlocked && !c.InhibitMovSS && !c.held():\n\t\tc.deliverNMI()\n\tcase c.INTR && c.eflags&flagIF != 0 && !c.InhibitSTI && !c.InhibitMovSS && !c.held():\n\t\treturn c.deliverInterrupt()\n\tcase c.PendingDebug != 0 && !c.InhibitMovSS:\n\t\tc.deliverDebug()\n"},
	// The debugger.
	{"V-014", cpuFile, "c.leave(cpu.Exit{Kind: cpu.ExitBreakpoint, Addr: c.PC()})\n\t\treturn true", "c.leave(cpu.Exit{Kind: cpu.ExitBreakpoint, Addr: c.PC()})\n\t\tc.step()\n\t\treturn true"},
	{"V-016", boundaryFile, "return (c.skip || c.Hold) && !c.State.Halted", "return c.Hold && !c.State.Halted"},
	{"V-016", exceptionFile, "c.skip, c.Hold, c.traced, c.shadowed = false, false, false, false", "c.Hold, c.traced, c.shadowed = false, false, false"},
	{"V-025", "debug/registers.go", "\tif d.cpus[cpu].PC() != pc {\n\t\td.hits[cpu].valid = false\n\t}\n", "\t_ = pc\n"},
	{"V-026", "cpu/x86/registers_core.go", "c.setRFLAGS(v&^flagVM | c.eflags&flagVM)", "c.setRFLAGS(v)"},
	{"V-028", "cpu/x86/catch.go", "\t\tpanic(&c.catches.refused)\n", ""},
	{"V-029", "debug/step.go", "\tcase stop.Kind != StopStep:\n\t\treturn stop, true\n", "\tcase stop.Kind != StopStep:\n\t\treturn stop, stop.Kind != StopBreakpoint\n"},
	{"V-031", "cpu/x86/paging.go", "w.NoSetBits, w.SMAP, w.PKE = true, false, false", "w.NoSetBits, w.SMAP, w.PKE = false, false, false"},
	{"V-032", "cpu/x86/paging.go", "e, _, ok := w.Walk(va, mmu.Read)\n\treturn e.PA", "e, _, ok := w.Walk(va, c.access(mmu.Read))\n\treturn e.PA"},
}
