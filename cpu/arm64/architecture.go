package arm64

import "stasis/cpu"

// architecture is what a debugger has to know of AArch64.
var architecture = &cpu.Architecture{
	Name: "aarch64",
	Types: map[string]string{
		"cpsr_flags": cpu.FlagsXML("cpsr_flags", 4, cpsrFields),
		"fpsr_flags": cpu.FlagsXML("fpsr_flags", 4, fpsrFields),
		"fpcr_flags": cpu.FlagsXML("fpcr_flags", 4, fpcrFields),
		"aarch64v":   vectorXML,
	},
	Place:     [3]string{"TTBR0_EL1", "el", "sp"},
	Space:     "TTBR0_EL1",
	SpaceMask: 1<<48 - 2, // without the ASID and CnP

	WatchBefore: true,
}

// Architecture is AArch64's.
func (c *CPU) Architecture() *cpu.Architecture { return architecture }

// cpsrFields are the bits of PSTATE as SPSR_EL1 has them.
//
// Source: Arm ARM, "SPSR_EL1, Saved Program Status Register (EL1)"; GDB manual, "AArch64 Features".
const cpsrFields = "SP:0 EL:2-3 nRW:4 F:6 I:7 A:8 D:9 BTYPE:10-11 SSBS:12 IL:20 SS:21 PAN:22 UAO:23 DIT:24 TCO:25 V:28 C:29 Z:30 N:31"

// fpsrFields and fpcrFields are the bits of FPSR and FPCR that AArch64 uses here.
//
// Source: Arm ARM, "FPSR, Floating-point Status Register", "FPCR, Floating-point Control Register".
const (
	fpsrFields = "IOC:0 DZC:1 OFC:2 UFC:3 IXC:4 IDC:7 QC:27"
	fpcrFields = "FZ16:19 RMode:22-23 FZ:24 DN:25 AHP:26"
)

// vectorXML is a V register seen as each of the vectors that fit.
const vectorXML = `<vector id="v2d" type="ieee_double" count="2"/>
<vector id="v2u" type="uint64" count="2"/>
<vector id="v2i" type="int64" count="2"/>
<vector id="v4f" type="ieee_single" count="4"/>
<vector id="v4u" type="uint32" count="4"/>
<vector id="v4i" type="int32" count="4"/>
<vector id="v8f" type="ieee_half" count="8"/>
<vector id="v8u" type="uint16" count="8"/>
<vector id="v8i" type="int16" count="8"/>
<vector id="v16u" type="uint8" count="16"/>
<vector id="v16i" type="int8" count="16"/>
<vector id="v1u" type="uint128" count="1"/>
<vector id="v1i" type="int128" count="1"/>
<union id="vnd"><field name="f" type="v2d"/><field name="u" type="v2u"/><field name="s" type="v2i"/></union>
<union id="vns"><field name="f" type="v4f"/><field name="u" type="v4u"/><field name="s" type="v4i"/></union>
<union id="vnh"><field name="f" type="v8f"/><field name="u" type="v8u"/><field name="s" type="v8i"/></union>
<union id="vnb"><field name="u" type="v16u"/><field name="s" type="v16i"/></union>
<union id="vnq"><field name="u" type="v1u"/><field name="s" type="v1i"/></union>
<union id="aarch64v">
<field name="d" type="vnd"/>
<field name="s" type="vns"/>
<field name="h" type="vnh"/>
<field name="b" type="vnb"/>
<field name="q" type="vnq"/>
</union>
`
