package arm64

import (
	"fmt"
	"strings"

	decode "stasis/decode/arm64"
)

// fields prints floating-point and Advanced SIMD instructions by the fields of their patterns: d, n, m and a are registers, r a
// rotation, c a condition, f flags, h a shift.
func fields(i *decode.Inst, name string) (string, []string) {
	pattern := decode.Rows[i.Row].Pattern
	switch {
	case strings.HasPrefix(i.Op.String(), "SHA512"):
		return name, sha512(i)
	case decode.Rows[i.Row].Feature == "SHA3":
		return name, sha3(i)
	case general(i):
		return convert(i, name)
	case pattern[1] == 'q' || i.Op == decode.FCMLAelem:
		return name, vector(i, pattern)
	}
	return name, scalar(i, pattern)
}

// general reports whether one of the registers is a general-purpose one.
func general(i *decode.Inst) bool {
	op := i.Op.String()
	return i.Field(30, 24) == 0x1e && (strings.HasSuffix(op, "gen") || strings.HasSuffix(op, "fix"))
}

func sha512(i *decode.Inst) []string {
	v := func(n uint8) string { return fmt.Sprintf("v%d.2d", n) }
	q := func(n uint8) string { return fmt.Sprint("q", n) }
	switch i.Op {
	case decode.SHA512H, decode.SHA512H2:
		return []string{q(i.Rd()), q(i.Rn()), v(i.Rm())}
	case decode.SHA512SU0:
		return []string{v(i.Rd()), v(i.Rn())}
	}
	return []string{v(i.Rd()), v(i.Rn()), v(i.Rm())}
}

func sha3(i *decode.Inst) (operands []string) {
	registers, arrangement := []uint8{i.Rd(), i.Rn(), i.Rm()}, "2d"
	if i.Op == decode.EOR3 || i.Op == decode.BCAX {
		registers, arrangement = append(registers, i.Ra()), "16b"
	}
	for _, n := range registers {
		operands = append(operands, fmt.Sprintf("v%d.%s", n, arrangement))
	}
	if i.Op == decode.XAR {
		operands = append(operands, fmt.Sprintf("#%d", i.Field(15, 10)))
	}
	return operands
}

// elementSize is log2 of the bytes of an element.
func elementSize(i *decode.Inst) uint32 {
	switch {
	case i.Half(), i.Field(28, 24) == 0x1e && i.Field(23, 22) == 3, i.Field(28, 24) == 0x1f && i.Field(23, 22) == 3:
		return 1
	case dot(i):
		return 2
	case strings.HasPrefix(i.Op.String(), "FRINT"):
		return 2 + i.Field(22, 22)
	}
	return i.Field(23, 22)
}

func dot(i *decode.Inst) bool {
	return strings.HasSuffix(i.Op.Mnemonic(), "DOT")
}

// arrangement is the elements of a vector register: 4s of four words.
func arrangement(i *decode.Inst, size uint32) string {
	count := 8 >> size
	if i.Bit(30) {
		count *= 2
	}
	return fmt.Sprintf("%d%c", count, "bhsd"[size])
}

func vector(i *decode.Inst, pattern string) []string {
	size := elementSize(i)
	source := size
	if dot(i) {
		source = 0
	}
	whole := func(n uint8, size uint32) string { return fmt.Sprintf("v%d.%s", n, arrangement(i, size)) }
	list := []string{whole(i.Rd(), size)}
	if strings.HasPrefix(i.Op.String(), "F") && strings.HasSuffix(i.Op.String(), "V") {
		list[0] = fmt.Sprint("h", i.Rd())
	}
	list = append(list, whole(i.Rn(), source))
	switch {
	case strings.HasSuffix(i.Op.String(), "elem"):
		list = append(list, element(i, size))
	case strings.Contains(pattern, "m"):
		list = append(list, whole(i.Rm(), source))
	}
	return append(list, rest(i, pattern)...)
}

// element is one element of Vm.
func element(i *decode.Inst, size uint32) string {
	if dot(i) {
		return fmt.Sprintf("v%d.4b[%d]", i.Rm(), i.Field(11, 11)<<1|i.Field(21, 21))
	}
	h, l, m := i.Field(11, 11), i.Field(21, 21), i.Field(20, 20)
	index, n := h<<2|l<<1|m, i.Rm()&15
	switch {
	case strings.HasPrefix(i.Op.String(), "FCMLA"):
		index, n = h<<1|l, i.Rm()
		if size == 2 {
			index = h
		}
	case size == 2:
		index, n = h<<1|l, i.Rm()
	}
	return fmt.Sprintf("v%d.%c[%d]", n, "bhsd"[size], index)
}

// scalar prints operands that are floating-point or Advanced SIMD scalars.
func scalar(i *decode.Inst, pattern string) []string {
	size := elementSize(i)
	one := func(n uint8) string { return fmt.Sprintf("%c%d", "bhsd"[size], n) }
	var list []string
	if strings.Contains(pattern, "d") {
		list = append(list, one(i.Rd()))
	}
	if pattern[:2] == "01" && pattern[10:15] == "11000" { // pairwise
		return append(list, fmt.Sprintf("v%d.2h", i.Rn()))
	}
	list = append(list, one(i.Rn()))
	switch {
	case strings.HasSuffix(i.Op.String(), "selem"):
		list = append(list, element(i, size))
	case (i.Op == decode.FCMP || i.Op == decode.FCMPE) && i.Bit(3):
		return append(list, "#0.0")
	case strings.Contains(pattern, "m"):
		list = append(list, one(i.Rm()))
	}
	if strings.Contains(pattern, "a") {
		list = append(list, one(i.Ra()))
	}
	return append(list, rest(i, pattern)...)
}

var conditions = [...]string{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"}

// rest is the operands that are no registers.
func rest(i *decode.Inst, pattern string) (list []string) {
	switch {
	case strings.HasSuffix(i.Op.String(), "zero"):
		list = append(list, "#0.0")
	case i.Op == decode.FCADD:
		list = append(list, fmt.Sprintf("#%d", 90+180*i.Field(12, 12)))
	case i.Op == decode.FCMLAv:
		list = append(list, fmt.Sprintf("#%d", 90*i.Field(12, 11)))
	case i.Op == decode.FCMLAelem:
		list = append(list, fmt.Sprintf("#%d", 90*i.Field(14, 13)))
	case strings.Contains(pattern, "hbbb"):
		list = append(list, fmt.Sprintf("#%d", 32-i.Field(22, 16)))
	}
	if strings.Contains(pattern, "ffff") {
		list = append(list, fmt.Sprintf("#%#x", i.Field(3, 0)))
	}
	if strings.Contains(pattern, "cccc") {
		list = append(list, conditions[i.Field(15, 12)])
	}
	return list
}
