package x86

import (
	"errors"
	"fmt"

	"stasis/cpu"
	decode "stasis/decode/x86"
)

// Exits as a hypervisor has them: #BP and #DB can be intercepted before they are delivered, and exceptions injected.
//
// Invariant: an interception and the injection of the same exception with the same length leave the state that an
// undisturbed delivery leaves. The interception takes no time; the injection is the unit.
//
// Source: SDM Vol. 3C, "VM Exits", "Event Injection", for what hypervisors do.

var (
	// ErrVector is an exception that cannot be injected.
	ErrVector = errors.New("no such exception")
	// ErrNotReady is a CPU that cannot take an exception now.
	ErrNotReady = errors.New("the CPU cannot take an exception")
)

// Intercept makes Run return cpu.ExitException instead of delivering the exceptions whose vectors' bits are set: 1 (#DB) and
// 3 (#BP by INT3; INT n is another thing).
func (c *CPU) Intercept(vectors uint32) error {
	if vectors&^(1<<vecDB|1<<vecBP) != 0 {
		return fmt.Errorf("intercept %#x: %w", vectors, ErrVector)
	}
	c.intercepts = vectors
	return nil
}

func (c *CPU) intercepted(vector uint8) bool { return c.intercepts>>vector&1 != 0 }

// interceptedSoftware leaves before an intercepted INT3 or INT1.
func (c *CPU) interceptedSoftware(i *Inst) bool {
	vector, ok := softwareVector(i)
	if !ok || !c.intercepted(vector) {
		return false
	}
	c.DebugCause = 0
	c.leave(cpu.Exit{Kind: cpu.ExitException, Addr: c.PC(), Vector: vector, Length: i.Len})
	return true
}

// stay leaves before an intercepted INT3 or INT1 that a block has begun: it has taken no time.
func (c *CPU) stay(i *Inst) bool {
	if c.intercepts == 0 || !c.interceptedSoftware(i) {
		return false
	}
	c.next = c.rip
	c.budget++
	return true
}

func softwareVector(i *Inst) (vector uint8, ok bool) {
	switch i.Op {
	case decode.INT3:
		return vecBP, true
	case decode.INT1:
		return vecDB, true
	}
	return 0, false
}

// interceptedDebug leaves before an intercepted #DB. The cause is kept for its injection.
func (c *CPU) interceptedDebug(cause uint64) bool {
	if !c.intercepted(vecDB) {
		return false
	}
	c.PendingDebug, c.DebugCause = 0, cause
	c.State.Halted = false
	c.updateAttention()
	c.leave(cpu.Exit{Kind: cpu.ExitException, Addr: c.PC(), Vector: vecDB, Cause: cause})
	return true
}

// InjectException makes an exception the CPU's next event: it goes through the same checks as one of the guest's. A length
// makes it that of an instruction of so many bytes at PC: INT3 and INTO, with the check of the gate's privilege, or INT1. #DB
// without a length has the cause that was last intercepted.
func (c *CPU) InjectException(vector uint8, code uint32, length uint8) error {
	if length == 0 && (vector == vecBP || vector == vecOF || vector == vecDB) {
		length = c.EntryLength
	}
	switch {
	case vector > 31 || vector == vecNMI || length > decode.MaxLen || length != 0 && vector != vecBP && vector != vecOF && vector != vecDB:
		return fmt.Errorf("inject vector %d, length %d: %w", vector, length, ErrVector)
	case c.Shutdown || c.WaitSIPI || c.delivering:
		return fmt.Errorf("inject vector %d: %w", vector, ErrNotReady)
	}
	c.event = exception{vector, c.injectedKind(vector, length), code}
	c.State.Halted, c.InhibitSTI, c.InhibitMovSS = false, false, false
	c.delivering, c.EntryLength, c.DebugCause = true, length, 0
	if length != 0 {
		c.eflags &^= flagRF // the instruction has begun
	}
	c.updateAttention()
	return nil
}

// setEntryLength is the length that an injection without one of its own takes.
func (c *CPU) setEntryLength(v uint64) error {
	if v > decode.MaxLen {
		return cpu.ErrValue
	}
	c.EntryLength = uint8(v)
	return nil
}

// injectedKind is the kind of event that an injection makes. What the instruction before has left pending goes the way that it
// goes under the guest's own exception.
func (c *CPU) injectedKind(vector, length uint8) uint8 {
	pending := c.PendingDebug
	c.PendingDebug = 0
	switch {
	case vector == vecBP || vector == vecOF:
		c.PendingDebug = pending &^ dr6BS
		return kindSoftware
	case vector == vecDB && length != 0:
		c.reportPending(pending)
		return kindICEBP
	case vector != vecDB:
		return kindFault
	}
	c.reportDebug(c.DebugCause)
	if c.DebugCause&dr6BD != 0 {
		return kindFault
	}
	return kindTrap
}

// InterruptWindow reports whether a maskable interrupt would be taken at the next boundary.
func (c *CPU) InterruptWindow() bool {
	return c.eflags&flagIF != 0 && !c.InhibitSTI && !c.InhibitMovSS && !c.delivering && c.PendingDebug == 0 && !c.Shutdown && !c.WaitSIPI
}
