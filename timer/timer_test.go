package timer

import (
	"math/rand"
	"reflect"
	"testing"
)

func TestQueueOrder(t *testing.T) {
	now := uint64(0)
	q := NewQueue(NewClock(func() uint64 { return now }))
	var fired []string
	note := func(name string) *Event {
		return q.Register(name, func() { fired = append(fired, name) })
	}
	a, b, c := note("a"), note("b"), note("c")
	c.Schedule(10)
	b.Schedule(20)
	a.Schedule(20)
	if q.Next() != 10 {
		t.Errorf("Next = %d, want 10", q.Next())
	}
	now = 9
	q.RunDue()
	if len(fired) != 0 {
		t.Errorf("fired %v before the deadline", fired)
	}
	now = 20
	q.RunDue()
	if want := []string{"c", "a", "b"}; !reflect.DeepEqual(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
	if q.Next() != Never {
		t.Errorf("Next = %d after all have fired", q.Next())
	}
}

func TestReschedulingInsideFire(t *testing.T) {
	now, ticks := uint64(35), 0
	q := NewQueue(NewClock(func() uint64 { return now }))
	var e *Event
	next := uint64(10)
	e = q.Register("tick", func() { ticks++; next += 10; e.Schedule(next) })
	e.Schedule(next)
	q.RunDue()
	if d, armed := e.Deadline(); ticks != 3 || d != 40 || !armed {
		t.Errorf("ticks = %d, deadline = %d %v; want 3, 40 true", ticks, d, armed)
	}
	e.Cancel()
	if _, armed := e.Deadline(); armed {
		t.Error("armed after Cancel")
	}
}

func TestState(t *testing.T) {
	q := NewQueue(NewClock(func() uint64 { return 0 }))
	a := q.Register("a", func() {})
	q.Register("b", func() {})
	a.Schedule(7)
	s := q.State()
	a.Cancel()
	if err := q.SetState(s); err != nil || q.Next() != 7 {
		t.Errorf("SetState: %v, Next = %d, want 7", err, q.Next())
	}
	if q.SetState(State{}) == nil {
		t.Error("a state of another machine was accepted")
	}
}

func TestRateWhenIsLeast(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, rate := range []Rate{PIT(1e9), ACPIPM(1e9), PIT(1e6), Hertz(1e8, 1e9), Hertz(1e9, 1e9), Hertz(32768, 3), Hertz(1e9, 7)} {
		for range 2000 {
			n := r.Uint64() >> (24 + r.Intn(40))
			w := rate.When(n)
			if w == Never {
				continue
			}
			if rate.Count(w) < n || w > 0 && rate.Count(w-1) >= n {
				t.Fatalf("%+v: When(%d) = %d: counts %d, %d", rate, n, w, rate.Count(w-1), rate.Count(w))
			}
		}
	}
}

func TestRateIsExact(t *testing.T) {
	if got := PIT(1e9).Count(88e9); got != 105_000_000 {
		t.Errorf("PIT counts %d in 88 s, want 105000000", got)
	}
	if got := ACPIPM(1e9).When(315_000_000); got != 88e9 {
		t.Errorf("the PM timer reaches 315000000 at %d, want 88e9", got)
	}
	if got := Hertz(1, 1e9).When(1 << 63); got != Never {
		t.Errorf("When past the end = %d", got)
	}
}
