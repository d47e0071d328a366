package main

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a number of bytes with a binary suffix: 512M.
type size uint64

func (s *size) Set(text string) error {
	digits, shift := text, 0
	if n := len(text); n > 0 {
		if i := strings.IndexByte("KMGT", text[n-1]&^0x20); i >= 0 {
			digits, shift = text[:n-1], 10*(i+1)
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n == 0 || n > 1<<(63-shift) {
		return fmt.Errorf("%q is not a size; give for example 512M or 2G", text)
	}
	*s = size(n << shift)
	return nil
}

func (s *size) String() string {
	for i, suffix := range "GMK" {
		if shift := 30 - 10*i; *s != 0 && *s%(1<<shift) == 0 {
			return fmt.Sprintf("%d%c", *s>>shift, suffix)
		}
	}
	return strconv.FormatUint(uint64(*s), 10)
}

func (s *size) Type() string { return "size" }

// rate is a number of instructions, in plain digits or as 1e9.
type rate uint64

func (r *rate) Set(text string) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 1 || f > 1e18 || f != float64(uint64(f)) {
		return fmt.Errorf("%q is not a whole number; give for example 1e9", text)
	}
	*r = rate(f)
	return nil
}

func (r *rate) String() string { return strconv.FormatUint(uint64(*r), 10) }
func (r *rate) Type() string   { return "number" }

// position is a place in a run: retired=N.
type position uint64

func (p *position) Set(text string) error {
	digits, ok := strings.CutPrefix(text, "retired=")
	n, err := strconv.ParseUint(strings.ReplaceAll(digits, "_", ""), 10, 64)
	if !ok || err != nil || n == 0 {
		return fmt.Errorf("%q is not a position; give for example retired=1000000", text)
	}
	*p = position(n)
	return nil
}

func (p *position) String() string {
	if *p == 0 {
		return ""
	}
	return fmt.Sprintf("retired=%d", uint64(*p))
}

func (p *position) Type() string { return "position" }
