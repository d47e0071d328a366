package debug

import (
	"fmt"
	"strconv"
	"strings"
)

var memoryCommands = []Command{
	{"x", "/[COUNT][x|i][b|h|w|g] ADDR", "virtual memory, in hex or disassembled", monitorX},
	{"xp", "/[COUNT][x][b|h|w|g] ADDR", "physical memory, in hex", monitorXP},
	{"translate", "ADDR", "the physical address behind a virtual one", monitorTranslate},
}

// format is what comes after the slash.
type format struct {
	count int
	code  bool
	size  int
}

// maxCount bounds what one command prints.
const maxCount = 4096

func parseFormat(s string) (f format, err error) {
	f = format{1, false, 8}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 {
		if f.count, err = strconv.Atoi(s[:digits]); err != nil || f.count > maxCount {
			return f, fmt.Errorf("a count of at most %d", maxCount)
		}
	}
	for _, c := range s[digits:] {
		switch c {
		case 'i':
			f.code = true
		case 'b', 'h', 'w', 'g':
			f.size = map[rune]int{'b': 1, 'h': 2, 'w': 4, 'g': 8}[c]
		case 'x':
		default:
			return f, errUsage
		}
	}
	return f, nil
}

// formatAndAddress reads the arguments that x and xp share.
func (d *Debugger) formatAndAddress(cpu int, args []string) (f format, addr uint64, err error) {
	f, err = parseFormat("")
	if len(args) > 0 && strings.HasPrefix(args[0], "/") {
		f, err = parseFormat(args[0][1:])
		args = args[1:]
	}
	if err != nil {
		return f, 0, err
	}
	if len(args) != 1 {
		return f, 0, errUsage
	}
	addr, err = d.address(cpu, args[0])
	return f, addr, err
}

// address reads a number, a register ("$pc"), or a sum of such.
func (d *Debugger) address(cpu int, s string) (sum uint64, err error) {
	for _, term := range strings.Split(s, "+") {
		v, ok := uint64(0), false
		if name, isRegister := strings.CutPrefix(term, "$"); isRegister {
			if name == "pc" {
				v, ok = d.cpus[cpu].PC(), true
			} else {
				v, ok = d.Register(cpu, name)
			}
		} else {
			v, err = strconv.ParseUint(term, 0, 64)
			ok = err == nil
		}
		if !ok {
			return 0, fmt.Errorf("%q is neither a number nor a register ($pc)", term)
		}
		sum += v
	}
	return sum, nil
}

func monitorX(d *Debugger, cpu int, args []string) (string, error) {
	f, addr, err := d.formatAndAddress(cpu, args)
	if err != nil {
		return "", err
	}
	if !f.code {
		return dump(f, addr, d.ReadMemory(cpu, addr, f.count*f.size))
	}
	list := d.Disassemble(cpu, addr, f.count, GNU)
	var b strings.Builder
	for _, i := range list {
		fmt.Fprintln(&b, i)
	}
	if len(list) < f.count {
		return b.String(), fmt.Errorf("no memory after that")
	}
	return b.String(), nil
}

func monitorXP(d *Debugger, cpu int, args []string) (string, error) {
	f, addr, err := d.formatAndAddress(cpu, args)
	if err != nil {
		return "", err
	}
	if f.code {
		return "", errUsage
	}
	return dump(f, addr, d.ReadPhysical(addr, f.count*f.size))
}

// dump writes little endian words in lines of 16 bytes.
func dump(f format, addr uint64, p []byte) (string, error) {
	var b strings.Builder
	n := len(p) / f.size
	for i := range n {
		if i*f.size%16 == 0 {
			fmt.Fprintf(&b, "%s%016x:", map[bool]string{true: "\n"}[i > 0], addr+uint64(i*f.size))
		}
		fmt.Fprintf(&b, " 0x%0*x", f.size*2, littleEndian(p[i*f.size:(i+1)*f.size]))
	}
	if n > 0 {
		b.WriteByte('\n')
	}
	if n < f.count {
		return b.String(), fmt.Errorf("no memory at 0x%x", addr+uint64(len(p)))
	}
	return b.String(), nil
}

func monitorTranslate(d *Debugger, cpu int, args []string) (string, error) {
	if len(args) != 1 {
		return "", errUsage
	}
	va, err := d.address(cpu, args[0])
	if err != nil {
		return "", err
	}
	pa, ok := d.Translate(cpu, va)
	if !ok {
		return "", fmt.Errorf("0x%x is not mapped", va)
	}
	return fmt.Sprintf("0x%x\n", pa), nil
}
