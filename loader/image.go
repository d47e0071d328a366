// Package loader turns the bytes of a kernel into an Image: what lies in memory and what the first CPU's registers hold
// at the first instruction. It knows bzImage (64-bit and 32-bit boot protocol), ELF with a PVH note, multiboot 1, boot
// sectors and flat binaries, each also under gzip, xz or zstd.
//
// Invariant: Load is a pure function. The same Spec gives the same Image, nothing is read but the Spec, and the segments
// of an Image lie in memory that exists and do not overlap.
//
// Sources: Linux, "The Linux/x86 Boot Protocol" and "Zero Page"; Xen, "x86/HVM direct boot ABI" (PVH); Multiboot
// Specification version 0.6.96; System V ABI, "Object Files".
package loader

// Image is a machine's memory and its first CPU just before the first instruction. Memory outside the segments is zero.
type Image struct {
	Format   string // as a person would call it: "Linux bzImage, 64-bit entry"
	Arch     string // "amd64" or "arm64"
	Board    string // "pc" or "virt"
	Segments []Segment
	CPU      CPU    // of a pc
	Start    Start  // of a virt
	DTB      []byte // the device tree of a virt

	Firmware Segment // read-only memory, if there is firmware: then all CPUs start as a reset leaves them
	Parts    *Parts  // of a Linux kernel, for firmware to load; else nil
}

// Segment is a stretch of physical memory. Data may alias the bytes of the Spec: copy it, do not write it.
type Segment struct {
	Name string
	Addr uint64
	Data []byte
	Size uint64 // of the memory it owns: len(Data) or more, the rest is zero
}

// End is the address after the segment.
func (s Segment) End() uint64 { return s.Addr + s.Size }

// CPU holds the first CPU's registers as far as a loader sets them; the rest is as after reset.
type CPU struct {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI uint64
	RIP, RFLAGS                            uint64
	CR0, CR3, CR4, EFER                    uint64
	ES, CS, SS, DS, FS, GS, TR             SegmentRegister
	GDTR, IDTR                             Table
}

// SegmentRegister is a segment register with its hidden part. Attr holds descriptor bits 40 to 55, the limit's place zero.
type SegmentRegister struct {
	Selector uint16
	Attr     uint16
	Limit    uint32 // in bytes
	Base     uint64
}

// Table is GDTR or IDTR.
type Table struct {
	Base  uint64
	Limit uint16
}

// Start holds the registers of an AArch64 CPU as far as a loader sets them.
type Start struct {
	PC, X0 uint64
}

// Entry is the linear address of the first instruction.
func (m *Image) Entry() uint64 {
	if m.Board == "virt" {
		return m.Start.PC
	}
	return m.CPU.CS.Base + m.CPU.RIP
}
