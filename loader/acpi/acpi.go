// Package acpi writes the ACPI tables of the pc board, which firmware would have left in memory: RSDP, RSDT, XSDT, FADT,
// FACS, MADT, HPET and DSDT.
//
// Invariant: the tables say what the board has and nothing else. The board is wired from the constants of this package.
//
// Source: ACPI Specification 6.5; Intel, "IA-PC HPET Specification" 1.0a, "The ACPI 2.0 HPET Description Table".
package acpi

import "encoding/binary"

// The board as the tables describe it.
const (
	PM1EventPort   = 0x600 // PM1a status and enable, 2 bytes each
	PM1ControlPort = 0x604
	PMTimerPort    = 0x608 // 24 bits at 3.579545 MHz
	ResetPort      = 0xcf9
	ResetValue     = 0x06
	SleepTypeS5    = 0 // SLP_TYP of power-off
	SCI            = 9 // level triggered, active high

	LocalAPICBase = 0xfee00000
	IOAPICBase    = 0xfec00000
	IOAPICID      = 0
	PITPin        = 2 // ISA interrupt 0 arrives here
	HPETBase      = 0xfed00000
	HPETID        = 0x8086a201 // its capabilities' low half: 64 bits, three timers, legacy replacement

	PCIInterrupts = 16 // the first of four global interrupts that slots share
	pciWindowEnd  = 0xfebfffff
)

// PCIInterrupt is the global interrupt that pin (0 is INTA) of a slot on bus 0 raises, level triggered, active low.
func PCIInterrupt(slot, pin int) int { return PCIInterrupts + (slot+pin)&3 }

// RSDPAddr is where the root pointer lies, in the area that kernels search.
const RSDPAddr = 0xe0000

// Config is what the tables depend on.
type Config struct {
	CPUs     int    // APIC ids 0 to CPUs-1
	HoleBase uint64 // memory for PCI starts here
}

// Table is one table at its place in memory.
type Table struct {
	Name string
	Addr uint64
	Data []byte
}

// Tables returns the tables, upwards from RSDPAddr.
func Tables(c Config) []Table {
	l := layout{next: RSDPAddr + 64}
	_, r, x := l.all(c)
	return append([]Table{{"RSDP", RSDPAddr, rsdp(r, x)}}, l.tables...)
}

// layout puts tables one after the other.
type layout struct {
	next   uint64
	tables []Table
}

// all adds all tables but the root pointer, and returns where those lie that the RSDT and the XSDT list, and these two.
func (l *layout) all(c Config) (list []uint64, r, x uint64) {
	facs := l.add("FACS", 64, facs())
	dsdt := l.add("DSDT", 16, dsdt(c))
	for _, t := range []Table{
		{Name: "FADT", Data: fadt(facs, dsdt)},
		{Name: "MADT", Data: madt(c.CPUs)},
		{Name: "HPET", Data: hpet()},
	} {
		list = append(list, l.add(t.Name, 16, t.Data))
	}
	return list, l.add("RSDT", 16, rsdt(list)), l.add("XSDT", 16, xsdt(list))
}

func (l *layout) add(name string, align uint64, data []byte) uint64 {
	addr := (l.next + align - 1) &^ (align - 1)
	l.next = addr + uint64(len(data))
	l.tables = append(l.tables, Table{name, addr, data})
	return addr
}

// header offsets.
const (
	headerSize     = 36
	lengthAt       = 4
	checksumAt     = 9
	rsdpSize       = 36
	rsdpV1Size     = 20
	rsdpChecksumAt = 8
	rsdpRSDT       = 16
	rsdpXSDT       = 24
	rsdpExtendedAt = 32
)

// table prepends the header to body and sums it up.
//
// Source: ACPI Specification 6.5, "System Description Table Header".
func table(signature string, revision byte, body []byte) []byte {
	b := make([]byte, 0, headerSize+len(body))
	b = append(b, signature...)
	b = binary.LittleEndian.AppendUint32(b, uint32(headerSize+len(body)))
	b = append(b, revision, 0)
	b = append(b, "STASIS"...)
	b = append(b, "STASISPC"...)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = append(b, "STAS"...)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = append(b, body...)
	b[checksumAt] = checksum(b)
	return b
}

// checksum is the byte that makes the sum of b zero; its place in b holds zero.
func checksum(b []byte) byte {
	var sum byte
	for _, v := range b {
		sum += v
	}
	return -sum
}
