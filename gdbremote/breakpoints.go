package gdbremote

import (
	"fmt"
	"strings"

	debugger "stasis/debug"
)

// point is what one Z packet inserts. Kind is a watchpoint's length; a breakpoint's says nothing here.
type point struct {
	class byte // '0' to '4'
	addr  uint64
	kind  uint64
}

// watchKinds are the accesses of Z2 to Z4.
var watchKinds = map[byte]debugger.Access{'2': debugger.Write, '3': debugger.Read, '4': debugger.ReadWrite}

// parsePoint reads "0,ADDRESS,KIND", and leaves what follows a semicolon.
func parsePoint(args string) (p point, rest string, err error) {
	args, rest, _ = strings.Cut(args, ";")
	class, where, ok := strings.Cut(args, ",")
	if !ok || len(class) != 1 {
		return p, "", errArguments
	}
	p.class = class[0]
	p.addr, p.kind, err = hexPair(where)
	if err == nil && !p.possible() {
		err = errValue
	}
	return p, rest, err
}

// possible reports whether anything can be there: an instruction, or a range of bytes.
func (p point) possible() bool {
	if watchKinds[p.class] != 0 {
		return p.kind != 0 && p.addr+p.kind-1 >= p.addr
	}
	return debugger.Canonical(p.addr)
}

// capabilities are what each class of points asks of the target.
var capabilities = map[byte]debugger.Capability{
	'1': debugger.HardwareBreakpoints, '2': debugger.Watchpoints, '3': debugger.Watchpoints, '4': debugger.Watchpoints,
}

// possible says why the target cannot have a point.
func (c *Conn) possible(p point) error {
	switch {
	case p.class == '0':
		return c.d.CheckBreakpoint(p.addr)
	case !c.d.Can(capabilities[p.class]):
		return debugger.ErrCapability
	}
	return nil
}

// insert is Z. Inserting twice is inserting once.
func (c *Conn) insert(args string) (string, error) {
	p, rest, err := parsePoint(args)
	if err != nil {
		return "", err
	}
	access, isWatch := watchKinds[p.class]
	if err := c.possible(p); err != nil {
		return "", err
	}
	switch {
	case isWatch && !c.inserted[p]:
		c.d.SetWatchpoint(c, p.addr, p.kind, access)
	case isWatch:
	case p.class != '0' && p.class != '1':
		return "", nil
	default:
		condition, err := c.condition(rest)
		if err != nil {
			return "", err
		}
		if c.inserted[p] {
			c.d.ClearBreakpoint(c, p.addr)
		}
		c.d.SetBreakpoint(c, p.addr, condition)
	}
	c.inserted[p] = true
	return "OK", nil
}

// remove is z. What is not there is removed.
func (c *Conn) remove(args string) (string, error) {
	p, _, err := parsePoint(args)
	if err != nil {
		return "", err
	}
	access, isWatch := watchKinds[p.class]
	if !isWatch && p.class != '0' && p.class != '1' {
		return "", nil
	}
	if c.inserted[p] {
		delete(c.inserted, p)
		if isWatch {
			c.d.ClearWatchpoint(c, p.addr, p.kind, access)
		} else {
			c.d.ClearBreakpoint(c, p.addr)
		}
	}
	return "OK", nil
}

// breakReason says which kind of breakpoint of the client's stands at an address.
func (c *Conn) breakReason(addr uint64) string {
	hardware := false
	for p := range c.inserted {
		if p.addr != addr {
			continue
		}
		switch p.class {
		case '0':
			if c.swbreak {
				return "swbreak:;"
			}
		case '1':
			hardware = c.hwbreak
		}
	}
	if hardware {
		return "hwbreak:;"
	}
	return ""
}

// watchReason names the watchpoint of a stop. One that was set by a monitor command is not the client's: it would look for its own,
// find none, and go on.
func (c *Conn) watchReason(s debugger.Stop) string {
	access, addr := c.d.Watched(s)
	for p := range c.inserted {
		if watchKinds[p.class] != 0 && addr-p.addr < p.kind {
			if c.d.Architecture().WatchBefore {
				c.access = s.CPU
			}
			return fmt.Sprintf("%s:%x;", access, addr)
		}
	}
	return ""
}

// stepsOverAccess reports whether a request is the step that gdb makes between a stop by a watchpoint and showing it: of that CPU alone,
// with no watchpoint left. The access is done already, and so is that step.
func (c *Conn) stepsOverAccess(r debugger.Request) bool {
	if c.access == noThread || r.Range != nil {
		return false
	}
	for i, a := range r.Actions {
		if (a == debugger.Step) != (i == c.access) || a == debugger.Continue {
			return false
		}
	}
	for p := range c.inserted {
		if watchKinds[p.class] != 0 {
			return false
		}
	}
	return true
}
