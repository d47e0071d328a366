package machine

import (
	"encoding/binary"
	"slices"
	"testing"

	"stasis/bus"
	"stasis/cpu"
	"stasis/replay"
	"stasis/timer"
)

// fakeState is what a fakeCPU's next unit depends on.
type fakeState struct {
	IP      uint64
	Sum     uint64 // changes with every unit and the time at which it is executed
	Waiting bool
	Wire    bool
}

// fakeCPU executes a program, one function a unit. It loops over it for ever.
type fakeCPU struct {
	fakeState
	m       *Machine
	program []func(c *fakeCPU)
	units   uint64
	reload  bool
	breaks  []uint64
	skip    bool
	writes  int // times that inline writes were dropped
}

func (c *fakeCPU) Run(budget uint64) cpu.Exit {
	c.units, c.reload = 0, false
	for c.units < budget && !c.reload {
		if c.Wire {
			c.Wire, c.Waiting, c.reload = false, false, true
			c.Sum = c.Sum*31 + c.m.Clock()
			c.units++
			continue
		}
		if c.Waiting {
			return cpu.Exit{Kind: cpu.ExitHalted}
		}
		if !c.skip && slices.Contains(c.breaks, c.IP) {
			return cpu.Exit{Kind: cpu.ExitBreakpoint, Addr: c.IP}
		}
		c.skip = false
		do := c.program[c.IP]
		c.IP = (c.IP + 1) % uint64(len(c.program))
		do(c)
		c.Sum = c.Sum*33 + 1
		c.units++
	}
	return cpu.Exit{}
}

func (c *fakeCPU) PC() uint64                           { return c.IP }
func (c *fakeCPU) Units() uint64                        { return c.units }
func (c *fakeCPU) Halted() bool                         { return c.Waiting }
func (c *fakeCPU) Wake() bool                           { return c.Waiting && c.Wire }
func (c *fakeCPU) Architecture() *cpu.Architecture      { return &cpu.Architecture{} }
func (c *fakeCPU) Registers() []cpu.Register            { return nil }
func (c *fakeCPU) ReadRegister(int) []byte              { return binary.LittleEndian.AppendUint64(nil, c.Sum) }
func (c *fakeCPU) WriteRegister(int, []byte) error      { return nil }
func (c *fakeCPU) Translate(va uint64) (uint64, bool)   { return va, true }
func (c *fakeCPU) SetBreakpoints(addrs []uint64)        { c.breaks = addrs }
func (c *fakeCPU) SetWatchpoints([]cpu.Watch)           {}
func (c *fakeCPU) SkipBreakpoint()                      { c.skip = true }
func (c *fakeCPU) HoldInterrupts()                      {}
func (c *fakeCPU) ProtectCode(uint64)                   {}
func (c *fakeCPU) InvalidateCode(uint64)                {}
func (c *fakeCPU) DropInline()                          {}
func (c *fakeCPU) DropInlineWrites()                    { c.writes++ }
func (c *fakeCPU) EncodeState(b []byte) []byte          { return cpu.Encode(b, &c.fakeState) }
func (c *fakeCPU) DecodeState(b []byte) ([]byte, error) { return cpu.Decode(b, &c.fakeState) }
func (c *fakeCPU) SetSingleStep(bool)                   {}
func (c *fakeCPU) Reset()                               { c.fakeState = fakeState{} }
func (c *fakeCPU) Unimplemented() map[string]uint64     { return nil }
func (c *fakeCPU) Stats() map[string]uint64             { return nil }

func nop(*fakeCPU)    {}
func halt(c *fakeCPU) { c.Waiting = true }

// say writes a byte to the first serial port.
func say(b byte) func(c *fakeCPU) {
	return func(c *fakeCPU) {
		c.reload = true
		c.m.outputs[0].Write([]byte{b})
	}
}

// store writes a word whose value depends on everything before.
func store(c *fakeCPU) {
	var p [8]byte
	binary.LittleEndian.PutUint64(p[:], c.Sum)
	c.m.bus.RAM.WriteAt(p[:], c.Sum%7*bus.PageSize)
}

// fakePort is a serial port that has room while its CPU does not know of a byte.
type fakePort fakeCPU

func (p *fakePort) Receive(b byte) bool {
	if p.Wire {
		return false
	}
	p.Wire = true
	p.Sum = p.Sum*37 + uint64(b)
	return true
}

// ticker interrupts all CPUs every period units, as long as it is on.
type ticker struct {
	TickerState
	event *timer.Event
}

type TickerState struct{ Period, Ticks uint64 }

// fakeMachine is a machine of fake CPUs with a ticker. Bytes from the serial port wake CPU 0.
func fakeMachine(t *testing.T, config Config, host Host, period uint64, programs ...[]func(c *fakeCPU)) *Machine {
	t.Helper()
	config.SMP = len(programs)
	config, err := config.normal()
	if err != nil {
		t.Fatal(err)
	}
	ram, err := bus.NewRAM(64*bus.PageSize, 3<<30, 4<<30)
	if err != nil {
		t.Fatal(err)
	}
	m := assemble(config, host, ram)
	t.Cleanup(func() { m.Close() })
	for _, p := range programs {
		m.cpus = append(m.cpus, &fakeCPU{m: m, program: p})
	}
	tick := &ticker{}
	tick.Period = period
	tick.event = m.queue.Register("tick", func() {
		tick.Ticks++
		tick.event.Schedule(m.Clock() + tick.Period)
		for _, c := range m.cpus {
			c.(*fakeCPU).Wire = true
		}
	})
	if period != 0 {
		tick.event.Schedule(period)
	}
	m.addPart("ticker", &tick.TickerState, nil)
	m.serial[0] = (*fakePort)(m.cpus[0].(*fakeCPU))
	m.boot = func() error { return nil }
	m.fresh = m.encodeParts(nil)
	return m
}

// busy is a program in which everything happens.
func busy() []func(c *fakeCPU) {
	p := slices.Repeat([]func(c *fakeCPU){nop, store, nop}, 20)
	return append(p, say('a'), say('b'), halt)
}

func advanceBy(n uint64) replay.Input { return replay.ClockAdvance(n) }
