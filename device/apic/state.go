package apic

import "math/bits"

// State is all that a local APIC remembers.
type State struct {
	Base uint64 // IA32_APIC_BASE
	ID   uint32

	TPR      uint8
	LDR, DFR uint32
	SVR      uint32
	ICR      uint64
	LVT      [lvtCount]uint32

	IRR, ISR, TMR Vectors

	ESR    uint32 // errors as the last write to the register has latched them
	Errors uint32 // errors since

	InitialCount uint32
	Divide       uint32
	Counting     bool   // the timer was started, and if one-shot has not been seen to expire
	Started      uint64 // undivided timer ticks at the start of the count
	Deadline     uint64 // Clock at which the TSC reaches its deadline; 0 is disarmed

	LINT   [2]bool // levels of the pins
	ExtINT bool    // an ExtINT message waits for its acknowledge
}

// powerOn sets what is not zero after power-on.
func (s *State) powerOn(c Config) {
	s.Base = defaultBase | baseEnable
	if c.BSP {
		s.Base |= baseBSP
	}
	s.ID = c.ID
	s.initRegisters()
}

// initRegisters sets the registers to what both power-on and INIT leave in them.
//
// Source: SDM Vol. 3A, "Local APIC State After Power-Up or Reset".
func (s *State) initRegisters() {
	*s = State{Base: s.Base, ID: s.ID, LINT: s.LINT, DFR: 0xffff_ffff, SVR: 0xff}
	for i := range s.LVT {
		s.LVT[i] = lvtMasked
	}
	if s.Base&baseExtended != 0 {
		s.LDR = x2LDR(s.ID)
	}
}

// Vectors is a set of interrupt vectors: IRR, ISR or TMR. Word n holds vectors 32n to 32n+31.
type Vectors [8]uint32

func (v *Vectors) set(n uint8)      { v[n/32] |= 1 << (n % 32) }
func (v *Vectors) clear(n uint8)    { v[n/32] &^= 1 << (n % 32) }
func (v *Vectors) has(n uint8) bool { return v[n/32]>>(n%32)&1 != 0 }

// highest returns the set's highest vector, which is the one of highest priority.
func (v *Vectors) highest() (n uint8, ok bool) {
	for w := len(v) - 1; w >= 0; w-- {
		if v[w] != 0 {
			return uint8(32*w + bits.Len32(v[w]) - 1), true
		}
	}
	return 0, false
}
