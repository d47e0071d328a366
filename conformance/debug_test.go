package conformance

import (
	"strings"
	"testing"

	"stasis/cpu"
	"stasis/debug"
)

// TestDebugger checks the rules of a debugger that changes nothing, each as a subtest named by its id in
// docs/DEBUG-COVERAGE.md.
func TestDebugger(t *testing.T) {
	for _, r := range []struct {
		id   string
		test func(t *testing.T)
	}{
		{"V-001", vStepsTouchNothing}, {"V-004", vFlagCopies}, {"V-006", vStepOverGuestBreakpoint}, {"V-007", vStepGrain},
		{"V-008", vStepMovSS}, {"V-009", vBetweenInstructions}, {"V-010", vStepHalt}, {"V-011", vStepFault},
		{"V-012", vBreakpointInvisible}, {"V-014", vHostBeforeGuest}, {"V-015", vBreakpointPriority}, {"V-016", vSkipOnce},
		{"V-017", vStepUnderTF}, {"V-018", vGuestSteps}, {"V-019", vDebugRegistersNotShared}, {"V-020", vWatchTwice},
		{"V-021", vWatchTriggers}, {"V-022", vInjected}, {"V-023", vProbes}, {"V-024", vTextPoke}, {"V-025", vNewPC},
		{"V-026", vHostFlags}, {"V-027", vHandlerEntry}, {"V-028", vGuestBreakpointCatch}, {"V-029", vRangeStep},
		{"V-030", vNotRecorded}, {"V-031", vHostReads}, {"V-032", vSupervisorRights}, {"V-033", vModeSwitches}, {"V-034", vCounters},
	} {
		t.Run(r.id, r.test)
	}
}

// rigShowsFlags stores RFLAGS again and again, with INT3 and a timer: pushfq; pop rax; mov [rdi],rax; int3; add rbx,rax; cli; nop; sti;
// rdtsc; xor rbx,rax; jmp.
const rigShowsFlags = "fb 9c 58 488907 cc 4801c3 fa 90 fb 0f31 4831c3 ebec"

func vStepsTouchNothing(t *testing.T) {
	for _, policy := range []debug.Policy{debug.Arch, debug.Through} {
		unseen(t, rigShowsFlags, rigOptions{hz: 20_000}, func(r *rig) {
			r.d.SetPolicy(policy)
			code := r.word(rigCode)
			for i := range 600 {
				switch {
				case i%50 == 20:
					r.do(func() { r.d.SetBreakpoint(r, rigCode+3, nil) })
				case i%50 == 40:
					r.do(func() { r.d.ClearBreakpoint(r, rigCode+3) })
				case i%50 == 30:
					r.cont()
					continue
				}
				r.step()
				r.equal(r.reg("eflags")>>8&1, 0, "TF")
				r.equal(r.reg("dr7"), 0x400, "DR7")
				r.equal(r.reg("dr6"), dr6Idle, "DR6")
			}
			r.equal(r.word(rigCode), code, "code in memory")
			r.equal(r.word(rigData)>>8&1, 0, "TF that PUSHF saw")
		})
	}
}

// vFlagCopies: lahf; sahf; fnstenv [rdi]; verw ax; mov rax,cs; push rax; lea rbx,[rip+3]; push rbx; lretq; nop; jmp.
func vFlagCopies(t *testing.T) {
	unseen(t, "9f 9e d937 0f00e8 8cc8 50 488d1d03000000 53 48cb 90 ebe9", rigOptions{}, func(r *rig) {
		for range 60 {
			r.arch()
		}
		if r.pc() < 0 || r.pc() > 30 {
			t.Errorf("lost at %d", r.pc())
		}
	})
}

func vStepOverGuestBreakpoint(t *testing.T) {
	unseen(t, "90 cc 90 f4", rigOptions{}, func(r *rig) {
		r.arch()
		r.arch()
		r.in(3, 2, "after the step of INT3")
		r.equal(r.word(r.reg("rsp")+16)&(1<<8|1<<16), 0, "TF and RF in the frame")
	})
}

