package x86

import (
	"fmt"

	"stasis/cpu"
)

// Vectors of the architectural exceptions. Source: SDM Vol. 3A, "Exception and Interrupt Vectors".
const (
	vecDE  = 0
	vecDB  = 1
	vecNMI = 2
	vecBP  = 3
	vecOF  = 4
	vecBR  = 5
	vecUD  = 6
	vecNM  = 7
	vecDF  = 8
	vecTS  = 10
	vecNP  = 11
	vecSS  = 12
	vecGP  = 13
	vecPF  = 14
	vecMF  = 16
	vecAC  = 17
	vecMC  = 18
	vecXM  = 19
)

// hasCode are the vectors that push an error code.
const hasCode = 1<<vecDF | 1<<vecTS | 1<<vecNP | 1<<vecSS | 1<<vecGP | 1<<vecPF | 1<<vecAC

// Kinds of event.
const (
	kindFault    = iota // an exception reported before its instruction
	kindTrap            // a #DB reported after its instruction, or before it for an instruction breakpoint (RF as it is)
	kindSoftware        // INT n, INT3, INTO: the gate's DPL is checked
	kindExternal        // an interrupt or NMI
	kindICEBP           // INT1: a software exception without a DPL check
)

// exception is an event to deliver.
type exception struct {
	vector uint8
	kind   uint8
	code   uint32
}

// ext is the EXT bit of the error codes of faults that the delivery meets.
func (e *exception) ext() uint32 { return b2u32(e.kind != kindSoftware) }

func b2u32(b bool) uint32 { return uint32(b2u(b)) }

// raise is #vector(code): it unwinds to guarded. Nothing of the instruction may have been committed.
func (c *CPU) raise(vector uint8, code uint32) {
	c.exc = exception{vector, kindFault, code}
	panic(&c.exc)
}

// gp0 is #GP(0) if the condition holds.
func (c *CPU) gpIf(bad bool) {
	if bad {
		c.raise(vecGP, 0)
	}
}

func (c *CPU) udIf(bad bool) {
	if bad {
		c.raise(vecUD, 0)
	}
}

// catch turns an unwinding guest exception into the event to deliver. Any other panic is a bug and goes on with its position.
func (c *CPU) catch() {
	r := recover()
	switch {
	case r == nil:
	case r == any(&c.exc):
		c.unwound()
	case r == any(&c.catches.refused):
		c.takeBack()
	default:
		panic(fmt.Sprintf("cpu %d at %#x, unit %d of this run: %v", c.index, c.rip, c.Units(), r))
	}
}

// unwound notes the exception that has just been raised, alone or on top of the one being delivered.
func (c *CPU) unwound() {
	if c.awaiting {
		defer c.catchEvent()
	}
	c.attention = true
	c.InhibitSTI, c.InhibitMovSS, c.InRep = false, false, false
	c.skip, c.Hold, c.traced, c.shadowed = false, false, false, false
	if !c.delivering {
		c.PendingDebug = 0
		if c.exc.vector == vecDB && c.generalDetect() {
			return
		}
		c.delivering, c.event = true, c.exc
		return
	}
	switch {
	case c.event.vector == vecDF && c.event.kind == kindFault:
		c.tripleFault()
	case doubles(&c.event, &c.exc):
		c.event = exception{vecDF, kindFault, 0}
	default:
		c.event = c.exc
	}
}

// doubles reports whether a second exception makes #DF. Source: SDM Vol. 3A, "Conditions for Generating a Double Fault".
func doubles(first, second *exception) bool {
	if first.kind != kindFault {
		return false
	}
	const contributory = 1<<vecDE | 1<<vecTS | 1<<vecNP | 1<<vecSS | 1<<vecGP
	a, b := uint32(1)<<first.vector, uint32(1)<<second.vector
	if a == 1<<vecPF {
		return b&(contributory|1<<vecPF) != 0
	}
	return a&contributory != 0 && b&contributory != 0
}

// tripleFault is shutdown: only a reset, INIT or NMI gets out of it; the machine stops here.
func (c *CPU) tripleFault() {
	c.delivering = false
	c.Shutdown = true
	if c.awaiting && c.catchShutdown() {
		return
	}
	c.leave(cpu.Exit{Kind: cpu.ExitTripleFault, Addr: c.PC(), Detail: fmt.Sprintf("#DF while delivering vector %d", c.event.vector)})
}

// deliverEvent delivers the event that waits: one unit, however many faults nest in it.
func (c *CPU) deliverEvent() {
	e := &c.event
	c.next = c.rip
	ret := c.rip
	if e.kind != kindFault { // a fault met on the way points to the instruction
		ret = c.ipMask(c.rip + uint64(c.EntryLength))
	}
	c.deliver(e, ret)
	c.delivering, c.InRep, c.EntryLength = false, false, 0
	c.rip = c.next
	c.budget--
	c.updateAttention()
}

// deliver transfers control through the vector's gate. The handler's address goes to c.next.
func (c *CPU) deliver(e *exception, ret uint64) {
	switch {
	case c.CR0&cr0PE == 0:
		c.deliverReal(e, ret)
	case c.longMode():
		c.deliverLong(e, ret)
	default:
		c.deliverProtected(e, ret)
	}
}

// interrupt is a software interrupt: it is part of its instruction, and the return address is behind it. Its delivery clears
// TF, so that the instruction makes no single-step trap; a data breakpoint that MOV SS has put off is reported in the handler.
func (c *CPU) interrupt(vector, kind uint8) {
	if c.awaiting {
		c.catchSoftware(vector)
	}
	e := exception{vector: vector, kind: kind}
	c.deliver(&e, c.next)
	c.traced = false
	c.PendingDebug &^= dr6BS
	c.updateAttention()
}

// pushedFlags is the RFLAGS image of an event: RF is set for faults, and between the iterations of REP. Source: SDM Vol. 3B, "Instruction-Breakpoint Exception
// Condition".
func (c *CPU) pushedFlags(e *exception) uint64 {
	v := c.rflags()
	if e.kind == kindFault && e.vector != vecDF || c.InRep {
		v |= flagRF
	}
	return v
}

func (e *exception) pushesCode() bool {
	return e.kind == kindFault && e.vector < 32 && hasCode>>e.vector&1 != 0
}

// gateFlags clears what every delivery clears, and IF for an interrupt gate.
func (c *CPU) gateFlags(trapGate bool) {
	c.eflags &^= flagTF | flagNT | flagRF | flagVM
	if !trapGate {
		c.eflags &^= flagIF
	}
}

// deliverReal is delivery through the real-mode vector table. Source: SDM Vol. 3B, "Interrupt and Exception Handling" (real-address mode).
func (c *CPU) deliverReal(e *exception, ret uint64) {
	if uint32(e.vector)*4+3 > uint32(c.IDTR.Limit) {
		c.raise(vecGP, uint32(e.vector)*8+2)
	}
	entry := loadSys[uint32](c, c.IDTR.Base+uint64(e.vector)*4)
	sp := uint16(c.R[4])
	ss := &c.Seg[2]
	for n, v := range []uint16{uint16(c.rflags()), c.Seg[1].Selector, uint16(ret)} {
		off := uint64(sp - uint16(2*n+2))
		if !ss.covers(off, 2) {
			c.raise(vecSS, 0)
		}
		store(c, (ss.Base+off)&0xffffffff, v)
	}
	c.R[4] = c.R[4]&^0xffff | uint64(sp-6)
	c.setEFLAGS(c.eflags &^ (flagIF | flagTF | flagAC | flagRF))
	c.loadRealSegment(1, uint16(entry>>16))
	c.next = uint64(entry & 0xffff)
}
