package lab

import (
	"fmt"
	"time"

	"stasis/debug"
	"stasis/machine"
)

// Progress is what has become of a loop with a breakpoint in it.
type Progress struct {
	Turns uint64 // of the loop
	Ticks uint64 // timer interrupts that the guest has counted
	Alone uint64 // the same in a run without a debugger, at the same position
}

// Thoughts continues from a breakpoint in a loop again and again, with a thought of 50 ms at each stop, under a timer of 1000 Hz.
func Thoughts(c Column, continues int) (p Progress, err error) {
	s := &Scenario{Name: "thoughts", demo: true, free: true}
	r, err := newRig(s, c)
	if err != nil {
		return p, err
	}
	defer r.machine.Close()
	r.breakAt("loop_body")
	r.cont()
	turns, ticks := r.word("loop_counter"), r.word("tick_counter")
	for range continues {
		r.think(thought)
		r.cont()
	}
	p = Progress{Turns: r.word("loop_counter") - turns, Ticks: r.word("tick_counter") - ticks}
	alone, symbols, err := s.build(c.vendor, nil)
	if err != nil {
		return p, err
	}
	defer alone.Close()
	alone.Resume(machine.Plan{Until: r.machine.Retired()})
	p.Alone = readWord(alone, symbols["tick_counter"]) - ticks
	return p, nil
}

// Walk is what single steps have come by.
type Walk struct {
	PCs     []uint64
	Handler int // steps that ended in the timer's handler
	Ticks   uint64
}

// Steps makes single steps from a breakpoint in a loop, with a thought at each stop, under a timer of a rate.
func Steps(c Column, steps int, hz uint64, think time.Duration) (w Walk, err error) {
	r, err := newRig(&Scenario{Name: "walk", demo: true, hz: hz, free: true}, c)
	if err != nil {
		return w, err
	}
	defer r.machine.Close()
	r.breakAt("loop_body")
	r.cont()
	r.clearAt("loop_body")
	ticks := r.word("tick_counter")
	for range steps {
		if think != 0 {
			r.think(think)
		}
		if stop := r.step(0); stop.Kind != debug.StopStep {
			return w, fmt.Errorf("a step ended by %s", why(stop))
		}
		pc := r.machine.CPUs()[0].PC()
		w.PCs = append(w.PCs, pc)
		if pc >= r.symbol("tick") && pc < r.symbol("start_timer") {
			w.Handler++
		}
	}
	w.Ticks = r.word("tick_counter") - ticks
	return w, nil
}
