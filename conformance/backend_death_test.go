package conformance

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"stasis/debug"
	"stasis/debug/backend"
	"stasis/debug/target"
	"stasis/gdbremote"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// operations is how many of them a schedule has; after every few the connection dies.
const operations = 1000

// mortal is a guest that writes over its own code, under a stub that patches it, with a gdb whose connection dies again and again.
// Beside it is the same guest alone.
type mortal struct {
	t        *testing.T
	rng      *rand.Rand
	m, alone *machine.Machine
	d        *debug.Debugger
	symbols  map[string]uint64
	done     int // operations
	patched  int // sessions with a patch in memory
}

func newMortal(t *testing.T, name string, seed uint64) *mortal {
	t.Helper()
	r := &mortal{t: t, rng: rand.New(rand.NewPCG(seed, operations))}
	image, err := guests.Patch(guests.ELF(guests.Lab), "lab_case", 12)
	check(t, err)
	image, err = guests.Patch(image, "lab_rounds", 1<<40)
	check(t, err)
	r.symbols, err = guests.Symbols(image)
	check(t, err)
	build := func() *machine.Machine {
		m, err := machine.New(machine.Config{CPU: "intel", Mem: 16 << 20, Kernel: loader.File{Name: "store", Data: image}}, machine.Host{Slice: 500})
		check(t, err)
		t.Cleanup(func() { m.Close() })
		return m
	}
	r.m, r.alone = build(), build()
	b, err := backend.New(name, target.New(r.m), backend.Options{})
	check(t, err)
	r.d = debug.New(b)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.d.Run(context.Background(), true)
	}()
	t.Cleanup(func() { r.d.Kill(); <-ended })
	return r
}

// Stopped makes it a client of the debugger.
func (*mortal) Stopped(debug.Stop) {}

// memory is the guest's code, variables and stack as they are, patches and all, and the same of the guest alone.
func (r *mortal) memory() (got, want []byte) {
	const base, size = 1 << 20, 1 << 17
	got, want = make([]byte, size), make([]byte, size)
	check(r.t, r.d.Do(func() {
		check(r.t, r.m.ReadPhys(got, base))
		if r.m.Retired() != 0 {
			r.alone.Resume(machine.Plan{Until: r.m.Retired()})
		}
	}))
	check(r.t, r.alone.ReadPhys(want, base))
	return got, want
}

// session is one connection from beginning to end.
func (r *mortal) session(n int) {
	near, far := net.Pipe()
	check(r.t, near.SetDeadline(time.Now().Add(time.Minute)))
	s := &stubbed{t: r.t, conn: near, in: bufio.NewReader(near)}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		gdbremote.New(r.d, func(string, ...any) {}).ServeConn(far)
	}()
	s.ask("?")
	for range r.rng.IntN(6) {
		r.operate(s)
		r.done++
	}
	got, want := r.memory()
	if !bytes.Equal(got, want) {
		r.patched++
	}
	r.die(s)
	<-closed
	check(r.t, r.d.Do(func() { check(r.t, r.d.Attach(r)) })) // the guest runs on after gdb, but not for long
	defer r.d.Do(func() { r.d.Detach(r) })
	if got, want = r.memory(); !bytes.Equal(got, want) {
		at := 0
		for got[at] == want[at] {
			at++
		}
		r.t.Fatalf("session %d: %#x holds %02x, and the guest has written %02x", n, 1<<20+at, got[at], want[at])
	}
}

// operate does one of the things that gdb does.
func (r *mortal) operate(s *stubbed) {
	at := r.symbols["lab_stores"] + r.rng.Uint64N(64)
	switch r.rng.IntN(7) {
	case 0, 1:
		s.ask(fmt.Sprintf("Z0,%x,1", at))
	case 2:
		s.ask(fmt.Sprintf("z0,%x,1", at))
	case 3:
		s.ask("s")
	case 4:
		s.ask(fmt.Sprintf("Z0,%x,1", r.symbols["lab_target"]))
		if reply := s.ask("c"); !strings.HasPrefix(reply, "T05") {
			r.t.Fatalf("c: %s", reply)
		}
	case 5: // a write by gdb, which the guest alone is given too
		b := byte(r.rng.IntN(256))
		r.memory()
		s.ask(fmt.Sprintf("M%x,1:%02x", at, b))
		check(r.t, r.alone.WritePhys([]byte{b}, at))
	case 6:
		if reply := s.ask(fmt.Sprintf("m%x,40", r.symbols["lab_stores"])); len(reply) != 128 {
			r.t.Fatalf("m: %s", reply)
		}
	}
}

// die ends a connection: at rest, in a packet, while the guest runs, while it steps, or with a word.
func (r *mortal) die(s *stubbed) {
	switch r.rng.IntN(6) {
	case 0:
		s.write("$Z0,10")
	case 1, 2:
		s.tell("c")
		time.Sleep(time.Duration(r.rng.IntN(300)) * time.Microsecond)
	case 3:
		s.tell("s")
	case 4:
		if reply := s.ask("D"); reply != "OK" {
			r.t.Fatalf("D: %s", reply)
		}
	}
	check(r.t, s.conn.Close())
}

// TestDebugBackendsDeath: whenever gdb's connection dies, memory is what the guest has written, and no patch is left in it.
func TestDebugBackendsDeath(t *testing.T) {
	for _, name := range []string{"bhyve", "whpx", "mask-if"} {
		t.Run("V-013/"+name, func(t *testing.T) {
			r := newMortal(t, name, uint64(len(name)))
			for n := 0; r.done < operations; n++ {
				r.session(n)
			}
			if name != "whpx" && r.patched == 0 {
				t.Error("no patch was ever in memory")
			}
			t.Logf("%d units, %d sessions with a patch", r.m.Retired(), r.patched)
		})
	}
}
