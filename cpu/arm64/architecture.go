package arm64

import (
	"fmt"
	"strings"

	"stasis/cpu"
)

// architecture is what a debugger has to know of AArch64.
var architecture = &cpu.Architecture{
	Name:      "aarch64",
	Types:     map[string]string{"cpsr_flags": cpsrXML(), "aarch64v": vectorXML},
	Place:     [3]string{"TTBR0_EL1", "el", "sp"},
	Space:     "TTBR0_EL1",
	SpaceMask: 1<<48 - 2, // without the ASID and CnP
}

// Architecture is AArch64's.
func (c *CPU) Architecture() *cpu.Architecture { return architecture }

// cpsrXML names the bits of PSTATE as SPSR_EL1 has them.
//
// Source: Arm ARM, "SPSR_EL1, Saved Program Status Register (EL1)"; GDB manual, "AArch64 Features".
func cpsrXML() string {
	var b strings.Builder
	b.WriteString("<flags id=\"cpsr_flags\" size=\"4\">\n")
	for _, f := range []struct {
		name        string
		first, last int
	}{
		{"SP", 0, 0}, {"EL", 2, 3}, {"nRW", 4, 4}, {"F", 6, 6}, {"I", 7, 7}, {"A", 8, 8}, {"D", 9, 9}, {"BTYPE", 10, 11}, {"SSBS", 12, 12},
		{"IL", 20, 20}, {"SS", 21, 21}, {"PAN", 22, 22}, {"UAO", 23, 23}, {"DIT", 24, 24}, {"TCO", 25, 25},
		{"V", 28, 28}, {"C", 29, 29}, {"Z", 30, 30}, {"N", 31, 31},
	} {
		fmt.Fprintf(&b, "<field name=\"%s\" start=\"%d\" end=\"%d\"/>\n", f.name, f.first, f.last)
	}
	b.WriteString("</flags>\n")
	return b.String()
}

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
