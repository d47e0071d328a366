package conformance

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"stasis/cpu/x86"
	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// Where a rig's own things lie, in memory that the demo guest maps one to one and does not use.
const (
	rigCode    = 0x400000
	rigData    = 0x480000
	rigStack   = 0x4f0000
	rigIDT     = 0x500000
	rigHandler = 0x510000 // vector n's is 256n higher
	rigCounts  = 0x4a0000 // 8 bytes for each vector: how often its handler ran
	rigIPS     = 10_000_000
)

// rig is a whole machine in long mode, ring 0, with a debugger: the demo guest brought up, and then sent to code of the test's
// own. Nothing is running in it but what the test has put there, and the demo's timer if the test turns interrupts on.
type rig struct {
	t     *testing.T
	m     *machine.Machine
	d     *debug.Debugger
	stops chan debug.Stop
}

// rigOptions are what a test can have otherwise.
type rigOptions struct {
	smp   int
	hz    uint64 // of the timer, if the code turns interrupts on
	setup func(r *rig)
}

// newRig makes a rig that stands before the first byte of code.
func newRig(t *testing.T, code string, o rigOptions) *rig {
	t.Helper()
	r := &rig{t: t, stops: make(chan debug.Stop, 8)}
	r.m = demoMachine(t, o)
	r.d = debug.New(target.New(r.m))
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.d.Run(context.Background(), true)
	}()
	t.Cleanup(func() { r.d.Kill(); <-over; r.m.Close() })
	r.do(func() {
		if err := r.d.Attach(r); err != nil {
			t.Error(err)
		}
	})
	r.toLoop()
	r.do(func() { r.dress(code, o) })
	return r
}

// demoMachine is a machine with the demo guest.
func demoMachine(t *testing.T, o rigOptions) *machine.Machine {
	image := guests.ELF(guests.Demo)
	if o.hz != 0 {
		var err error
		if image, err = guests.Patch(image, guests.DemoHz, o.hz); err != nil {
			t.Fatal(err)
		}
	}
	m, err := machine.New(machine.Config{Kernel: loader.File{Name: guests.Demo, Data: image}, Mem: 16 << 20, SMP: max(o.smp, 1), IPS: rigIPS},
		machine.Host{Serial: [2]io.Writer{io.Discard, io.Discard}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// toLoop runs the demo until it counts.
func (r *rig) toLoop() {
	symbols, err := guests.Symbols(guests.ELF(guests.Demo))
	if err != nil {
		r.t.Fatal(err)
	}
	at := symbols[guests.DemoLoop]
	r.do(func() { r.d.SetBreakpoint(r, at, nil) })
	if s := r.cont(); s.Kind != debug.StopBreakpoint {
		r.t.Fatalf("the demo did not come up: %+v", s)
	}
	r.do(func() { r.d.ClearBreakpoint(r, at) })
}

// dress puts the code, a stack and an interrupt table of the test's own in place. Handlers count and return; the timer's also
// acknowledges. What an exception with an error code leads to ends in HLT.
func (r *rig) dress(code string, o rigOptions) {
	old := r.reg("idtr_base")
	copyOf := r.d.ReadMemory(0, old, 16*256)
	r.put(rigIDT, copyOf)
	for n := range uint64(32) {
		h := rigHandler + n*256
		count := "48ff0425" + le32(rigCounts+8*n) // INC qword [count]
		end := "48cf"
		if hasCode>>n&1 != 0 {
			end = "f4"
		}
		r.code(h, count+end)
		r.gate(n, h)
	}
	r.put(rigCounts, make([]byte, 8*256))
	r.put(rigData, make([]byte, 0x2000))
	r.set("idtr_base", rigIDT)
	r.set("idtr_limit", 0xfff)
	r.set("eflags", 2)
	r.set("rip", rigCode)
	r.set("rsp", rigStack)
	for _, name := range []string{"rax", "rbx", "rcx", "rdx", "rsi", "rbp", "r8"} {
		r.set(name, 0)
	}
	r.set("rdi", rigData)
	r.code(rigCode, code)
	if o.setup != nil {
		o.setup(r)
	}
}

// gate writes an interrupt gate of ring 0.
func (r *rig) gate(n, handler uint64) {
	cs := r.reg("cs")
	lo := handler&0xffff | cs<<16 | 0x8e<<40 | handler>>16&0xffff<<48
	r.put(rigIDT+16*n, binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, lo), handler>>32))
}

// handler replaces a vector's handler.
func (r *rig) handler(n uint64, code string) { r.code(rigHandler+256*n, code) }

func le32(v uint64) string {
	return hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, uint32(v)))
}

// code writes hexadecimal bytes, put any.
func (r *rig) code(at uint64, text string) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	r.put(at, b)
}

func (r *rig) put(at uint64, b []byte) {
	if n := r.d.WritePhysical(at, b); n != len(b) {
		r.t.Errorf("%d of %d bytes written at %#x", n, len(b), at)
	}
}

// Stopped is called by the debugger.
func (r *rig) Stopped(s debug.Stop) { r.stops <- s }

// do runs f at a boundary.
func (r *rig) do(f func()) {
	r.t.Helper()
	if err := r.d.Do(f); err != nil {
		r.t.Fatal(err)
	}
}

// request resumes and waits for the stop.
func (r *rig) request(q debug.Request) debug.Stop {
	r.t.Helper()
	r.do(func() { r.d.Resume(q) })
	select {
	case s := <-r.stops:
		return s
	case <-time.After(20 * time.Second):
		r.t.Fatal("no stop")
		return debug.Stop{}
	}
}

