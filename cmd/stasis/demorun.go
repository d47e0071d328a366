package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"stasis/debug"
	"stasis/debug/target"
	"stasis/internal/guests"
	"stasis/loader"
	"stasis/machine"
	"stasis/replay"
)

// way is a way to go on from a breakpoint.
type way struct {
	name string
	// proceed goes on from the stop at the breakpoint to the next one.
	proceed func(d *demo) error
}

// demo is one guest under one debugger. It is the debugger's client.
type demo struct {
	machine *machine.Machine
	*debug.Debugger
	stops   chan debug.Stop
	symbols map[string]uint64
	think   uint64 // units of a thought
}

// stepOpen is a hypervisor's way: the clock goes on, and the step has interrupts open.
func stepOpen(d *demo) error {
	loop := d.symbols[guests.DemoLoop]
	err := d.Do(func() {
		d.machine.Input(replay.ClockAdvance(d.think))
		d.ClearBreakpoint(d, loop)
	})
	if err != nil {
		return err
	}
	if _, err := d.resume(debug.Step); err != nil {
		return err
	}
	if err := d.Do(func() { d.SetBreakpoint(d, loop, nil) }); err != nil {
		return err
	}
	return goOn(d)
}

// goOn is Stasis's way.
func goOn(d *demo) error {
	stop, err := d.resume(debug.Continue)
	if err == nil && stop.Kind != debug.StopBreakpoint {
		err = fmt.Errorf("stopped by %s, not by the breakpoint", stop.Reason)
	}
	return err
}

// resume runs the guest to its next stop.
func (d *demo) resume(a debug.Action) (debug.Stop, error) {
	if err := d.Do(func() { d.Resume(debug.Request{Actions: []debug.Action{a}}) }); err != nil {
		return debug.Stop{}, err
	}
	select {
	case s := <-d.stops:
		return s, nil
	case <-d.Over():
		return debug.Stop{}, errors.New("the guest has ended")
	}
}

// Stopped is told by the debugger.
func (d *demo) Stopped(s debug.Stop) { d.stops <- s }

// demoGuests are the demo's guests by architecture.
var demoGuests = map[string]string{"amd64": guests.Demo, "arm64": guests.DemoARM64}

// image is the demo's guest with the timer set.
func (o *demoOptions) image() ([]byte, error) {
	return guests.Patch(guests.ELF(demoGuests[o.arch]), guests.DemoHz, o.hz)
}

// build makes a machine that runs the demo's guest.
func (o *demoOptions) build() (*machine.Machine, map[string]uint64, error) {
	image, err := o.image()
	if err != nil {
		return nil, nil, err
	}
	symbols, err := guests.Symbols(image)
	if err != nil {
		return nil, nil, err
	}
	m, err := machine.New(machine.Config{Mem: 16 << 20, Kernel: loader.File{Name: "demo", Data: image}}, machine.Host{})
	return m, symbols, err
}

// run debugs a guest one way, and reads from its memory what has become of it.
func (o *demoOptions) run(w way) (row demoRow, err error) {
	m, symbols, err := o.build()
	if err != nil {
		return row, err
	}
	defer m.Close()
	d := &demo{
		machine: m, Debugger: debug.New(target.New(m)), stops: make(chan debug.Stop, 4), symbols: symbols,
		think: uint64(float64(m.Config().IPS) * o.think.Seconds()),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(context.Background(), true)
	}()
	defer func() { d.Kill(); <-ended }()
	before, err := d.begin()
	if err != nil {
		return row, err
	}
	for range o.continues {
		if err := w.proceed(d); err != nil {
			return row, err
		}
	}
	after, err := d.counts()
	if err != nil {
		return row, err
	}
	control, err := o.undisturbed(after.retired)
	return demoRow{
		Way: w.name, Continues: o.continues,
		Counter: after.loops - before.loops, Ticks: after.ticks - before.ticks,
		ExtraTicks: int64(after.ticks) - int64(control.ticks),
	}, err
}

// begin runs the guest to the breakpoint for the first time.
func (d *demo) begin() (counts, error) {
	var err error
	e := d.Do(func() {
		err = d.Attach(d)
		d.SetPolicy(debug.Arch)
		d.SetBreakpoint(d, d.symbols[guests.DemoLoop], nil)
	})
	if err := errors.Join(e, err); err != nil {
		return counts{}, err
	}
	if err := goOn(d); err != nil {
		return counts{}, err
	}
	return d.counts()
}

// counts is what the guest has counted at a position.
type counts struct{ loops, ticks, retired uint64 }

// counts reads guest memory through the debugger.
func (d *demo) counts() (c counts, err error) {
	err = d.Do(func() {
		c = counts{
			loops:   word(d.ReadMemory(0, d.symbols[guests.DemoCount], 8)),
			ticks:   word(d.ReadMemory(0, d.symbols[guests.DemoTicks], 8)),
			retired: d.Retired(),
		}
	})
	return c, err
}

// undisturbed is what a guest without a debugger has counted at a position.
func (o *demoOptions) undisturbed(retired uint64) (c counts, err error) {
	m, symbols, err := o.build()
	if err != nil {
		return c, err
	}
	defer m.Close()
	if stop := m.Resume(machine.Plan{Until: retired}); stop.Reason != machine.StopUntil {
		return c, fmt.Errorf("the run without a debugger ended by %s", stop.Reason)
	}
	read := func(name string) uint64 {
		p := make([]byte, 8)
		err = errors.Join(err, m.ReadPhys(p, symbols[name]))
		return word(p)
	}
	return counts{read(guests.DemoCount), read(guests.DemoTicks), m.Retired()}, err
}

// word is a little-endian number of 8 bytes; of fewer, 0.
func word(p []byte) uint64 {
	if len(p) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(p)
}
