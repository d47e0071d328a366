package arm64

import "stasis/mmu"

// State is everything that the next instruction can depend on.
type State struct {
	X  [31]uint64
	SP [2]uint64 // SP_EL0, SP_EL1
	PC uint64

	NZCV   uint8 // N is bit 3
	EL     uint8
	SPSel  uint8
	DAIF   uint8 // D is bit 3
	SS     bool  // PSTATE.SS
	IL     bool
	PAN    bool
	UAO    bool
	DIT    bool
	SSBS   bool
	TCO    bool
	BTYPE  uint8
	V      [32][2]uint64
	FPCR   uint64
	FPSR   uint64
	Sys    SystemRegisters
	Event  bool // the event register of WFE
	Halted bool // by WFI or WFE
	WFE    bool // if Halted: by WFE
	Off    bool // waits for PSCI's CPU_ON

	IRQ, FIQ bool // wires

	ExclusiveOpen bool // the local monitor is in its exclusive state
	ExclusiveAddr uint64
	ExclusiveSize uint8
	ExclusiveData [2]uint64

	RandState uint64 // of RNDR
	Hold      bool   // interrupts wait for the next attempt of an instruction: a debugger has asked for it

	Stepped          bool // software step has let an instruction through, and its exception is due
	SteppedExclusive bool // that was a Load-Exclusive

	Delivering Event // an exception waits to be taken

	TLB mmu.State
}

// Event is an exception between its raising and its taking.
type Event struct {
	Pending bool
	Kind    uint16
	Class   uint8
	HasFAR  bool
	ISS     uint32
	FAR     uint64
}

// SystemRegisters are the registers of EL0 and EL1 under their architectural names.
type SystemRegisters struct {
	SCTLR, CPACR                 uint64
	TTBR0, TTBR1, TCR, MAIR      uint64
	ESR, FAR, PAR, VBAR          uint64
	ELR, SPSR                    uint64
	CONTEXTIDR, CSSELR           uint64
	TPIDR, TPIDRRO, TPIDREL1     uint64
	CNTKCTL, MDSCR, OSDLR, OSLSR uint64
	SCXTNUM                      [2]uint64 // of EL0, of EL1
	DBGCLAIM                     uint64
	DBGBVR, DBGBCR               [16]uint64
	DBGWVR, DBGWCR               [16]uint64
	APIA, APIB, APDA, APDB, APGA [2]uint64 // low, high
}
