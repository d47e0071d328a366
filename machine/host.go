package machine

import (
	"io"
	"time"

	"stasis/replay"
)

// Host is what of the host a machine is connected to, and how a run is observed. Nothing of it changes the state.
type Host struct {
	Serial   [2]io.Writer // what the guest writes to its serial ports; nil: nobody listens
	Debugcon io.Writer    // what it writes to port 0xe9

	Script *replay.Script // types at the first serial port, or nil
	Live   *replay.Live   // inputs from other goroutines, or nil
	Pace   bool           // an idle machine sleeps until the deadline's host time

	Clock       HostClock // the guest's time follows this clock; nil: it follows the units alone
	ClockOnStop ClockOnStop

	Until     uint64        // stop when so many units are retired; 0: no such stop
	MaxWall   time.Duration // stop after running so long; 0: no such stop
	Slice     uint64        // units between two looks at the outside
	HashEvery uint64        // units between two hashes; 0: none
	OnHash    func(HashAt)

	Trial Trial
}

// DefaultSlice is how many units it takes at most until an interruption is noticed.
const DefaultSlice = 100_000

func (h Host) normal() Host {
	setDefault(&h.Slice, DefaultSlice)
	return h
}

// Places that a guest writes to.
const (
	serialOutput = iota // and the second port
	_
	debugOutput
	outputs
)

// output is what the guest writes to one place. While the run repeats what it did before, nothing is written twice.
type output struct {
	count   *uint64 // how much the guest has written, part of the State
	written uint64  // the same over all repetitions
	to      io.Writer
	tap     func(p []byte)
	buffer  []byte
	err     error
}

// Write takes bytes from the guest; they reach the host with the next flush.
func (o *output) Write(p []byte) (int, error) {
	for i := range p {
		*o.count++
		if *o.count <= o.written {
			continue
		}
		o.written = *o.count
		o.buffer = append(o.buffer, p[i])
		if o.tap != nil {
			o.tap(p[i : i+1])
		}
	}
	return len(p), nil
}

// flush hands to the host what has been written. The host's first error ends the output, not the machine.
func (o *output) flush() {
	if len(o.buffer) == 0 {
		return
	}
	if o.to != nil && o.err == nil {
		_, o.err = o.to.Write(o.buffer)
	}
	o.buffer = o.buffer[:0]
}

func (m *Machine) flush() {
	for _, o := range m.outputs {
		o.flush()
	}
}

// connectOutputs makes the outputs of a machine.
func (m *Machine) connectOutputs() {
	to := [outputs]io.Writer{m.host.Serial[0], m.host.Serial[1], m.host.Debugcon}
	for i := range m.outputs {
		m.outputs[i] = &output{count: &m.State.Output[i], to: to[i]}
	}
	if m.host.Script != nil {
		m.outputs[serialOutput].tap = m.host.Script.Output
	}
}
