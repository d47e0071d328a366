package debug

// serve runs what other goroutines have asked for, and waits for more while the machine is stopped. It reports whether the
// machine has been killed.
func (d *Debugger) serve() (killed bool) {
	for {
		d.mu.Lock()
		requests := d.requests
		d.requests = nil
		killed = d.killed
		d.mu.Unlock()
		for _, f := range requests {
			f()
		}
		if killed {
			return true
		}
		if len(requests) > 0 {
			continue
		}
		if d.op != nil {
			return false
		}
		<-d.wake
	}
}

// finish lets go of everybody who waits.
func (d *Debugger) finish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	close(d.done)
}

// Over is closed when the machine has ended.
func (d *Debugger) Over() <-chan struct{} { return d.done }

// Do has f run on the machine's goroutine at an instruction boundary, and waits for it. A running machine goes on afterwards
// as if nothing had been. A panic of f comes out of Do.
func (d *Debugger) Do(f func()) error {
	var failure any
	finished := make(chan struct{})
	d.mu.Lock()
	if d.over {
		d.mu.Unlock()
		return ErrOver
	}
	d.requests = append(d.requests, func() {
		defer close(finished)
		defer func() { failure = recover() }()
		f()
	})
	d.mu.Unlock()
	d.nudge()
	select {
	case <-finished:
	case <-d.done:
		if !closed(finished) {
			return ErrOver
		}
	}
	if failure != nil {
		panic(failure)
	}
	return nil
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// Kill ends the machine.
func (d *Debugger) Kill() {
	d.mu.Lock()
	d.killed = true
	d.mu.Unlock()
	d.nudge()
}

// nudge brings the machine's goroutine to serve.
func (d *Debugger) nudge() {
	d.target.Interrupt()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