// vStepGrain: mov ecx,3; rep stosb; nop.
func vStepGrain(t *testing.T) {
	unseen(t, "b903000000 f3aa 90 f4", rigOptions{}, func(r *rig) {
		r.arch()
		for n, want := range []int64{5, 5, 7, 8} {
			r.arch()
			r.at(want, "REP STOSB")
			r.equal(r.reg("eflags")>>16&1, 0, "RF shown")
			if n < 3 {
				r.equal(r.reg("rcx"), uint64(2-n), "RCX")
			}
		}
	})
	r := newRig(t, "b903000000 f3aa 90 f4", rigOptions{})
	r.arch()
	r.arch()
	r.cpu(0).RaiseNMI()
	r.arch()
	r.in(2, 5, "NMI between iterations")
	r.equal(r.word(r.reg("rsp")+16)>>16&1, 1, "RF in the frame between iterations")
	r = newRig(t, "cd05 90", rigOptions{})
	r.arch()
	r.in(5, 2, "one step delivers one event")
}

// vStepMovSS: mov eax,ss; mov ss,eax; nop; nop.
func vStepMovSS(t *testing.T) {
	r := newRig(t, "8cd0 8ed0 90 90 f4", rigOptions{})
	r.arch()
	r.arch()
	r.at(4, "the step of MOV SS")
	r.cpu(0).RaiseNMI()
	r.arch()
	r.at(5, "an NMI in the shadow waits")
	r.arch()
	r.in(2, 5, "and then it comes")

	// The watchpoint of the guest on MOV SS's operand still waits at the stop.
	r = newRig(t, "8e17 90 90 f4", rigOptions{setup: func(r *rig) {
		r.put(rigData, []byte{byte(r.reg("ss")), 0})
		r.set("dr0", rigData)
		r.set("dr7", 1|(3|1<<2)<<16)
	}})
	r.arch()
	r.at(2, "MOV SS")
	r.equal(r.reg("pending_debug")&1, 1, "the trap waits")
	r.arch()
	r.at(3, "behind the shadow")
	r.arch()
	r.in(1, 3, "the trap")
}

