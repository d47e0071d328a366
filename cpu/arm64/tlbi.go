package arm64

// TLBI is a TLB invalidation that all CPUs do.
type TLBI struct {
	Kind TLBIKind
	VA   uint64
	ASID uint16
}

// TLBIKind is what an invalidation takes.
type TLBIKind uint8

// The kinds. The last-level forms are those of their address: the TLB holds leaves only.
const (
	TLBIAll TLBIKind = iota
	TLBIASID
	TLBIVA
)

// Invalidate does a TLB invalidation.
func (c *CPU) Invalidate(t TLBI) {
	switch t.Kind {
	case TLBIAll:
		c.flushTLB()
	case TLBIASID:
		c.flushASID(t.ASID)
	case TLBIVA:
		c.flushPage(t.VA)
	}
}
