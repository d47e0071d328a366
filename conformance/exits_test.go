package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"stasis/cpu"
	"stasis/cpu/x86"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// reinjected runs a trial as events does, under a monitor that intercepts #BP and #DB and gives the guest back each of them.
func reinjected(r *trial) string {
	check(r.t, r.CPU.Intercept(1<<1|1<<3))
	exits := 0
	r.handoff = func(exit cpu.Exit) {
		exits++
		check(r.t, r.CPU.InjectException(exit.Vector, 0, exit.Length))
	}
	got := r.events()
	if exits == 0 {
		r.t.Error("nothing was intercepted")
	}
	return got
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestExits intercepts exceptions and gives them back: the frames are those of an undisturbed run.
func TestExits(t *testing.T) {
	watch := dr(0, access, 2, atBuf(0x18000))
	for _, row := range []rule{
		{"X-022", "int3", "cc 90 0f0b", nil, ""},
		{"X-022", "int3, prefixed", "66 2e 48 cc 0f0b", nil, ""},
		{"X-022", "int3 under TF", "cc 90 0f0b", stepping, ""},
		{"X-022", "int3 with RF", "cc 90 0f0b", withRF, ""},
		{"X-022", "int1", "90 66f1 90 0f0b", stepping, ""},
		{"X-022", "single step", "90 90 0f0b", stepping, ""},
		{"X-022", "breakpoint", "90 90 0f0b", dr(0, execute, 1, atCode(1)), ""},
		{"X-022", "data", "8907 90 0f0b", dr(0, write, 4, atBuf(0)), ""},
		{"X-022", "general detect", "0f21c0 90 0f0b", with(ring0, stepping, state(func(s *x86.State) { s.DR7 |= 1 << 13 })), ""},
		{"X-022", "int3 behind MOV SS", "8e16 cc 90 0f0b", with(watch, limit(1)), ""},
		{"X-022", "int1 behind MOV SS", "8e16 f1 90 0f0b", watch, ""},
		{"X-023", "the gate's privilege", "cc 90 0f0b", gate(3, handler(3, 0)), ""},
		{"X-023", "gate not present", "cc 90 0f0b", gate(3, gone), ""},
		{"X-023", "INT3 in a step is no second step", "90 cc 90 90 0f0b", with(stepping, dr(1, write, 8, atBuf(0))), ""},
	} {
		t.Run(row.id+"/"+row.name, func(t *testing.T) {
			for _, single := range []bool{false, true} {
				var runs [2]string
				for k, run := range []func(*trial) string{(*trial).events, reinjected} {
					r := newTrial(t, "amd", row.code)
					if row.setup != nil {
						row.setup(r)
					}
					r.CPU.SetSingleStep(single)
					runs[k] = run(r) + fmt.Sprintf(" %+v", *r.CPU.Snapshot())
				}
				if runs[0] != runs[1] {
					t.Errorf("single step %v: undisturbed\n%s\nintercepted\n%s", single, runs[0], runs[1])
				}
			}
		})
	}
	t.Run("X-022/exit", exitCarriesLength)
	t.Run("V-022", injectionChecks)
	t.Run("V-027", reinjectedFrame)
}

// exitCarriesLength: an exit stands at the instruction and tells its length; INT 3 is not intercepted.
func exitCarriesLength(t *testing.T) {
	r := newTrial(t, "amd", "66 cc cd03 0f0b")
	check(t, r.CPU.Intercept(1<<3))
	r.CPU.SetState(r.s)
	exit := r.CPU.Run(100)
	if exit.Kind != cpu.ExitException || exit.Vector != 3 || exit.Length != 2 || r.CPU.PC() != probeCode || r.CPU.Units() != 0 {
		t.Errorf("%+v at %#x after %d units", exit, r.CPU.PC(), r.CPU.Units())
	}
	check(t, r.CPU.InjectException(3, 0, 2))
	if exit = r.CPU.Run(100); exit.Kind != cpu.ExitHalted {
		t.Errorf("%+v", exit)
	}
	e, s := r.stopped()
	r.resume(s, e.frame)
	if exit = r.CPU.Run(100); exit.Kind != cpu.ExitHalted {
		t.Errorf("INT 3: %+v", exit)
	}
}

// injectionChecks: what cannot be injected is refused.
func injectionChecks(t *testing.T) {
	r := newTrial(t, "amd", "90 0f0b")
	r.CPU.SetState(r.s)
	for _, bad := range []struct{ vector, length uint8 }{{2, 0}, {32, 0}, {14, 1}, {3, 16}} {
		if err := r.CPU.InjectException(bad.vector, 0, bad.length); !errors.Is(err, x86.ErrVector) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	r.s.Shutdown = true
	r.CPU.SetState(r.s)
	if err := r.CPU.InjectException(13, 0, 0); !errors.Is(err, x86.ErrNotReady) {
		t.Errorf("shut down: %v", err)
	}
	r.s.Shutdown = false
	r.CPU.SetState(r.s)
	check(t, r.CPU.InjectException(13, 0x18, 0))
	r.CPU.Run(100)
	if e, s := r.stopped(); r.text(e, s) != "GP(18)+0:RF" {
		t.Errorf("got %s", r.text(e, s))
	}
	if err := r.CPU.Intercept(1 << 14); !errors.Is(err, x86.ErrVector) {
		t.Errorf("intercepting #PF: %v", err)
	}
}

// reinjectedFrame: after a re-injection PC is the handler, and the stack holds the address behind the INT3.
func reinjectedFrame(t *testing.T) {
	r := newTrial(t, "amd", "90 cc 0f0b")
	check(t, r.CPU.Intercept(1<<3))
	r.CPU.SetState(r.s)
	exit := r.CPU.Run(100)
	check(t, r.CPU.InjectException(exit.Vector, 0, exit.Length))
	r.CPU.Run(1)
	e, s := r.stopped()
	if e.vector != 3 || r.word(s.GPR[4]) != probeCode+2 || r.CPU.InterruptWindow() {
		t.Errorf("vector %d, return to %#x", e.vector, r.word(s.GPR[4]))
	}
}

// guestUnderMonitor runs the guests' own tests, with every #BP and #DB intercepted and given back if monitored.
func guestUnderMonitor(t *testing.T, monitored bool) (string, [32]byte, int) {
	t.Helper()
	var out bytes.Buffer
	host := machine.Host{Until: 20_000_000}
	host.Serial[0] = &out
	m, err := machine.New(machine.Config{Mem: 16 << 20, Kernel: loader.File{Name: "tests", Data: guests.ELF(guests.Tests)}}, host)
	check(t, err)
	defer m.Close()
	if monitored {
		check(t, m.Intercept(1<<1|1<<3))
	}
	exits := 0
	for {
		stop := m.Resume(machine.Plan{})
		if stop.Reason != machine.StopException {
			return out.String() + stop.Reason.String(), m.Hash(), exits
		}
		exits++
		check(t, m.InjectException(stop.CPU, stop.Vector, 0, stop.Length))
	}
}

// TestMonitoredGuest: a monitor that wants nothing changes nothing.
func TestMonitoredGuest(t *testing.T) {
	out, hash, _ := guestUnderMonitor(t, false)
	monitoredOut, monitoredHash, exits := guestUnderMonitor(t, true)
	if exits == 0 || out != monitoredOut || hash != monitoredHash {
		t.Errorf("%d exits; without a monitor\n%s\nwith one\n%s", exits, out, monitoredOut)
	}
}