// vBetweenInstructions stops in every kind of shadow, goes back to a snapshot taken there, and gets the same run.
func vBetweenInstructions(t *testing.T) {
	for name, code := range map[string]string{
		"sti": "fb 90 90 90 fa ebf9", "mov ss": "8cd0 8ed0 90 90 ebf8", "tf": rigSetsTF + "90 90 90 ebf4", "rep": "b903000000 f3aa ebf7",
	} {
		r := newRig(t, code, rigOptions{hz: 100_000})
		for range 40 {
			r.arch()
			s := r.m.Snapshot()
			shadow, pending := r.reg("interrupt_shadow"), r.reg("pending_debug")
			for range 3 {
				r.arch()
			}
			want := r.m.Hash()
			if err := r.m.Restore(s); err != nil {
				t.Fatal(err)
			}
			if r.reg("interrupt_shadow") != shadow || r.reg("pending_debug") != pending {
				t.Errorf("%s: the snapshot has lost a shadow or a trap", name)
			}
			for range 3 {
				r.arch()
			}
			if r.m.Hash() != want {
				t.Fatalf("%s: another run from the snapshot at %d", name, r.d.Retired())
			}
			if err := r.m.Restore(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Blocked NMIs too: the second waits for the first one's IRET.
	r := newRig(t, "90 90 90 f4", rigOptions{})
	r.cpu(0).RaiseNMI()
	r.arch()
	r.in(2, 0, "NMI")
	if err := r.m.Restore(r.m.Snapshot()); err != nil {
		t.Fatal(err)
	}
	r.cpu(0).RaiseNMI()
	r.arch()
	if r.vector() == 2 {
		t.Error("an NMI interrupted the NMI's handler")
	}
	r.arch()
	r.at(0, "IRET")
	r.arch()
	r.in(2, 0, "the second NMI")
}

func vStepHalt(t *testing.T) {
	r := newRig(t, "f4 48ffc3 f4", rigOptions{})
	if s := r.step(); s.Kind != debug.StopStep {
		t.Errorf("the step of HLT: %+v", s)
	}
	r.at(1, "HLT is done")
	r.equal(r.reg("halted"), 1, "halted")
	if s := r.step(); s.Kind == debug.StopStep {
		t.Errorf("a step with nothing to wake it: %+v", s)
	}
	r.equal(r.reg("rbx"), 0, "what follows HLT did not run")

	r = newRig(t, "fb f4 48ffc3 f4", rigOptions{hz: 10_000})
	r.step()
	r.step()
	r.equal(r.reg("halted"), 1, "halted with interrupts on")
	if s := r.step(); s.Kind != debug.StopStep {
		t.Errorf("the step of a halted CPU: %+v", s)
	}
	r.at(5, "the handler ran, then one instruction")
	r.equal(r.reg("rbx"), 1, "what follows HLT ran once")
}

// rigUnmapped is an address in no page of the demo.
const rigUnmapped = 0x7fff00000000

// vStepFault: mov rax,[rbx].
func vStepFault(t *testing.T) {
	unseen(t, "488b03 90 f4", rigOptions{setup: func(r *rig) { r.set("rbx", rigUnmapped) }}, func(r *rig) {
		r.step()
		r.in(14, 0, "the step of a load that faults")
		r.equal(r.reg("cr2"), rigUnmapped, "CR2")
	})
}

// vBreakpointInvisible: the guest adds its own code up, and writes over the instruction with the breakpoint. mov al,[rip-11]; add
// rbx,rax; mov byte [rip+0],0x90 (which is the byte 0x48 of the next instruction's prefix); inc.
func vBreakpointInvisible(t *testing.T) {
	const code = "90 8a05f9ffffff 4801c3 c6050000000040 48ffc1 ebea"
	unseen(t, code, rigOptions{}, func(r *rig) {
		r.do(func() {
			r.d.SetBreakpoint(r, rigCode, nil)
			r.d.SetBreakpoint(r, rigCode+17, nil)
		})
		for range 4 {
			r.cont()
		}
		r.equal(r.reg("rbx"), 2*0x90, "the guest read its own NOP")
		r.do(func() {
			r.d.ClearBreakpoint(r, rigCode)
			r.d.ClearBreakpoint(r, rigCode+17)
		})
		r.equal(r.word(rigCode+17)&0xff, 0x40, "what the guest wrote over the breakpoint stays")
		r.arch()
	})
}

func vHostBeforeGuest(t *testing.T) {
	unseen(t, "90 cc 90 f4", rigOptions{}, func(r *rig) {
		r.do(func() { r.d.SetBreakpoint(r, rigCode+1, nil) })
		if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != rigCode+1 {
			t.Errorf("%+v", s)
		}
		r.at(1, "the host's breakpoint on INT3")
		r.equal(r.count(3), 0, "#BP so far")
		r.arch()
		r.in(3, 2, "the guest's #BP")
	})
}

func vBreakpointPriority(t *testing.T) {
	// Above the guest's breakpoint on the same instruction, and above its #UD.
	unseen(t, "90 0f0b f4", rigOptions{setup: func(r *rig) {
		r.set("dr0", rigCode+1)
		r.set("dr7", 1)
		r.handler(1, "804c241201 48cf") // or byte [rsp+18],1: RF
	}}, func(r *rig) {
		r.do(func() { r.d.SetBreakpoint(r, rigCode+1, nil) })
		r.cont()
		r.at(1, "the host first")
		r.equal(r.reg("dr6"), dr6Idle, "DR6 at the host's stop")
		r.arch()
		r.in(1, 1, "then the guest's #DB")
		r.equal(r.reg("dr6"), dr6Idle|1, "DR6")
		r.cont()
		r.at(1, "again, since the handler came back")
		r.arch()
		r.in(6, 1, "then #UD")
	})
	// Below an interrupt that is due.
	r := newRig(t, "90 90 90 f4", rigOptions{})
	r.do(func() { r.d.SetBreakpoint(r, rigCode+1, nil) })
	r.arch()
	r.cpu(0).RaiseNMI()
	r.cont()
	r.at(1, "the breakpoint")
	r.equal(r.count(2), 1, "the NMI came first")
	r.to(3)
	r.equal(r.count(2), 1, "NMIs")
}

// vSkipOnce: mov rax,[rbx]; the handler of #PF makes rbx good.
func vSkipOnce(t *testing.T) {
	unseen(t, "488b03 90 90 f4", rigOptions{setup: func(r *rig) {
		r.set("rbx", rigUnmapped)
		r.handler(14, "48ff0425"+le32(rigCounts+8*14)+"4889fb 4883c408 48cf")
	}}, func(r *rig) {
		r.do(func() { r.d.SetBreakpoint(r, rigCode, nil) })
		r.cont()
		r.equal(r.count(14), 0, "before the first attempt")
		r.cont()
		r.at(0, "reported again after the fault")
		r.equal(r.count(14), 1, "one fault")
		r.arch()
		r.at(3, "the second attempt")
	})
	r := newRig(t, "90 90 90 f4", rigOptions{})
	r.do(func() { r.d.SetBreakpoint(r, rigCode+1, nil) })
	r.cont()
	r.cpu(0).RaiseNMI()
	r.arch()
	r.at(2, "nothing comes between the stop and the attempt")
	r.arch()
	r.in(2, 2, "the NMI comes after it")
}

// rigSetsTF sets TF: pushfq; or byte [rsp+1],1; popfq, 7 bytes. The first trap comes after the instruction that follows.
const rigSetsTF = "9c 804c240101 9d"

func vStepUnderTF(t *testing.T) {
	unseen(t, rigSetsTF+"48ffc0 48ffc3 f4", rigOptions{}, func(r *rig) {
		for range 4 {
			r.arch()
		}
		r.at(10, "one instruction under TF")
		r.equal(r.reg("dr6"), dr6Idle, "DR6: not told yet")
		r.equal(r.reg("pending_debug")&bs, bs, "the trap waits")
		r.arch()
		r.in(1, 10, "the guest's trap")
		r.equal(r.reg("dr6"), dr6Idle|bs, "DR6")
		r.arch()
		r.arch()
		r.at(10, "back")
		r.equal(r.count(1), 1, "seen once")
	})
}

// vGuestSteps: the guest traces itself, and its handler adds the places up: mov rax,[rsp]; add rbx,rax; count; iretq. Under TF: inc;
// push; pop; int3; jmp.
func vGuestSteps(t *testing.T) {
	unseen(t, rigSetsTF+"48ffc1 51 59 cc ebf8", rigOptions{setup: func(r *rig) {
		r.handler(1, "50 488b442408 4801c3 58 48ff0425"+le32(rigCounts+8)+"48cf")
	}}, func(r *rig) {
		for i := range 400 {
			if i%40 == 39 {
				r.do(func() { r.d.SetBreakpoint(r, rigCode+10, nil) })
				r.cont()
				r.cont()
				r.do(func() { r.d.ClearBreakpoint(r, rigCode+10) })
			}
			if i%3 == 0 {
				r.step()
			} else {
				r.arch()
			}
		}
		if r.count(1) < 20 || r.count(3) < 10 {
			t.Errorf("the guest's handlers ran %d and %d times", r.count(1), r.count(3))
		}
	})
}

// vDebugRegistersNotShared: the guest sets, uses and reads its debug registers, general detect included: mov rax,dr7; add rbx,rax; mov
// rax,dr0; add rbx,rax; mov rax,dr6; add rbx,rax; mov [rdi],rbx; jmp.
func vDebugRegistersNotShared(t *testing.T) {
	unseen(t, "0f21f8 4801c3 0f21c0 4801c3 0f21f0 4801c3 48891f ebe9", rigOptions{setup: func(r *rig) {
		r.set("dr0", rigData+64)
		r.set("dr7", 1|1<<16)
	}}, func(r *rig) {
		r.do(func() {
			r.d.SetWatchpoint(r, rigData, 8, debug.Write)
			r.d.SetBreakpoint(r, rigCode+6, nil)
		})
		for range 20 {
			r.cont()
		}
		r.equal(r.reg("dr7"), 0x10401, "DR7")
		r.equal(r.reg("dr0"), rigData+64, "DR0")
	})
	// General detect is the guest's alone.
	unseen(t, "48891f 0f21c0 f4", rigOptions{setup: func(r *rig) { r.set("dr7", 1<<13) }}, func(r *rig) {
		r.do(func() { r.d.SetWatchpoint(r, rigData, 8, debug.Write) })
		if s := r.cont(); s.Kind != debug.StopWatchpoint {
			t.Errorf("%+v", s)
		}
		r.at(3, "the host's watchpoint")
		r.equal(r.reg("dr7")>>13&1, 1, "GD")
		r.arch()
		r.in(1, 3, "MOV from DR0")
		r.equal(r.reg("dr6"), dr6Idle|bd, "DR6")
	})
}

func vWatchTwice(t *testing.T) {
	unseen(t, "48891f 90 f4", rigOptions{setup: func(r *rig) {
		r.set("dr1", rigData)
		r.set("dr7", 1<<2|1<<20)
	}}, func(r *rig) {
		r.do(func() { r.d.SetWatchpoint(r, rigData, 8, debug.Write) })
		if s := r.cont(); s.Kind != debug.StopWatchpoint {
			t.Errorf("%+v", s)
		}
		r.at(3, "the host's stop")
		r.equal(r.reg("pending_debug")&15, 2, "the guest's trap waits")
		if err := r.m.Restore(r.m.Snapshot()); err != nil {
			t.Fatal(err)
		}
		r.arch()
		r.in(1, 3, "the guest's trap")
		r.equal(r.reg("dr6"), dr6Idle|2, "DR6")
	})
	unseen(t, "48891f 90 f4", rigOptions{}, func(r *rig) {
		r.do(func() { r.d.SetWatchpoint(r, rigData, 8, debug.Write) })
		r.cont()
		r.equal(r.reg("pending_debug"), 0, "a host's watchpoint alone")
		r.arch()
		r.equal(r.count(1), 0, "#DB")
	})
}

// vWatchTriggers counts the stops of one instruction on a watched quadword.
func vWatchTriggers(t *testing.T) {
	for _, row := range []struct {
		name, code string
		access     debug.Access
		changed    bool
		want       debug.StopKind
	}{
		{"CMPXCHG that fails", "48ffc0 480fb11f", debug.Write, false, debug.StopWatchpoint},
		{"the same value", "48891f", debug.Write, false, debug.StopWatchpoint},
		{"the same value, changes only", "48891f", debug.Write, true, debug.StopBreakpoint},
		{"another value, changes only", "48ff07", debug.Write, true, debug.StopWatchpoint},
		{"a load", "488b07", debug.Write, false, debug.StopBreakpoint},
		{"a load, access", "488b07", debug.ReadWrite, false, debug.StopWatchpoint},
		{"CMOV not taken", "4885ff 480f4407", debug.Read, false, debug.StopWatchpoint},
		{"BTS of a set bit", "480fba2f00", debug.Write, false, debug.StopWatchpoint},
		{"PREFETCH", "0f180f", debug.ReadWrite, false, debug.StopBreakpoint},
		{"MASKMOVDQU of nothing", "660fefc9 660ff7c1", debug.Write, false, debug.StopBreakpoint},
		{"MASKMOVDQU", "66 0f76c9 660ff7c1", debug.Write, false, debug.StopWatchpoint},
		{"the neighbour", "48895f08", debug.Write, false, debug.StopBreakpoint},
		{"REP STOSB", "b902000000 f3aa", debug.Write, false, debug.StopWatchpoint},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, row.code+"f4", rigOptions{})
			r.do(func() {
				if row.changed {
					r.d.WatchChange(r, rigData, 8)
				} else {
					r.d.SetWatchpoint(r, rigData, 8, row.access)
				}
			})
			r.do(func() { r.d.SetBreakpoint(r, rigCode+uint64(len(strings.ReplaceAll(row.code, " ", "")))/2, nil) })
			if s := r.cont(); s.Kind != row.want {
				t.Errorf("%+v", s)
			}
		})
	}
}

