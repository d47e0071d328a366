package main

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func gdbCommand() *cobra.Command {
	var o options
	var program string
	cmd := &cobra.Command{
		Use:   "gdb --kernel FILE [flags] [-- GDB-ARGS...]",
		Short: "Start a machine and gdb together",
		Long: `Start a machine that waits at its first instruction, and gdb connected to it. What the guest writes to
its serial port appears between gdb's lines; give --serial file:PATH to have it elsewhere. What comes
after -- is for gdb. When gdb ends, so does the machine.`,
		Example: `  stasis gdb --kernel guest.elf
  stasis gdb --kernel vmlinuz --append "console=ttyS0 nokaslr" -- -ex "hbreak *0x1000000" -ex continue`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.setGDB(); err != nil {
				return err
			}
			signal.Ignore(syscall.SIGINT) // Ctrl-C is gdb's
			ctx, stop := interruptible(syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithCancelCause(ctx)
			failure := make(chan error, 1)
			err := runMachine(ctx, &o, cmd.OutOrStdout(), cmd.ErrOrStderr(), func(addr string) {
				go func() { failure <- startGDB(program, addr, o.kernel, args, cancel) }()
			})
			return errors.Join(err, finished(failure))
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVar(&program, "gdb-program", "gdb", "gdb to start")
	return cmd
}

// setGDB sets what follows from gdb being on the terminal.
func (o *options) setGDB() error {
	if o.gdb == "-" {
		return errors.New("--gdb - and gdb on the terminal do not go together")
	}
	if o.gdb == "" {
		o.gdb = ":0"
	}
	if len(o.serial) == 0 {
		o.serial = []string{"stdio"}
	}
	o.wait, o.noInput = true, true
	return nil
}

// startGDB runs gdb to its end, and then ends the machine.
func startGDB(program, addr, kernel string, args []string, cancel context.CancelCauseFunc) error {
	defer cancel(errInterrupted)
	var list []string
	if f, err := elf.Open(kernel); err == nil {
		f.Close()
		list = append(list, kernel)
	}
	list = append(list, "-q", "-ex", "target remote "+addr)
	gdb := exec.Command(program, append(list, args...)...)
	gdb.Stdin, gdb.Stdout, gdb.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := gdb.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return hostError{fmt.Errorf("start gdb: %w; give --gdb-program", err)}
	}
	return nil
}

// finished is gdb's failure, if it has one already.
func finished(failure <-chan error) error {
	select {
	case err := <-failure:
		return err
	default:
		return nil
	}
}
