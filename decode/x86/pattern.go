package x86

import (
	"fmt"
	"strconv"
	"strings"
)

// immKind is how an immediate is read from the instruction.
type immKind uint8

const (
	immNone  immKind = iota
	immB             // 1 byte
	immW             // 2 bytes
	immZ             // 2 or 4 bytes by operand size
	immV             // 2, 4 or 8 bytes by operand size
	immWB            // 2 bytes, then 1 (ENTER)
	immA             // far pointer
	immMoffs         // an address of the address size
)

var immNames = map[string]immKind{
	"ib": immB, "iw": immW, "iz": immZ, "iv": immV, "jb": immB, "jz": immZ, "ap": immA, "moffs": immMoffs,
}

// Mandatory prefixes of a pattern.
const (
	prefixAny = iota // prefixes do not select
	prefixNP         // none of 66, F2, F3
	prefix66
	prefixF3
	prefixF2
)

var prefixNames = map[string]uint8{"NP": prefixNP, "66": prefix66, "F3": prefixF3, "F2": prefixF2}

// Constraints on ModRM.mod.
const (
	modAny = iota
	modMem
	modReg
)

// Opcode maps.
const (
	mapOne  = iota // one byte
	mapTwo         // 0F
	map0F38        // 0F 38
	map0F3A        // 0F 3A
	numMaps
)

// pattern is a Row's Pattern, parsed.
type pattern struct {
	prefix   uint8
	rexW     bool
	notREXB  bool
	escape   uint8 // opcode map
	opcode   uint8
	span     int // opcodes covered: 8 for +r, 16 for +cc
	hasModRM bool
	reg      int // required ModRM.reg, or -1
	mod      uint8
	modRM    int // required ModRM byte, or -1
	imm      immKind
}

// weight orders the candidates of one opcode: the more a pattern demands, the earlier it is tried.
func (p *pattern) weight() int {
	w := 0
	for _, demands := range []bool{p.prefix != prefixAny, p.rexW, p.notREXB, p.reg >= 0, p.mod != modAny, p.modRM >= 0, p.modRM >= 0} {
		if demands {
			w++
		}
	}
	return w
}

func parsePattern(text string) (pattern, error) {
	p := pattern{span: 1, reg: -1, modRM: -1}
	fields := strings.Fields(text)
	fields = p.takePrefix(fields)
	fields, err := p.takeOpcode(fields)
	if err != nil {
		return p, fmt.Errorf("pattern %q: %w", text, err)
	}
	for _, f := range fields {
		if !p.takeField(f) {
			return p, fmt.Errorf("pattern %q: unknown %q", text, f)
		}
	}
	return p, nil
}

// takePrefix takes a mandatory prefix and REX.W. A lone "66" would be an opcode, but no pattern has that opcode.
func (p *pattern) takePrefix(fields []string) []string {
	if v, ok := prefixNames[fields[0]]; ok {
		p.prefix = v
		fields = fields[1:]
	}
	if fields[0] == "REX.W" {
		p.rexW = true
		fields = fields[1:]
	}
	return fields
}

func (p *pattern) takeOpcode(fields []string) ([]string, error) {
	if fields[0] == "0F" {
		p.escape = mapTwo
		fields = fields[1:]
		switch {
		case fields[0] == "38":
			p.escape = map0F38
			fields = fields[1:]
		case fields[0] == "3A":
			p.escape = map0F3A
			fields = fields[1:]
		}
	}
	hex, suffix, _ := strings.Cut(fields[0], "+")
	switch suffix {
	case "r":
		p.span = 8
	case "cc":
		p.span = 16
	}
	v, err := strconv.ParseUint(hex, 16, 8)
	p.opcode = uint8(v)
	return fields[1:], err
}

func (p *pattern) takeField(f string) bool {
	switch {
	case f == "/r":
		p.hasModRM = true
	case f[0] == '/':
		p.hasModRM = true
		p.reg = int(f[1] - '0')
	case f == "mod=3":
		p.mod = modReg
	case f == "mod!=3":
		p.mod = modMem
	case f == "B=0":
		p.notREXB = true
	case f == "ib" && p.imm == immW:
		p.imm = immWB
	case immNames[f] != immNone:
		p.imm = immNames[f]
	default:
		v, err := strconv.ParseUint(f, 16, 8)
		p.hasModRM = true
		p.modRM = int(v)
		return err == nil
	}
	return true
}
