// Package debug is the debugger: breakpoints, watchpoints, steps, registers, memory, disassembly and monitor commands over a
// Target, which is a stopped or running machine.
//
// Invariant: nothing here is part of the guest. Breakpoints live outside guest memory, a step sets no flag in the CPU, a stop
// takes no virtual time, and a look at memory or registers leaves no trace. So a session with any number of stops retires the
// same units with the same hashes as one with none. The one exception is what the user writes: registers and memory change
// through the Target, which records it.
//
// One goroutine owns the machine: the one that called Debugger.Run. Every other one has its work done there, by Debugger.Do.
//
// Sources: GDB manual, "Remote Serial Protocol" for what a front end expects; SDM Vol. 3C, "Monitor Trap Flag" for the grain
// of a step.
package debug
