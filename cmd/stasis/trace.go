package main

import (
	"bufio"
	"fmt"
	"io"

	"stasis/debug"
	"stasis/debug/target"
)

// tracer is a target that runs unit by unit and writes a line for each:
//
//	retired cpu address  bytes  instruction
//
// The delivery of an event is a unit too; its line shows the instruction that it comes before.
type tracer struct {
	*target.Machine
	debugger *debug.Debugger
	out      *bufio.Writer
	file     io.Closer
}

func newTracer(t *target.Machine, w io.WriteCloser) *tracer {
	return &tracer{Machine: t, out: bufio.NewWriterSize(w, 1<<20), file: w}
}

// Resume runs by the plan, a unit at a time.
func (t *tracer) Resume(p debug.Plan) debug.Stop {
	defer t.out.Flush()
	plan := p
	plan.Actions = make([]debug.Action, len(p.Actions))
	for i := range plan.Actions {
		plan.Actions[i] = debug.Step
	}
	end := t.Retired() + p.Units
	for {
		cpu, retired := t.Turn(), t.Retired()
		text := t.line(cpu)
		if p.Units != 0 {
			plan.Units = end - retired
		}
		stop := t.Machine.Resume(plan)
		if t.Retired() != retired {
			t.write(retired, cpu, stop.CPU, text)
		}
		switch {
		case stop.Kind != debug.StopStep, p.Actions[stop.CPU] == debug.Step:
			return stop
		case p.Units != 0 && t.Retired() >= end:
			stop.Kind = debug.StopInterrupt
			return stop
		}
	}
}

// line is the instruction that a CPU stands at.
func (t *tracer) line(cpu int) string {
	list := t.debugger.Disassemble(cpu, t.CPUs()[cpu].PC(), 1, debug.Manual)
	if len(list) == 0 {
		return fmt.Sprintf("%016x  not mapped", t.CPUs()[cpu].PC())
	}
	return fmt.Sprintf("%016x  %-30x  %s", list[0].Addr, list[0].Bytes, list[0].Text)
}

// write writes the line of a unit. After an idle jump another CPU may have run than the one whose turn it was.
func (t *tracer) write(retired uint64, turn, ran int, text string) {
	if turn != ran {
		text = "woken"
	}
	fmt.Fprintf(t.out, "%d %d %s\n", retired, ran, text)
}

// Close writes what is left.
func (t *tracer) Close() error {
	if err := t.out.Flush(); err != nil {
		return err
	}
	return t.file.Close()
}
