// Package gdbremote speaks gdb's remote protocol for a debug.Debugger.
//
// Invariant: a packet is answered or refused, and never ends the machine; whatever a client sends, the guest's state changes
// only by what the protocol says is a write. A client that goes away leaves a machine that runs.
//
// Sources: GDB manual, appendix "Remote Serial Protocol", sections "Packets", "Stop Reply Packets", "General Query Packets";
// appendix "Target Descriptions".
package gdbremote
