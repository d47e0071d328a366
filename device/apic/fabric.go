package apic

// Mode is a delivery mode.
type Mode uint8

const (
	Fixed          Mode = 0
	LowestPriority Mode = 1
	SMI            Mode = 2
	NMI            Mode = 4
	INIT           Mode = 5
	SIPI           Mode = 6
	ExtINT         Mode = 7
)

// Broadcast is the destination that means every local APIC.
const Broadcast = 0xffff_ffff

// Message is an interrupt on its way to local APICs.
type Message struct {
	Mode    Mode
	Vector  uint8
	Level   bool // level-triggered
	Logical bool // Destination is a logical one
	// Destination has 32 bits. Senders with eight of them turn FFh into Broadcast.
	Destination uint32
}

// Fabric joins the local APICs of a machine, its I/O APICs and whoever sends MSIs.
type Fabric struct {
	apics []*LAPIC
	eoi   []func(vector uint8)
}

// OnEOI adds an I/O APIC's ear for the EOI broadcasts of level-triggered interrupts.
func (f *Fabric) OnEOI(hear func(vector uint8)) { f.eoi = append(f.eoi, hear) }

func (f *Fabric) broadcastEOI(vector uint8) {
	for _, hear := range f.eoi {
		hear(vector)
	}
}

// Fields of an MSI's address and data.
const (
	msiLogical      = 1 << 2
	msiRedirectHint = 1 << 3
	msiDestShift    = 12
	msiAssert       = 1 << 14
	msiLevel        = 1 << 15
)

// MSI delivers the write of data to an address in FEE00000h-FEEFFFFFh. It reports whether a local APIC accepted it.
//
// Source: SDM Vol. 3A, "Message Signalled Interrupts".
func (f *Fabric) MSI(address uint64, data uint32) bool {
	m := Message{
		Mode:        Mode(data >> modeShift & modeMask),
		Vector:      uint8(data),
		Level:       data&msiLevel != 0,
		Logical:     address&msiLogical != 0,
		Destination: widen(uint32(address >> msiDestShift & 0xff)),
	}
	if m.Level && data&msiAssert == 0 {
		return false // only INIT had a use for de-assert, and that is long gone
	}
	if m.Mode == Fixed && address&msiRedirectHint != 0 {
		m.Mode = LowestPriority
	}
	return f.Send(m)
}

// widen makes a destination of 8 bits one of 32.
func widen(dest uint32) uint32 {
	if dest == 0xff {
		return Broadcast
	}
	return dest
}

// Send delivers a message to all that it addresses, lowest CPU first. It reports whether any accepted it.
func (f *Fabric) Send(m Message) bool {
	if m.Mode == LowestPriority {
		l := f.lowest(m)
		return l != nil && l.accept(m)
	}
	accepted := false
	for _, l := range f.apics {
		if l.addressed(m) && l.accept(m) {
			accepted = true
		}
	}
	return accepted
}

// lowest arbitrates: of those addressed and able, the one of lowest processor priority, the first among equals.
func (f *Fabric) lowest(m Message) *LAPIC {
	var best *LAPIC
	for _, l := range f.apics {
		if l.addressed(m) && l.softwareEnabled() && (best == nil || l.ppr() < best.ppr()) {
			best = l
		}
	}
	return best
}

// addressed reports whether the message's destination includes this local APIC.
//
// Source: SDM Vol. 3A, "Determining IPI Destination".
func (l *LAPIC) addressed(m Message) bool {
	switch {
	case !l.enabled():
		return false
	case m.Destination == Broadcast:
		return true
	case !m.Logical:
		return m.Destination == l.ID
	case l.extended():
		return m.Destination>>16 == l.LDR>>16 && m.Destination&l.LDR&0xffff != 0
	}
	return l.inFlatOrCluster(m.Destination)
}

// inFlatOrCluster matches an xAPIC's logical destination in the model that DFR selects.
func (l *LAPIC) inFlatOrCluster(dest uint32) bool {
	mine := l.LDR >> 24
	if dest > 0xff {
		return false
	}
	if l.DFR>>28 == 0xf {
		return dest&mine != 0
	}
	return (dest>>4 == mine>>4 || dest>>4 == 0xf) && dest&mine&0xf != 0
}

// x2LDR is the logical ID that hardware gives an x2APIC.
func x2LDR(id uint32) uint32 { return id>>4<<16 | 1<<(id&0xf) }
