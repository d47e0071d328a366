package debug_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"stasis/debug"
	"stasis/debug/debugtest"
)

// busyLoop has stores, pushes and a handler that counts; with a timer it is interrupted everywhere.
func busyLoop(cpus int) *debugtest.Machine {
	m := debugtest.New(cpus, []byte{0xff, 0xc0, 0x50, 0x88, 0x07, 0x58, 0x90, 0xfa, 0x90, 0xfb, 0x90, 0xeb, 0xf3})
	m.At(debugtest.Handler, 0x50, 0x90, 0x58, 0xcf)
	m.Timer = 37
	for i := range cpus {
		m.WriteRegister(i, 1, []byte{0, 0x20, 0, 0, 0, 0, 0, 0})
	}
	return m
}

// user is a client that collects stops.
type user struct {
	t     *testing.T
	d     *debug.Debugger
	stops chan debug.Stop
	over  chan debug.Stop
}

func attach(t *testing.T, m *debugtest.Machine) *user {
	u := &user{t, debug.New(m), make(chan debug.Stop, 4), make(chan debug.Stop, 1)}
	go func() { u.over <- u.d.Run(context.Background(), true) }()
	t.Cleanup(u.d.Kill)
	u.do(func() {
		if err := u.d.Attach(u); err != nil {
			t.Error(err)
		}
	})
	return u
}

func (u *user) Stopped(s debug.Stop) { u.stops <- s }

func (u *user) do(f func()) {
	u.t.Helper()
	if err := u.d.Do(f); err != nil {
		u.t.Fatal(err)
	}
}

// resume runs and returns the stop.
func (u *user) resume(actions ...debug.Action) debug.Stop {
	u.t.Helper()
	u.do(func() { u.d.Resume(debug.Request{Actions: actions}) })
	select {
	case s := <-u.stops:
		return s
	case <-time.After(10 * time.Second):
		u.t.Fatal("no stop")
		return debug.Stop{}
	}
}

// undisturbed is the hash of a machine at a position that nobody has looked at.
func undisturbed(m *debugtest.Machine, units uint64) [32]byte {
	m.Limit = units
	actions := make([]debug.Action, len(m.CPUs()))
	for i := range actions {
		actions[i] = debug.Continue
	}
	m.Resume(debug.Plan{Actions: actions})
	return m.Hash()
}

// TestSessionLeavesNoTrace makes steps of both policies, breakpoint and watchpoint stops, and compares with an undisturbed run.
func TestSessionLeavesNoTrace(t *testing.T) {
	for _, policy := range []debug.Policy{debug.Arch, debug.Through} {
		for _, cpus := range []int{1, 3} {
			m := busyLoop(cpus)
			u := attach(t, m)
			u.do(func() { u.d.SetPolicy(policy) })
			all := make([]debug.Action, cpus)
			for i := range all {
				all[i] = debug.Continue
			}
			for i := range 400 {
				u.scenario(i, all)
			}
			var at uint64
			var hash [32]byte
			u.do(func() { at, hash = u.d.Retired(), m.Hash() })
			if want := undisturbed(busyLoop(cpus), at); hash != want {
				t.Errorf("policy %v, %d CPUs: the state at %d is not that of an undisturbed run", policy, cpus, at)
			}
		}
	}
}

// scenario does one of a few things by turns.
func (u *user) scenario(i int, all []debug.Action) {
	step := append([]debug.Action(nil), all...)
	step[i%len(all)] = debug.Step
	locked := make([]debug.Action, len(all))
	locked[i%len(all)] = debug.Step
	switch i % 5 {
	case 0:
		u.resume(step...)
	case 1:
		u.resume(locked...)
	case 2:
		u.do(func() { u.d.SetBreakpoint(u, 0x1006, nil) })
		u.resume(all...)
		u.resume(all...)
		u.do(func() { u.d.ClearBreakpoint(u, 0x1006) })
	case 3:
		u.do(func() { u.d.SetWatchpoint(u, 0x2000, 1, debug.Write) })
		u.resume(all...)
		u.resume(step...)
		u.do(func() { u.d.ClearWatchpoint(u, 0x2000, 1, debug.Write) })
	case 4:
		u.do(func() { u.d.ReadMemory(0, 0x1000, 64); u.d.Disassemble(0, 0x1000, 3, debug.GNU) })
	}
}

// TestProgress is the livelock that other stubs have: a breakpoint in a loop, and a timer that is due at every stop.
func TestProgress(t *testing.T) {
	m := debugtest.New(1, []byte{0xff, 0xc0, 0x90, 0xeb, 0xfb})
	m.At(debugtest.Handler, 0xcf)
	m.Timer = 3
	u := attach(t, m)
	u.do(func() { u.d.SetBreakpoint(u, 0x1000, nil) })
	for n := range uint64(100) {
		u.resume(debug.Continue)
		u.do(func() {
			if rax, _ := u.d.Register(0, "rax"); rax != n {
				t.Fatalf("after %d continues the counter is %d", n, rax)
			}
		})
	}
}

func TestConditionKeepsRunning(t *testing.T) {
	u := attach(t, busyLoop(2))
	u.do(func() {
		u.d.SetBreakpoint(u, 0x1000, func(cpu int) bool { v, _ := u.d.Register(cpu, "rax"); return cpu == 1 && v == 9 })
	})
	if s := u.resume(debug.Continue, debug.Continue); s.Kind != debug.StopBreakpoint || s.CPU != 1 {
		t.Errorf("stop %+v", s)
	}
}

