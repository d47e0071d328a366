// Command stasis runs a deterministic x86-64 machine, and lets stock gdb look at it without disturbing it.
//
// Invariant: standard output is the guest's alone. Everything that Stasis itself says goes to standard error, behind
// "stasis: ".
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// Exit statuses that are not a machine's own; machine.Stop has those.
const (
	exitOK    = 0
	exitFalse = 1 // a check did not show what it claims
	exitUsage = 2 // bad flags or bad input
	exitHost  = 4 // the host failed
)

// status is an exit status that has been explained already.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// hostError is a failure of the host, not of what the user gave.
type hostError struct{ error }

func (e hostError) Unwrap() error { return e.error }

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// execute runs one command line and returns the exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(respell(args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var code status
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(stderr, "stasis: %v\n", err)
	var host hostError
	if errors.As(err, &host) {
		return exitHost
	}
	return exitUsage
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stasis",
		Short: "A deterministic x86-64 machine in which a breakpoint takes no time",
		Long: `Stasis is an x86-64 machine with one clock: the instructions it has executed. It stops, steps and
continues under gdb without the guest losing or gaining a single tick, and the same command line
gives the same run, bit for bit, on every host.`,
		Example: `  stasis demo
  stasis run --kernel vmlinuz --initrd initramfs.cpio --append "console=ttyS0"
  stasis gdb --kernel vmlinuz --append "console=ttyS0 nokaslr"`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(runCommand(), demoCommand(), labCommand(), gdbCommand(), initramfsCommand(), disasmCommand(), versionCommand())
	return root
}
