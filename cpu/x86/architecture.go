package x86

import "stasis/cpu"

// architecture is what a debugger has to know of x86.
var architecture = &cpu.Architecture{
	Name: "i386:x86-64",
	Types: map[string]string{
		"i386_eflags": cpu.FlagsXML("i386_eflags", 4, eflagsBits),
		"i386_mxcsr":  cpu.FlagsXML("i386_mxcsr", 4, mxcsrBits),
		"x86_cr0":     cpu.FlagsXML("x86_cr0", 8, cr0Bits),
		"x86_cr4":     cpu.FlagsXML("x86_cr4", 8, cr4Bits),
		"x86_efer":    cpu.FlagsXML("x86_efer", 8, eferBits),
		"x86_shadow":  cpu.FlagsXML("x86_shadow", 4, shadowBits),
		"vec128":      vec128XML,
	},
	Place:     [3]string{"cr3", "cs", "rsp"},
	Space:     "cr3",
	SpaceMask: ^uint64(1<<63 | 0xfff),
}

// Architecture is x86's.
func (c *CPU) Architecture() *cpu.Architecture { return architecture }

// Architecture is what a debugger has to know of x86.
func Architecture() *cpu.Architecture { return architecture }

// Bits by the manual's names. Source: SDM Vol. 1, "EFLAGS Register" and "MXCSR Control and Status Register"; SDM Vol. 3A, "Control
// Registers" and "Extended Feature Enable Register".
const (
	eflagsBits = "CF:0 :1 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 NT:14 RF:16 VM:17 AC:18 VIF:19 VIP:20 ID:21"
	mxcsrBits  = "IE:0 DE:1 ZE:2 OE:3 UE:4 PE:5 DAZ:6 IM:7 DM:8 ZM:9 OM:10 UM:11 PM:12 FZ:15"
	cr0Bits    = "PE:0 MP:1 EM:2 TS:3 ET:4 NE:5 WP:16 AM:18 NW:29 CD:30 PG:31"
	cr4Bits    = "VME:0 PVI:1 TSD:2 DE:3 PSE:4 PAE:5 MCE:6 PGE:7 PCE:8 OSFXSR:9 OSXMMEXCPT:10 UMIP:11 LA57:12 FSGSBASE:16 " +
		"PCIDE:17 OSXSAVE:18 SMEP:20 SMAP:21 PKE:22"
	eferBits   = "SCE:0 LME:8 LMA:10 NXE:11"
	shadowBits = "STI:0 MOVSS:1 NMI:2"
)

// vec128XML is an XMM register seen as each of the vectors that fit.
const vec128XML = `<vector id="v4f" type="ieee_single" count="4"/>
<vector id="v2d" type="ieee_double" count="2"/>
<vector id="v16i8" type="int8" count="16"/>
<vector id="v8i16" type="int16" count="8"/>
<vector id="v4i32" type="int32" count="4"/>
<vector id="v2i64" type="int64" count="2"/>
<union id="vec128">
<field name="v4_float" type="v4f"/>
<field name="v2_double" type="v2d"/>
<field name="v16_int8" type="v16i8"/>
<field name="v8_int16" type="v8i16"/>
<field name="v4_int32" type="v4i32"/>
<field name="v2_int64" type="v2i64"/>
<field name="uint128" type="uint128"/>
</union>
`
