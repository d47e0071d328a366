package gdbremote

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	debugger "stasis/debug"
)

var errDetached = errors.New("not attached")

// gdb's numbers of the signals that stand for what can happen to a machine.
const (
	sigInt  = 2
	sigTrap = 5
	sigAbrt = 6
	sigKill = 9
)

// stopReason is "?". It attaches a client that has detached and thinks better of it.
func (c *Conn) stopReason(string) (string, error) {
	if !c.attached {
		return "W00", nil
	}
	s := c.d.Last()
	if s.Kind == debugger.StopInterrupt {
		s.Kind = debugger.StopStep // nobody has pressed Ctrl-C
	}
	s.CPU = c.general
	return c.stopReply(s), nil
}

// stopReply describes a stop: the signal, where, and why.
func (c *Conn) stopReply(s debugger.Stop) string {
	if s.Kind == debugger.StopEnd {
		return c.exitReply(s)
	}
	return fmt.Sprintf("T%02x", signal(s)) + c.expedited(s.CPU) +
		fmt.Sprintf("thread:%s;core:%x;", c.threadID(s.CPU), s.CPU) + c.reason(s)
}

func signal(s debugger.Stop) int {
	switch s.Kind {
	case debugger.StopInterrupt:
		return sigInt
	case debugger.StopFatal:
		return sigAbrt
	}
	return sigTrap
}

// reason is why, in the words that a client has said it knows.
func (c *Conn) reason(s debugger.Stop) string {
	switch s.Kind {
	case debugger.StopBreakpoint:
		return c.breakReason(s.Addr)
	case debugger.StopWatchpoint:
		return c.watchReason(s)
	}
	return ""
}

// expeditedType tells the registers that a client looks at after every stop: with them in the stop reply it need not ask.
var expeditedType = map[string]bool{"code_ptr": true, "data_ptr": true}

func (c *Conn) expedited(cpu int) string {
	var b strings.Builder
	for i, r := range c.d.Registers() {
		if r.Group == "general" && expeditedType[r.Type] {
			fmt.Fprintf(&b, "%02x:%s;", i, hex.EncodeToString(c.d.CPUs()[cpu].ReadRegister(i)))
		}
	}
	return b.String()
}

// exitReply says that the machine is over.
func (c *Conn) exitReply(s debugger.Stop) string {
	reply := fmt.Sprintf("W%02x", s.Code&0xff)
	if s.Reason == "killed" {
		reply = fmt.Sprintf("X%02x", sigKill)
	}
	if c.multiprocess {
		reply += ";process:1"
	}
	return reply
}

// remark is what a user should be told about a stop besides its signal.
func remark(s debugger.Stop) string {
	switch s.Kind {
	case debugger.StopFatal, debugger.StopStuck, debugger.StopEnd, debugger.StopCatch:
		return fmt.Sprintf("stasis: %s\n", s.Reason)
	}
	return ""
}

// consoleText is a packet that makes the client print.
func consoleText(text string) string { return "O" + hex.EncodeToString([]byte(text)) }
