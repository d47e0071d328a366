package gdbremote

import (
	"bufio"
	"fmt"
	"io"
	"runtime/debug"

	debugger "stasis/debug"
)

// Conn is one client.
type Conn struct {
	d   *debugger.Debugger
	rw  io.ReadWriter
	log func(format string, args ...any)

	inputs chan input
	stops  chan debugger.Stop
	gone   chan struct{} // closed when this side is done

	attached bool
	running  bool     // the client waits for a stop reply
	closing  bool     // the reply being made is the last
	backlog  []string // packets that came while it waited
	console  []string // text to show before the reply
	last     []byte   // the packet sent last, to repeat

	noAck        bool
	noAckNext    bool
	multiprocess bool
	swbreak      bool
	hwbreak      bool
	errorText    bool
	lldb         bool
	physical     bool // memory packets take physical addresses

	general  int // CPU of register and memory packets
	control  int // CPU of step packets; allThreads if none was named
	inserted map[point]bool
}

// newConn is a connection that is not attached yet.
func newConn(d *debugger.Debugger, rw io.ReadWriter, log func(string, ...any)) *Conn {
	return &Conn{
		d: d, rw: rw, log: log,
		inputs:   make(chan input),
		stops:    make(chan debugger.Stop, 4),
		gone:     make(chan struct{}),
		control:  allThreads,
		inserted: map[point]bool{},
	}
}

// Stopped is told by the debugger.
func (c *Conn) Stopped(s debugger.Stop) {
	select {
	case c.stops <- s:
	default: // nobody waits for so many
	}
}

// serve talks to the client until it goes, and then lets the machine run.
func (c *Conn) serve() error {
	var busy error
	if err := c.d.Do(func() { busy = c.attach() }); err != nil {
		return err
	}
	if busy != nil {
		return busy
	}
	defer c.d.Do(func() { c.d.Detach(c) })
	defer close(c.gone)
	go c.read()
	for !c.closing {
		select {
		case in, open := <-c.inputs:
			if !open {
				return nil
			}
			c.take(in)
		case s := <-c.stops:
			c.stopped(s)
		}
	}
	return nil
}

// attach makes this the debugger's client: the machine stops.
func (c *Conn) attach() error {
	if err := c.d.Attach(c); err != nil {
		return err
	}
	c.attached = true
	c.general = c.d.Last().CPU
	return nil
}

// read takes the stream apart. It ends with the stream, or when this side is done and the stream is closed.
func (c *Conn) read() {
	defer close(c.inputs)
	r := bufio.NewReader(c.rw)
	for {
		in, err := readInput(r)
		if err != nil {
			return
		}
		select {
		case c.inputs <- in:
		case <-c.gone:
			return
		}
	}
}

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
