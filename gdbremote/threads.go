package gdbremote

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Threads besides those with a number. A CPU's thread is its number plus one.
const (
	allThreads = -1
	anyThread  = -2
	noThread   = -3
)

// parseThread reads a thread id, with a process ("p1.2") or without, as a CPU, allThreads or anyThread.
func (c *Conn) parseThread(s string) (int, error) {
	if process, isPair := strings.CutPrefix(s, "p"); isPair {
		process, s, isPair = strings.Cut(process, ".")
		if !isPair {
			s = "-1"
		}
		if process != "1" && process != "0" && process != "-1" {
			return 0, errValue
		}
	}
	switch s {
	case "-1":
		return allThreads, nil
	case "0":
		return anyThread, nil
	}
	n, err := hexNumber(s)
	if err != nil {
		return 0, err
	}
	if n == 0 || n > uint64(len(c.d.CPUs())) {
		return 0, errValue
	}
	return int(n) - 1, nil
}

// threadID writes a CPU as the client wants it.
func (c *Conn) threadID(cpu int) string {
	if c.multiprocess {
		return fmt.Sprintf("p1.%x", cpu+1)
	}
	return fmt.Sprintf("%x", cpu+1)
}

// selectThread is Hg and Hc.
func (c *Conn) selectThread(args string) (string, error) {
	if args == "" {
		return "", errArguments
	}
	cpu, err := c.parseThread(args[1:])
	if err != nil {
		return "", err
	}
	switch args[0] {
	case 'g':
		if cpu >= 0 {
			c.general = cpu
		}
	case 'c':
		c.control = cpu
	default:
		return "", nil
	}
	return "OK", nil
}

func (c *Conn) threadAlive(args string) (string, error) {
	if _, err := c.parseThread(args); err != nil {
		return "", err
	}
	return "OK", nil
}

func (c *Conn) currentThread(args string) (string, error) {
	if args != "" {
		return "", nil
	}
	return "QC" + c.threadID(c.general), nil
}

func (c *Conn) threadList(string) (string, error) {
	ids := make([]string, len(c.d.CPUs()))
	for i := range ids {
		ids[i] = c.threadID(i)
	}
	return "m" + strings.Join(ids, ","), nil
}

func (c *Conn) threadInfo(args string) (string, error) {
	cpu, err := c.parseThread(args)
	if err != nil || cpu < 0 {
		return "", errValue
	}
	return hex.EncodeToString([]byte(c.describe(cpu))), nil
}

// describe is a CPU's name and what it does.
func (c *Conn) describe(cpu int) string {
	state := "running"
	if c.d.CPUs()[cpu].Halted() {
		state = "halted"
	}
	return fmt.Sprintf("CPU#%d [%s]", cpu, state)
}

// threadsXML is the list of threads for qXfer:threads:read.
func (c *Conn) threadsXML() string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<threads>\n")
	for i := range c.d.CPUs() {
		fmt.Fprintf(&b, "<thread id=\"%s\" core=\"%d\" name=\"CPU#%d\">%s</thread>\n", c.threadID(i), i, i, c.describe(i))
	}
	b.WriteString("</threads>\n")
	return b.String()
}