// TestLongHandler steps over an interrupt whose handler is longer than a step's patience: it counts RAX to 32 K, on a
// machine on which other CPUs run too.
func TestLongHandler(t *testing.T) {
	u := attach(t, longHandler())
	u.do(func() { u.d.SetBreakpoint(u, 0x1000, func(int) bool { return u.d.Retired() > 199_900 }) })
	u.resume(debug.Continue, debug.Continue)
	u.do(func() { u.d.ClearBreakpoint(u, 0x1000) })
	for range 200 {
		if s := u.resume(debug.Step, debug.Continue); s.Kind != debug.StopStep {
			t.Fatalf("stop %+v", s)
		}
		if pc := u.pc(); pc >= debugtest.Handler {
			t.Fatalf("the step ends in the handler, at %#x", pc)
		}
	}
	var at uint64
	var hash [32]byte
	u.do(func() { at, hash = u.d.Retired(), u.d.Hash() })
	if hash != undisturbed(longHandler(), at) {
		t.Errorf("the state at %d is not that of an undisturbed run", at)
	}
}

func longHandler() *debugtest.Machine {
	m := busyLoop(2)
	m.At(debugtest.Handler, 0x50, 0xff, 0xc0, 0x66, 0x75, 0xfb, 0x58, 0xcf)
	m.Timer = 200_000
	return m
}

// TestLostContext steps into an interrupt whose handler never returns.
func TestLostContext(t *testing.T) {
	m := debugtest.New(1, []byte{0x90, 0x90, 0x90, 0x90, 0xeb, 0xfa})
	m.At(debugtest.Handler, 0x90, 0xeb, 0xfd)
	m.Timer = 2
	u := attach(t, m)
	u.resume(debug.Step)
	u.resume(debug.Step)
	if s := u.resume(debug.Step); s.Kind != debug.StopStuck {
		t.Errorf("a handler that never returns: stop %+v", s)
	}
}

func TestStepOfHaltedCPU(t *testing.T) {
	m := debugtest.New(1, []byte{0xf4, 0xff, 0xc0, 0xeb, 0xfb})
	m.At(debugtest.Handler, 0x90, 0xcf)
	m.Timer = 1000
	u := attach(t, m)
	u.resume(debug.Step)
	if pc := u.pc(); pc != 0x1001 {
		t.Errorf("the step of HLT ends at %#x", pc)
	}
	u.resume(debug.Step)
	if pc := u.pc(); pc != 0x1003 {
		t.Errorf("the step of a halted CPU ends at %#x", pc)
	}
}

func TestHaltedForEver(t *testing.T) {
	m := debugtest.New(1, []byte{0xf4})
	u := attach(t, m)
	u.resume(debug.Step)
	if s := u.resume(debug.Step); s.Kind != debug.StopFatal {
		t.Errorf("stop %+v", s)
	}
	if s := u.resume(debug.Continue); s.Kind != debug.StopEnd || s.Code != 10 {
		t.Errorf("stop %+v", s)
	}
	if s := <-u.over; s.Kind != debug.StopEnd {
		t.Errorf("Run returned %+v", s)
	}
	if err := u.d.Do(func() {}); !errors.Is(err, debug.ErrOver) {
		t.Errorf("Do after the end: %v", err)
	}
}

func (u *user) pc() (pc uint64) {
	u.do(func() { pc = u.d.CPUs()[0].PC() })
	return pc
}

func TestRegisterWriteCancelsSkip(t *testing.T) {
	u := attach(t, debugtest.New(1, []byte{0x90, 0x90, 0xeb, 0xfc}))
	u.do(func() { u.d.SetBreakpoint(u, 0x1001, nil) })
	u.resume(debug.Continue)
	u.do(func() {
		for _, to := range []byte{0x00, 0x01} {
			if err := u.d.WriteRegister(0, 3, []byte{to, 0x10, 0, 0, 0, 0, 0, 0}); err != nil {
				t.Error(err)
			}
		}
	})
	if s := u.resume(debug.Continue); s.Kind != debug.StopBreakpoint || u.pc() != 0x1001 {
		t.Errorf("stop %+v at %#x", s, u.pc())
	}
	u.do(func() {
		if u.d.Retired() != 1 {
			t.Error("the breakpoint was passed")
		}
	})
}

func TestSecondClientIsRefused(t *testing.T) {
	u := attach(t, busyLoop(1))
	u.do(func() {
		if err := u.d.Attach(&user{}); !errors.Is(err, debug.ErrBusy) {
			t.Errorf("error %v", err)
		}
		u.d.SetBreakpoint(u, 0x1000, nil)
		u.d.Detach(u)
		if u.d.Stopped() {
			t.Error("stopped after the client has gone")
		}
	})
}

func TestMonitorStopsAndContinues(t *testing.T) {
	d := debug.New(busyLoop(1))
	go d.Run(context.Background(), false)
	defer d.Kill()
	for range 3 {
		var at, later uint64
		d.Do(func() { d.Monitor(0, "stop"); at = d.Retired() })
		d.Do(func() { later = d.Retired(); d.Monitor(0, "cont") })
		if at != later {
			t.Errorf("stopped at %d, and yet at %d later", at, later)
		}
	}
}

func TestEndOfContext(t *testing.T) {
	d := debug.New(busyLoop(1))
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	if s := d.Run(ctx, false); s.Kind != debug.StopEnd {
		t.Errorf("stop %+v", s)
	}
}

func TestDoPassesPanics(t *testing.T) {
	u := attach(t, busyLoop(1))
	defer func() {
		if recover() != "bug" {
			t.Error("the panic was lost")
		}
	}()
	u.d.Do(func() { panic("bug") })
}
