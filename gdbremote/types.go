package gdbremote

import (
	"fmt"
	"strings"
)

// typeXML are the types of registers that a client does not know by itself.
var typeXML = map[string]func() string{
	"i386_eflags": func() string { return flagsXML("i386_eflags", 4, eflagsBits) },
	"i386_mxcsr":  func() string { return flagsXML("i386_mxcsr", 4, mxcsrBits) },
	"x86_cr0":     func() string { return flagsXML("x86_cr0", 8, cr0Bits) },
	"x86_cr4":     func() string { return flagsXML("x86_cr4", 8, cr4Bits) },
	"x86_efer":    func() string { return flagsXML("x86_efer", 8, eferBits) },
	"x86_shadow":  func() string { return flagsXML("x86_shadow", 4, shadowBits) },
	"vec128":      func() string { return vec128XML },
}

// bit is a named bit of a register.
type bit struct {
	name string
	at   int
}

// Bits by the manual's names. Source: SDM Vol. 1, "EFLAGS Register" and "MXCSR Control and Status Register"; SDM Vol. 3A, "Control
// Registers" and "Extended Feature Enable Register".
var (
	eflagsBits = []bit{
		{"CF", 0}, {"", 1}, {"PF", 2}, {"AF", 4}, {"ZF", 6}, {"SF", 7}, {"TF", 8}, {"IF", 9}, {"DF", 10}, {"OF", 11},
		{"NT", 14}, {"RF", 16}, {"VM", 17}, {"AC", 18}, {"VIF", 19}, {"VIP", 20}, {"ID", 21},
	}
	mxcsrBits = []bit{
		{"IE", 0}, {"DE", 1}, {"ZE", 2}, {"OE", 3}, {"UE", 4}, {"PE", 5}, {"DAZ", 6},
		{"IM", 7}, {"DM", 8}, {"ZM", 9}, {"OM", 10}, {"UM", 11}, {"PM", 12}, {"FZ", 15},
	}
	cr0Bits = []bit{
		{"PE", 0}, {"MP", 1}, {"EM", 2}, {"TS", 3}, {"ET", 4}, {"NE", 5}, {"WP", 16}, {"AM", 18}, {"NW", 29}, {"CD", 30}, {"PG", 31},
	}
	cr4Bits = []bit{
		{"VME", 0}, {"PVI", 1}, {"TSD", 2}, {"DE", 3}, {"PSE", 4}, {"PAE", 5}, {"MCE", 6}, {"PGE", 7}, {"PCE", 8}, {"OSFXSR", 9},
		{"OSXMMEXCPT", 10}, {"UMIP", 11}, {"LA57", 12}, {"FSGSBASE", 16}, {"PCIDE", 17}, {"OSXSAVE", 18}, {"SMEP", 20}, {"SMAP", 21}, {"PKE", 22},
	}
	eferBits   = []bit{{"SCE", 0}, {"LME", 8}, {"LMA", 10}, {"NXE", 11}}
	shadowBits = []bit{{"STI", 0}, {"MOVSS", 1}, {"NMI", 2}}
)

func flagsXML(id string, size int, bits []bit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<flags id=\"%s\" size=\"%d\">\n", id, size)
	for _, f := range bits {
		fmt.Fprintf(&b, "<field name=\"%s\" start=\"%d\" end=\"%d\"/>\n", f.name, f.at, f.at)
	}
	b.WriteString("</flags>\n")
	return b.String()
}

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
