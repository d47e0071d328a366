// The DSDT of the pc board in ACPI's source language, for 3 GiB of RAM below 4 GiB. The test compiles it with iasl and
// compares the result with what package acpi writes, byte for byte.
DefinitionBlock ("dsdt.aml", "DSDT", 2, "STASIS", "STASISPC", 0x00000001)
{
    Scope (\_SB)
    {
        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A03"))
            Name (_UID, Zero)
            Name (_BBN, Zero)
            Name (_CRS, ResourceTemplate ()
            {
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xFF, 0, 0x100)
                IO (Decode16, 0xCF8, 0xCF8, 1, 8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0, 0xCF7, 0, 0xCF8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0xD00, 0xFFFF, 0, 0xF300)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
                    0, 0xA0000, 0xBFFFF, 0, 0x20000)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
                    0, 0xC0000000, 0xFEBFFFFF, 0, 0x3EC00000)
            })
            Name (_PRT, Package ()
            {
                Package () { 0x1FFFF, 0, 0, 17 },
                Package () { 0x1FFFF, 1, 0, 18 },
                Package () { 0x1FFFF, 2, 0, 19 },
                Package () { 0x1FFFF, 3, 0, 16 },
                Package () { 0x2FFFF, 0, 0, 18 },
                Package () { 0x2FFFF, 1, 0, 19 },
                Package () { 0x2FFFF, 2, 0, 16 },
                Package () { 0x2FFFF, 3, 0, 17 },
                Package () { 0x3FFFF, 0, 0, 19 },
                Package () { 0x3FFFF, 1, 0, 16 },
                Package () { 0x3FFFF, 2, 0, 17 },
                Package () { 0x3FFFF, 3, 0, 18 },
                Package () { 0x4FFFF, 0, 0, 16 },
                Package () { 0x4FFFF, 1, 0, 17 },
                Package () { 0x4FFFF, 2, 0, 18 },
                Package () { 0x4FFFF, 3, 0, 19 },
                Package () { 0x5FFFF, 0, 0, 17 },
                Package () { 0x5FFFF, 1, 0, 18 },
                Package () { 0x5FFFF, 2, 0, 19 },
                Package () { 0x5FFFF, 3, 0, 16 },
                Package () { 0x6FFFF, 0, 0, 18 },
                Package () { 0x6FFFF, 1, 0, 19 },
                Package () { 0x6FFFF, 2, 0, 16 },
                Package () { 0x6FFFF, 3, 0, 17 },
                Package () { 0x7FFFF, 0, 0, 19 },
                Package () { 0x7FFFF, 1, 0, 16 },
                Package () { 0x7FFFF, 2, 0, 17 },
                Package () { 0x7FFFF, 3, 0, 18 },
                Package () { 0x8FFFF, 0, 0, 16 },
                Package () { 0x8FFFF, 1, 0, 17 },
                Package () { 0x8FFFF, 2, 0, 18 },
                Package () { 0x8FFFF, 3, 0, 19 },
                Package () { 0x9FFFF, 0, 0, 17 },
                Package () { 0x9FFFF, 1, 0, 18 },
                Package () { 0x9FFFF, 2, 0, 19 },
                Package () { 0x9FFFF, 3, 0, 16 },
                Package () { 0xAFFFF, 0, 0, 18 },
                Package () { 0xAFFFF, 1, 0, 19 },
                Package () { 0xAFFFF, 2, 0, 16 },
                Package () { 0xAFFFF, 3, 0, 17 },
                Package () { 0xBFFFF, 0, 0, 19 },
                Package () { 0xBFFFF, 1, 0, 16 },
                Package () { 0xBFFFF, 2, 0, 17 },
                Package () { 0xBFFFF, 3, 0, 18 },
                Package () { 0xCFFFF, 0, 0, 16 },
                Package () { 0xCFFFF, 1, 0, 17 },
                Package () { 0xCFFFF, 2, 0, 18 },
                Package () { 0xCFFFF, 3, 0, 19 },
                Package () { 0xDFFFF, 0, 0, 17 },
                Package () { 0xDFFFF, 1, 0, 18 },
                Package () { 0xDFFFF, 2, 0, 19 },
                Package () { 0xDFFFF, 3, 0, 16 },
                Package () { 0xEFFFF, 0, 0, 18 },
                Package () { 0xEFFFF, 1, 0, 19 },
                Package () { 0xEFFFF, 2, 0, 16 },
                Package () { 0xEFFFF, 3, 0, 17 },
                Package () { 0xFFFFF, 0, 0, 19 },
                Package () { 0xFFFFF, 1, 0, 16 },
                Package () { 0xFFFFF, 2, 0, 17 },
                Package () { 0xFFFFF, 3, 0, 18 },
                Package () { 0x10FFFF, 0, 0, 16 },
                Package () { 0x10FFFF, 1, 0, 17 },
                Package () { 0x10FFFF, 2, 0, 18 },
                Package () { 0x10FFFF, 3, 0, 19 },
                Package () { 0x11FFFF, 0, 0, 17 },
                Package () { 0x11FFFF, 1, 0, 18 },
                Package () { 0x11FFFF, 2, 0, 19 },
                Package () { 0x11FFFF, 3, 0, 16 },
                Package () { 0x12FFFF, 0, 0, 18 },
                Package () { 0x12FFFF, 1, 0, 19 },
                Package () { 0x12FFFF, 2, 0, 16 },
                Package () { 0x12FFFF, 3, 0, 17 },
                Package () { 0x13FFFF, 0, 0, 19 },
                Package () { 0x13FFFF, 1, 0, 16 },
                Package () { 0x13FFFF, 2, 0, 17 },
                Package () { 0x13FFFF, 3, 0, 18 },
                Package () { 0x14FFFF, 0, 0, 16 },
                Package () { 0x14FFFF, 1, 0, 17 },
                Package () { 0x14FFFF, 2, 0, 18 },
                Package () { 0x14FFFF, 3, 0, 19 },
                Package () { 0x15FFFF, 0, 0, 17 },
                Package () { 0x15FFFF, 1, 0, 18 },
                Package () { 0x15FFFF, 2, 0, 19 },
                Package () { 0x15FFFF, 3, 0, 16 },
                Package () { 0x16FFFF, 0, 0, 18 },
                Package () { 0x16FFFF, 1, 0, 19 },
                Package () { 0x16FFFF, 2, 0, 16 },
                Package () { 0x16FFFF, 3, 0, 17 },
                Package () { 0x17FFFF, 0, 0, 19 },
                Package () { 0x17FFFF, 1, 0, 16 },
                Package () { 0x17FFFF, 2, 0, 17 },
                Package () { 0x17FFFF, 3, 0, 18 },
                Package () { 0x18FFFF, 0, 0, 16 },
                Package () { 0x18FFFF, 1, 0, 17 },
                Package () { 0x18FFFF, 2, 0, 18 },
                Package () { 0x18FFFF, 3, 0, 19 },
                Package () { 0x19FFFF, 0, 0, 17 },
                Package () { 0x19FFFF, 1, 0, 18 },
                Package () { 0x19FFFF, 2, 0, 19 },
                Package () { 0x19FFFF, 3, 0, 16 },
                Package () { 0x1AFFFF, 0, 0, 18 },
                Package () { 0x1AFFFF, 1, 0, 19 },
                Package () { 0x1AFFFF, 2, 0, 16 },
                Package () { 0x1AFFFF, 3, 0, 17 },
                Package () { 0x1BFFFF, 0, 0, 19 },
                Package () { 0x1BFFFF, 1, 0, 16 },
                Package () { 0x1BFFFF, 2, 0, 17 },
                Package () { 0x1BFFFF, 3, 0, 18 },
                Package () { 0x1CFFFF, 0, 0, 16 },
                Package () { 0x1CFFFF, 1, 0, 17 },
                Package () { 0x1CFFFF, 2, 0, 18 },
                Package () { 0x1CFFFF, 3, 0, 19 },
                Package () { 0x1DFFFF, 0, 0, 17 },
                Package () { 0x1DFFFF, 1, 0, 18 },
                Package () { 0x1DFFFF, 2, 0, 19 },
                Package () { 0x1DFFFF, 3, 0, 16 },
                Package () { 0x1EFFFF, 0, 0, 18 },
                Package () { 0x1EFFFF, 1, 0, 19 },
                Package () { 0x1EFFFF, 2, 0, 16 },
                Package () { 0x1EFFFF, 3, 0, 17 },
                Package () { 0x1FFFFF, 0, 0, 19 },
                Package () { 0x1FFFFF, 1, 0, 16 },
                Package () { 0x1FFFFF, 2, 0, 17 },
                Package () { 0x1FFFFF, 3, 0, 18 },
            })
            Device (RTC)
            {
                Name (_HID, EisaId ("PNP0B00"))
                Name (_CRS, ResourceTemplate () { IO (Decode16, 0x70, 0x70, 1, 2) IRQNoFlags () {8} })
            }
            Device (COM1)
            {
                Name (_HID, EisaId ("PNP0501"))
                Name (_UID, One)
                Name (_CRS, ResourceTemplate () { IO (Decode16, 0x3F8, 0x3F8, 1, 8) IRQNoFlags () {4} })
            }
            Device (COM2)
            {
                Name (_HID, EisaId ("PNP0501"))
                Name (_UID, 2)
                Name (_CRS, ResourceTemplate () { IO (Decode16, 0x2F8, 0x2F8, 1, 8) IRQNoFlags () {3} })
            }
        }
        Device (HPET)
        {
            Name (_HID, EisaId ("PNP0103"))
            Name (_UID, Zero)
            Name (_CRS, ResourceTemplate () { Memory32Fixed (ReadOnly, 0xFED00000, 0x400) })
        }
        Device (MBRD)
        {
            Name (_HID, EisaId ("PNP0C02"))
            Name (_UID, Zero)
            Name (_CRS, ResourceTemplate ()
            {
                IO (Decode16, 0x600, 0x600, 1, 16)
                Memory32Fixed (ReadWrite, 0xFEC00000, 0x1000)
                Memory32Fixed (ReadWrite, 0xFEE00000, 0x1000)
            })
        }
    }

    Name (\_S5, Package () { Zero, Zero, Zero, Zero })
}
