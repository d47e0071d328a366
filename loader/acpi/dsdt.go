package acpi

// dsdt describes what cannot be found by looking: the PCI host bridge with its windows and interrupts, the ISA devices,
// the HPET, and how to power off. testdata/dsdt.asl says the same in ACPI's source language.
func dsdt(c Config) []byte {
	return table("DSDT", 2, join(
		scope("_SB", hostBridge(uint32(c.HoleBase)), hpetDevice(), motherboard()),
		name("_S5", pkg(integer(SleepTypeS5), integer(SleepTypeS5), integer(0), integer(0))),
	))
}

// hostBridge passes on all buses, all ports but the configuration ports, the VGA range, and the memory above RAM.
func hostBridge(window uint32) aml {
	return device("PCI0",
		name("_HID", eisaID("PNP0A03")),
		name("_UID", integer(0)),
		name("_BBN", integer(0)),
		name("_CRS", resources(
			wordSpace(spaceBus, 0, 0, 0xff),
			ports(0xcf8, 8),
			wordSpace(spaceIO, ioEntireRange, 0, 0xcf7),
			wordSpace(spaceIO, ioEntireRange, 0xd00, 0xffff),
			dwordSpace(spaceMemory, memoryRW, 0xa0000, 0xbffff),
			dwordSpace(spaceMemory, memoryRW, window, pciWindowEnd),
		)),
		name("_PRT", interruptRoutes()),
		clock(),
		serialPort("COM1", 1, 0x3f8, 4),
		serialPort("COM2", 2, 0x2f8, 3),
	)
}

// interruptRoutes lists all functions of slots 1 to 31 of bus 0, pins INTA to INTD, wired to the IOAPIC.
func interruptRoutes() aml {
	var routes []aml
	for slot := 1; slot < 32; slot++ {
		for pin := range 4 {
			routes = append(routes, pkg(
				integer(uint32(slot)<<16|0xffff),
				integer(uint32(pin)),
				integer(0),
				integer(uint32(PCIInterrupt(slot, pin))),
			))
		}
	}
	return pkg(routes...)
}

func clock() aml {
	return device("RTC", name("_HID", eisaID("PNP0B00")), name("_CRS", resources(ports(0x70, 2), irqNoFlags(8))))
}

func serialPort(n string, uid uint32, base uint16, irq int) aml {
	return device(n,
		name("_HID", eisaID("PNP0501")),
		name("_UID", integer(uid)),
		name("_CRS", resources(ports(base, 8), irqNoFlags(irq))),
	)
}

func hpetDevice() aml {
	return device("HPET",
		name("_HID", eisaID("PNP0103")),
		name("_UID", integer(0)),
		name("_CRS", resources(memory32Fixed(memoryReadOnly, HPETBase, 0x400))),
	)
}

// motherboard claims what belongs to no other device.
func motherboard() aml {
	return device("MBRD",
		name("_HID", eisaID("PNP0C02")),
		name("_UID", integer(0)),
		name("_CRS", resources(
			ports(PM1EventPort, 16),
			memory32Fixed(writable, IOAPICBase, 0x1000),
			memory32Fixed(writable, LocalAPICBase, 0x1000),
		)),
	)
}
