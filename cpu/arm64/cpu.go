// Package arm64 is an AArch64 logical processor: registers, semantics, exceptions, translation, and two engines over them, one
// that runs decoded blocks and one that runs a handler at a time. Both give the same state after every unit.
//
// Invariant: between two units everything that the next one depends on is in State.
//
// Source: Arm ARM (DDI 0487), "The AArch64 Application Level Architecture" and "The AArch64 System Level Architecture".
package arm64

import (
	"unsafe"

	"stasis/bus"
	"stasis/cpu"
	"stasis/cpu/softfloat"
	decode "stasis/decode/arm64"
	"stasis/mmu"
)

// Inst is a decoded instruction.
type Inst = decode.Inst

// System is what a CPU sees of the rest of the machine.
type System interface {
	Clock() uint64
	RAM() *bus.RAM
	ReadMMIO(pa uint64, size int) uint64
	WriteMMIO(pa uint64, size int, v uint64)
	// Steady is asked after what reaches the board, a device or firmware: whether the CPU may go on with its budget, since nothing that
	// the machine looks at between two runs has changed.
	Steady() bool
	// ReadSystem and WriteSystem reach the system registers of the generic timer (CNT*) and of the interrupt controller's CPU
	// interface (ICC_*), by SysReg; !ok is a register that is not there.
	ReadSystem(r SysReg) (v uint64, ok bool)
	WriteSystem(r SysReg, v uint64) (ok bool)
	// Hypercall is HVC at EL1: firmware answers in X0 to X3, where it knows the function in X0; !ok is UNDEFINED.
	Hypercall(x *[31]uint64) (ok bool)
	// BroadcastTLBI lets every CPU but this one do a TLB invalidation, by CPU.Invalidate.
	BroadcastTLBI(from int, t TLBI)
	// SendEvent is SEV: the event registers of all CPUs are set.
	SendEvent()
}

// SysReg names a system register by its encoding: op0, op1, CRn, CRm, op2, as bits 20 to 5 of MRS have them.
type SysReg uint16

// Slots of CPU.R besides X0 to X30.
const (
	regZero  = 31 // reads as 0; nothing writes it
	regSP    = 32 // the stack pointer in use
	regSink  = 33 // written where the destination is XZR
	regTemp  = 34
	regCount = 36
)

// inline is one entry of the arrays that the fast path probes: the page's address with the context id in its low 12 bits,
// and where the page lies in the host.
type inline struct {
	tag  uint64
	page unsafe.Pointer
}

// CPU is one logical processor. What the fast path uses comes first.
type CPU struct {
	nzcv   uint8
	budget int64  // units left in this Run
	ctx    uint64 // id of the translation context, in the low 12 bits of inline tags
	at     uintptr
	R      [regCount]uint64
	tlbR   [mmu.Entries]inline
	tlbW   [mmu.Entries]inline
	lineR  [lineCount]line
	lineW  [lineCount]line

	State // cold; X, SP, PC and NZCV in it are only up to date in what Snapshot returns

	sys    System
	ram    *bus.RAM
	config Config
	index  int

	pc      uint64 // of the instruction that executes
	next    uint64 // of the one after it: branches change it
	start   int64  // budget at the start of this Run
	leaving bool   // leave Run at the next boundary
	exit    cpu.Exit

	attention  bool // something besides the next instruction may have to happen at this boundary
	singleStep bool

	soft          softfloat.Context // scratch of floating point
	unimplemented map[string]uint64
	engine        engine

	control
}

// Config is what a model of CPU is made of.
type Config struct {
	Strict    bool   // stop at what is not implemented
	IPS       uint64 // instructions per virtual second
	Seed      uint64 // of RNDR
	QARMA5    bool   // pointer authentication by the architected algorithm, not the fast one
	CPUs      int
	GICSystem bool     // the interrupt controller has system registers
	Hide      []string // features that the model would have, by FeatureNames
}
