package gdbremote

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	debugger "stasis/debug"
)

// Server serves one client at a time.
type Server struct {
	d   *debugger.Debugger
	log func(format string, args ...any)

	mu        sync.Mutex
	listeners []net.Listener
	clients   map[io.Closer]bool
	closed    bool
	served    sync.WaitGroup
	done      chan struct{} // closed when Close is at its end
}

// New is a server for a debugger. Log takes what the user should know.
func New(d *debugger.Debugger, log func(format string, args ...any)) *Server {
	return &Server{d: d, log: log, clients: map[io.Closer]bool{}, done: make(chan struct{})}
}

// Listen opens an address: HOST:PORT, :PORT for the loopback alone, or unix:PATH.
func Listen(address string) (net.Listener, error) {
	network := "tcp"
	if path, isUnix := strings.CutPrefix(address, "unix:"); isUnix {
		network, address = "unix", path
	} else if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("gdb: %w", err)
	}
	return l, nil
}

// Serve accepts clients until Close, and returns when the last of them has gone. While one is served, others are turned away.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	closed := s.closed
	s.mu.Unlock()
	if closed {
		l.Close()
	}
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			<-s.done
			return nil
		}
		if err != nil {
			return fmt.Errorf("gdb: %w", err)
		}
		go s.ServeConn(conn)
	}
}

// ServeConn serves one client on a stream and closes it. It returns when the client has gone.
func (s *Server) ServeConn(rw io.ReadWriteCloser) {
	if !s.enter(rw) {
		rw.Close()
		return
	}
	defer s.leave(rw)
	if err := newConn(s.d, rw, s.log).serve(); err != nil && !errors.Is(err, debugger.ErrOver) {
		s.log("gdb: client turned away: %v", err)
	}
}

func (s *Server) enter(c io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.clients[c] = true
	s.served.Add(1)
	return true
}

func (s *Server) leave(c io.Closer) {
	c.Close()
	s.mu.Lock()
	delete(s.clients, c)
	s.mu.Unlock()
	s.served.Done()
}

// farewell is how long a client has to take the last reply and go.
const farewell = 500 * time.Millisecond

// Close ends the server. Clients hear first how the machine has ended.
func (s *Server) Close() {
	if !s.refuse() {
		<-s.done
		return
	}
	defer close(s.done)
	gone := make(chan struct{})
	go func() {
		s.served.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-time.After(farewell):
		s.hangUp()
	}
}

// refuse lets nobody in any more. It reports whether this is the first time.
func (s *Server) refuse() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.closed = true
	for _, l := range s.listeners {
		l.Close()
	}
	return true
}

func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients {
		c.Close()
	}
}

// Stdio is a client at the other end of standard input and output.
func Stdio() io.ReadWriteCloser { return stdio{os.Stdin, os.Stdout} }

type stdio struct {
	io.Reader
	io.Writer
}

func (stdio) Close() error { return os.Stdin.Close() }
