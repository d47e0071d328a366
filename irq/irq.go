// Package irq defines the interrupt wire: the only thing that a device knows of the world that it interrupts.
//
// Invariant: a Line carries a level, never an edge. Whoever listens remembers the last level and finds edges itself,
// so that setting a line twice to the same level is the same as setting it once.
package irq

// Line is one interrupt wire. Set is idempotent.
type Line interface {
	Set(high bool)
}

// Func lets an ordinary function be a Line.
type Func func(high bool)

// Set drives the wire.
func (f Func) Set(high bool) { f(high) }

// Unconnected is a wire that leads nowhere.
var Unconnected Line = Func(func(bool) {})
