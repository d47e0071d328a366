// Package acpipm is the fixed hardware of ACPI: the PM1a event and control registers and the PM timer.
//
// Invariant: the PM timer is floor(Clock * 315/88 MHz / ips), and reading it changes nothing. There is no SMI command
// port, so the machine is in ACPI mode from the start and SCI_EN always reads as one. The timer has 24 bits: the FADT
// must not set TMR_VAL_EXT.
//
// Source: ACPI Specification 6.5, "Fixed Hardware Features" and "ACPI Register Model".
package acpipm

import (
	"stasis/device/internal/width"
	"stasis/irq"
	"stasis/timer"
)

// Offsets of the registers. An FADT's PM1a_EVT_BLK, PM1a_CNT_BLK and PM_TMR_BLK are the base plus these.
const (
	EventBlock   = 0 // status, then enable: 2 bytes each
	ControlBlock = 4 // 2 bytes
	TimerBlock   = 8 // 4 bytes
	Size         = 12
)

// PM1 status and enable bits.
const (
	statusTimer       = 1 << 0
	statusBusMaster   = 1 << 4
	statusGlobal      = 1 << 5
	statusPowerButton = 1 << 8
	statusSleepButton = 1 << 9
	statusRTC         = 1 << 10
	statusWake        = 1 << 15
	statusAll         = statusEnable | statusBusMaster | statusWake
	statusEnable      = statusTimer | statusGlobal | statusPowerButton | statusSleepButton | statusRTC
)

// PM1 control bits.
const (
	controlSCI       = 1 << 0
	controlReload    = 1 << 1
	controlTypeShift = 10
	controlTypeMask  = 7
	controlSleep     = 1 << 13
	controlWritable  = controlReload | controlTypeMask<<controlTypeShift
)

const timerBits = 24

// State is all that the registers remember.
type State struct {
	Status  uint16
	Enable  uint16
	Control uint16
	Half    uint64 // half turns of the timer that are in Status
}

// PM is the power management hardware.
type PM struct {
	sci   irq.Line
	sleep func(sleepType uint8)
	queue *timer.Queue
	rate  timer.Rate
	event *timer.Event
	State
}

// New returns the hardware. Setting SLP_EN calls sleep with SLP_TYP; what that means is for whoever wrote the DSDT's
// \_Sx objects.
func New(q *timer.Queue, ips uint64, sci irq.Line, sleep func(sleepType uint8)) *PM {
	p := &PM{sci: sci, sleep: sleep, queue: q, rate: timer.ACPIPM(ips)}
	p.event = q.Register("acpi pm timer", p.update)
	return p
}

// Reset clears status and enable bits.
func (p *PM) Reset() {
	p.State = State{Half: p.halfTurns()}
	p.update()
}

// SetState loads a saved state and drives SCI from it. The deadline is the queue's to restore.
func (p *PM) SetState(s State) {
	p.State = s
	p.drive()
}

// PressPowerButton is a short press of the power button.
func (p *PM) PressPowerButton() {
	p.Status |= statusPowerButton
	p.update()
}

func (p *PM) ticks() uint64     { return p.rate.Count(p.queue.Now()) }
func (p *PM) halfTurns() uint64 { return p.ticks() >> (timerBits - 1) }

// drive sets SCI from the state.
func (p *PM) drive() { p.sci.Set(p.Status&p.Enable&statusEnable != 0) }

// update notes the timer's half turns, drives SCI and arms the next half turn if anybody wants to hear of it.
func (p *PM) update() {
	if half := p.halfTurns(); half != p.Half {
		p.Status |= statusTimer
		p.Half = half
	}
	p.drive()
	if p.Enable&statusTimer != 0 && p.Status&statusTimer == 0 {
		p.event.Schedule(p.rate.When((p.Half + 1) << (timerBits - 1)))
	} else {
		p.event.Cancel()
	}
}

// Read reads ports.
func (p *PM) Read(offset uint64, size int) uint64 {
	var v uint64
	switch offset &^ 3 {
	case EventBlock:
		v = uint64(p.status()) | uint64(p.Enable)<<16
	case ControlBlock:
		v = uint64(p.Control | controlSCI)
	case TimerBlock:
		v = p.ticks() & (1<<timerBits - 1)
	}
	return width.Part(v, offset, 4, size)
}

// status is the status register with the timer's bit as it is now.
func (p *PM) status() uint16 {
	if p.halfTurns() != p.Half {
		return p.Status | statusTimer
	}
	return p.Status
}

// Write writes ports. Ones clear status bits.
func (p *PM) Write(offset uint64, size int, value uint64) {
	p.update()
	switch offset &^ 3 {
	case EventBlock:
		p.Status &^= uint16(width.Merge(0, offset, 4, size, value)) & statusAll
		enable := width.Merge(uint64(p.Enable)<<16, offset, 4, size, value) >> 16
		p.Enable = uint16(enable) & statusEnable
		p.update()
	case ControlBlock:
		p.writeControl(uint16(width.Merge(uint64(p.Control), offset, 4, size, value)))
	}
}

func (p *PM) writeControl(v uint16) {
	p.Control = v & controlWritable
	if v&controlSleep != 0 {
		p.sleep(uint8(v >> controlTypeShift & controlTypeMask))
	}
}