// vInjected: an exception that the host has stopped and lets go on takes the guest's own way, and a step is never one.
func vInjected(t *testing.T) {
	unseen(t, "90 cc cd03 90 f4", rigOptions{}, func(r *rig) {
		r.do(func() { r.d.Catch(r, cpu.Catch{Kind: cpu.CatchException, First: 0, Last: 31}) })
		for _, at := range []int64{1, 2} {
			if s := r.cont(); s.Kind != debug.StopCatch {
				t.Errorf("%+v", s)
			}
			r.at(at, "caught before its delivery")
			r.equal(r.reg("dr6"), dr6Idle, "DR6")
			r.arch()
			r.in(3, []int64{0, 2, 4}[at], "delivered")
		}
	})
}

// vProbes: a breakpoint in the kernel's style. INT3's handler sends the CPU to a copy of the instruction under TF and without
// interrupts, and #DB's handler back: both by rewriting their frames.
func vProbes(t *testing.T) {
	const place = rigData + 0x800 // inc rbx lies here
	o := rigOptions{hz: 50_000, setup: func(r *rig) {
		r.code(place, "48ffc3 0f0b")
		r.handler(3, "48c70424"+le32(place)+"804c241101 80642411fd 48cf")
		r.handler(1, "48ff0425"+le32(rigCounts+8)+"48c70424"+le32(rigCode+2)+"80642411fe 804c241102 48cf")
	}}
	unseen(t, "fb cc 48ffc1 ebfa", o, func(r *rig) {
		for i := range 900 {
			if i%2 == 0 {
				r.step()
			} else {
				r.arch()
			}
		}
		r.do(func() { r.d.SetBreakpoint(r, place, nil); r.d.SetBreakpoint(r, rigCode+1, nil) })
		for range 20 {
			r.cont()
		}
		r.do(func() { r.d.ClearBreakpoint(r, place); r.d.ClearBreakpoint(r, rigCode+1) })
		if n := r.count(1); n < 50 || r.reg("rbx")-n > 1 || n-r.reg("rcx") > 1 {
			t.Errorf("%d traps, %d copies, %d rounds", n, r.reg("rbx"), r.reg("rcx"))
		}
	})
}

