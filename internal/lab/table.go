package lab

import (
	"fmt"
	"slices"
	"strings"
)

// List is the scenarios with what they are about, one line each.
func List() string {
	var b strings.Builder
	for _, s := range Scenarios {
		fmt.Fprintf(&b, "  %-22s %s\n", s.Name, s.About)
	}
	return b.String()
}

// Table shows rows as a table of scenarios and back ends, with the sources of what is red.
func Table(rows []Row) string {
	var b strings.Builder
	var columns []string
	for _, c := range Columns {
		if slices.ContainsFunc(rows, func(r Row) bool { return r.Backend == c.Name }) {
			columns = append(columns, c.Name)
		}
	}
	fmt.Fprintf(&b, "%-22s", "")
	for _, c := range columns {
		fmt.Fprintf(&b, " %-11s", c)
	}
	var notes []string
	last := ""
	for _, r := range rows {
		if r.Scenario != last {
			fmt.Fprintf(&b, "\n%-22s", r.Scenario)
			last = r.Scenario
		}
		fmt.Fprintf(&b, " %-11s", cell(r, &notes))
	}
	fmt.Fprint(&b, "\n\n")
	for i, n := range notes {
		fmt.Fprintf(&b, "[%d] %s\n", i+1, n)
	}
	return trimLines(b.String())
}

// cell is a result with the number of its source; what is not as expected is in capitals.
func cell(r Row, notes *[]string) string {
	if !r.OK() {
		return strings.ToUpper(r.Result) + "!"
	}
	if r.Source == "" {
		return r.Result
	}
	n := slices.Index(*notes, r.Source)
	if n < 0 {
		n = len(*notes)
		*notes = append(*notes, r.Source)
	}
	return fmt.Sprintf("%s [%d]", r.Result, n+1)
}

func trimLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		fmt.Fprintln(&b, strings.TrimRight(line, " \n"))
	}
	return b.String()
}
