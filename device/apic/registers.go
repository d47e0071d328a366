package apic

// Registers by number: MMIO offset / 16, or MSR - 800h.
const (
	regID           = 0x02
	regVersion      = 0x03
	regTPR          = 0x08
	regAPR          = 0x09
	regPPR          = 0x0a
	regEOI          = 0x0b
	regRRD          = 0x0c
	regLDR          = 0x0d
	regDFR          = 0x0e
	regSVR          = 0x0f
	regISR          = 0x10 // 8 registers
	regTMR          = 0x18 // 8 registers
	regIRR          = 0x20 // 8 registers
	regESR          = 0x28
	regICRLow       = 0x30
	regICRHigh      = 0x31
	regLVT          = 0x32 // lvtCount registers
	regInitialCount = 0x38
	regCurrentCount = 0x39
	regDivide       = 0x3e
	regSelfIPI      = 0x3f
)

// Local vector table entries, in the order of their registers.
const (
	lvtTimer = iota
	lvtThermal
	lvtPerformance
	lvtLINT0
	lvtLINT1
	lvtError
	lvtCount
)

// Fields of an LVT entry.
const (
	modeShift    = 8
	modeMask     = 7
	lvtRemoteIRR = 1 << 14
	lvtLevel     = 1 << 15
	lvtMasked    = 1 << 16
	timerShift   = 17
	timerMask    = 3
)

// lvtWritable are the bits of each LVT entry that software can write. Delivery status is always idle here.
var lvtWritable = [lvtCount]uint32{
	lvtTimer:       0x7_00ff,
	lvtThermal:     0x1_07ff,
	lvtPerformance: 0x1_07ff,
	lvtLINT0:       0x1_a7ff,
	lvtLINT1:       0x1_a7ff,
	lvtError:       0x1_00ff,
}

// Timer modes.
const (
	timerOneShot = iota
	timerPeriodic
	timerDeadline
)

// version says: integrated APIC, lvtCount entries, EOI broadcasts can be suppressed.
const version = 0x14 | (lvtCount-1)<<16 | 1<<24

// Spurious-interrupt vector register.
const (
	svrEnable      = 1 << 8
	svrSuppressEOI = 1 << 12
	svrWritable    = svrEnable | svrSuppressEOI | 0xff
)

// Error status register.
const (
	errSendVector    = 1 << 5
	errReceiveVector = 1 << 6
	errRegister      = 1 << 7
)

// IA32_APIC_BASE.
const (
	baseBSP      = 1 << 8
	baseExtended = 1 << 10
	baseEnable   = 1 << 11
	baseReserved = 0x2ff
	defaultBase  = 0xfee0_0000
)

const (
	divideWritable = 0xb
	firstVector    = 16 // those below are illegal in a message
)
