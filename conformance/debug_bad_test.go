package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"stasis/cpu/x86"
	"stasis/debug"
	"stasis/gdbremote"
	"stasis/machine"
)

// TestDebugBadInput: what makes no sense is refused in words, or ends in a stop that says why. Nothing hangs.
func TestDebugBadInput(t *testing.T) {
	t.Run("monitor", badCommands)
	t.Run("packets", badPackets)
	t.Run("points", uselessPoints)
	t.Run("injections", badInjections)
	for _, p := range []debug.Policy{debug.Through, debug.Arch, debug.Held} {
		t.Run("halted "+p.String(), func(t *testing.T) { stepHalted(t, p) })
	}
}

func badCommands(t *testing.T) {
	r := newRig(t, "90 ebfd", rigOptions{})
	for line, want := range map[string]string{
		"break 0x8000000000000000":     "canonical",
		"break 0x0200000000000000":     "canonical",
		"watch 0x480000,0":             "at least one byte",
		"watch 0xffffffffffffffff,2":   "over the end",
		"watch 0x480000,8 sometimes":   "",
		"break":                        "",
		"break 0x400000 cpu 9":         "",
		"delete 77":                    "",
		"step-policy sideways":         "",
		"watch 0x480000,0x100000000 x": "",
	} {
		r.do(func() {
			if got := r.d.Monitor(0, line); got == "" || !strings.Contains(got, want) {
				t.Errorf("%s: %q, want something about %q", line, got, want)
			}
			if got := r.d.Monitor(0, "info breakpoints"); got != "none\n" {
				t.Errorf("%s: now there is %s", line, got)
			}
		})
	}
}

// badPackets are what gdb would not send.
func badPackets(t *testing.T) {
	r := newRig(t, "90 ebfd", rigOptions{})
	r.do(func() { r.d.Detach(r) })
	here, there := net.Pipe()
	s := gdbremote.New(r.d, t.Logf)
	go s.ServeConn(there)
	defer here.Close()
	in := bufio.NewReader(here)
	for _, packet := range []string{"Z0,8000000000000000,1", "Z1,8000000000000000,1", "Z2,480000,0", "Z3,ffffffffffffffff,2", "Z4,2,ffffffffffffffff", "Z0,zz,1"} {
		if got := exchange(t, here, in, packet); !strings.HasPrefix(got, "E") {
			t.Errorf("%s: %q, want an error", packet, got)
		}
	}
}

// exchange sends a packet and returns the answer.
func exchange(t *testing.T, w net.Conn, in *bufio.Reader, packet string) string {
	t.Helper()
	sum := byte(0)
	for _, b := range []byte(packet) {
		sum += b
	}
	go fmt.Fprintf(w, "$%s#%02x", packet, sum)
	for _, end := range []byte("$#") {
		text, err := in.ReadString(end)
		if err != nil {
			t.Fatal(err)
		}
		if end == '#' {
			in.Discard(2)
			go fmt.Fprint(w, "+")
			return strings.TrimSuffix(text, "#")
		}
	}
	return ""
}

// uselessPoints: whoever uses the debugger directly may set what cannot be hit, and the machine runs as without.
func uselessPoints(t *testing.T) {
	unseen(t, "48ffc3 488907 ebf8", rigOptions{}, func(r *rig) {
		r.do(func() {
			r.d.SetBreakpoint(r, 1<<63, nil)
			r.d.SetWatchpoint(r, rigData, 0, debug.ReadWrite)
			r.d.SetWatchpoint(r, ^uint64(0), 1<<63, debug.Read)
			r.d.SetBreakpoint(r, rigCode+3, func(int) bool { return r.reg("rbx") == 100 })
		})
		if s := r.cont(); s.Kind != debug.StopBreakpoint || s.Addr != rigCode+3 {
			t.Errorf("stop %+v", s)
		}
	})
}

// badInjections: into a CPU that waits to be started, and into one that is not there; exits_test.go has the one that is shut down.
func badInjections(t *testing.T) {
	m := embedded{name: "demo", smp: 2, ips: rigIPS}.machine(t, nil)
	defer m.Close()
	m.Resume(machine.Plan{Units: 100})
	if err := m.InjectException(1, 13, 0, 0); !errors.Is(err, x86.ErrNotReady) {
		t.Errorf("a CPU that waits: %v", err)
	}
	for _, i := range []int{-1, 2} {
		if err := m.InjectException(i, 13, 0, 0); !errors.Is(err, machine.ErrExits) {
			t.Errorf("CPU %d: %v", i, err)
		}
		if m.InterruptWindow(i) {
			t.Errorf("CPU %d would take an interrupt", i)
		}
	}
}

// stepHalted steps HLT with interrupts off, and then the halted CPU: it says that nothing woke it, and executes nothing.
func stepHalted(t *testing.T, p debug.Policy) {
	r := newRig(t, "fa f4 48ffc3 ebfe", rigOptions{})
	r.do(func() { r.d.SetPolicy(p) })
	r.step()
	r.step()
	r.at(2, "after HLT")
	for range 2 {
		if s := r.step(); s.Kind != debug.StopStuck || !strings.Contains(s.Reason, "halted") {
			t.Errorf("a step of the halted CPU: %+v", s)
		}
		r.at(2, "still after HLT")
	}
	r.equal(r.reg("rbx"), 0, "rbx")
}