// vTextPoke: CPU 0 writes INT3 over an instruction that CPU 1 runs in a loop: mov byte [...],0xcc; jmp.
func vTextPoke(t *testing.T) {
	const loop = rigCode + 0x100
	r := newRig(t, "c60425"+le32(loop)+"cc ebfe", rigOptions{smp: 2, setup: func(r *rig) {
		r.code(loop, "90 48ffc3 ebfa")
		r.handler(3, "f4")
		s := r.cpu(0).Snapshot()
		s.RIP, s.GPR[4] = loop, rigStack-0x1000
		r.cpu(1).SetState(s)
	}})
	r.do(func() { r.d.SetBreakpoint(r, rigCode, nil) })
	r.cont()
	r.do(func() {
		r.d.ClearBreakpoint(r, rigCode)
		r.d.SetBreakpoint(r, rigHandler+3*256, nil)
	})
	s := r.cont()
	if s.Kind != debug.StopBreakpoint || s.CPU != 1 {
		t.Fatalf("%+v", s)
	}
	rsp, _ := r.d.Register(1, "rsp")
	r.equal(r.word(rsp), loop+1, "the other CPU's #BP")
	// The same byte, written by the host, and right before the CPU's own nose.
	r = newRig(t, "c6050000000 0cc 90 f4", rigOptions{})
	r.arch()
	r.arch()
	r.in(3, 8, "INT3 written over the next instruction")
}

