package acpi

import "encoding/binary"

// rsdp is the root pointer. Source: ACPI Specification 6.5, "Root System Description Pointer (RSDP)".
func rsdp(rsdt, xsdt uint64) []byte {
	b := make([]byte, rsdpSize)
	copy(b, "RSD PTR ")
	copy(b[9:], "STASIS")
	b[15] = 2
	binary.LittleEndian.PutUint32(b[16:], uint32(rsdt))
	binary.LittleEndian.PutUint32(b[20:], rsdpSize)
	binary.LittleEndian.PutUint64(b[24:], xsdt)
	b[rsdpChecksumAt] = checksum(b[:rsdpV1Size])
	b[rsdpExtendedAt] = checksum(b)
	return b
}

func rsdt(tables []uint64) []byte {
	var body []byte
	for _, t := range tables {
		body = binary.LittleEndian.AppendUint32(body, uint32(t))
	}
	return table("RSDT", 1, body)
}

func xsdt(tables []uint64) []byte {
	var body []byte
	for _, t := range tables {
		body = binary.LittleEndian.AppendUint64(body, t)
	}
	return table("XSDT", 1, body)
}

// facs has no checksum; the global lock and the waking vectors in it are the kernel's to write.
func facs() []byte {
	b := make([]byte, 64)
	copy(b, "FACS")
	binary.LittleEndian.PutUint32(b[lengthAt:], 64)
	b[32] = 2 // version
	return b
}

// MADT entries. Source: ACPI Specification 6.5, "Multiple APIC Description Table (MADT)".
const (
	pcatCompat       = 1 // there is a pair of 8259s
	madtLocalAPIC    = 0
	madtIOAPIC       = 1
	madtOverride     = 2
	madtLocalNMI     = 4
	apicEnabled      = 1
	activeHighLevel  = 0xd
	conformsToBus    = 0
	allProcessors    = 0xff
	localInterruptNM = 1 // LINT1
)

func madt(cpus int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, LocalAPICBase)
	b = le.AppendUint32(b, pcatCompat)
	for id := range cpus {
		b = append(b, madtLocalAPIC, 8, byte(id), byte(id))
		b = le.AppendUint32(b, apicEnabled)
	}
	b = append(b, madtIOAPIC, 12, IOAPICID, 0)
	b = le.AppendUint32(b, IOAPICBase)
	b = le.AppendUint32(b, 0) // first global interrupt
	b = override(b, 0, PITPin, conformsToBus)
	b = override(b, SCI, SCI, activeHighLevel)
	b = append(b, madtLocalNMI, 6, allProcessors)
	b = le.AppendUint16(b, conformsToBus)
	b = append(b, localInterruptNM)
	return table("APIC", 4, b)
}

// override says that an ISA interrupt arrives elsewhere, or otherwise, than it would.
func override(b []byte, isa byte, global uint32, flags uint16) []byte {
	b = append(b, madtOverride, 10, 0, isa)
	b = binary.LittleEndian.AppendUint32(b, global)
	return binary.LittleEndian.AppendUint16(b, flags)
}

func hpet() []byte {
	b := binary.LittleEndian.AppendUint32(nil, HPETID)
	b = append(b, 0, 64, 0, 0) // GAS: memory, 64 bits
	b = binary.LittleEndian.AppendUint64(b, HPETBase)
	b = append(b, 0)          // number
	b = append(b, 0x80, 0x00) // least period in ticks, for periodic mode
	b = append(b, 0)          // page protection: none promised
	return table("HPET", 1, b)
}
