package gdbremote

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// hexBytes decodes pairs of digits.
func hexBytes(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, errHex
	}
	return b, nil
}

// hexNumber reads a number as the protocol writes it, with or without 0x.
func hexNumber(s string) (uint64, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 64)
	if err != nil {
		return 0, errHex
	}
	return v, nil
}

// hexPair reads "a,b".
func hexPair(s string) (a, b uint64, err error) {
	first, second, ok := strings.Cut(s, ",")
	if !ok {
		return 0, 0, errArguments
	}
	if a, err = hexNumber(first); err != nil {
		return 0, 0, err
	}
	b, err = hexNumber(second)
	return a, b, err
}
