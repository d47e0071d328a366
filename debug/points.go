package debug

import (
	"fmt"
	"slices"

	"stasis/cpu"
)

// monitorOwner owns what was set by monitor commands.
var monitorOwner Owner = new(point)

// point is a breakpoint, watchpoint or catch of the monitor, by its number. One of the three is not nil.
type point struct {
	number int
	brk    *Breakpoint
	watch  *watch
	catch  *cpu.Catch
}

// possible says why the target cannot do what a point asks for.
func (d *Debugger) possible(p point) error {
	switch {
	case p.brk != nil && p.brk.Physical:
		if _, ok := d.cpus[0].(physicalBreaker); !ok {
			return ErrCapability
		}
	case p.brk != nil:
		return d.CheckBreakpoint(p.brk.Addr)
	case p.watch != nil && !d.Can(Watchpoints):
		return ErrCapability
	}
	return nil
}

// addPoint puts a point in force and gives it a number.
func (d *Debugger) addPoint(p point) (string, error) {
	if err := d.possible(p); err != nil {
		return "", err
	}
	switch {
	case p.brk != nil:
		d.Break(monitorOwner, *p.brk, nil)
	case p.watch != nil:
		d.watchpoints.add(monitorOwner, *p.watch)
	default:
		if err := d.Catch(monitorOwner, *p.catch); err != nil {
			return "", err
		}
	}
	d.nextPoint++
	p.number = d.nextPoint
	d.points = append(d.points, p)
	return fmt.Sprintf("%d: %s\n", p.number, p), nil
}

// deletePoint takes one away.
func (d *Debugger) deletePoint(p point) {
	switch {
	case p.brk != nil:
		d.Unbreak(monitorOwner, *p.brk)
	case p.watch != nil:
		d.watchpoints.remove(monitorOwner, *p.watch)
	default:
		d.Uncatch(monitorOwner, *p.catch)
	}
	d.points = slices.DeleteFunc(d.points, func(x point) bool { return x.number == p.number })
}

// deletePoints takes all of them away.
func (d *Debugger) deletePoints() {
	for len(d.points) > 0 {
		d.deletePoint(d.points[0])
	}
}

// String is the point as info breakpoints shows it.
func (p point) String() string {
	switch {
	case p.brk != nil:
		return p.brk.String()
	case p.watch != nil:
		return p.watch.String()
	}
	return "catch " + p.catch.String()
}

// String is the breakpoint in words.
func (b Breakpoint) String() string {
	s := fmt.Sprintf("break 0x%x", b.Addr)
	if b.Physical {
		s = fmt.Sprintf("break phys 0x%x", b.Addr)
	}
	if b.One {
		s += fmt.Sprintf(" cpu %d", b.CPU)
	}
	if b.InSpace {
		s += fmt.Sprintf(" %s 0x%x", b.SpaceName, b.Space)
	}
	return s
}

// String is the watchpoint in words.
func (k watch) String() string {
	s := fmt.Sprintf("%s 0x%x, %d bytes", k.access, k.addr, k.size)
	if k.changed {
		s += ", changed"
	}
	return s
}
