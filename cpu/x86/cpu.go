// Package x86 is an x86-64 logical processor: registers, semantics, exceptions, translation, and two engines over them, one
// that runs decoded blocks and one that runs a handler at a time. Both give the same state after every unit.
//
// Invariant: between two units everything that the next one depends on is in State.
//
// Sources: Intel SDM Vol. 1–3; AMD APM Vol. 1–3.
package x86

import (
	"math"
	"unsafe"

	"stasis/bus"
	"stasis/cpu"
	decode "stasis/decode/x86"
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
	In(port uint16, size int) uint32
	Out(port uint16, size int, v uint32)
	// Steady is asked after an access to a device, to a port or to an MSR of the local APIC: whether the CPU may go on with its budget,
	// since nothing that the machine looks at between two runs has changed.
	Steady() bool
	AckInterrupt() (vector uint8, ok bool)
	ReadMSR(msr uint32) (v uint64, ok bool)
	WriteMSR(msr uint32, v uint64) (ok bool)
	TPR() uint8
	SetTPR(v uint8)
}

// Slots of CPU.R besides the general registers 0–15.
const (
	regZero    = 16 // always 0
	regSegBase = 17 // 17–22: bases of ES–GS
	regTemp    = 23 // address computed by a preceding micro-operation
	regVector  = 24 // 24 and 25: vector operand loaded by a preceding micro-operation
	regCount   = 32
)

// inline is one entry of the arrays that the fast path probes: the page's address with the context id in its low 12 bits,
// and where the page lies in the host.
type inline struct {
	tag  uint64
	page unsafe.Pointer
}

// noTag matches no address: context ids start at 1.
const noTag = 0

// CPU is one logical processor. What the fast path uses comes first.
type CPU struct {
	flags  Flags
	budget int64  // units left in this Run
	ctx    uint64 // id of the translation context, in the low 12 bits of inline tags
	at     uintptr
	_      uint64
	R      [regCount]uint64
	segEnd [8]uint64 // of ES–GS outside 64-bit code: how far the fast path may reach
	tlbR   [mmu.Entries]inline
	tlbW   [mmu.Entries]inline
	lineR  [lineCount]line
	lineW  [lineCount]line
	engine engine

	State // cold; GPR, RIP and RFLAGS in it are only up to date in what State() returns

	sys    System
	ram    *bus.RAM
	config Config
	index  int

	rip     uint64 // of the instruction that executes
	next    uint64 // of the one after it: handlers of branches change it
	eflags  uint64 // RFLAGS without the status flags
	mode    decode.Mode
	start   int64 // budget at the start of this Run
	leaving bool  // leave Run at the next boundary
	exit    cpu.Exit

	attention  bool // something besides the next instruction may have to happen at this boundary
	singleStep bool
	delivering bool // inside the delivery of an exception
	exc        exception
	event      exception // being delivered

	walker   mmu.X86
	large    mmu.LargePages
	filled   mmu.Filled
	features features
	contexts mmu.Contexts
	aligning bool // alignment is checked: CPL 3, CR0.AM and RFLAGS.AC
	vaUnused uint // bits of a linear address above those that are translated

	breakpoints map[uint64]uint8 // kinds of breakpoint by address
	hostBreaks  []uint64
	watches     []cpu.Watch
	watching    bool // there are watchpoints, the debugger's or the guest's
	lined       bool // lineR or lineW hold something
	armed       armed
	intercepts  uint32 // vectors
	skip        bool
	physical    map[uint64]bool // breakpoints on physical addresses
	awaiting    bool            // the debugger waits for events
	catches     catches
	traced      bool         // this instruction makes a single-step trap
	shadowed    bool         // this instruction stands behind MOV SS
	taken       bool         // this instruction is a conditional branch that was taken
	inst        Inst         // single-step engine's
	fp          floatContext // scratch of the floating-point instructions
	loaded      bool         // a micro-operation has loaded the instruction's vector operand
	fetchVA     uint64
	fetchPA     uint64
	fetchPage   unsafe.Pointer

	unimplemented map[string]uint64
	stats         Stats
}

// Config is what a model of CPU is made of.
type Config struct {
	Vendor string   // "amd" or "intel"
	Strict bool     // stop at what is not implemented
	CPUs   int      // logical processors of the machine, for CPUID's topology
	IPS    uint64   // instructions per virtual second: the TSC's frequency
	Seed   uint64   // of RDRAND and RDSEED
	Hide   []string // features that the model would have, by FeatureName
}

// New is CPU number index (its APIC id) of a machine, as after power-on.
func New(sys System, index int, config Config) *CPU {
	c := &CPU{sys: sys, ram: sys.RAM(), index: index, config: config, unimplemented: map[string]uint64{}}
	c.features = newFeatures(config.Vendor, config.Hide)
	c.engine.init()
	c.Reset()
	return c
}

