package acpi

import (
	"encoding/binary"
	"strings"
)

// AML opcodes. Source: ACPI Specification 6.5, "AML Grammar Definition".
const (
	amlZero    = 0x00
	amlOne     = 0x01
	amlName    = 0x08
	amlByte    = 0x0a
	amlWord    = 0x0b
	amlDWord   = 0x0c
	amlScope   = 0x10
	amlBuffer  = 0x11
	amlPackage = 0x12
	amlDual    = 0x2e
	amlExt     = 0x5b
	amlDevice  = 0x82
	amlRoot    = '\\'
)

// aml is an encoded piece of AML.
type aml []byte

func join(parts ...aml) aml {
	var b aml
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// integer takes the shortest form.
func integer(v uint32) aml {
	le := binary.LittleEndian
	switch {
	case v == 0:
		return aml{amlZero}
	case v == 1:
		return aml{amlOne}
	case v < 1<<8:
		return aml{amlByte, byte(v)}
	case v < 1<<16:
		return le.AppendUint16(aml{amlWord}, uint16(v))
	}
	return le.AppendUint32(aml{amlDWord}, v)
}

// eisaID packs three letters and four hex digits: "PNP0A03".
//
// Source: ACPI Specification 6.5, "EISAID (EISA ID String To Integer Conversion Macro)".
func eisaID(id string) aml {
	v := uint32(id[0]-'@')<<26 | uint32(id[1]-'@')<<21 | uint32(id[2]-'@')<<16
	for i, c := range []byte(id[3:]) {
		v |= uint32(strings.IndexByte("0123456789ABCDEF", c)) << (12 - 4*i)
	}
	return binary.BigEndian.AppendUint32(aml{amlDWord}, v)
}

// path is a name of at most two segments, `\` in front if it is absolute.
func path(name string) aml {
	var b aml
	if rest, ok := strings.CutPrefix(name, `\`); ok {
		b, name = append(b, amlRoot), rest
	}
	segments := strings.Split(name, ".")
	if len(segments) == 2 {
		b = append(b, amlDual)
	}
	for _, s := range segments {
		b = append(b, (s + "____")[:4]...)
	}
	return b
}

// counted puts the package length between opcode and content. The length counts itself.
//
// Source: ACPI Specification 6.5, "Package Length Encoding".
func counted(opcode aml, content ...aml) aml {
	body := join(content...)
	n := len(body) + 1
	if n < 1<<6 {
		return join(opcode, aml{byte(n)}, body)
	}
	n++
	if n < 1<<12 {
		return join(opcode, aml{0x40 | byte(n&15), byte(n >> 4)}, body)
	}
	n++
	return join(opcode, aml{0x80 | byte(n&15), byte(n >> 4), byte(n >> 12)}, body)
}

func name(n string, value aml) aml { return join(aml{amlName}, path(n), value) }

func scope(n string, terms ...aml) aml {
	return counted(aml{amlScope}, append([]aml{path(n)}, terms...)...)
}

func device(n string, terms ...aml) aml {
	return counted(aml{amlExt, amlDevice}, append([]aml{path(n)}, terms...)...)
}

func pkg(elements ...aml) aml {
	return counted(aml{amlPackage}, append([]aml{{byte(len(elements))}}, elements...)...)
}
