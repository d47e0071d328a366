package gdbremote

import (
	"slices"
	"strings"

	debugger "stasis/debug"
)

func (c *Conn) resumeActions(string) (string, error) { return "vCont;c;C;s;S;r", nil }

// resume is vCont. For each thread the leftmost action that names it counts.
func (c *Conn) resume(args string) (string, error) {
	r := debugger.Request{Actions: make([]debugger.Action, len(c.d.CPUs()))}
	said := make([]bool, len(r.Actions))
	for _, item := range strings.Split(args, ";") {
		what, id, named := strings.Cut(item, ":")
		action, rng, err := parseAction(what)
		if err != nil {
			return "", err
		}
		thread := allThreads
		if named {
			if thread, err = c.parseThread(id); err != nil {
				return "", err
			}
		}
		for i := range r.Actions {
			if said[i] || thread != allThreads && thread != anyThread && thread != i {
				continue
			}
			r.Actions[i], said[i] = action, true
			if rng != nil {
				r.Range = rng
			}
			if thread == anyThread {
				break
			}
		}
	}
	return c.run(r)
}

// parseAction reads one action of vCont. A signal is nothing that a machine could be given.
func parseAction(s string) (debugger.Action, *debugger.Range, error) {
	switch {
	case s == "c", strings.HasPrefix(s, "C"):
		return debugger.Continue, nil, nil
	case s == "s", strings.HasPrefix(s, "S"):
		return debugger.Step, nil, nil
	case strings.HasPrefix(s, "r"):
		from, to, err := hexPair(s[1:])
		return debugger.Step, &debugger.Range{From: from, To: to}, err
	}
	return debugger.Hold, nil, errArguments
}

// run resumes the machine. The reply is the next stop.
func (c *Conn) run(r debugger.Request) (string, error) {
	if !c.attached {
		return "", errDetached
	}
	if !slices.ContainsFunc(r.Actions, func(a debugger.Action) bool { return a != debugger.Hold }) {
		return "", errArguments
	}
	at, over := c.access, c.stepsOverAccess(r)
	c.access = noThread
	if over {
		return c.stopReply(debugger.Stop{Kind: debugger.StopStep, CPU: at}), nil
	}
	c.d.Resume(r)
	c.running = true
	return "", nil
}

// continueAll is c, with an address or without.
func (c *Conn) continueAll(args string) (string, error) { return c.resumeOld(args, debugger.Continue) }

// stepOne is s: the chosen CPU steps while the others run.
func (c *Conn) stepOne(args string) (string, error) { return c.resumeOld(args, debugger.Step) }

// continueSignal is C, stepSignal is S: the signal goes nowhere.
func (c *Conn) continueSignal(args string) (string, error) {
	_, addr, _ := strings.Cut(args, ";")
	return c.continueAll(addr)
}

func (c *Conn) stepSignal(args string) (string, error) {
	_, addr, _ := strings.Cut(args, ";")
	return c.stepOne(addr)
}

func (c *Conn) resumeOld(addr string, a debugger.Action) (string, error) {
	cpu := c.general
	if c.control >= 0 {
		cpu = c.control
	}
	if addr != "" {
		if err := c.goTo(cpu, addr); err != nil {
			return "", err
		}
	}
	r := debugger.Request{Actions: make([]debugger.Action, len(c.d.CPUs()))}
	for i := range r.Actions {
		r.Actions[i] = debugger.Continue
	}
	r.Actions[cpu] = a
	return c.run(r)
}

// goTo sets a CPU's program counter.
func (c *Conn) goTo(cpu int, addr string) error {
	v, err := hexNumber(addr)
	if err != nil {
		return err
	}
	for i, r := range c.d.Registers() {
		if r.Type == "code_ptr" {
			return c.d.WriteRegister(cpu, i, littleEndian(v, r.Bits/8))
		}
	}
	return errValue
}

func littleEndian(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(v)
		v >>= 8
	}
	return b
}
