package rtc

import "stasis/device/internal/width"

// Registers.
const (
	regSeconds      = 0x00
	regAlarmSeconds = 0x01
	regMinutes      = 0x02
	regAlarmMinutes = 0x03
	regHours        = 0x04
	regAlarmHours   = 0x05
	regWeekday      = 0x06
	regDay          = 0x07
	regMonth        = 0x08
	regYear         = 0x09
	regA            = 0x0a
	regB            = 0x0b
	regC            = 0x0c
	regD            = 0x0d
	regCentury      = 0x32
)

const (
	aRate         = 0x0f
	aDividerReset = 0x60
	aUpdating     = 1 << 7
	aDefault      = 0x26 // 32 kHz, 1024 interrupts a second

	b24Hour     = 1 << 1
	bBinary     = 1 << 2
	bSquareWave = 1 << 3
	bUpdate     = 1 << 4 // these three are the places of the flags in C, too
	bAlarm      = 1 << 5
	bPeriodic   = 1 << 6
	bSet        = 1 << 7
	flags       = bUpdate | bAlarm | bPeriodic

	cInterrupt = 1 << 7
	dValid     = 1 << 7

	hourPM   = 1 << 7
	alarmAny = 0xc0 // an alarm byte from here on matches everything
)

// Ports: the index, of which bit 7 is the PC's NMI mask and not kept, and the data.
const (
	portIndex = 0
	indexMask = 0x7f
)

// Read reads ports 70h and 71h.
func (r *RTC) Read(offset uint64, size int) uint64 { return width.Read8(offset, size, r.read) }

// Write writes ports 70h and 71h.
func (r *RTC) Write(offset uint64, size int, value uint64) {
	width.Write8(offset, size, value, r.write)
}

func (r *RTC) read(offset uint64) uint8 {
	if offset == portIndex {
		return 0xff // write-only
	}
	switch reg := r.Index; {
	case isTime(reg) && r.running():
		return r.timeByte(reg, r.unix())
	case reg == regA && r.updating():
		return r.RAM[regA] | aUpdating
	case reg == regC:
		return r.readC()
	default:
		return r.RAM[reg]
	}
}

// readC returns the flags and clears them.
func (r *RTC) readC() uint8 {
	r.fold()
	v := r.RAM[regC]
	if v&r.RAM[regB]&flags != 0 {
		v |= cInterrupt
	}
	r.RAM[regC] = 0
	r.update()
	return v
}

func (r *RTC) write(offset uint64, v uint8) {
	if offset == portIndex {
		r.Index = v & indexMask
		return
	}
	r.fold()
	switch reg := r.Index; {
	case isTime(reg) && r.running():
		r.freeze()
		r.RAM[reg] = v
		r.thaw()
	case reg == regA:
		r.writeA(v)
	case reg == regB:
		r.writeB(v)
	case reg == regC || reg == regD: // read-only
	default:
		r.RAM[reg] = v
	}
	r.update()
}

// writeA changes the rate or the divider. When the divider leaves reset, the first second ends half a second later.
//
// Source: MC146818 data sheet, "Divider Stages".
func (r *RTC) writeA(v uint8) {
	wasRunning, wasHeld := r.running(), r.held()
	if wasRunning {
		r.freeze()
	}
	r.RAM[regA] = v &^ aUpdating
	if wasHeld && !r.held() {
		r.Origin = r.now() - chainHz/2
	}
	r.Seen = r.now()
	if r.running() {
		r.thaw()
	}
}

// writeB changes the mode. As on the chip, the registers are not converted to a new format. Setting SET ends the
// update interrupt's enable.
func (r *RTC) writeB(v uint8) {
	if r.running() {
		r.freeze()
	}
	if v&bSet != 0 {
		v &^= bUpdate
	}
	r.RAM[regB] = v
	if r.running() {
		r.thaw()
	}
}
