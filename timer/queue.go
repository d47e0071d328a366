// Package timer holds the machine's one clock, the queue of deadlines on it, and exact frequency arithmetic.
//
// Invariant: everything is counted in units of the one virtual Clock. No host time enters this package, and two
// deadlines that are equal fire in the order in which their events were registered, on every host and in every run.
package timer

import "math"

// Never is the deadline of an event that is not armed.
const Never = math.MaxUint64

// Clock is the machine's virtual time. It is exact also while a CPU is in the middle of its run.
type Clock struct {
	now func() uint64
}

// NewClock returns a Clock that asks now for the time in units.
func NewClock(now func() uint64) *Clock { return &Clock{now: now} }

// Now returns the virtual time in units.
func (c *Clock) Now() uint64 { return c.now() }

// Queue orders the deadlines of all devices of a machine.
type Queue struct {
	clock  *Clock
	events []*Event
	next   uint64
}

// NewQueue returns an empty queue on the given clock.
func NewQueue(c *Clock) *Queue { return &Queue{clock: c, next: Never} }

// Now returns the clock's time, so that a device needs to hold the queue alone.
func (q *Queue) Now() uint64 { return q.clock.Now() }

// Event is one registered reason to wake a device. It has at most one deadline at a time.
type Event struct {
	queue    *Queue
	name     string
	fire     func()
	deadline uint64
}

// Register adds an event, unarmed. It is for wiring time only: the order of registration breaks ties and is the order
// in which deadlines are saved.
func (q *Queue) Register(name string, fire func()) *Event {
	e := &Event{queue: q, name: name, fire: fire, deadline: Never}
	q.events = append(q.events, e)
	return e
}

// Name returns the name given at registration.
func (e *Event) Name() string { return e.name }

// Schedule arms the event, replacing an earlier deadline. A deadline in the past fires at the next boundary.
func (e *Event) Schedule(deadline uint64) {
	e.deadline = deadline
	e.queue.refresh()
}

// Cancel disarms the event.
func (e *Event) Cancel() { e.Schedule(Never) }

// Deadline returns when the event is due, and whether it is armed at all.
func (e *Event) Deadline() (uint64, bool) { return e.deadline, e.deadline != Never }

// Next returns the earliest deadline, or Never.
func (q *Queue) Next() uint64 { return q.next }

// RunDue fires, in the order of (deadline, registration), every event whose deadline has come.
func (q *Queue) RunDue() {
	for now := q.Now(); q.next <= now && q.next != Never; {
		e := q.earliest()
		e.deadline = Never
		q.refresh()
		e.fire()
	}
}

func (q *Queue) earliest() *Event {
	for _, e := range q.events {
		if e.deadline == q.next {
			return e
		}
	}
	panic("timer: the queue has lost its earliest event")
}

func (q *Queue) refresh() {
	q.next = Never
	for _, e := range q.events {
		q.next = min(q.next, e.deadline)
	}
}

// Armed names the events that have a deadline, with it, in order of registration.
func (q *Queue) Armed() (names []string, deadlines []uint64) {
	for _, e := range q.events {
		if e.deadline != Never {
			names, deadlines = append(names, e.name), append(deadlines, e.deadline)
		}
	}
	return names, deadlines
}
