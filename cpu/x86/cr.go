package x86

// Bits of the control registers by their names in the manual. Source: SDM Vol. 3A, "Control Registers".
const (
	cr0PE = 1 << 0
	cr0MP = 1 << 1
	cr0EM = 1 << 2
	cr0TS = 1 << 3
	cr0ET = 1 << 4
	cr0NE = 1 << 5
	cr0WP = 1 << 16
	cr0AM = 1 << 18
	cr0NW = 1 << 29
	cr0CD = 1 << 30
	cr0PG = 1 << 31

	cr0Defined = cr0PE | cr0MP | cr0EM | cr0TS | cr0ET | cr0NE | cr0WP | cr0AM | cr0NW | cr0CD | cr0PG

	cr4VME        = 1 << 0
	cr4PVI        = 1 << 1
	cr4TSD        = 1 << 2
	cr4DE         = 1 << 3
	cr4PSE        = 1 << 4
	cr4PAE        = 1 << 5
	cr4MCE        = 1 << 6
	cr4PGE        = 1 << 7
	cr4PCE        = 1 << 8
	cr4OSFXSR     = 1 << 9
	cr4OSXMMEXCPT = 1 << 10
	cr4UMIP       = 1 << 11
	cr4LA57       = 1 << 12
	cr4FSGSBASE   = 1 << 16
	cr4PCIDE      = 1 << 17
	cr4OSXSAVE    = 1 << 18
	cr4SMEP       = 1 << 20
	cr4SMAP       = 1 << 21
	cr4PKE        = 1 << 22

	cr4Always = cr4PCE // without a feature of its own

	eferSCE = 1 << 0
	eferLME = 1 << 8
	eferLMA = 1 << 10
	eferNXE = 1 << 11

	apicExtended = 1 << 10 // of IA32_APIC_BASE
	apicEnable   = 1 << 11
)

// Bits of a segment's Attr. Source: SDM Vol. 3A, "Segment Descriptors".
const (
	attrAccessed   = 1 << 0
	attrWritable   = 1 << 1 // data
	attrReadable   = 1 << 1 // code
	attrExpandDown = 1 << 2 // data
	attrConforming = 1 << 2 // code
	attrCode       = 1 << 3
	attrS          = 1 << 4 // code or data, not a system segment
	attrDPLShift   = 5
	attrP          = 1 << 7
	attrL          = 1 << 13
	attrDB         = 1 << 14
	attrG          = 1 << 15
	attrType       = 15
)

func (s *Segment) dpl() uint8 { return uint8(s.Attr >> attrDPLShift & 3) }

func (c *CPU) protected() bool { return c.CR0&cr0PE != 0 && c.eflags&flagVM == 0 }
func (c *CPU) longMode() bool  { return c.EFER&eferLMA != 0 }
func (c *CPU) v86() bool       { return c.eflags&flagVM != 0 }
func (c *CPU) iopl() uint8     { return uint8(c.eflags >> 12 & 3) }
