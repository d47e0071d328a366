package x86

import (
	"stasis/mmu"
)

// Segment is a segment register with its hidden part.
type Segment struct {
	Selector uint16
	Attr     uint16 // descriptor bits 40–55: type, S, DPL, P; limit's place is zero; AVL, L, D/B, G in bits 12–15
	Limit    uint32 // in bytes, granularity applied
	Base     uint64
}

// Table is GDTR or IDTR.
type Table struct {
	Base  uint64
	Limit uint16
}

// State is everything that the next instruction can depend on.
type State struct {
	GPR    [16]uint64
	RIP    uint64
	RFLAGS uint64

	Seg        [6]Segment // in the manual's order: ES CS SS DS FS GS
	LDTR, TR   Segment
	GDTR, IDTR Table
	CPL        uint8

	CR0, CR2, CR3, CR4 uint64
	PDPTE              [4]uint64 // PAE paging: loaded by MOV to CR3
	XCR0               uint64
	PKRU               uint32
	DR                 [4]uint64
	DR6, DR7           uint64

	EFER, STAR, LSTAR, CSTAR, SFMASK     uint64
	KernelGSBase                         uint64
	SysenterCS, SysenterESP, SysenterEIP uint64
	TSCOffset, TSCAdjust, TSCAux         uint64
	PAT, MiscEnable, DebugCtl, XSS       uint64
	MTRRDefType                          uint64
	MTRRFixed                            [11]uint64
	MTRRVar                              [16]uint64
	HWCR, NBCfg, LSCfg, LSCfg2           uint64
	DECfg, DECfg2                        uint64
	MCGStatus                            uint64

	InhibitSTI   bool // the instruction after STI: maskable interrupts wait
	InhibitMovSS bool // the instruction after MOV SS or POP SS: interrupts and debug traps wait
	PendingDebug uint64
	InRep        bool // the next instruction is a REP that goes on: an event now pushes RF
	NMIPending   bool
	NMIBlocked   bool // until IRET
	INTR         bool // the interrupt wire's level
	INITPending  bool
	SIPIPending  bool
	SIPIVector   uint8
	Halted       bool
	WaitSIPI     bool
	Shutdown     bool // triple fault: only reset helps
	RandState    uint64
	Hold         bool // interrupts and NMIs wait for the next attempt of an instruction: a debugger has asked for it

	Delivering             bool // an exception waits to be delivered
	EventVector, EventKind uint8
	EventCode              uint32
	EntryLength            uint8  // of the instruction that an injected exception stands for
	DebugCause             uint64 // of the #DB that was intercepted last

	FPU FPU
	TLB mmu.State
}