func vNewPC(t *testing.T) {
	r := newRig(t, "90 90 90 f4", rigOptions{})
	r.do(func() { r.d.SetBreakpoint(r, rigCode+1, nil) })
	r.cont()
	r.set("rip", rigCode)
	if s := r.cont(); s.Kind != debug.StopBreakpoint {
		t.Errorf("the skip was kept: %+v", s)
	}
	r.at(1, "the breakpoint")

	r = newRig(t, "f4 90 90 f4", rigOptions{})
	r.arch()
	r.set("rip", rigCode+2)
	r.equal(r.reg("halted"), 0, "the wait of HLT")
	r.arch()
	r.at(3, "it runs")

	r = newRig(t, "fb 90 90 f4", rigOptions{})
	r.arch()
	r.set("rip", rigCode+2)
	r.equal(r.reg("interrupt_shadow"), 0, "the shadow of STI")

	r = newRig(t, rigSetsTF+"90 90 90 f4", rigOptions{})
	for range 4 {
		r.arch()
	}
	r.set("rip", rigCode+9)
	r.equal(r.reg("pending_debug")&bs, bs, "a trap that waits is kept")
	r.arch()
	r.in(1, 9, "it is delivered")

	r = newRig(t, "b903000000 f3aa 90 90 f4", rigOptions{})
	r.arch()
	r.arch()
	r.set("rip", rigCode+7)
	r.cpu(0).RaiseNMI()
	r.arch()
	r.in(2, 7, "NMI")
	r.equal(r.word(r.reg("rsp")+16)>>16&1, 0, "RF: the REP is over")
}

