package conformance

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

// TestDebugRandom runs the demo guest to its end again and again, each time under another random session: breakpoints, steps of both
// transparent policies, watchpoints, reads, interruptions, detaching and attaching. The end is always that of an undisturbed run.
func TestDebugRandom(t *testing.T) {
	runs := 20
	if os.Getenv("STASIS_SOAK") != "" {
		runs = 200
	}
	for _, smp := range []int{1, 4} {
		t.Run(fmt.Sprint("smp ", smp), func(t *testing.T) {
			want, text := randomRun(t, smp, nil)
			for seed := range uint64(runs) {
				hash, out := randomRun(t, smp, rand.New(rand.NewPCG(seed, 7)))
				if hash != want || out != text {
					t.Fatalf("seed %d: %x %q, undisturbed %x %q", seed, hash[:4], out, want[:4], text)
				}
			}
		})
	}
}

// randomRun is one run to the end, and its hash and output. Without random numbers nobody disturbs it.
func randomRun(t *testing.T, smp int, random *rand.Rand) (hash [32]byte, out string) {
	image := guests.ELF(guests.Demo)
	for name, value := range map[string]uint64{guests.DemoHz: 20_000, guests.DemoLoops: 6000} {
		var err error
		if image, err = guests.Patch(image, name, value); err != nil {
			t.Fatal(err)
		}
	}
	var serial bytes.Buffer
	var host machine.Host
	host.Serial[0] = &serial
	m, err := machine.New(machine.Config{Kernel: loader.File{Name: "demo", Data: image}, Mem: 16 << 20, SMP: smp, IPS: rigIPS}, host)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if random == nil {
		runTo(m, 1<<40)
		return m.Hash(), serial.String()
	}
	symbols, err := guests.Symbols(image)
	if err != nil {
		t.Fatal(err)
	}
	s := &randomSession{rig: &rig{t: t, m: m, d: debug.New(target.New(m)), stops: make(chan debug.Stop, 8)}, Rand: random, symbols: symbols}
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.d.Run(context.Background(), true)
	}()
	s.session()
	<-over
	return m.Hash(), serial.String()
}

// randomSession is somebody who does not know what he wants.
type randomSession struct {
	*rig
	*rand.Rand
	symbols map[string]uint64
}

// session ends with the machine.
func (s *randomSession) session() {
	s.do(func() { s.d.Attach(s) })
	for range 60 {
		if !s.act() {
			return
		}
	}
	s.d.Do(func() { s.d.Detach(s) })
}

// somewhere is an address in the demo's loop or in its handler, or of no instruction at all.
func (s *randomSession) somewhere() uint64 {
	names := []string{"loop", "loop_body", "tick", "main", "poweroff"}
	return s.symbols[names[s.IntN(len(names))]] + s.Uint64N(24)
}

// act does one thing. It reports whether the machine is still there.
func (s *randomSession) act() bool {
	alive := true
	do := func(f func()) { alive = alive && s.d.Do(f) == nil }
	switch s.IntN(9) {
	case 0:
		a := s.somewhere()
		do(func() { s.d.SetBreakpoint(s, a, nil) })
	case 1:
		b := debug.Breakpoint{Addr: s.somewhere(), Physical: true}
		do(func() { s.d.Break(s, b, nil) })
	case 2:
		a, n := s.symbols[guests.DemoCount]+s.Uint64N(16), 1+s.Uint64N(16)
		do(func() { s.d.SetWatchpoint(s, a, n, debug.Access(1+s.IntN(3))) })
	case 3:
		do(func() { s.d.Detach(s) })
		time.Sleep(time.Duration(s.IntN(300)) * time.Microsecond)
		do(func() { s.d.Attach(s) })
		for len(s.stops) > 0 {
			<-s.stops
		}
	case 4:
		do(func() { s.d.ReadMemory(0, s.somewhere(), 4096); s.d.Hash() })
	case 5, 6:
		return alive && s.resume(debug.Request{Actions: s.actions(debug.Continue)})
	default:
		do(func() { s.d.SetPolicy(debug.Policy(s.IntN(2))) })
		for range s.IntN(100) {
			a := s.actions(debug.Continue)
			a[s.IntN(len(a))] = debug.Step
			if s.m.CPUs()[0].Halted() || !alive || !s.resume(debug.Request{Actions: a}) {
				break
			}
		}
	}
	return alive
}

// resume resumes, interrupts if nothing stops the machine for a while, and reports whether it is still there.
func (s *randomSession) resume(r debug.Request) bool {
	if s.d.Do(func() { s.d.Resume(r) }) != nil {
		return false
	}
	for {
		select {
		case stop := <-s.stops:
			return stop.Kind != debug.StopEnd && stop.Kind != debug.StopFatal
		case <-s.d.Over():
			return false
		case <-time.After(time.Duration(1+s.IntN(2000)) * time.Microsecond):
			if s.d.Do(s.d.Stop) != nil {
				return false
			}
		}
	}
}
