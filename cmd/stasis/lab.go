package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"stasis/internal/lab"
)

// labOptions choose cells of the lab's table.
type labOptions struct {
	backend, scenario string
	emulate           bool
	json              bool
}

func labCommand() *cobra.Command {
	o := labOptions{}
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Try the ways in which hypervisors debug, side by side",
		Long: `Small guests are debugged by models of the debug stubs of bhyve, of QEMU on the Windows Hypervisor
Platform, of a stub that masks interrupts, and by Stasis's own way. A cell is green if the guest has
noticed nothing: mostly, if it ends in the same state as without a debugger. Red cells of the models
are expected, and say which public source tells of them.

The exit status is 1 if native is not all green, or an expected red cell is not red. The scenarios:

` + lab.List(),
		Example: `  stasis lab
  stasis lab --json --backend bhyve
  stasis lab explain timer-stepover bhyve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := o.rows()
			if err != nil {
				return err
			}
			if err := o.print(cmd.OutOrStdout(), rows); err != nil {
				return hostError{err}
			}
			if n := slices.IndexFunc(rows, func(r lab.Row) bool { return !r.OK() }); n >= 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "stasis: lab: %s under %s is %s, not %s\n", rows[n].Scenario, rows[n].Backend, rows[n].Result, rows[n].Expected)
				return status(exitFalse)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.backend, "backend", "", "only this back end: "+lab.ColumnNames())
	f.StringVar(&o.scenario, "scenario", "", "only this scenario")
	f.BoolVar(&o.emulate, "emulate-flags", true, "emulate what instructions see of the flags during a step; false: whpx is whpx-raw, mask-if is mask-if-raw")
	f.BoolVar(&o.json, "json", false, "print a JSON array")
	cmd.AddCommand(explainCommand())
	return cmd
}

func explainCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "explain SCENARIO BACKEND",
		Short: "Tell what happens in one cell, instruction by instruction",
		Long: `The story of one cell as lines: the position in units, the CPU, IF and TF, the line of the timer's
interrupt (INTR), the ticks that the guest has counted, and the next instruction. # is what the debugger
does, | what the stub does behind the guest's back. It is cut to what fits a slide, unless --all is given.`,
		Example: `  stasis lab explain pushf-step whpx-raw
  stasis lab explain thousand-steps mask-if-raw --all`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, c, err := lab.Find(args[0], args[1])
			if err != nil {
				return err
			}
			text, err := lab.Explain(s, c, all)
			if err != nil {
				return hostError{err}
			}
			if _, err := io.WriteString(cmd.OutOrStdout(), text); err != nil {
				return hostError{err}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "do not cut the story")
	return cmd
}

// rows tries the cells that were chosen.
func (o *labOptions) rows() (rows []lab.Row, err error) {
	if !o.emulate && (o.backend == "whpx" || o.backend == "mask-if") {
		o.backend += "-raw"
	}
	if err := lab.Known(o.scenario, o.backend); err != nil {
		return nil, err
	}
	for i := range lab.Scenarios {
		for _, c := range lab.Columns {
			s := &lab.Scenarios[i]
			if o.scenario != "" && o.scenario != s.Name || o.backend != "" && o.backend != c.Name || !o.emulate && c.Emulates() {
				continue
			}
			row, err := lab.Try(s, c)
			if err != nil {
				return nil, hostError{err}
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (o *labOptions) print(w io.Writer, rows []lab.Row) error {
	if !o.json {
		_, err := io.WriteString(w, lab.Table(rows))
		return err
	}
	b, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}