func vHostFlags(t *testing.T) {
	r := newRig(t, "90 90 f4", rigOptions{})
	r.set("eflags", 2|1<<8|1<<17|1<<16)
	r.equal(r.reg("eflags"), 2|1<<8|1<<16, "RFLAGS: VM stays off, RF is as stored")
	r.arch()
	r.equal(r.reg("eflags")>>16&1, 0, "RF after an instruction")
	r.arch()
	r.in(1, 1, "the host's TF is the guest's")
	r.equal(r.reg("dr6"), dr6Idle|bs, "DR6")
}

func vHandlerEntry(t *testing.T) {
	unseen(t, "66cc cd03 cd80 f4", rigOptions{setup: func(r *rig) { r.gate(0x80, rigHandler+9*256) }}, func(r *rig) {
		for i, ret := range []int64{2, 4, 6} {
			r.step()
			if i < 2 {
				r.in(3, ret, "PC is the handler's, RIP behind the instruction")
			} else {
				r.in(9, ret, "INT 0x80")
			}
			r.step()
			r.step()
		}
	})
}

func vGuestBreakpointCatch(t *testing.T) {
	r := newRig(t, "90 cc 90 f4", rigOptions{})
	r.to(3)
	r.equal(r.count(3), 1, "#BP")
	unseen(t, "90 cc 90 f4", rigOptions{}, func(r *rig) {
		r.do(func() { r.d.Catch(r, cpu.Catch{Kind: cpu.CatchException, First: 3, Last: 3}) })
		if s := r.cont(); s.Kind != debug.StopCatch {
			t.Errorf("%+v", s)
		}
		r.at(1, "caught before its delivery")
		r.equal(r.count(3), 0, "#BP so far")
		r.do(func() { r.d.SetBreakpoint(r, rigCode+2, nil) })
		r.cont()
		r.at(2, "passed through")
		r.equal(r.count(3), 1, "#BP")
	})
}

// vRangeStep: call +2 instructions away and back, under a timer.
func vRangeStep(t *testing.T) {
	const code = "fb 48ffc3 e802000000 ebf6 48ffc1 c3"
	unseen(t, code, rigOptions{hz: 100_000}, func(r *rig) {
		span := func(from, to uint64) debug.Stop {
			a := r.actions(debug.Continue)
			a[0] = debug.Step
			return r.request(debug.Request{Actions: a, Range: &debug.Range{From: rigCode + from, To: rigCode + to}})
		}
		for range 40 {
			span(0, 11)
			r.at(11, "a range that a call leaves")
			span(11, 15)
			r.at(9, "a range that a return leaves")
		}
		r.do(func() { r.d.SetBreakpoint(r, rigCode+4, nil) })
		if s := span(0, 15); s.Kind != debug.StopBreakpoint {
			t.Errorf("%+v", s)
		}
		r.at(4, "a breakpoint in the range")
	})
}

func vNotRecorded(t *testing.T) {
	r := newRig(t, rigShowsFlags, rigOptions{hz: 20_000})
	before := len(r.m.Inputs())
	r.do(func() { r.d.SetBreakpoint(r, rigCode+3, nil); r.d.SetWatchpoint(r, rigData, 8, debug.Write) })
	for range 50 {
		r.cont()
		r.step()
		r.arch()
		r.d.ReadMemory(0, rigCode, 4096)
	}
	r.equal(uint64(len(r.m.Inputs())), uint64(before), "inputs after stops, steps and reads")
	r.d.SetPolicy(debug.Held)
	r.step()
	r.equal(uint64(len(r.m.Inputs())), uint64(before+1), "inputs after a step that holds interrupts off")
}

