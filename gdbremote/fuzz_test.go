package gdbremote

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	debugger "stasis/debug"
	"stasis/debug/debugtest"
)

// FuzzPacket sends any packet to a stopped machine: it is answered, and nothing panics.
func FuzzPacket(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if packet, ok := strings.CutPrefix(strings.TrimSpace(line), "> "); ok {
				f.Add(packet)
			}
		}
	}
	for _, p := range packets {
		f.Add(p.prefix + "1,2:3;4")
	}
	f.Fuzz(func(t *testing.T, packet string) {
		m := debugtest.New(2, []byte{0x90, 0xeb, 0xfd})
		c := newConn(debugger.New(m), new(bytes.Buffer), t.Logf)
		if err := c.attach(); err != nil {
			t.Fatal(err)
		}
		reply := c.dispatch(packet)
		if len(frame(reply)) > 2*maxPacket+8 {
			t.Errorf("a reply of %d bytes", len(reply))
		}
	})
}

// FuzzAgent evaluates any bytecode.
func FuzzAgent(f *testing.F) {
	f.Add([]byte{0x26, 0, 0, 0x22, 6, 0x13, 0x27})
	f.Add([]byte{0x22, 1, 0x20, 0, 0})
	f.Fuzz(func(t *testing.T, code []byte) {
		a := agent{code: code, d: debugger.New(debugtest.New(1, nil))}
		a.run()
	})
}

// FuzzStream sends any bytes to a server and goes. The machine is alive afterwards, unless it was to be killed.
func FuzzStream(f *testing.F) {
	f.Add([]byte("+$?#3f\x03-$vCont;c#a8\x03$m1000,8#ff"))
	f.Add([]byte("$}#"))
	f.Add([]byte("$vCont;c#a8$g#67$c#63"))
	f.Add(bytes.Repeat([]byte("$"), 100))
	f.Fuzz(func(t *testing.T, stream []byte) {
		d := debugger.New(debugtest.New(1, []byte{0xeb, 0xfe}))
		s := New(d, t.Logf)
		over := make(chan bool)
		go func() {
			d.Run(context.Background(), true)
			close(over)
		}()
		here, there := net.Pipe()
		go func() {
			here.SetDeadline(time.Now().Add(time.Second))
			go io.Copy(io.Discard, here)
			here.Write(stream)
			here.Close()
		}()
		s.ServeConn(there)
		d.Do(func() {
			if d.Stopped() {
				t.Error("the machine is stopped, and nobody is there to let it go")
			}
		})
		d.Kill()
		<-over
	})
}
