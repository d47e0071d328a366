package conformance

import (
	"testing"

	"stasis/cpu"
	"stasis/debug"
	"stasis/machine"
)

// TestDebugSchedule: what a resume says nothing about stands still, and a replay with the recorded inputs goes the same way.
func TestDebugSchedule(t *testing.T) {
	r := twoCPUs(t, "48ffc3 ebfb")
	start := r.m.Snapshot()
	rbx := func(cpu int) uint64 { v, _ := r.d.Register(cpu, "rbx"); return v }
	r.d.SetPolicy(debug.Arch)
	for range 50 {
		r.request(debug.Request{Actions: []debug.Action{debug.Hold, debug.Step}})
	}
	r.equal(rbx(0), 0, "CPU 0 while CPU 1 steps alone")
	r.equal(rbx(1), 25, "CPU 1")
	r.do(func() { r.d.SetBreakpoint(r, rigCode+3, nil) })
	for range 20 {
		if s := r.request(debug.Request{Actions: []debug.Action{debug.Continue, debug.Hold}}); s.CPU != 0 {
			t.Errorf("%+v", s)
		}
	}
	r.equal(rbx(1), 25, "CPU 1 while CPU 0 runs alone")
	r.do(func() { r.d.ClearBreakpoint(r, rigCode+3) })
	for range 3 * machine.DefaultQuantum {
		r.step()
	}
	if rbx(1) == 25 {
		t.Error("CPU 1 is still left out")
	}
	at, want := r.m.Retired(), r.m.Hash()
	if err := r.m.Restore(start); err != nil {
		t.Fatal(err)
	}
	r.do(func() {
		for _, c := range r.m.CPUs() {
			c.SetBreakpoints(nil)
		}
		runTo(r.m, at)
	})
	if r.m.Hash() != want {
		t.Errorf("the replay with %d inputs goes another way", len(r.m.Inputs()))
	}
}

// TestDebugHold: a step under the policy hold runs its instruction although an interrupt is due, which then comes one boundary
// later, once; and a replay does the same.
func TestDebugHold(t *testing.T) {
	r := newRig(t, "fb 90 48ffc3 ebfb", rigOptions{hz: 100_000})
	r.arch()
	start := r.m.Snapshot()
	r.d.SetPolicy(debug.Held)
	held := 0
	for range 400 {
		at, ticks := r.reg("rip"), r.cpu(0).Interrupts()
		r.step()
		if r.vector() >= 0 || r.reg("rip") == at {
			t.Fatalf("a step from %#x ended at %#x", at, r.reg("rip"))
		}
		if r.cpu(0).Interrupts() != ticks {
			t.Errorf("an interrupt came into a step that holds it off")
		}
		r.d.SetPolicy(debug.Arch)
		r.step()
		if r.cpu(0).Interrupts() != ticks {
			held++
			for r.reg("rip") > rigCode+0x1000 || r.reg("rip") < rigCode {
				r.step()
			}
		}
		r.d.SetPolicy(debug.Held)
	}
	if held == 0 {
		t.Error("no interrupt came at all")
	}
	at, want := r.m.Retired(), r.m.Hash()
	if err := r.m.Restore(start); err != nil {
		t.Fatal(err)
	}
	r.do(func() {
		runTo(r.m, at)
	})
	if r.m.Hash() != want {
		t.Errorf("the replay with %d inputs goes another way", len(r.m.Inputs()))
	}
}

