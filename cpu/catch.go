package cpu

import "fmt"

// CatchKind is a kind of event that a debugger can wait for.
type CatchKind uint8

// The kinds, with what their numbers count. Exceptions, software interrupts and external interrupts are caught before they are
// delivered, the others after the instruction that did it.
const (
	CatchException   CatchKind = iota // vectors, INT n included
	CatchInterrupt                    // vectors of external interrupts; 2 is NMI
	CatchPort                         // ports, read or written
	CatchMSR                          // MSRs, read or written
	CatchControl                      // control registers written
	CatchPrivilege                    // privilege levels entered
	CatchTripleFault                  // 0
)

var catchNames = [...]string{"exception", "interrupt", "port", "msr", "cr", "privilege", "triple-fault"}

// String is the word for the kind.
func (k CatchKind) String() string { return catchNames[k] }

// Catch is a host's wish to be told of events: those of a kind with numbers from First to Last.
type Catch struct {
	Kind        CatchKind
	First, Last uint64
}

// String is the catch as it is asked for.
func (c Catch) String() string {
	switch {
	case c.Kind == CatchTripleFault:
		return c.Kind.String()
	case c.First == c.Last:
		return fmt.Sprintf("%v 0x%x", c.Kind, c.First)
	}
	return fmt.Sprintf("%v 0x%x-0x%x", c.Kind, c.First, c.Last)
}