func vHostReads(t *testing.T) {
	r := newRig(t, rigShowsFlags, rigOptions{hz: 20_000})
	r.arch()
	r.cpu(0).SetWatchpoints(nil)
	r.set("dr0", rigData)
	r.set("dr7", 1|3<<16)
	want := r.m.Hash()
	for va := uint64(0); va < 16<<20; va += 4096 {
		r.d.ReadMemory(0, va, 4096)
	}
	for _, device := range []uint64{0xfee00000, 0xfec00000, 0xfed00000, 1 << 45, rigUnmapped} {
		if p := r.d.ReadMemory(0, device, 8); len(p) != 0 {
			t.Errorf("%d bytes at %#x, where no memory is", len(p), device)
		}
	}
	r.d.ReadPhysical(0xfee00020, 4)
	for i := range r.d.Registers() {
		r.d.CPUs()[0].ReadRegister(i)
	}
	if r.m.Hash() != want {
		t.Error("the state has changed")
	}
	r.equal(r.reg("pending_debug"), 0, "the guest's watchpoint")
}

// vSupervisorRights reads a user's page with SMAP on, and the kernel's with the CPU in ring 3.
func vSupervisorRights(t *testing.T) {
	r := newRig(t, "90 f4", rigOptions{})
	s := r.cpu(0).Snapshot()
	s.CR4 |= 1<<21 | 1<<20
	r.cpu(0).SetState(s)
	if p := r.d.ReadMemory(0, rigCode, 1); len(p) != 1 || p[0] != 0x90 {
		t.Errorf("with SMAP and SMEP: % x", p)
	}
	s.CPL = 3
	r.cpu(0).SetState(s)
	if p := r.d.ReadMemory(0, rigIDT, 16); len(p) != 16 {
		t.Errorf("%d bytes of the kernel's in ring 3", len(p))
	}
}

// vModeSwitches steps from real mode to protected mode to long mode.
func vModeSwitches(t *testing.T) {
	const base, table = 0x8000, 0x8200
	setup := func(r *rig) {
		cr3 := r.reg("cr3")
		r.code(base, "0f011600 02"+"0f20c0 0c01 0f22c0"+"66ea"+le32(base+0x40)+"0800")
		r.code(base+0x40, "b8a0000000 0f22e0 b8"+le32(cr3)+"0f22d8 b9800000c0 0f32 0d00010000 0f30 0f20c0 0d00000080 0f22c0 ea"+le32(base+0x100)+"1000")
		r.code(base+0x100, "48ffc3 48ffc3 ebf8")
		r.code(table, "1700"+le32(table+8)+"0000")
		r.code(table+8, "0000000000000000 ffff0000009bcf00 ffff0000009baf00")
		s := r.cpu(0).Snapshot()
		s.CR0, s.CR4, s.EFER, s.RFLAGS, s.RIP = 0x10, 0, 0, 2, 0
		for n := range s.Seg {
			s.Seg[n].Selector, s.Seg[n].Base, s.Seg[n].Limit, s.Seg[n].Attr = 0, 0, 0xffff, 0x93
		}
		s.Seg[1].Selector, s.Seg[1].Base, s.Seg[1].Attr = base>>4, base, 0x9b
		s.Seg[3].Base = base // DS
		r.cpu(0).SetState(s)
	}
	unseen(t, "90", rigOptions{setup: setup}, func(r *rig) {
		r.equal(r.reg("rip"), base, "PC in real mode is CS's base and IP")
		bits := map[uint64]bool{}
		for range 30 {
			r.arch()
			bits[r.reg("code_bits")] = true
		}
		if !bits[16] || !bits[32] || !bits[64] || r.reg("rbx") == 0 {
			t.Errorf("code of %v bits, RBX %d, rip %#x", bits, r.reg("rbx"), r.reg("rip"))
		}
	})
}

// vCounters: rdtsc; mov [rdi],eax; the timer's count by port; jmp.
func vCounters(t *testing.T) {
	unseen(t, "0f31 8907 e440 884704 ba08060000 ed 894708 ebec", rigOptions{}, func(r *rig) {
		var last uint64
		for range 30 {
			for range 7 {
				r.arch()
			}
			now := r.word(rigData) & 0xffffffff
			if now < last {
				t.Errorf("the TSC goes from %d to %d", last, now)
			}
			last = now
		}
		for range 100 {
			r.step()
		}
	})
}
