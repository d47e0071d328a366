package replay

import "sync"

// Live is inputs that come from other goroutines: a terminal, a network, a person's debugger.
type Live struct {
	mu     sync.Mutex
	queue  []Input
	open   bool
	notify chan struct{}
}

// NewLive returns an open source.
func NewLive() *Live { return &Live{open: true, notify: make(chan struct{}, 1)} }

// Send adds an input. It never blocks.
func (l *Live) Send(in Input) {
	l.mu.Lock()
	l.queue = append(l.queue, in)
	l.mu.Unlock()
	l.wake()
}

// Close says that nothing more will come.
func (l *Live) Close() {
	l.mu.Lock()
	l.open = false
	l.mu.Unlock()
	l.wake()
}

func (l *Live) wake() {
	select {
	case l.notify <- struct{}{}:
	default:
	}
}

// Open reports whether something is there or may still come.
func (l *Live) Open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open || len(l.queue) > 0
}

// Ready receives after something has changed.
func (l *Live) Ready() <-chan struct{} { return l.notify }

// Poll returns the oldest input.
func (l *Live) Poll(uint64) (Input, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return Input{}, false
	}
	in := l.queue[0]
	l.queue = l.queue[1:]
	return in, true
}

// Next is Never: what comes from outside comes when it comes.
func (l *Live) Next() uint64 { return Never }
