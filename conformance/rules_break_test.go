package conformance

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"stasis/conformance/harness"
	"stasis/cpu"
	"stasis/cpu/x86"
)

// hosted runs a rule's code under breakpoints of the debugger, which goes on from each stop; the stops are among the events as
// "stop+N", "watch+N".
func hosted(t *testing.T, code string, setup func(*trial), breakpoints ...uint64) (*trial, string) {
	t.Helper()
	r := newTrial(t, "amd", code)
	var list []string
	old := r.before
	r.onStop = func(exit cpu.Exit) {
		kind := "stop"
		if exit.Kind == cpu.ExitWatchpoint {
			kind = "watch"
		} else {
			r.CPU.SkipBreakpoint()
		}
		list = append(list, fmt.Sprintf("%s+%d", kind, r.CPU.PC()-probeCode))
	}
	if setup != nil {
		setup(r)
		old = r.before
	}
	r.before = func(e event, s *x86.State) {
		list = append(list, r.text(e, s))
		if old != nil {
			old(e, s)
		}
	}
	r.CPU.SetBreakpoints(breakpoints)
	r.events()
	return r, strings.Join(list, " ")
}

// TestHostBreakpoints is the debugger's breakpoints beside the guest's own.
func TestHostBreakpoints(t *testing.T) {
	x := func(off uint64) func(*trial) { return dr(0, execute, 1, atCode(off)) }
	for _, row := range []struct {
		id, name, code string
		setup          func(*trial)
		at             uint64
		want           string
	}{
		{"V-014", "a CC of the guest under a breakpoint", "90 cc 90 0f0b", nil, atCode(1), "stop+1 BP+2 UD+3:RF"},
		{"V-015", "before the guest's breakpoint", "90 90 0f0b", x(1), atCode(1), "stop+1 DB+1:B0 stop+1 UD+2:RF"},
		{"V-015", "before #UD", "0f0b", nil, atCode(0), "stop+0 UD+0:RF"},
		{"V-015", "before the fetch", "41ffe7", nil, probeEdge, fmt.Sprintf("stop+%d PF(14)+%d:RF", probeEdge-probeCode, probeEdge-probeCode)},
		{"V-015", "after a pending trap", "90 90 0f0b", stepping, atCode(1), "DB+1:TF,BS stop+1 DB+2:TF,BS UD+2:TF,RF"},
		{"V-015", "after an interrupt that is due, once", "90 90 0f0b", pendInterrupt, atCode(0), "INT40+0 stop+0 UD+2:RF"},
		{"V-016", "one attempt of a loop", "e2fe 0f0b", gpr(1, 3), atCode(0), "stop+0 stop+0 stop+0 UD+2:RF"},
		{"V-016", "an attempt that faults", "cc ebfd", limit(2), atCode(0), "stop+0 BP+1 stop+0 BP+1"},
		{"V-016", "a REP is one instruction", "f3aa 0f0b", gpr(1, 5), atCode(0), "stop+0 UD+2:RF"},
		{"V-028", "PC is the breakpoint's", "b801000000 90 0f0b", nil, atCode(5), "stop+5 UD+6:RF"},
		{"V-028", "a CC that the debugger does not own", "90 cc 90 0f0b", nil, atCode(2), "BP+2 stop+2 UD+3:RF"},
	} {
		t.Run(row.id+"/"+row.name, func(t *testing.T) {
			if _, got := hosted(t, row.code, row.setup, row.at); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
	t.Run("V-012", breakpointsOutsideMemory)
	t.Run("V-016/interrupts wait for the attempt", skipHolds)
	t.Run("V-019", guestRegistersUntouched)
	t.Run("V-020", bothWatch)
	t.Run("V-021", sameTriggers)
	t.Run("V-025", writeRIP)
	t.Run("V-026", writeFlags)
	t.Run("V-031", lookingLeavesNoTrace)
	t.Run("V-032", readsAsSupervisor)
	t.Run("V-033", realModePC)
}

// breakpointsOutsideMemory: the guest reads and writes the code under a breakpoint as if there were none.
func breakpointsOutsideMemory(t *testing.T) {
	_, got := hosted(t, "8a0425 08004000 90 cc 0f0b", at(1, 0, 0xcc), atCode(8))
	if got != "stop+8 BP+9 UD+9:RF" {
		t.Errorf("got %s", got)
	}
	r, got := hosted(t, "c6042508004000 90 cc 0f0b", nil, atCode(8))
	r.CPU.SetBreakpoints(nil)
	if b := r.Read(r.pages[probeCode]+8, 1)[0]; got != "stop+8 UD+9:RF" || b != 0x90 {
		t.Errorf("got %s; the guest has written NOP, memory holds %#x", got, b)
	}
}

// skipHolds: an interrupt that comes between a stop and the resume waits for the instruction.
func skipHolds(t *testing.T) {
	_, got := hosted(t, "90 90 0f0b", func(r *trial) {
		stop := r.onStop
		r.onStop = func(exit cpu.Exit) {
			stop(exit)
			r.Interrupt = []uint8{0x40}
			r.CPU.SetINTR(true)
		}
	}, atCode(0))
	if got != "stop+0 INT40+1 UD+2:RF" {
		t.Errorf("got %s", got)
	}
}

// guestRegistersUntouched: DR0–DR7 are the guest's alone.
func guestRegistersUntouched(t *testing.T) {
	r, got := hosted(t, "0f21f8 0f21f3 8907 0f0b", with(ring0, func(r *trial) {
		r.CPU.SetWatchpoints([]cpu.Watch{{Addr: atBuf(0), Len: 4, Write: true}})
	}, at(1, 0, 0x400)), atCode(3))
	if s := r.CPU.Snapshot(); got != "stop+3 watch+8 UD+8:RF" || s.DR6 != dr6Idle || s.DR7 != 0x400 {
		t.Errorf("got %s, DR6 %#x, DR7 %#x", got, s.DR6, s.DR7)
	}
	_, got = hosted(t, "8907 90 0f21c0 0f0b", with(ring0, state(func(s *x86.State) { s.DR7 |= 1 << 13 }), func(r *trial) {
		r.CPU.SetWatchpoints([]cpu.Watch{{Addr: atBuf(0), Len: 4, Write: true}})
	}))
	if got != "watch+2 DB+3:RF,BD UD+6:RF" {
		t.Errorf("general detect: got %s", got)
	}
}

// bothWatch: the debugger stops with the guest's trap pending, which survives a snapshot.
func bothWatch(t *testing.T) {
	r, got := hosted(t, "8907 90 0f0b", with(dr(1, write, 4, atBuf(0)), func(r *trial) {
		r.CPU.SetWatchpoints([]cpu.Watch{{Addr: atBuf(2), Len: 1, Write: true}})
		stop := r.onStop
		r.onStop = func(exit cpu.Exit) {
			stop(exit)
			if s := r.CPU.Snapshot(); s.PendingDebug != 2 || s.DR6 != dr6Idle {
				r.t.Errorf("pending %#x, DR6 %#x", s.PendingDebug, s.DR6)
			}
			r.move()
		}
	}))
	if got != "watch+2 DB+2:B1 UD+3:RF" {
		t.Errorf("got %s", got)
	}
	watched := r.CPU.Snapshot()
	r, _ = hosted(t, "8907 90 0f0b", dr(1, write, 4, atBuf(0)))
	if !reflect.DeepEqual(watched, r.CPU.Snapshot()) {
		t.Error("the debugger's watchpoint has left a trace")
	}
}

// sameTriggers: a watchpoint of the debugger stops where a debug register of the guest traps.
func sameTriggers(t *testing.T) {
	for _, row := range dataRules() {
		if row.id > "X-105" || strings.Contains(row.want, "B1") {
			continue
		}
		first := func(host bool) string {
			r := newTrial(t, "amd", row.code)
			if row.setup != nil {
				row.setup(r)
			}
			r.before, r.limit = nil, 1
			if host {
				n := map[uint64]uint64{0: 1, 1: 2, 2: 8, 3: 4}[r.s.DR7>>18&3]
				w := cpu.Watch{Addr: r.s.DR[0] &^ (n - 1), Len: n, Read: r.s.DR7>>16&3 == access, Write: true}
				r.s.DR7 = 0x400
				r.CPU.SetWatchpoints([]cpu.Watch{w})
			}
			r.CPU.SetState(r.s)
			r.untilHandler()
			if s := r.CPU.Snapshot(); s.CPL == 3 || s.RIP < harness.Kernel {
				return fmt.Sprintf("DB+%d", s.RIP-probeCode)
			}
			e, _ := r.stopped()
			return fmt.Sprintf("%s+%d", vectorNames[e.vector], e.frame[0]-probeCode)
		}
		if guest, host := first(false), first(true); guest != host {
			t.Errorf("%s, %s: guest %s, host %s", row.id, row.name, guest, host)
		}
	}
}

// register is the row of a register.
func (r *trial) register(name string) int {
	for n, row := range r.CPU.Registers() {
		if row.Name == name {
			return n
		}
	}
	r.t.Fatal("no register " + name)
	return 0
}

func (r *trial) write(name string, v uint64) {
	n := r.register(name)
	b := binary.LittleEndian.AppendUint64(nil, v)
	check(r.t, r.CPU.WriteRegister(n, b[:r.CPU.Registers()[n].Bits/8]))
}

// writeRIP: what belonged to the next instruction goes, what pends stays.
func writeRIP(t *testing.T) {
	r := newTrial(t, "amd", "f3aa 90 90 0f0b")
	r.s.GPR[1] = 3
	r.s.InhibitMovSS, r.s.InhibitSTI, r.s.PendingDebug, r.s.NMIPending, r.s.NMIBlocked = true, true, bs, true, true
	r.CPU.SetState(r.s)
	r.CPU.SkipBreakpoint()
	r.write("rip", atCode(2))
	if s := r.CPU.Snapshot(); s.InhibitMovSS || s.InhibitSTI || s.Halted || s.PendingDebug != bs || !s.NMIPending {
		t.Errorf("%+v", s)
	}
	r.s.InhibitMovSS, r.s.InhibitSTI, r.s.PendingDebug, r.s.InRep, r.s.Halted = false, false, 0, true, true
	r.CPU.SetState(r.s)
	r.CPU.SkipBreakpoint()
	r.CPU.SetBreakpoints([]uint64{atCode(2)})
	r.write("rip", atCode(2))
	if exit := r.CPU.Run(10); exit.Kind != cpu.ExitBreakpoint || r.CPU.Snapshot().InRep || r.CPU.Halted() {
		t.Errorf("%+v", exit)
	}
}

// writeFlags: TF written by the debugger is the guest's, and VM cannot be written.
func writeFlags(t *testing.T) {
	r := newTrial(t, "amd", "90 90 0f0b")
	r.CPU.SetState(r.s)
	r.write("eflags", 0x202|flagTF|1<<17)
	if s := r.CPU.Snapshot(); s.RFLAGS != 0x202|flagTF {
		t.Errorf("RFLAGS %#x", s.RFLAGS)
	}
	r.CPU.Run(100)
	if e, s := r.stopped(); r.text(e, s) != "DB+1:TF,BS" {
		t.Errorf("got %s", r.text(e, s))
	}
	r.s.RFLAGS |= flagRF
	r.CPU.SetState(r.s)
	if b := r.CPU.ReadRegister(r.register("eflags")); b[2] != 1 {
		t.Errorf("RF is not shown: % x", b)
	}
}

// lookingLeavesNoTrace: a translation for the debugger changes neither the CPU nor the page tables, and no watchpoint sees it.
func lookingLeavesNoTrace(t *testing.T) {
	r := newTrial(t, "amd", "8907 0f0b")
	r.arm(0, access, 4, atBuf(0))
	r.CPU.SetState(r.s)
	entry := r.Entry(atBuf(0))
	before, table := r.CPU.EncodeState(nil), r.Read64(entry)
	if pa, ok := r.CPU.Translate(atBuf(0)); !ok || pa != r.pages[atBuf(0)] {
		t.Errorf("%#x %v", pa, ok)
	}
	if _, ok := r.CPU.Translate(probeEdge); ok {
		t.Error("an unmapped page has an address")
	}
	for n := range r.CPU.Registers() {
		r.CPU.ReadRegister(n)
	}
	r.CPU.PC()
	if !reflect.DeepEqual(before, r.CPU.EncodeState(nil)) || r.Read64(entry) != table || table&(harness.Accessed|harness.Dirty) != 0 {
		t.Errorf("entry %#x, before %#x", r.Read64(entry), table)
	}
}

// readsAsSupervisor: in ring 3 too the kernel's pages can be read, and user pages in ring 0 under SMAP.
func readsAsSupervisor(t *testing.T) {
	r := newTrial(t, "amd", "90")
	r.CPU.SetState(r.s)
	if pa, ok := r.CPU.Translate(harness.Kernel + harness.Handlers); !ok || pa != harness.Handlers {
		t.Errorf("%#x %v", pa, ok)
	}
	ring0(r)
	r.s.CR4 |= 1 << 21
	r.CPU.SetState(r.s)
	if _, ok := r.CPU.Translate(atBuf(0)); !ok {
		t.Error("SMAP keeps the debugger out")
	}
}

// realModePC is CS.base + IP.
func realModePC(t *testing.T) {
	m := newLegacy(t, "90")
	m.realMode()
	m.s.Seg[1].Selector, m.s.Seg[1].Base, m.s.RIP = 0x100, 0x1000, 0
	m.CPU.SetState(m.s)
	m.CPU.Run(1)
	if m.CPU.PC() != legacyCode+1 || m.CPU.Snapshot().RIP != 1 {
		t.Errorf("PC %#x, IP %#x", m.CPU.PC(), m.CPU.Snapshot().RIP)
	}
}
