package arm64

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// pattern is a Row's Pattern and Where, parsed.
type pattern struct {
	mask, value uint32
	where       [][]condition // all of them, any of each
}

// condition compares a field with a number or another field.
type condition struct {
	field, other uint32 // masks; other is 0 if it is a number
	relation     string
	number       uint32
}

// parse reads a row.
func parse(r *Row) (p pattern, err error) {
	if len(r.Pattern) != 32 {
		return p, fmt.Errorf("%v: pattern %s has %d bits", r.Op, r.Pattern, len(r.Pattern))
	}
	for _, bit := range r.Pattern {
		p.mask, p.value = p.mask<<1, p.value<<1
		if bit == '0' || bit == '1' {
			p.mask |= 1
			p.value |= uint32(bit - '0')
		}
	}
	for term := range strings.FieldsSeq(r.Where) {
		var any []condition
		for text := range strings.SplitSeq(term, "|") {
			c, err := parseCondition(r.Pattern, text)
			if err != nil {
				return p, fmt.Errorf("%v %s: %w", r.Op, r.Pattern, err)
			}
			any = append(any, c)
		}
		p.where = append(p.where, any)
	}
	return p, nil
}

func parseCondition(pattern, text string) (c condition, err error) {
	for _, relation := range []string{"!=", ">=", "=", "<"} {
		left, right, found := strings.Cut(text, relation)
		if !found {
			continue
		}
		c.relation = relation
		if c.field = fieldMask(pattern, left); c.field == 0 {
			return c, fmt.Errorf("%q: no field %q", text, left)
		}
		if c.other = fieldMask(pattern, right); c.other != 0 {
			return c, nil
		}
		n, err := strconv.ParseUint(right, 10, 32)
		c.number = uint32(n)
		return c, err
	}
	return c, fmt.Errorf("%q: no relation", text)
}

// fieldMask returns the bits where a letter stands.
func fieldMask(pattern, letter string) (mask uint32) {
	if len(letter) != 1 || letter == "0" || letter == "1" || letter == "x" {
		return 0
	}
	for i := range len(pattern) {
		if pattern[i] == letter[0] {
			mask |= 1 << (31 - i)
		}
	}
	return mask
}

// matches reports whether a word is an instance of the row.
func (p *pattern) matches(raw uint32) bool {
	if raw&p.mask != p.value {
		return false
	}
	for _, any := range p.where {
		if !holds(any, raw) {
			return false
		}
	}
	return true
}

func holds(any []condition, raw uint32) bool {
	for i := range any {
		if any[i].holds(raw) {
			return true
		}
	}
	return false
}

func (c *condition) holds(raw uint32) bool {
	v, n := extract(raw, c.field), c.number
	if c.other != 0 {
		n = extract(raw, c.other)
	}
	switch c.relation {
	case "!=":
		return v != n
	case ">=":
		return v >= n
	case "<":
		return v < n
	}
	return v == n
}

// extract returns the bits of a mask, pushed together.
func extract(raw, mask uint32) (v uint32) {
	for shift := 0; mask != 0; shift++ {
		v |= raw >> bits.TrailingZeros32(mask) & 1 << shift
		mask &= mask - 1
	}
	return v
}
