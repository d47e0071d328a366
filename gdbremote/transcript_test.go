package gdbremote

import (
	"bufio"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	debugger "stasis/debug"
	"stasis/debug/debugtest"
)

var update = flag.Bool("update", false, "rewrite the replies in the transcripts")

// TestTranscripts plays the files in testdata. A line of a file is
//
//	machine cpus=2 timer=50 limit=1000    make the machine; the first line
//	at 1000 90 eb fd                      put bytes into its memory, before the first packet
//	> PACKET                              send, and wait for the reply
//	> monitor LINE                        send LINE as a monitor command
//	>> PACKET                             send, and do not wait
//	>^C                                   send a Ctrl-C, and wait for the reply
//	< REPLY                               what came; console output as: < console "text"
//
// and comments. With -update the replies are rewritten.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file) })
	}
}

func playFile(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := play(t, string(text))
	if got == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, have := strings.Split(string(text), "\n"), strings.Split(got, "\n")
	for i := range want {
		if i >= len(have) || have[i] != want[i] {
			t.Fatalf("%s:%d:\n got %s\nwant %s", file, i+1, have[min(i, len(have)-1)], want[i])
		}
	}
	t.Fatalf("%s: more than the transcript has:\n%s", file, strings.Join(have[len(want):], "\n"))
}

// play runs a transcript and returns it with the replies that came.
func play(t *testing.T, text string) string {
	var out strings.Builder
	var m *debugtest.Machine
	var c *client
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		fmt.Fprintln(&out, line)
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
			continue
		case words[0] == "machine":
			m = machine(t, words[1:])
			continue
		case words[0] == "at":
			place(t, m, words[1:])
			continue
		}
		if c == nil {
			c = connect(t, m)
		}
		for _, reply := range c.exchange(line) {
			fmt.Fprintln(&out, "<", reply)
		}
	}
	return out.String()
}

func machine(t *testing.T, settings []string) *debugtest.Machine {
	values := map[string]uint64{"cpus": 1}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		n, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		values[name] = n
	}
	m := debugtest.New(int(values["cpus"]), nil)
	m.Timer, m.Limit = values["timer"], values["limit"]
	return m
}

func place(t *testing.T, m *debugtest.Machine, words []string) {
	addr, err := strconv.ParseUint(words[0], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.Join(words[1:], ""))
	if err != nil {
		t.Fatal(err)
	}
	m.At(addr, b...)
}

// client is the test's side of a connection.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// connect starts the machine, stopped, with a server on it.
func connect(t *testing.T, m *debugtest.Machine) *client {
	c, _ := connectTo(t, debugger.New(m))
	return c
}

// connectTo also returns what tells that Run is over.
func connectTo(t *testing.T, d *debugger.Debugger) (*client, chan debugger.Stop) {
	s := New(d, t.Logf)
	over := make(chan debugger.Stop, 1)
	go func() {
		stop := d.Run(context.Background(), true)
		s.Close()
		over <- stop
	}()
	here, there := net.Pipe()
	served := make(chan bool)
	go func() {
		s.ServeConn(there)
		close(served)
	}()
	t.Cleanup(func() {
		here.Close()
		d.Kill()
		<-over
		<-served
	})
	return &client{t, here, bufio.NewReader(here)}, over
}

// exchange does one line of a transcript.
func (c *client) exchange(line string) (replies []string) {
	c.conn.SetDeadline(time.Now().Add(10 * time.Second))
	switch {
	case line == ">^C":
		c.conn.Write([]byte{breakByte})
		return c.replies()
	case strings.HasPrefix(line, ">> "):
		c.sendQuoted(line[3:])
		return nil
	case strings.HasPrefix(line, "> monitor "):
		c.conn.Write(frame("qRcmd," + hex.EncodeToString([]byte(line[len("> monitor "):]))))
		return c.replies()
	case strings.HasPrefix(line, "> "):
		c.sendQuoted(line[2:])
		return c.replies()
	}
	c.t.Fatalf("what is %q?", line)
	return nil
}

func (c *client) sendQuoted(s string) {
	payload, err := strconv.Unquote(`"` + s + `"`)
	if err != nil {
		c.t.Fatalf("%q: %v", s, err)
	}
	c.conn.Write(frame(payload))
}

// replies reads up to the reply that is not console output.
func (c *client) replies() (list []string) {
	for {
		payload := c.receive()
		if text, isConsole := strings.CutPrefix(payload, "O"); isConsole && payload != "OK" {
			b, err := hex.DecodeString(text)
			if err != nil {
				c.t.Fatal(err)
			}
			list = append(list, fmt.Sprintf("console %q", b))
			continue
		}
		q := strconv.Quote(payload)
		return append(list, strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`))
	}
}

func (c *client) receive() string {
	in, err := readInput(c.r)
	if err != nil || in.kind != inputPacket {
		c.t.Fatalf("no reply: %v, kind %d", err, in.kind)
	}
	return in.payload
}