// TestDebugCatch stops at each kind of event, where the manual of the monitor says.
func TestDebugCatch(t *testing.T) {
	for _, row := range []struct {
		name, code string
		setup      func(r *rig)
		catch      cpu.Catch
		at         int64 // PC at the stop
	}{
		{"exception", "90 488b03 f4", func(r *rig) { r.set("rbx", rigUnmapped) }, cpu.Catch{Kind: cpu.CatchException, First: 14, Last: 14}, 1},
		{"software interrupt", "90 cd05 f4", nil, cpu.Catch{Kind: cpu.CatchException, First: 5, Last: 5}, 1},
		{"INT1", "90 f1 f4", nil, cpu.Catch{Kind: cpu.CatchException, First: 1, Last: 1}, 1},
		{"single step", rigSetsTF + "90 90 f4", nil, cpu.Catch{Kind: cpu.CatchException, First: 1, Last: 1}, 8},
		{"instruction breakpoint", "90 90 f4", func(r *rig) { r.set("dr0", rigCode+1); r.set("dr7", 1) }, cpu.Catch{Kind: cpu.CatchException, First: 1, Last: 1}, 1},
		{"NMI", "90 90 f4", func(r *rig) { r.cpu(0).RaiseNMI() }, cpu.Catch{Kind: cpu.CatchInterrupt, First: 2, Last: 2}, 0},
		{"port read", "90 e461 90", nil, cpu.Catch{Kind: cpu.CatchPort, First: 0x60, Last: 0x61}, 3},
		{"port written", "90 e680 90", nil, cpu.Catch{Kind: cpu.CatchPort, First: 0x80, Last: 0x80}, 3},
		{"RDMSR", "b9800000c0 0f32 90", nil, cpu.Catch{Kind: cpu.CatchMSR, First: 0xc0000080, Last: 0xc0000080}, 7},
		{"WRMSR", "b9800000c0 0f32 0f30 90", nil, cpu.Catch{Kind: cpu.CatchMSR, First: 0xc0000080, Last: 0xc0000080}, 7},
		{"CR3", "0f20d8 0f22d8 90", nil, cpu.Catch{Kind: cpu.CatchControl, First: 3, Last: 3}, 6},
		{"CLTS", "90 0f06 90", nil, cpu.Catch{Kind: cpu.CatchControl, First: 0, Last: 0}, 3},
		{"triple fault", "90 cc", func(r *rig) { r.set("idtr_limit", 0) }, cpu.Catch{Kind: cpu.CatchTripleFault}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, row.code, rigOptions{setup: row.setup})
			r.do(func() { r.d.Catch(r, row.catch) })
			if s := r.cont(); s.Kind != debug.StopCatch {
				t.Errorf("%+v", s)
			}
			r.at(row.at, "the catch")
			r.do(func() { r.d.Uncatch(r, row.catch) })
			if s := r.arch(); row.catch.Kind == cpu.CatchTripleFault && s.Kind != debug.StopFatal {
				t.Errorf("%+v", s)
			}
		})
	}
	t.Run("privilege", func(t *testing.T) {
		r := newRig(t, "480f07 90 f4", rigOptions{})
		s := r.cpu(0).Snapshot()
		s.EFER, s.STAR, s.GPR[1], s.GPR[11] = s.EFER|1, 8<<48, rigCode+3, 2
		r.cpu(0).SetState(s)
		r.do(func() { r.d.Catch(r, cpu.Catch{Kind: cpu.CatchPrivilege, First: 3, Last: 3}) })
		if s := r.cont(); s.Kind != debug.StopCatch {
			t.Errorf("%+v", s)
		}
		r.at(3, "behind SYSRET")
		r.equal(r.reg("cpl"), 3, "CPL")
	})
}

// TestDebugBreakpointKinds: physical addresses, one CPU, one address space, owners that share an address, and pages that are not
// mapped yet.
func TestDebugBreakpointKinds(t *testing.T) {
	r := twoCPUs(t, "90 48ffc3 ebfa")
	both := debug.Breakpoint{Addr: rigCode + 1}
	r.do(func() {
		r.d.Break(r, both, nil)
		r.d.Break("another", both, nil)
		r.d.Unbreak(r, both)
	})
	if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != rigCode+1 {
		t.Errorf("one of two owners: %+v", s)
	}
	r.do(func() {
		r.d.Unbreak("another", both)
		r.d.Break(r, debug.Breakpoint{Addr: rigCode + 0x100, One: true, CPU: 0}, nil)
		r.d.Break(r, debug.Breakpoint{Addr: rigCode + 4, InSpace: true, Space: 0x7000}, nil)
		r.d.Break(r, debug.Breakpoint{Addr: rigUnmapped}, nil)
		r.d.Break(r, debug.Breakpoint{Addr: rigCode + 0x103, Physical: true}, nil)
	})
	for range 3 {
		if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != rigCode+0x103 || s.CPU != 1 {
			t.Errorf("by physical address, CPU and address space: %+v", s)
		}
	}
	// Set before the guest maps the page, and reached by two linear addresses.
	unseen(t, "488907 0f20da 0f22da ffe1", rigOptions{setup: func(r *rig) {
		cr3 := r.reg("cr3")
		r.put(rigData+0x10000, r.d.ReadPhysical(cr3, 4096))
		r.set("rdi", cr3+255*8)
		r.set("rax", r.word(cr3))
		r.set("rcx", 255<<39+rigCode+0x200)
		r.code(rigCode+0x200, "90 90 f4")
	}}, func(r *rig) {
		const alias = 255<<39 + rigCode + 0x201
		r.do(func() {
			r.d.SetBreakpoint(r, alias-1, nil)
			r.d.Break(r, debug.Breakpoint{Addr: rigCode + 0x201, Physical: true}, nil)
		})
		if s := r.cont(); s.Addr != alias-1 {
			t.Errorf("a page mapped later: %+v", s)
		}
		if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != alias {
			t.Errorf("by physical address: %+v", s)
		}
		r.arch()
	})
}
