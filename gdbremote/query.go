package gdbremote

import (
	"errors"
	"fmt"
	"strings"
)

// offered is what every client is told that this server can do. Nothing stands here that is not answered.
var offered = []string{
	fmt.Sprintf("PacketSize=%x", maxPacket),
	"QStartNoAckMode+",
	"vContSupported+",
	"qXfer:features:read+",
	"qXfer:threads:read+",
	"qXfer:memory-map:read+",
	"ConditionalBreakpoints+",
	"binary-upload+",
}

// supported is qSupported: the client's features, then ours.
func (c *Conn) supported(args string) (string, error) {
	reply := offered
	agree := func(name string, on *bool) {
		*on = true
		reply = append(reply[:len(reply):len(reply)], name+"+")
	}
	for _, f := range strings.Split(strings.TrimPrefix(args, ":"), ";") {
		switch f {
		case "multiprocess+":
			agree("multiprocess", &c.multiprocess)
		case "swbreak+":
			agree("swbreak", &c.swbreak)
		case "hwbreak+":
			agree("hwbreak", &c.hwbreak)
		case "error-message+":
			agree("error-message", &c.errorText)
		}
	}
	return strings.Join(reply, ";"), nil
}

// noAcks is QStartNoAckMode: this reply is the last to be acknowledged.
func (c *Conn) noAcks(string) (string, error) {
	c.noAckNext = true
	return "OK", nil
}

var errNonStop = errors.New("non-stop mode is not supported: all CPUs stop together")

func (c *Conn) nonStop(args string) (string, error) {
	if args != "0" {
		return "", errNonStop
	}
	return "OK", nil
}

// fromLLDB are packets that only LLDB sends. They are not supported, but they tell who asks.
func (c *Conn) fromLLDB(string) (string, error) {
	c.lldb = true
	return "", nil
}
