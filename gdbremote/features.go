package gdbremote

import (
	"fmt"
	"slices"
	"strings"

	debugger "stasis/debug"
)

// features serves target.xml and one file for each feature. They never change, whatever mode the CPU is in.
func (c *Conn) features(annex string) (string, bool) {
	table := c.d.Registers()
	if annex == "target.xml" {
		return targetXML(c.d.Architecture().Name, table), true
	}
	for _, f := range featureNames(table) {
		if annex == f+".xml" {
			return featureXML(f, c.d.Architecture().Types, table), true
		}
	}
	return "", false
}

func featureNames(table []debugger.Register) (names []string) {
	for _, r := range table {
		if !slices.Contains(names, r.Feature) {
			names = append(names, r.Feature)
		}
	}
	return names
}

func targetXML(architecture string, table []debugger.Register) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n")
	fmt.Fprintf(&b, "<architecture>%s</architecture>\n", architecture)
	for _, f := range featureNames(table) {
		fmt.Fprintf(&b, "<xi:include href=\"%s.xml\"/>\n", f)
	}
	b.WriteString("</target>\n")
	return b.String()
}

// featureXML lists a feature's registers, after the types that they need. A register's number is its row in the table.
func featureXML(feature string, definitions map[string]string, table []debugger.Register) string {
	var types, regs strings.Builder
	var defined []string
	for i, r := range table {
		if r.Feature != feature {
			continue
		}
		if text, ok := definitions[r.Type]; ok && !slices.Contains(defined, r.Type) {
			defined = append(defined, r.Type)
			types.WriteString(text)
		}
		fmt.Fprintf(&regs, "<reg name=\"%s\" bitsize=\"%d\" type=\"%s\" regnum=\"%d\" group=\"%s\"%s/>\n",
			r.Name, r.Bits, r.Type, i, r.Group, saveRestore(r))
	}
	return "<?xml version=\"1.0\"?>\n<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n" +
		fmt.Sprintf("<feature name=\"%s\">\n%s%s</feature>\n", feature, types.String(), regs.String())
}

// saveRestore keeps a client from saving and restoring the system's state around a call that it makes in the guest.
func saveRestore(r debugger.Register) string {
	if r.Group == "system" {
		return " save-restore=\"no\""
	}
	return ""
}