// Run executes at most budget units and says why it came back.
func (c *CPU) Run(budget uint64) cpu.Exit {
	c.budget = int64(min(budget, math.MaxInt64))
	c.start = c.budget
	c.stats.Begin(c.budget, c.CPL == 3)
	c.leaving = false
	c.exit = cpu.Exit{}
	for c.budget > 0 && !c.leaving {
		c.guarded()
	}
	c.account()
	return c.exit
}

// Units is the number of units done in this Run.
func (c *CPU) Units() uint64 { return uint64(c.start - c.budget) }

// guarded runs until there is a reason to leave, or until a guest exception unwinds to here.
func (c *CPU) guarded() {
	defer c.catch()
	for c.budget > 0 && !c.leaving {
		if c.attention && c.boundary() {
			continue
		}
		if c.breakpoints != nil && c.stop() {
			continue
		}
		if c.singleStep || c.slowBoundary() {
			c.step()
			continue
		}
		c.runBlocks()
	}
}

// slowBoundary reports whether the next instruction needs the single-step engine: it stands in a shadow, is traced, or has RF set
// while somebody could tell.
func (c *CPU) slowBoundary() bool {
	return c.attention && (c.InhibitSTI || c.InhibitMovSS || c.eflags&flagTF != 0 || c.eflags&flagRF != 0 && c.stoppable()) || c.skip || c.Hold
}

// stoppable reports whether a breakpoint or the debugger may stop the CPU before an instruction.
func (c *CPU) stoppable() bool { return c.breakpoints != nil || c.awaiting || c.intercepts != 0 }

// leave ends Run at the next boundary.
func (c *CPU) leave(exit cpu.Exit) {
	c.exit = exit
	c.leaving = true
}

// stop is boundary (2) and the beginning of (3): the debugger's breakpoint at the next instruction, unless it is skipped or the
// instruction has begun, and then the guest's.
func (c *CPU) stop() bool {
	kind := c.breakpoints[c.PC()]
	if (kind&stopHost != 0 || c.physical != nil && c.physicalHere()) && !c.skip && !c.InRep {
		c.leave(cpu.Exit{Kind: cpu.ExitBreakpoint, Addr: c.PC()})
		return true
	}
	return kind&stopGuest != 0 && c.instructionBreak()
}

// step executes one instruction (one iteration of REP) with its handler.
func (c *CPU) step() {
	i := c.fetch()
	c.stats.Steps++
	c.execute(i)
}

// execute runs the handler of the instruction at rip and completes it: one unit. TF counts as it was before.
func (c *CPU) execute(i *Inst) {
	if c.intercepts != 0 && c.interceptedSoftware(i) {
		return
	}
	c.next = c.ipMask(c.rip + uint64(i.Len))
	if c.awaiting {
		c.attempt()
	}
	c.traced, c.shadowed, c.taken = c.eflags&flagTF != 0, c.InhibitMovSS, false
	shadow := c.InhibitSTI || c.InhibitMovSS
	c.InhibitSTI, c.InhibitMovSS, c.skip, c.Hold = false, false, false, false
	c.eflags &^= flagRF
	handlerOf(i)(c, i)
	c.rip = c.next
	c.budget--
	if c.stepTraps(i) {
		c.pend(dr6BS)
	}
	c.traced, c.shadowed = false, false
	if shadow {
		c.updateAttention()
	}
}

// ipMask cuts an instruction pointer to what is there. In 16-bit code too the end of an instruction may lie beyond 64 KiB, and then
// the segment's limit decides.
func (c *CPU) ipMask(ip uint64) uint64 {
	if c.mode == decode.Mode64 {
		return ip
	}
	return ip & 0xffffffff
}

// PC is the linear address of the next instruction.
func (c *CPU) PC() uint64 { return c.linearIP(c.rip) }

func (c *CPU) linearIP(ip uint64) uint64 {
	if c.mode == decode.Mode64 {
		return ip
	}
	return (c.Seg[decode.CS].Base + ip) & 0xffffffff
}

func (c *CPU) gpr(n uint8) uint64       { return c.R[n&15] }
func (c *CPU) setGPR(n uint8, v uint64) { c.R[n&15] = v }

// rflags is the whole register.
func (c *CPU) rflags() uint64 { return c.eflags | flagOne | c.flags.get() }

// setRFLAGS loads every bit that exists.
func (c *CPU) setRFLAGS(v uint64) {
	c.flags.put(v)
	c.setEFLAGS(v & flagsAll &^ flagsStatus &^ flagOne)
	c.updateAttention()
}

// replaceFlags loads the bits of an image that a mask has, the status flags among them.
func (c *CPU) replaceFlags(v, mask uint64) {
	c.flags.put(v)
	c.setEFLAGS(c.eflags&^mask | v&mask&flagsAll&^flagsStatus&^flagOne)
	c.updateAttention()
}

// setEFLAGS loads the bits that are not status flags. AC decides what an access may do.
func (c *CPU) setEFLAGS(v uint64) {
	changed := c.eflags ^ v
	c.eflags = v
	if changed&flagAC != 0 {
		c.useContext()
	}
}
