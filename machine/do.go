package machine

// doRequest is a function that another goroutine wants to have run at a boundary.
type doRequest struct {
	f    func()
	done chan struct{}
}

func (r doRequest) run() {
	defer close(r.done)
	r.f()
}

// Do runs f while the machine stands at a boundary, and waits for it. It may be called from any goroutine but the one
// that runs the machine; a running machine goes on afterwards.
func (m *Machine) Do(f func()) {
	r := doRequest{f, make(chan struct{})}
	select {
	case m.requests <- r:
		<-r.done
	case token := <-m.idle:
		defer func() { m.idle <- token }()
		f()
	}
}

// Interrupt makes the Resume that runs, or else the next one, stop at the next boundary at which it looks outside: after
// a slice at the latest. It may be called from any goroutine.
func (m *Machine) Interrupt() { m.Request(StopInterrupted) }

// Request is Interrupt with another reason.
func (m *Machine) Request(r Reason) {
	m.request.Store(int32(r) + 1)
	select {
	case m.awake <- struct{}{}:
	default:
	}
}
