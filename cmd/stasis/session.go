package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"stasis/debug"
	"stasis/debug/backend"
	"stasis/debug/target"
	"stasis/gdbremote"
	"stasis/machine"
	"stasis/replay"
)

// session is one machine with what belongs to it on the host: its debugger, the gdb server and the console.
type session struct {
	*options
	stdout, stderr io.Writer
	listening      func(addr string)

	machine  *machine.Machine
	target   *target.Machine
	debugger *debug.Debugger
	listener net.Listener
	server   *gdbremote.Server
	console  *console
	tracer   *tracer // nil: no trace
}

// say tells the user something.
func (s *session) say(format string, args ...any) {
	fmt.Fprintf(s.stderr, "stasis: "+format+"\n", args...)
}

// open makes everything that can fail because of what the user gave.
func (s *session) open() error {
	s.console = newConsole(s.options, s.stdout)
	s.stderr = s.console.wrap(s.stderr)
	config, err := s.config()
	if err != nil {
		return err
	}
	host, err := s.host(s.stdout, s.stderr)
	if err != nil {
		return err
	}
	if s.console.live != nil {
		host.Live = s.console.live
		host.Pace = host.Pace || s.console.terminal && s.pace == ""
	}
	if s.machine, err = machine.New(config, host); err != nil {
		return err
	}
	if s.dumpDTB != "" {
		return s.dumpTree()
	}
	s.target = target.New(s.machine)
	if err := s.attach(); err != nil {
		return err
	}
	s.addCommands()
	s.console.debugger = s.debugger
	return s.listen()
}

// attach makes the debugger, over a tracer if there is to be a trace.
func (s *session) attach() error {
	if s.backend != "native" {
		return s.attachBackend()
	}
	if s.trace == "" {
		s.debugger = debug.New(s.target)
		return nil
	}
	file, err := os.Create(s.trace)
	if err != nil {
		return err
	}
	s.tracer = newTracer(s.target, file)
	s.debugger = debug.New(s.tracer)
	s.tracer.debugger = s.debugger
	return nil
}

// errDumped ends a command that was only to write the device tree.
var errDumped = errors.New("the device tree is written")

// dumpTree writes the device tree to a file.
func (s *session) dumpTree() error {
	tree := s.machine.DeviceTree()
	if tree == nil {
		return fmt.Errorf("--dump-dtb: the board %s has no device tree", s.machine.Config().Board)
	}
	if err := os.WriteFile(s.dumpDTB, tree, 0o666); err != nil {
		return hostError{err}
	}
	return errDumped
}

// attachBackend makes the debugger over one of the other back ends.
func (s *session) attachBackend() error {
	if s.trace != "" {
		return fmt.Errorf("--trace and --backend %s do not go together", s.backend)
	}
	name, o, err := backend.Parse(s.backend)
	if err != nil {
		return err
	}
	o.KeepFlags = !s.emulateFlags
	b, err := backend.New(name, s.target, o)
	if err == nil {
		s.debugger = debug.New(b)
	}
	return err
}

// listen opens the gdb server's address and says which it is.
func (s *session) listen() (err error) {
	if s.gdb == "" {
		return nil
	}
	s.server = gdbremote.New(s.debugger, s.say)
	if s.gdb == "-" {
		return nil
	}
	if s.listener, err = gdbremote.Listen(s.gdb); err != nil {
		return fmt.Errorf("%w; give another address, or :0 for any free port", err)
	}
	addr := s.listener.Addr().String()
	if s.listener.Addr().Network() == "unix" {
		addr = "unix:" + addr
	}
	s.say("gdb: listening on %s", addr)
	if s.listening != nil {
		s.listening(addr)
	}
	return nil
}

func (s *session) close() {
	if s.tracer != nil {
		s.tracer.Close()
	}
	if s.machine != nil {
		s.machine.Close()
	}
	s.console.close()
}

// run runs the machine to its end, with its gdb server and its console beside it.
func (s *session) run(ctx context.Context) summary {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	group, ctx := errgroup.WithContext(ctx)
	var stop debug.Stop
	group.Go(func() error {
		defer cancel(errOver)
		stop = s.debugger.Run(ctx, s.wait)
		return nil
	})
	if s.server != nil {
		group.Go(func() error { return s.serve(ctx) })
	}
	s.console.start(func() { cancel(errInterrupted) })
	err := group.Wait()
	return s.summarize(stop, context.Cause(ctx), err)
}

// serve runs the gdb server until the machine has ended.
func (s *session) serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.server.Close)()
	if s.gdb == "-" {
		s.server.ServeConn(gdbremote.Stdio())
		return nil
	}
	return s.server.Serve(s.listener)
}

// summarize says how the run has ended.
func (s *session) summarize(stop debug.Stop, cause, err error) summary {
	reason, code, detail := stop.Reason, stop.Code, s.target.Last.Detail
	switch {
	case err != nil && !errors.Is(err, errInterrupted):
		reason, code, detail = "error", exitHost, err.Error()
	case reason == "killed" && errors.Is(cause, errInterrupted):
		reason, code = "interrupted", machine.Stop{Reason: machine.StopInterrupted}.ExitCode()
	}
	s.console.close()
	sum := newSummary(s.machine, reason, code, detail)
	s.say("%s after %d units, %s", reason, sum.Retired, describe(sum))
	if detail != "" {
		s.say("%s", detail)
	}
	if reason == "triple-fault" {
		s.dump(stop.CPU)
	}
	if s.stats {
		sum.addStats(s.machine.CPUs())
		s.printStats(sum)
	}
	return sum
}

func describe(sum summary) string {
	return fmt.Sprintf("%.3f s of guest time, %.3f s, %.0f MIPS", float64(sum.VirtualNS)/1e9, float64(sum.WallNS)/1e9, sum.MIPS)
}

// dump shows the registers of a CPU that has failed.
func (s *session) dump(cpu int) {
	for line := range strings.Lines(s.debugger.Monitor(cpu, "info registers")) {
		s.say("%s", strings.TrimSuffix(line, "\n"))
	}
}

func (s *session) printStats(sum summary) {
	for i := range s.machine.CPUs() {
		cpu := fmt.Sprintf("cpu%d", i)
		for _, name := range sortedKeys(sum.Stats[cpu]) {
			s.say("%s: %s %d", cpu, name, sum.Stats[cpu][name])
		}
	}
	for _, name := range sortedKeys(sum.Unimplemented) {
		s.say("unimplemented: %s, %d times", name, sum.Unimplemented[name])
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// typed makes an input of bytes typed at the first serial port.
func typed(p []byte) replay.Input { return replay.Bytes(0, p) }
