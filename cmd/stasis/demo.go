package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// demoOptions are the numbers that the demo can be told.
type demoOptions struct {
	continues int
	hz        uint64
	think     time.Duration
	json      bool
	arch      string
}

// demoRow is what one way of debugging has done to the guest, as read from its memory.
type demoRow struct {
	Way        string `json:"way"`
	Continues  int    `json:"continues"`
	Counter    uint64 `json:"counter"`     // turns of the loop
	Ticks      uint64 `json:"ticks"`       // timer interrupts that the guest has counted
	ExtraTicks int64  `json:"extra_ticks"` // more than a run without a debugger has at the same position
}

func demoCommand() *cobra.Command {
	o := demoOptions{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show what a breakpoint does to a guest, the usual way and here",
		Long: `A guest counts in a loop while a timer interrupts it. A breakpoint stands in the loop; at each stop
somebody thinks for a while and then continues.

The first half does it the way a hypervisor's gdb stub does: take the breakpoint away, step once with
interrupts open, put it back, continue; and the clock goes on during the thought. So an interrupt is
due at every step: the step ends in the timer's handler, the handler returns to the breakpoint, and
the loop stands still for ever. The second half does it Stasis's way, with the same guest.

Thought is a scripted advance of the clock, so the output is the same in every run. The exit status
is 1 if either half does not show this.`,
		Example: "  stasis demo\n  stasis demo --json --hz 100 --think 20ms --continues 50",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			rows, err := o.rows()
			if err != nil {
				return hostError{err}
			}
			if err := o.print(cmd.OutOrStdout(), rows); err != nil {
				return hostError{err}
			}
			if !shown(rows) {
				fmt.Fprintln(cmd.ErrOrStderr(), "stasis: demo: these numbers do not show the claim")
				return status(exitFalse)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.continues, "continues", 10, "how often to continue from the breakpoint")
	f.Uint64Var(&o.hz, "hz", 1000, "rate of the guest's timer, 19 to 100000")
	f.DurationVar(&o.think, "think", 50*time.Millisecond, "how long the clock goes on during each thought")
	f.BoolVar(&o.json, "json", false, "print a JSON array")
	f.StringVar(&o.arch, "arch", "amd64", "guest architecture: amd64 or arm64")
	return cmd
}

func (o *demoOptions) check() error {
	switch {
	case demoGuests[o.arch] == "":
		return fmt.Errorf("--arch %s: there are amd64 and arm64", o.arch)
	case o.continues < 1 || o.continues > 1_000_000:
		return fmt.Errorf("--continues %d: give 1 to 1000000", o.continues)
	case o.hz < 19 || o.hz > 100_000:
		return fmt.Errorf("--hz %d: give 19 to 100000", o.hz)
	case o.think < 0 || o.think > time.Hour:
		return fmt.Errorf("--think %v: give up to an hour", o.think)
	}
	return nil
}

// rows runs both halves.
func (o *demoOptions) rows() (rows []demoRow, err error) {
	for _, way := range []way{{"hypervisor", stepOpen}, {"stasis", goOn}} {
		row, err := o.run(way)
		if err != nil {
			return nil, fmt.Errorf("demo: %s: %w", way.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// shown reports whether the numbers are what is claimed: the loop stands still the one way, and goes one turn a
// continue, without an extra tick, the other way.
func shown(rows []demoRow) bool {
	hypervisor, stasis := rows[0], rows[1]
	return hypervisor.Counter == 0 && hypervisor.ExtraTicks > 0 &&
		stasis.Counter == uint64(stasis.Continues) && stasis.ExtraTicks == 0
}

func (o *demoOptions) print(w io.Writer, rows []demoRow) error {
	if o.json {
		b, err := json.MarshalIndent(rows, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", b)
		return err
	}
	fmt.Fprintf(w, "A loop counts, a timer interrupts it %d times a second, and a breakpoint stands in the loop.\n", o.hz)
	fmt.Fprintf(w, "At each of %d stops somebody thinks for %v and continues.\n\n", o.continues, o.think)
	fmt.Fprintf(w, "%-12s %10s %10s %10s %12s\n", "way", "continues", "counter", "ticks", "extra ticks")
	for _, r := range rows {
		fmt.Fprintf(w, "%-12s %10d %10d %10d %12d\n", r.Way, r.Continues, r.Counter, r.Ticks, r.ExtraTicks)
	}
	_, err := fmt.Fprint(w, `
hypervisor: take the breakpoint away, step once, put it back, continue, while the clock goes on. An
            interrupt is due at every step, its handler returns to the breakpoint: the loop stands still.
stasis:     a stop takes no time. Each continue is one turn of the loop, with no tick that the guest
            would not have had anyway.
`)
	return err
}
