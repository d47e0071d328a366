package debug

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stasis/cpu"
)

var breakpointCommands = []Command{
	{"break", "[phys] ADDR [cpu N] [REG N]", "stop before an instruction; ADDR is linear, or virtual as SELECTOR:OFFSET", monitorBreak},
	{"watch", "ADDR[,LEN] [KIND]", "stop after an access to memory: read, write, access (both) or changed (a write of another value)", monitorWatch},
	{"catch", "KIND [N[-M]]", "stop at an exception, interrupt, port, msr, cr (written), privilege (entered) or triple-fault", monitorCatch},
	{"delete", "[NUMBER]", "take away what break, watch and catch have set", monitorDelete},
	{"info breakpoints", "", "the breakpoints and watchpoints that are in force", monitorBreakpoints},
}

// monitorBreakpoints lists what front ends have set, and behind it, with numbers, what the monitor has.
func monitorBreakpoints(d *Debugger, _ int, _ []string) (string, error) {
	var lines []string
	for at, holders := range d.breakpoints.set {
		for h := range holders {
			if h.owner != monitorOwner {
				b := h.limit
				b.Addr, b.Physical = at.addr, at.physical
				lines = append(lines, b.String())
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, w := range d.watchpoints.list() {
		for owner := range d.watchpoints.set[w] {
			if owner != monitorOwner {
				lines = append(lines, w.String())
			}
		}
	}
	for _, p := range d.points {
		lines = append(lines, fmt.Sprintf("%d: %s", p.number, p))
	}
	if len(lines) == 0 {
		return "none\n", nil
	}
	return strings.Join(lines, "\n") + "\n", nil
}

func monitorBreak(d *Debugger, cpu int, args []string) (string, error) {
	var b Breakpoint
	if len(args) > 0 && args[0] == "phys" {
		b.Physical, args = true, args[1:]
	}
	if len(args)%2 != 1 {
		return "", errUsage
	}
	var err error
	if b.Addr, err = d.linearPlace(cpu, args[0]); err != nil {
		return "", err
	}
	for ; len(args) > 1; args = args[2:] {
		v, err := d.address(cpu, args[2])
		if err != nil {
			return "", err
		}
		switch {
		case args[1] == "cpu" && v < uint64(len(d.cpus)):
			b.One, b.CPU = true, int(v)
		case args[1] == d.Architecture().Space:
			b.InSpace, b.Space, b.SpaceName = true, v&d.Architecture().SpaceMask, args[1]
		default:
			return "", errUsage
		}
	}
	if !b.Physical && !Canonical(b.Addr) {
		return "", fmt.Errorf("0x%x is not a canonical address: no instruction can be there", b.Addr)
	}
	return d.addPoint(point{brk: &b})
}

// Canonical reports whether an address can be one of an instruction, whatever paging is in force.
func Canonical(a uint64) bool { return int64(a)<<7>>7 == int64(a) }

// linearPlace is an address, or a selector and an offset.
func (d *Debugger) linearPlace(cpu int, s string) (uint64, error) {
	selector, offset, virtual := strings.Cut(s, ":")
	if !virtual {
		return d.address(cpu, s)
	}
	sel, err := strconv.ParseUint(selector, 0, 16)
	if err != nil {
		return 0, errUsage
	}
	off, err := d.address(cpu, offset)
	if err != nil {
		return 0, err
	}
	base, err := d.segmentBase(cpu, sel)
	return base + off, err
}

// segmentBase is where a selector's segment begins, on an architecture that has such.
func (d *Debugger) segmentBase(cpu int, sel uint64) (uint64, error) {
	if f := d.support().SegmentBase; f != nil {
		return f(d, cpu, sel)
	}
	return 0, fmt.Errorf("%s has no segments", d.Architecture().Name)
}

func monitorWatch(d *Debugger, cpu int, args []string) (string, error) {
	if len(args) < 1 || len(args) > 2 {
		return "", errUsage
	}
	where, length, ok := strings.Cut(args[0], ",")
	w := watch{size: 8, access: Write}
	var err error
	if w.addr, err = d.address(cpu, where); err != nil {
		return "", err
	}
	if ok {
		if w.size, err = d.address(cpu, length); err != nil {
			return "", err
		}
	}
	if w.size == 0 || w.addr+w.size-1 < w.addr {
		return "", errors.New("a range has at least one byte and does not go over the end of memory")
	}
	if len(args) == 2 {
		switch args[1] {
		case "write":
		case "read":
			w.access = Read
		case "access":
			w.access = ReadWrite
		case "changed":
			w.changed = true
		default:
			return "", errUsage
		}
	}
	if w.changed && w.size > maxChanged {
		return "", fmt.Errorf("the value of at most %d bytes can be compared", maxChanged)
	}
	return d.addPoint(point{watch: &w})
}

// maxChanged bounds what is read again after every access.
const maxChanged = 1 << 20

func monitorCatch(d *Debugger, at int, args []string) (string, error) {
	if len(args) == 0 || len(args) > 2 {
		return "", errUsage
	}
	for k := cpu.CatchException; k <= cpu.CatchTripleFault; k++ {
		if k.String() != args[0] {
			continue
		}
		c := cpu.Catch{Kind: k, Last: ^uint64(0)}
		switch {
		case k == cpu.CatchTripleFault && len(args) == 1:
			c.Last = 0
		case k == cpu.CatchTripleFault || len(args) == 1:
			return "", errUsage
		default:
			var err error
			if c.First, c.Last, err = d.numbers(at, args[1]); err != nil {
				return "", err
			}
		}
		return d.addPoint(point{catch: &c})
	}
	return "", errUsage
}

// numbers reads N or N-M.
func (d *Debugger) numbers(cpu int, s string) (first, last uint64, err error) {
	from, to, isRange := strings.Cut(s, "-")
	if first, err = d.address(cpu, from); err != nil {
		return 0, 0, err
	}
	last = first
	if isRange {
		last, err = d.address(cpu, to)
	}
	if err == nil && last < first {
		err = errors.New("a range goes upwards")
	}
	return first, last, err
}

func monitorDelete(d *Debugger, _ int, args []string) (string, error) {
	switch len(args) {
	case 0:
		d.deletePoints()
		return "", nil
	case 1:
	default:
		return "", errUsage
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return "", errUsage
	}
	for _, p := range d.points {
		if p.number == n {
			d.deletePoint(p)
			return "", nil
		}
	}
	return "", fmt.Errorf("no number %d", n)
}
