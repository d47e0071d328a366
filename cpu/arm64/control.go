package arm64

import (
	"unsafe"

	"stasis/cpu"
	"stasis/mmu"
)

// control is what exceptions, translation and debugging keep besides State: all of it follows from State, or is the debugger's.
type control struct {
	exc        exception // the one that unwinds
	delivering bool      // an exception waits to be taken
	event      exception // that one

	features map[string]bool
	id       [idCount]uint64
	hidden   []bool // rows of instructions that the features do not have
	spsrHeld uint64 // bits of PSTATE that the features have

	walker   mmu.Arm64
	large    mmu.LargePages
	filled   mmu.Filled
	contexts mmu.Contexts
	class    int  // the current privilege class
	slowData bool // data accesses need a look that the inline arrays cannot give: alignment, byte order

	bigEndian  bool // data is big-endian
	aligning   bool // every data access must be aligned
	checkingSP bool // SP must be aligned where it is a base
	fpTrapped  bool // floating point and SIMD are trapped

	fetchVA      uint64
	fetchPA      uint64
	fetchPage    unsafe.Pointer
	fetchGuarded bool // the page of fetchVA is guarded: BTI

	breakpoints map[uint64]uint8 // kinds of breakpoint by address
	hostBreaks  []uint64
	watches     []cpu.Watch
	lined       bool // lineR or lineW hold something
	watching    bool // there are watchpoints, the debugger's or the guest's
	armed       armed
	stepping    bool // software step is active
	skip        bool
	awaiting    bool // the debugger waits for events
	catches     catches

	stats cpu.Stats
}
