package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"stasis/debug"
	"stasis/replay"
)

// escape begins the console's own commands: Ctrl-A.
const escape = 1

const consoleHelp = `Ctrl-A x ends the machine, Ctrl-A c opens the monitor, Ctrl-A Ctrl-A sends Ctrl-A`

// console is standard input as the guest's keyboard. With a terminal it is in raw mode, and Ctrl-A begins commands.
type console struct {
	in       *os.File
	live     *replay.Live // nil: standard input is not the guest's
	terminal bool
	state    *term.State
	debugger *debug.Debugger
	quit     func()
	stderr   io.Writer
	once     sync.Once
}

// newConsole takes standard input if the first serial port is there and nothing else types.
func newConsole(o *options, stdout io.Writer) *console {
	c := &console{in: os.Stdin}
	if stdout != os.Stdout || !o.stdio() || o.input != "" || o.gdb == "-" || o.noInput {
		return c
	}
	c.live = replay.NewLive()
	c.terminal = term.IsTerminal(int(c.in.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	return c
}

// wrap makes line ends of w fit a terminal in raw mode.
func (c *console) wrap(w io.Writer) io.Writer {
	c.stderr = w
	if c.terminal {
		c.stderr = rawLines{w, c}
	}
	return c.stderr
}

type rawLines struct {
	io.Writer
	c *console
}

func (r rawLines) Write(p []byte) (int, error) {
	if r.c.state == nil {
		return r.Writer.Write(p)
	}
	_, err := r.Writer.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// start begins to read. The goroutine lives as long as the process: a read of a terminal cannot be broken off.
func (c *console) start(quit func()) {
	if c.live == nil {
		return
	}
	c.quit = quit
	if !c.terminal {
		go c.pump()
		return
	}
	state, err := term.MakeRaw(int(c.in.Fd()))
	if err != nil {
		c.terminal = false
		go c.pump()
		return
	}
	c.state = state
	fmt.Fprintf(c.stderr, "stasis: %s\n", consoleHelp)
	go c.keyboard()
}

// close gives the terminal back.
func (c *console) close() {
	c.once.Do(func() {
		if c.state != nil {
			term.Restore(int(c.in.Fd()), c.state)
			c.state = nil
		}
	})
}

// pump types what comes, up to the end of the file.
func (c *console) pump() {
	defer c.live.Close()
	buf := make([]byte, 4096)
	for {
		n, err := c.in.Read(buf)
		if n > 0 {
			c.live.Send(typed(bytes.Clone(buf[:n])))
		}
		if err != nil {
			return
		}
	}
}

// keyboard types what comes from a terminal, and does the commands.
func (c *console) keyboard() {
	defer c.live.Close()
	buf := make([]byte, 256)
	escaped := false
	for {
		n, err := c.in.Read(buf)
		if err != nil {
			return
		}
		var text []byte
		for _, b := range buf[:n] {
			switch {
			case escaped:
				escaped = false
				text = append(text, c.command(b)...)
			case b == escape:
				escaped = true
			default:
				text = append(text, b)
			}
		}
		if len(text) > 0 {
			c.live.Send(typed(text))
		}
	}
}

// command does what follows Ctrl-A, and returns what is typed.
func (c *console) command(b byte) []byte {
	switch b {
	case escape:
		return []byte{escape}
	case 'x':
		c.quit()
	case 'c':
		c.monitor()
	default:
		fmt.Fprintf(c.stderr, "\nstasis: %s\n", consoleHelp)
	}
	return nil
}

// monitor reads commands until Ctrl-D or Ctrl-A c.
func (c *console) monitor() {
	rw := struct {
		io.Reader
		io.Writer
	}{&monitorKeys{in: c.in, quit: c.quit}, rawTerminal{os.Stderr}}
	t := term.NewTerminal(rw, "(stasis) ")
	fmt.Fprintf(t, "monitor: help lists the commands, Ctrl-D goes back to the guest\n")
	for {
		line, err := t.ReadLine()
		if err != nil {
			fmt.Fprintf(rw, "\r\n")
			return
		}
		if line == "" {
			continue
		}
		var answer string
		if err := c.debugger.Do(func() { answer = c.debugger.Monitor(0, line) }); err != nil {
			return
		}
		fmt.Fprint(t, answer)
	}
}

// rawTerminal hides everything of the file but Write.
type rawTerminal struct{ io.Writer }

// monitorKeys is the keyboard while the monitor reads it: Ctrl-A c is Ctrl-D, Ctrl-A x ends the machine.
type monitorKeys struct {
	in      io.Reader
	quit    func()
	escaped bool
}

func (k *monitorKeys) Read(p []byte) (int, error) {
	n, err := k.in.Read(p[:1])
	if n == 0 || err != nil {
		return 0, err
	}
	switch {
	case k.escaped && p[0] == 'c':
		p[0] = 4
	case k.escaped && p[0] == 'x':
		k.quit()
		return 0, io.EOF
	}
	k.escaped = !k.escaped && p[0] == escape
	return n, nil
}
