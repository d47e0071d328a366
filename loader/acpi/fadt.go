package acpi

import "encoding/binary"

// Offsets in the FADT. Source: ACPI Specification 6.5, "Fixed ACPI Description Table (FADT)".
const (
	fadtSize         = 276
	fadtRevision     = 6
	fadtMinor        = 5
	fadtFACS         = 36
	fadtDSDT         = 40
	fadtSCI          = 46
	fadtPM1aEvent    = 56
	fadtPM1aControl  = 64
	fadtPMTimer      = 76
	fadtPM1EventLen  = 88
	fadtPM1CtlLen    = 89
	fadtPMTimerLen   = 91
	fadtC2Latency    = 96
	fadtC3Latency    = 98
	fadtCentury      = 108
	fadtBootArch     = 109
	fadtFlags        = 112
	fadtResetReg     = 116
	fadtResetValue   = 128
	fadtMinorVersion = 131
	fadtXDSDT        = 140
	fadtXPM1aEvent   = 148
	fadtXPM1aControl = 172
	fadtXPMTimer     = 208
)

// Boot architecture: there are legacy devices and a CMOS clock, but neither an 8042 (bit 1) nor VGA.
const (
	legacyDevices = 1 << 0
	vgaNotPresent = 1 << 2
)

// Flags: WBINVD works, C1 on all CPUs, a fixed power button (bit 4 clear), no sleep button, the clock's wake status is
// not a fixed register, and there is a reset register.
const (
	wbinvd        = 1 << 0
	procC1        = 1 << 2
	sleepButton   = 1 << 5
	fixRTC        = 1 << 6
	resetRegister = 1 << 10
)

const (
	noC2, noC3   = 0x0fff, 0x0fff // latencies that mean "not supported"
	rtcCentury   = 0x32           // CMOS index
	ioSpace      = 1
	accessByte   = 1
	accessWord   = 2
	accessDouble = 3
)

// fadt has SMI_CMD zero: the machine is in ACPI mode from the start and SCI_EN reads 1.
func fadt(facs, dsdt uint64) []byte {
	le := binary.LittleEndian
	b := make([]byte, fadtSize)
	le.PutUint32(b[fadtFACS:], uint32(facs))
	le.PutUint32(b[fadtDSDT:], uint32(dsdt))
	le.PutUint64(b[fadtXDSDT:], dsdt)
	le.PutUint16(b[fadtSCI:], SCI)
	le.PutUint32(b[fadtPM1aEvent:], PM1EventPort)
	le.PutUint32(b[fadtPM1aControl:], PM1ControlPort)
	le.PutUint32(b[fadtPMTimer:], PMTimerPort)
	b[fadtPM1EventLen], b[fadtPM1CtlLen], b[fadtPMTimerLen] = 4, 2, 4
	le.PutUint16(b[fadtC2Latency:], noC2)
	le.PutUint16(b[fadtC3Latency:], noC3)
	b[fadtCentury] = rtcCentury
	le.PutUint16(b[fadtBootArch:], legacyDevices|vgaNotPresent)
	le.PutUint32(b[fadtFlags:], wbinvd|procC1|sleepButton|fixRTC|resetRegister)
	putPort(b[fadtResetReg:], 8, accessByte, ResetPort)
	b[fadtResetValue] = ResetValue
	b[fadtMinorVersion] = fadtMinor
	putPort(b[fadtXPM1aEvent:], 32, accessWord, PM1EventPort)
	putPort(b[fadtXPM1aControl:], 16, accessWord, PM1ControlPort)
	putPort(b[fadtXPMTimer:], 32, accessDouble, PMTimerPort)
	return table("FACP", fadtRevision, b[headerSize:])
}

// putPort writes a generic address of an I/O port. Source: ACPI Specification 6.5, "Generic Address Structure (GAS)".
func putPort(b []byte, bits, access byte, port uint64) {
	b[0], b[1], b[2], b[3] = ioSpace, bits, 0, access
	binary.LittleEndian.PutUint64(b[4:], port)
}