func (r *rig) actions(a debug.Action) []debug.Action {
	list := make([]debug.Action, len(r.d.CPUs()))
	for i := range list {
		list[i] = a
	}
	return list
}

// cont continues; step steps CPU 0, arch by one unit.
func (r *rig) cont() debug.Stop {
	r.t.Helper()
	return r.request(debug.Request{Actions: r.actions(debug.Continue)})
}

func (r *rig) step() debug.Stop {
	r.t.Helper()
	a := r.actions(debug.Continue)
	a[0] = debug.Step
	return r.request(debug.Request{Actions: a})
}

func (r *rig) arch() debug.Stop {
	r.t.Helper()
	r.d.SetPolicy(debug.Arch)
	defer r.d.SetPolicy(debug.Through)
	return r.step()
}

// to continues to a place in the code.
func (r *rig) to(at uint64) {
	r.t.Helper()
	r.do(func() { r.d.SetBreakpoint(r, rigCode+at, nil) })
	if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != rigCode+at {
		r.t.Errorf("on the way to %d: %+v", at, s)
	}
	r.do(func() { r.d.ClearBreakpoint(r, rigCode+at) })
}

// reg reads a register of CPU 0, set writes one, through the debugger. Only while the machine is stopped.
func (r *rig) reg(name string) uint64 {
	v, ok := r.d.Register(0, name)
	if !ok {
		r.t.Errorf("no register %q", name)
	}
	return v
}

func (r *rig) set(name string, v uint64) { r.setOn(0, name, v) }

func (r *rig) setOn(cpu int, name string, v uint64) {
	for i, row := range r.d.Registers() {
		if row.Name == name {
			b := binary.LittleEndian.AppendUint64(nil, v)[:(row.Bits+7)/8]
			if err := r.d.WriteRegister(cpu, i, b); err != nil {
				r.t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// pc is where CPU 0 is, from the code's beginning; vector is the handler in which it is, or -1.
func (r *rig) pc() int64 { return int64(r.reg("rip") - rigCode) }

func (r *rig) vector() int {
	if at := r.reg("rip") - rigHandler; at < 256*256 && at%256 == 0 {
		return int(at / 256)
	}
	return -1
}

// word reads 8 bytes of memory.
func (r *rig) word(at uint64) uint64 { return binary.LittleEndian.Uint64(r.d.ReadPhysical(at, 8)) }

// count is how often a vector's handler has run.
func (r *rig) count(n uint64) uint64 { return r.word(rigCounts + 8*n) }

// cpu is a CPU itself.
func (r *rig) cpu(n int) *x86.CPU { return r.m.CPUs()[n].(*x86.CPU) }

// at checks where CPU 0 stands.
func (r *rig) at(want int64, what string) {
	r.t.Helper()
	if got := r.pc(); got != want {
		r.t.Errorf("%s: at %d, want %d (rip %#x)", what, got, want, r.reg("rip"))
	}
}

// in checks that CPU 0 stands at the first instruction of a handler, and what RIP its frame holds.
func (r *rig) in(vector int, ret int64, what string) {
	r.t.Helper()
	sp := r.reg("rsp")
	if hasCode>>vector&1 != 0 {
		sp += 8
	}
	if got := int64(r.word(sp) - rigCode); r.vector() != vector || got != ret {
		r.t.Errorf("%s: rip %#x, frame's RIP %d; want the handler of %d and %d", what, r.reg("rip"), got, vector, ret)
	}
}

// equal checks that two numbers are the same.
func (r *rig) equal(got, want uint64, what string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s: %#x, want %#x", what, got, want)
	}
}

// runTo runs a machine to a position, past requests to stop.
func runTo(m *machine.Machine, retired uint64) {
	for m.Retired() < retired && !m.State.Ended {
		m.Resume(machine.Plan{Units: retired - m.Retired()})
	}
}

// unseen runs a session on one rig, and compares the state at its end with that of another rig that has got there alone.
func unseen(t *testing.T, code string, o rigOptions, session func(r *rig)) {
	t.Helper()
	r, alone := newRig(t, code, o), newRig(t, code, o)
	start := alone.d.Retired()
	if r.d.Retired() != start {
		t.Fatalf("two rigs begin at %d and %d", r.d.Retired(), start)
	}
	session(r)
	n := r.d.Retired() - start
	if n == 0 {
		t.Fatal("the session did not run anything")
	}
	alone.do(func() {
		for _, c := range alone.m.CPUs() {
			c.SetBreakpoints(nil)
		}
		runTo(alone.m, start+n)
	})
	if alone.d.Retired() != r.d.Retired() {
		t.Fatalf("alone at %d, debugged at %d", alone.d.Retired(), r.d.Retired())
	}
	if alone.m.Hash() != r.m.Hash() {
		t.Errorf("the state at %d is not that of an undisturbed run; rip %#x, alone %#x", r.d.Retired(), r.reg("rip"), alone.reg("rip"))
	}
}

// twoCPUs is a rig whose second CPU runs a loop of its own at rigCode+0x100: inc rbx; jmp.
func twoCPUs(t *testing.T, code string) *rig {
	return newRig(t, code, rigOptions{smp: 2, setup: func(r *rig) {
		r.code(rigCode+0x100, "48ffc3 ebfb")
		s := r.cpu(0).Snapshot()
		s.RIP, s.GPR[4] = rigCode+0x100, rigStack-0x1000
		r.cpu(1).SetState(s)
	}})
}
