package gdbremote

import (
	"fmt"
	"runtime/debug"

	debugger "stasis/debug"
)

// take deals with one input.
func (c *Conn) take(in input) {
	switch in.kind {
	case inputBreak:
		if c.running {
			c.d.Do(c.d.Stop)
		}
	case inputNak:
		if !c.noAck {
			c.write(c.last)
		}
	case inputBad:
		if !c.noAck {
			c.write([]byte{nak})
		}
	case inputPacket:
		if !c.noAck {
			c.write([]byte{ack})
		}
		if c.running {
			c.backlog = append(c.backlog, in.payload)
			return
		}
		c.answer(in.payload)
	}
}

// answer runs a packet's handler at a boundary and sends the reply.
func (c *Conn) answer(packet string) {
	var reply string
	if err := c.d.Do(func() { reply = c.guarded(packet) }); err != nil {
		reply = c.failure(err)
	}
	for _, text := range c.console {
		c.send(text)
	}
	c.console = nil
	if !c.running {
		c.send(reply)
	}
	if c.noAckNext {
		c.noAck, c.noAckNext = true, false
	}
}

// guarded keeps a bug in a handler from ending the machine.
func (c *Conn) guarded(packet string) (reply string) {
	defer func() {
		if r := recover(); r != nil {
			c.log("gdb: packet %.80q: %v\n%s", packet, r, debug.Stack())
			c.running = false
			reply = c.failure(fmt.Errorf("internal error: %v", r))
		}
	}()
	return c.dispatch(packet)
}

// stopped sends a stop reply, if one is waited for, and then answers what has come meanwhile.
func (c *Conn) stopped(s debugger.Stop) {
	if !c.running {
		return
	}
	c.running = false
	c.general = s.CPU
	if note := remark(s); note != "" {
		c.send(consoleText(note))
	}
	c.access = noThread
	reply := ""
	if s.Kind == debugger.StopEnd || c.d.Do(func() { reply = c.stopReply(s) }) != nil {
		reply = c.exitReply(s)
	}
	c.send(reply)
	waiting := c.backlog
	c.backlog = nil
	for _, packet := range waiting {
		if c.running {
			c.backlog = append(c.backlog, packet)
			continue
		}
		c.answer(packet)
	}
}

// send sends a packet.
func (c *Conn) send(payload string) {
	c.last = frame(payload)
	c.write(c.last)
}

// write writes to the client. A failure shows at the next read.
func (c *Conn) write(p []byte) { c.rw.Write(p) }
