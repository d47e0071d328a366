// Package golden is golden lines: one instruction, a state before and a state after, in a text that people write and read.
//
//	mode=64
//	[48 31 ed] "XOR RBP,RBP"  RBP=1234 CF=1 ⇒ RBP=0 CF=0 ZF=1 PF=1 ?AF
//	[8b 03] "MOV EAX,[RBX]"  RBX=1000 ⇒ #PF(0) CR2=1000
//
// Numbers are hexadecimal. What is not named before is 0 (FCW 37F, MXCSR 1F80), what is not named after is unchanged; RIP goes on. [ADDR]=bytes is memory;
// ?FLAG is undefined. Settings that stand alone hold for the lines that follow: mode=16 is real mode, 32 a flat segment, 64 64-bit
// code, cpl=3 user code, vendor=amd or intel; any other, such as a source, is a comment. So is what follows "//" or begins with "#".
//
// Memory that a line touches without naming it is there and holds zeros, unless the line ends in #PF: then only what it names is there.
package golden

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrSyntax is a line that cannot be read.
var ErrSyntax = errors.New("golden line")

// Head is the settings that hold for lines.
type Head struct {
	Mode   int
	CPL    int
	Vendor string
	ISA    string
}

// Setting gives a register, a flag or memory a value. Bytes are set for memory, at Addr.
type Setting struct {
	Name  string
	Value [2]uint64 // low quadword first
	Addr  uint64
	Bytes []byte
}

// Fault is the exception that a line ends in.
type Fault struct {
	Name string // without #
	Code uint64
	Has  bool // an error code is stated
}

// Line is one golden line.
type Line struct {
	Head
	Number  int
	Code    []byte
	Text    string
	In, Out []Setting
	Fault   *Fault
	Ignore  []string // flags that are undefined
}

// Parse reads a file of lines.
func Parse(r io.Reader) (lines []Line, err error) {
	head := Head{Mode: 64, Vendor: "amd", ISA: "x86"}
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)
	for n := 1; scan.Scan(); n++ {
		text, _, _ := strings.Cut(scan.Text(), "//")
		text = strings.TrimSpace(text)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case text[0] != '[':
			head.set(text)
		default:
			l, err := parseLine(text)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			l.Head, l.Number = head, n
			lines = append(lines, l)
		}
	}
	return lines, scan.Err()
}

// set reads settings that stand alone.
func (h *Head) set(text string) {
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "mode":
			h.Mode = n
		case "cpl":
			h.CPL = n
		case "vendor":
			h.Vendor = value
		case "isa":
			h.ISA = value
		}
	}
}

func parseLine(text string) (l Line, err error) {
	code, rest, ok := strings.Cut(text[1:], "]")
	if !ok {
		return l, fmt.Errorf("%w: no ]", ErrSyntax)
	}
	if l.Code, err = hex.DecodeString(strings.ReplaceAll(code, " ", "")); err != nil || len(l.Code) == 0 {
		return l, fmt.Errorf("%w: bytes %q", ErrSyntax, code)
	}
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, `"`) {
		if l.Text, rest, ok = strings.Cut(rest[1:], `"`); !ok {
			return l, fmt.Errorf("%w: no closing quote", ErrSyntax)
		}
	}
	before, after, ok := strings.Cut(rest, "⇒")
	if !ok {
		before, after, ok = strings.Cut(rest, "=>")
	}
	if !ok {
		return l, fmt.Errorf("%w: no ⇒", ErrSyntax)
	}
	if l.In, err = parseSettings(before, nil); err != nil {
		return l, err
	}
	l.Out, err = parseSettings(after, &l)
	return l, err
}

// parseSettings reads settings; a line is given for what only stands after the arrow.
func parseSettings(text string, l *Line) (list []Setting, err error) {
	for _, word := range strings.Fields(strings.ReplaceAll(text, "= ", "=")) {
		name, value, assigned := strings.Cut(word, "=")
		switch {
		case l != nil && word[0] == '#':
			l.Fault, err = parseFault(word[1:])
		case l != nil && word[0] == '?':
			l.Ignore = append(l.Ignore, strings.ToUpper(word[1:]))
		case !assigned:
			err = more(list, word)
		case name[0] == '[':
			s := Setting{Name: "memory"}
			s.Addr, err = strconv.ParseUint(strings.Trim(name, "[]"), 16, 64)
			list = append(list, s)
			if err == nil && value != "" {
				err = more(list, value)
			}
		default:
			s := Setting{Name: strings.NewReplacer("(", "", ")", "").Replace(strings.ToUpper(name))}
			s.Value, err = parseNumber(value)
			list = append(list, s)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrSyntax, word, err)
		}
	}
	return list, nil
}

// more appends bytes to the memory setting before.
func more(list []Setting, word string) error {
	if len(list) == 0 || list[len(list)-1].Name != "memory" {
		return ErrSyntax
	}
	p, err := hex.DecodeString(strings.Trim(word, ","))
	s := &list[len(list)-1]
	s.Bytes = append(s.Bytes, p...)
	return err
}

func parseNumber(text string) (v [2]uint64, err error) {
	text = strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(text), "0x"), "_", "")
	if len(text) > 16 {
		if v[1], err = strconv.ParseUint(text[:len(text)-16], 16, 64); err != nil {
			return v, err
		}
		text = text[len(text)-16:]
	}
	v[0], err = strconv.ParseUint(text, 16, 64)
	return v, err
}

func parseFault(text string) (*Fault, error) {
	name, code, has := strings.Cut(text, "(")
	f := &Fault{Name: strings.ToUpper(name), Has: has}
	if f.Name == "XF" {
		f.Name = "XM"
	}
	if !has {
		return f, nil
	}
	var err error
	f.Code, err = strconv.ParseUint(strings.TrimSuffix(code, ")"), 16, 32)
	return f, err
}
