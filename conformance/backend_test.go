package conformance

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"stasis/debug"
	"stasis/debug/backend"
	"stasis/debug/target"
	"stasis/gdbremote"
	"stasis/internal/guests"
	"stasis/machine"
)

// stubbed is a guest under a back end, with a gdb server that a test talks to.
type stubbed struct {
	t      *testing.T
	m      *machine.Machine
	d      *debug.Debugger
	conn   net.Conn
	in     *bufio.Reader
	loop   uint64 // where the guest counts
	closed chan struct{}
}

func newStubbed(t *testing.T, name string, o backend.Options) *stubbed {
	t.Helper()
	s := &stubbed{t: t, m: demoMachine(t, rigOptions{}), closed: make(chan struct{})}
	symbols, err := guests.Symbols(guests.ELF(guests.Demo))
	check(t, err)
	s.loop = symbols[guests.DemoLoop]
	b, err := backend.New(name, target.New(s.m), o)
	check(t, err)
	s.d = debug.New(b)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.d.Run(context.Background(), true)
	}()
	t.Cleanup(func() { s.d.Kill(); <-ended; s.m.Close() })
	near, far := net.Pipe()
	s.conn, s.in = near, bufio.NewReader(near)
	check(t, near.SetDeadline(time.Now().Add(time.Minute)))
	server := gdbremote.New(s.d, func(string, ...any) {})
	go func() {
		defer close(s.closed)
		server.ServeConn(far)
	}()
	return s
}

// ask sends a packet and returns the reply.
func (s *stubbed) ask(packet string) string {
	s.t.Helper()
	s.tell(packet)
	for {
		text, err := s.in.ReadString('#')
		check(s.t, err)
		_, err = s.in.Discard(2)
		check(s.t, err)
		s.write("+")
		if _, reply, ok := strings.Cut(strings.TrimSuffix(text, "#"), "$"); ok {
			return reply
		}
	}
}

// tell sends a packet.
func (s *stubbed) tell(packet string) {
	sum := byte(0)
	for _, c := range []byte(packet) {
		sum += c
	}
	s.write(fmt.Sprintf("$%s#%02x", packet, sum))
}

func (s *stubbed) write(text string) {
	s.t.Helper()
	_, err := s.conn.Write([]byte(text))
	check(s.t, err)
}

// raw is a byte of the guest's code as it is in memory.
func (s *stubbed) raw() (b byte) {
	s.t.Helper()
	check(s.t, s.d.Do(func() {
		var p [1]byte
		check(s.t, s.m.ReadPhys(p[:], s.loop))
		b = p[0]
	}))
	return b
}

// TestDebugBackends: what gdb sees of the stubs that patch, and what it leaves behind.
func TestDebugBackends(t *testing.T) {
	for _, name := range []string{"bhyve", "whpx", "mask-if"} {
		t.Run("V-013/"+name, func(t *testing.T) { connectionDies(t, name) })
	}
	for _, name := range []string{"native", "whpx"} { // the others have no hardware breakpoints
		t.Run("V-048/two at one address/"+name, func(t *testing.T) { twoAtOne(t, name) })
	}
	t.Run("V-028/no breakpoints", withoutBreakpoints)
}

// connectionDies: gdb sees the guest's byte at a stop, and when its connection is gone the guest has it.
func connectionDies(t *testing.T, name string) {
	s := newStubbed(t, name, backend.Options{})
	want := s.raw()
	if reply := s.ask(fmt.Sprintf("Z0,%x,1", s.loop)); reply != "OK" {
		t.Fatalf("Z0: %s", reply)
	}
	for range 3 {
		if reply := s.ask("c"); !strings.HasPrefix(reply, "T05") {
			t.Fatalf("c: %s", reply)
		}
	}
	if patched := s.raw() != want; patched != (name != "whpx") {
		t.Errorf("at a stop, patched is %v", patched)
	}
	if reply := s.ask(fmt.Sprintf("m%x,1", s.loop)); reply != fmt.Sprintf("%02x", want) {
		t.Errorf("gdb sees %s", reply)
	}
	s.tell("c")
	check(t, s.conn.Close())
	<-s.closed
	for range 20 {
		if b := s.raw(); b != want {
			t.Fatalf("%02x is left in memory", b)
		}
	}
}

// twoAtOne: a software and a hardware breakpoint at one address, removed in either order, stop until both have gone.
func twoAtOne(t *testing.T, name string) {
	s := newStubbed(t, name, backend.Options{})
	point := func(command, kind string, addr uint64) {
		t.Helper()
		if reply := s.ask(fmt.Sprintf("%s%s,%x,1", command, kind, addr)); reply != "OK" {
			t.Fatalf("%s%s: %s", command, kind, reply)
		}
	}
	hit := func() (hit bool) {
		for range 2 { // round the loop, or to its breakpoint and on to the one behind it
			s.ask("c")
			hit = hit || s.pc() == s.loop
		}
		return hit
	}
	point("Z", "0", s.loop+7)
	for _, order := range [][2]string{{"0", "1"}, {"1", "0"}} {
		point("Z", "0", s.loop)
		point("Z", "1", s.loop)
		both := hit()
		point("z", order[0], s.loop)
		one := hit()
		point("z", order[1], s.loop)
		if none := hit(); !both || !one || none {
			t.Errorf("removed in the order %v: stops with both %v, with one %v, with none %v", order, both, one, none)
		}
	}
}

// pc is the guest's address.
func (s *stubbed) pc() (pc uint64) {
	s.t.Helper()
	check(s.t, s.d.Do(func() { pc = s.m.CPUs()[0].PC() }))
	return pc
}

// withoutBreakpoints: a stub whose processor does not let #BP out says so, and the guest runs.
func withoutBreakpoints(t *testing.T) {
	s := newStubbed(t, "bhyve", backend.Options{NoBreakpoint: true})
	for _, packet := range []string{"Z0", "Z1", "Z2"} {
		if reply := s.ask(fmt.Sprintf("%s,%x,1", packet, s.loop)); !strings.HasPrefix(reply, "E") {
			t.Errorf("%s: %q", packet, reply)
		}
	}
	if reply := s.ask("s"); !strings.HasPrefix(reply, "T05") {
		t.Errorf("s: %s", reply)
	}
	var before, after uint64
	check(t, s.d.Do(func() { before = s.m.Retired() }))
	s.tell("c")
	check(t, s.conn.Close())
	<-s.closed
	for deadline := time.Now().Add(time.Minute); after < before+10_000 && time.Now().Before(deadline); {
		check(t, s.d.Do(func() { after = s.m.Retired() }))
	}
	if after < before+10_000 {
		t.Errorf("the guest stands at %d", after)
	}
}
