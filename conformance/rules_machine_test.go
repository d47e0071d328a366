package conformance

import (
	"context"
	"testing"
	"time"

	"stasis/bus"
	"stasis/debug"
	"stasis/debug/debugtest"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
)

func boardOf(t *testing.T, guest string) *machine.Machine {
	t.Helper()
	m, err := machine.New(machine.Config{Mem: 16 << 20, Kernel: loader.File{Name: guest, Data: guests.ELF(guest)}}, machine.Host{})
	check(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}

func hashAt(t *testing.T, m *machine.Machine, until uint64) bus.Digest {
	t.Helper()
	for m.Retired() < until {
		stop := m.Resume(machine.Plan{Until: until})
		if stop.Reason == machine.StopBreakpoint {
			m.CPUs()[0].SkipBreakpoint()
		} else if stop.Reason != machine.StopUntil {
			t.Fatalf("%+v", stop)
		}
	}
	return m.Hash()
}

// TestHostMachine is whole machines under a debugger.
func TestHostMachine(t *testing.T) {
	t.Run("V-029", rangeMeetsBreakpoint)
	t.Run("V-030", func(t *testing.T) {
		const until = 300_000
		free := hashAt(t, boardOf(t, guests.Demo), until)
		m := boardOf(t, guests.Demo)
		symbols, err := guests.Symbols(guests.ELF(guests.Demo))
		check(t, err)
		m.CPUs()[0].SetBreakpoints([]uint64{symbols[guests.DemoLoop]})
		for range 50 {
			m.Resume(machine.Plan{Actions: []machine.Action{machine.Step}})
		}
		if hash := hashAt(t, m, until); hash != free || len(m.Inputs()) != 0 {
			t.Errorf("hash %x, free %x; inputs %v", hash, free, m.Inputs())
		}
	})
	t.Run("V-033", func(t *testing.T) {
		m := boardOf(t, guests.Demo)
		modes := map[byte]bool{}
		c := m.CPUs()[0]
		bits := 0
		for n, r := range c.Registers() {
			if r.Name == "code_bits" {
				bits = n
			}
		}
		until := uint64(1_000_000) // or a little into 64-bit code
		for m.Retired() < until {
			if len(modes) == 2 {
				until = min(until, m.Retired()+500)
			}
			modes[c.ReadRegister(bits)[0]] = true
			m.Resume(machine.Plan{Actions: []machine.Action{machine.Step}})
		}
		free := hashAt(t, boardOf(t, guests.Demo), until)
		if m.Hash() != free || !modes[32] || !modes[64] {
			t.Errorf("hash %x, free %x; modes %v", m.Hash(), free, modes)
		}
	})
}

// rangeClient is a client of a debugger.
type rangeClient struct{ stops chan debug.Stop }

func (c *rangeClient) Stopped(s debug.Stop) { c.stops <- s }

// rangeMeetsBreakpoint: a breakpoint inside the range ends a range step.
func rangeMeetsBreakpoint(t *testing.T) {
	m := debugtest.New(1, []byte{0x90, 0x90, 0x90, 0x90, 0x90, 0xeb, 0xf9})
	d := debug.New(m)
	c := &rangeClient{make(chan debug.Stop, 4)}
	go d.Run(context.Background(), true)
	defer d.Kill()
	check(t, d.Do(func() {
		if err := d.Attach(c); err != nil {
			t.Error(err)
		}
		d.SetBreakpoint(c, debugtest.Base+3, nil)
		d.Resume(debug.Request{Actions: []debug.Action{debug.Step}, Range: &debug.Range{From: debugtest.Base, To: debugtest.Base + 5}})
	}))
	select {
	case s := <-c.stops:
		if s.Kind != debug.StopBreakpoint || s.Addr != debugtest.Base+3 {
			t.Errorf("%+v", s)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no stop")
	}
}
