package debug

import (
	"errors"
	"slices"

	"stasis/cpu"
)

// ErrNoCatch is a CPU that cannot tell of events.
var ErrNoCatch = errors.New("this CPU cannot catch events")

// catches are the events that owners wait for, in the order in which they were asked for.
type catches struct {
	list    []catch
	changed bool
}

type catch struct {
	owner Owner
	cpu.Catch
}

// Catch has the machine stop at events.
func (d *Debugger) Catch(owner Owner, c cpu.Catch) error {
	if _, ok := d.cpus[0].(catcher); !ok {
		return ErrNoCatch
	}
	d.catches.list = append(d.catches.list, catch{owner, c})
	d.catches.changed = true
	return nil
}

// Uncatch takes one such wish back. It reports whether there was one.
func (d *Debugger) Uncatch(owner Owner, c cpu.Catch) bool {
	n := slices.Index(d.catches.list, catch{owner, c})
	if n < 0 {
		return false
	}
	d.catches.list = slices.Delete(d.catches.list, n, n+1)
	d.catches.changed = true
	return true
}

// drop forgets an owner's.
func (c *catches) drop(owner Owner) {
	n := len(c.list)
	c.list = slices.DeleteFunc(c.list, func(x catch) bool { return x.owner == owner })
	c.changed = c.changed || len(c.list) != n
}

// armCatches gives the CPUs the catches, if they have changed.
func (d *Debugger) armCatches() {
	if !d.catches.changed {
		return
	}
	d.catches.changed = false
	var list []cpu.Catch
	for _, x := range d.catches.list {
		list = append(list, x.Catch)
	}
	for _, c := range d.cpus {
		c.(catcher).SetCatches(list)
	}
}
