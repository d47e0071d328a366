// Package backend makes a machine's debugger work as one of the well-known designs does.
//
// Invariant: each design has a package of its own, which names the public source that it models, and knows nothing of the others
// but what it is made of.
package backend

import (
	"fmt"
	"slices"
	"strings"

	"stasis/cpu/x86"
	"stasis/debug"
	"stasis/debug/backend/bhyve"
	"stasis/debug/backend/maskif"
	"stasis/debug/backend/native"
	"stasis/debug/backend/whpx"
	"stasis/debug/target"
)

// Options change a back end.
type Options struct {
	KeepFlags    bool                       // do not emulate what instructions see of the flags that a step changes
	NoBreakpoint bool                       // the processor cannot intercept #BP (bhyve, mask-if)
	Log          func(cpu int, what string) // told of what the stub does behind the guest's back
}

// Names are the back ends, in the order in which they are shown.
func Names() []string { return []string{"native", "bhyve", "whpx", "mask-if"} }

// Parse reads a back end as a flag gives it: its name, and -bpt-exit behind it for a processor that cannot intercept #BP.
func Parse(text string) (name string, o Options, err error) {
	name, option, given := strings.Cut(text, ",")
	switch {
	case !slices.Contains(Names(), name):
		return "", o, unknown(name)
	case given && (option != "-bpt-exit" || name != "bhyve" && name != "mask-if"):
		return "", o, fmt.Errorf("back end %s has no option %q; bhyve and mask-if have -bpt-exit", name, option)
	}
	return name, Options{NoBreakpoint: given}, nil
}

func unknown(name string) error {
	return fmt.Errorf("back end %q is not known; there are %s", name, strings.Join(Names(), ", "))
}

// New puts a back end under a machine.
func New(name string, m *target.Machine, o Options) (b debug.Backend, err error) {
	if arch := m.CPUs()[0].Architecture(); name != "native" && arch != x86.Architecture() {
		return nil, fmt.Errorf("back end %q is one of x86-64; this machine is %s", name, arch.Name)
	}
	switch name {
	case "native":
		return native.New(m), nil
	case "bhyve":
		x, err := bhyve.New(m, !o.NoBreakpoint)
		if err != nil {
			return nil, err
		}
		x.Log = o.Log
		return x, nil
	case "whpx":
		x := whpx.New(m, !o.KeepFlags)
		x.Log = o.Log
		return x, nil
	case "mask-if":
		x, err := maskif.New(m, !o.KeepFlags, !o.NoBreakpoint)
		if err != nil {
			return nil, err
		}
		x.Log = o.Log
		return x, nil
	}
	return nil, unknown(name)
}
