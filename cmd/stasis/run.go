package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Causes of an end from outside.
var (
	errInterrupted = errors.New("interrupted")
	errOver        = errors.New("the machine has ended")
)

func runCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "run --kernel FILE [flags]",
		Short: "Run a machine",
		Long: `Run a machine until it powers off. The guest's serial port is on standard input and output: with a
terminal, Ctrl-A x ends the machine and Ctrl-A c opens the monitor. Without one, what comes on
standard input is typed. QEMU's spellings -kernel, -initrd, -append, -m, -smp, -s, -S work too.

Guest time is counted in instructions, and stands still while the machine is stopped. With --clock host
it follows the host's; then --clock-on-stop, or timers pause and timers run in the monitor, say what a
stop does: pause, no time passes; pause-step, nor during steps; run, it passes, as in a hypervisor.

Exit status: 0 power-off or --until; odd, a write of v to port 0xf4 as v<<1|1; 2 bad flags or input;
4 the host failed; 6 triple fault; 8 reset; 10 halted for ever; 12 --max-wall; 14 --strict; 16 killed
by the debugger; 130 interrupted.`,
		Example: `  stasis run --kernel vmlinuz --initrd initramfs.cpio --append "console=ttyS0" --mem 1G
  stasis run --kernel guest.elf --gdb :1234 --wait
  stasis run --kernel vmlinuz --initrd i.cpio --append "console=ttyS0" --input typing.txt --summary run.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.setSerial()
			ctx, stop := interruptible(syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return runMachine(ctx, &o, cmd.OutOrStdout(), cmd.ErrOrStderr(), nil)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

// interruptible is a context that signals end.
func interruptible(signals ...os.Signal) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, signals...)
	go func() {
		if _, ok := <-ch; ok {
			cancel(errInterrupted)
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		close(ch)
		cancel(nil)
	}
}

// runMachine runs one machine from its flags to its summary. listening, if not nil, is called with the address of the
// gdb server.
func runMachine(ctx context.Context, o *options, stdout, stderr io.Writer, listening func(addr string)) error {
	s := &session{options: o, stdout: stdout, stderr: stderr, listening: listening}
	defer s.close()
	err := s.open()
	if errors.Is(err, errDumped) {
		return nil
	}
	var sum summary
	if err == nil {
		sum = s.run(ctx)
	} else {
		sum = newSummary(nil, "error", exitCode(err), err.Error())
	}
	if o.summary != "" {
		if e := sum.write(o.summary); e != nil {
			err = errors.Join(err, hostError{fmt.Errorf("summary: %w", e)})
		}
	}
	if err == nil && sum.ExitCode != exitOK {
		return status(sum.ExitCode)
	}
	return err
}

// exitCode is the exit status of an error.
func exitCode(err error) int {
	var host hostError
	if errors.As(err, &host) {
		return exitHost
	}
	return exitUsage
}
