package x86

import "testing"

// deadlineSystem keeps the local APIC's deadline, in Clock units.
type deadlineSystem struct {
	System
	deadline uint64
}

func (s *deadlineSystem) Clock() uint64 { return 1000 }
func (s *deadlineSystem) Steady() bool  { return true }
func (s *deadlineSystem) ReadMSR(n uint32) (uint64, bool) {
	return s.deadline, n == msrTSCDeadline
}
func (s *deadlineSystem) WriteMSR(n uint32, v uint64) bool {
	s.deadline = v
	return n == msrTSCDeadline
}

func TestTSCDeadlineIsKeptInClock(t *testing.T) {
	s := &deadlineSystem{}
	c := &CPU{sys: s, features: newFeatures("amd", nil)}
	for _, tc := range []struct{ offset, deadline, clock uint64 }{
		{0, 5000, 5000},
		{0, 900, 1},
		{0, ^uint64(0), ^uint64(0)},
		{200, 5000, 4800},
		{200, 1200, 1},
		{^uint64(499), 600, 1100}, // the TSC is behind
	} {
		c.TSCOffset = tc.offset
		c.writeMSR(msrTSCDeadline, tc.deadline)
		if s.deadline != tc.clock {
			t.Errorf("TSC = Clock + %#x: deadline %d is at Clock %d, want %d", tc.offset, tc.deadline, s.deadline, tc.clock)
		}
	}
}

func TestMovingTheTSCMovesItsDeadline(t *testing.T) {
	s := &deadlineSystem{}
	c := &CPU{sys: s, features: newFeatures("amd", nil)}
	c.writeMSR(msrTSCDeadline, 5000)
	c.writeMSR(msrTSC, 2000)
	if s.deadline != 4000 || c.TSCOffset != 1000 || c.TSCAdjust != 1000 {
		t.Errorf("deadline %d, offset %d, adjust %d", s.deadline, c.TSCOffset, c.TSCAdjust)
	}
	c.writeMSR(msrTSCAdjust, 0)
	if v, _ := c.readMSR(msrTSCDeadline); v != 5000 || s.deadline != 5000 {
		t.Errorf("deadline reads %d, is at Clock %d", v, s.deadline)
	}
}
