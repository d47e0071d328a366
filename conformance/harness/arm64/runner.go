// Package arm64 is a bare AArch64 CPU for tests at EL0: RAM, one page table that maps it onto itself, and no devices.
package arm64

import (
	"encoding/binary"

	"stasis/bus"
	vector "stasis/conformance/vector/arm64"
	"stasis/cpu/arm64"
	decode "stasis/decode/arm64"
)

// Physical places of the system's structures, behind the user's.
const (
	ramBase = vector.CodeBase
	ramSize = 4 << 20
	tables  = ramBase + 0x200000 // levels 0 to 2, a page each
	vectors = ramBase + 0x210000
)

// Values of system registers: a 4 KiB granule, 48 bits of address, the top byte ignored; caches on, no trap of EL0.
const (
	tcr   = 16 | 1<<8 | 1<<10 | 3<<12 | 1<<23 | 2<<32 | 1<<37
	mair  = 0xff
	sctlr = 1 | 1<<2 | 1<<12 | 1<<14 | 1<<15 | 1<<16 | 1<<18 | 1<<26 | 1<<3 | 1<<4
	cpacr = 3 << 20
	own   = 1 | 3<<8 | 1<<10 // a block of normal memory, inner shareable, AF
	block = own | 1<<6       // EL0 may write
)

// System is what the CPU sees of a machine: nothing.
type System struct{ ram *bus.RAM }

// The methods of arm64.System.
func (s *System) Clock() uint64                                  { return 0 }
func (s *System) RAM() *bus.RAM                                  { return s.ram }
func (s *System) ReadMMIO(pa uint64, size int) uint64            { return ^uint64(0) }
func (s *System) WriteMMIO(pa uint64, size int, v uint64)        {}
func (s *System) Steady() bool                                   { return true }
func (s *System) ReadSystem(r arm64.SysReg) (v uint64, ok bool)  { return 0, false }
func (s *System) WriteSystem(r arm64.SysReg, v uint64) (ok bool) { return false }
func (s *System) Hypercall(x *[31]uint64) (ok bool)              { return false }
func (s *System) BroadcastTLBI(from int, t arm64.TLBI)           {}
func (s *System) SendEvent()                                     {}

// Runner runs vectors. It keeps one CPU.
type Runner struct {
	CPU *arm64.CPU

	// Blocks lets an instruction run in a block with the BRK behind it, instead of on its own.
	Blocks bool

	ram  *bus.RAM
	base *arm64.State
}

// NewRunner maps the user address space of vectors.
func NewRunner() *Runner {
	ram, err := bus.NewRAM(ramSize, 0, ramBase)
	if err != nil {
		panic(err)
	}
	r := &Runner{ram: ram, CPU: arm64.New(&System{ram}, 0, arm64.Config{IPS: 1e9, Seed: 1, QARMA5: true, CPUs: 1})}
	ram.OnCodeWrite = r.CPU.InvalidateCode
	ram.OnCode = r.CPU.ProtectCode
	r.write64(tables, tables+0x1000|3)
	r.write64(tables+0x1000+8*(ramBase>>30), tables+0x2000|3)
	r.write64(tables+0x2000+8*(ramBase>>21&511), ramBase|block)
	r.write64(tables+0x2000+8*(vectors>>21&511), vectors>>21<<21|own)
	r.write(vectors+0x400, []byte{0, 0, 0, 0x14}) // B .
	s := r.CPU.Snapshot()
	s.EL, s.SPSel, s.DAIF = 0, 0, 0
	s.Sys.TTBR0, s.Sys.TCR, s.Sys.MAIR, s.Sys.VBAR = tables, tcr, mair, vectors
	s.Sys.SCTLR |= sctlr
	s.Sys.CPACR = cpacr
	r.base = s
	return r
}

// Close gives the memory back.
func (r *Runner) Close() error { return r.ram.Close() }

func (r *Runner) write(pa uint64, data []byte) {
	if err := r.ram.WriteAt(data, pa); err != nil {
		panic(err)
	}
}

func (r *Runner) write64(pa, v uint64) { r.write(pa, binary.LittleEndian.AppendUint64(nil, v)) }

// Run runs a vector's instruction on the emulator and returns the vector with its outcome in place of the recorded one. ok is
// false if the CPU has not got the instruction.
func (r *Runner) Run(v *vector.Vector, seed uint32) (got vector.Vector, ok bool) {
	i, _ := decode.Decode(v.Raw)
	before := vector.Start(&i, v.Number, seed)
	r.load(v, before)
	if r.Blocks {
		r.CPU.Run(2) // BRK, or a branch to itself in the handler of a fault
	} else {
		r.CPU.Run(1)
	}
	if missing := r.CPU.Unimplemented(); len(missing) > 0 {
		clear(missing)
		return got, false
	}
	got = vector.Vector{Raw: v.Raw, Number: v.Number}
	after, kind := r.after(before.PC)
	got.Outcome(before, after, kind)
	return got, true
}

func (r *Runner) load(v *vector.Vector, before *vector.State) {
	var code []byte
	for _, w := range []uint32{v.Raw, vector.BRK, vector.BRK, vector.BRK} {
		code = binary.LittleEndian.AppendUint32(code, w)
	}
	r.write(before.PC, code)
	r.write(vector.Window, before.Memory[:])
	s := *r.base
	s.X, s.PC, s.NZCV, s.V = before.X, before.PC, before.NZCV, before.V
	s.SP[0], s.FPCR, s.FPSR = before.SP, uint64(before.FPCR), uint64(before.FPSR)
	r.CPU.SetState(&s)
}

// ecUnknown is the exception class of UNDEFINED in ESR_EL1.
const ecUnknown = 0

// after is the state as user code left it, and how.
func (r *Runner) after(pc uint64) (*vector.State, vector.Kind) {
	s, kind := r.CPU.Snapshot(), vector.Done
	a := &vector.State{X: s.X, PC: s.PC, SP: s.SP[0], NZCV: s.NZCV, V: s.V, FPCR: uint32(s.FPCR), FPSR: uint32(s.FPSR)}
	if s.EL != 0 {
		a.PC, a.NZCV, kind = s.Sys.ELR, uint8(s.Sys.SPSR>>28), vector.Fault
		switch {
		case a.PC != pc:
			kind = vector.Done // and then the next instruction was tried
		case s.Sys.ESR>>26 == ecUnknown:
			kind = vector.Undefined
		}
	}
	if err := r.ram.ReadAt(a.Memory[:], vector.Window); err != nil {
		panic(err)
	}
	return a, kind
}
