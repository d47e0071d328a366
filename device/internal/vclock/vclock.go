// Package vclock is a clock that tests of devices turn by hand.
package vclock

import "stasis/timer"

// Clock is virtual time that passes only in Advance and To.
type Clock struct {
	now   uint64
	Queue *timer.Queue
}

// New returns a clock at zero with an empty queue.
func New() *Clock {
	c := &Clock{}
	c.Queue = timer.NewQueue(timer.NewClock(func() uint64 { return c.now }))
	return c
}

// Now returns the time.
func (c *Clock) Now() uint64 { return c.now }

// To moves to the given time and fires each deadline on the way when it is due, not later.
func (c *Clock) To(when uint64) {
	for next := c.Queue.Next(); next <= when; next = c.Queue.Next() {
		c.now = max(c.now, next)
		c.Queue.RunDue()
	}
	c.now = max(c.now, when)
}

// Advance passes d units.
func (c *Clock) Advance(d uint64) { c.To(c.now + d) }
