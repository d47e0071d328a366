package gdbremote

import (
	"bufio"
	"io"

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
	access   int // CPU of a stop by a watchpoint that gdb takes for one before the access; noThread if there is none
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
		access:   noThread,
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
