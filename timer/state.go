package timer

import "fmt"

// State is the deadlines of all events in order of registration; Never where an event is not armed.
type State struct {
	Deadlines []uint64
}

// State returns the queue's deadlines.
func (q *Queue) State() State {
	s := State{Deadlines: make([]uint64, len(q.events))}
	for i, e := range q.events {
		s.Deadlines[i] = e.deadline
	}
	return s
}

// SetState arms and disarms all events as s says. It fires nothing.
func (q *Queue) SetState(s State) error {
	if len(s.Deadlines) != len(q.events) {
		return fmt.Errorf("timer: %d deadlines for %d events", len(s.Deadlines), len(q.events))
	}
	for i, e := range q.events {
		e.deadline = s.Deadlines[i]
	}
	q.refresh()
	return nil
}
