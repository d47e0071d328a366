package arm64

// Bits of OSLSR_EL1.
const (
	oslsrModel  = 1 << 3 // OSLM: the OS lock is there
	oslsrLocked = 1 << 1
)
