package gdbremote

import (
	"encoding/hex"
	"fmt"
	"strings"
)

func (c *Conn) readRegisters(string) (string, error) {
	var b strings.Builder
	for i := range c.d.Registers() {
		b.WriteString(hex.EncodeToString(c.d.CPUs()[c.general].ReadRegister(i)))
	}
	return b.String(), nil
}

// writeRegisters is G. Registers that keep their value are not written; the first that refuses its own ends it.
func (c *Conn) writeRegisters(args string) (string, error) {
	all, err := hexBytes(args)
	if err != nil {
		return "", err
	}
	table := c.d.Registers()
	size := 0
	for _, r := range table {
		size += r.Bits / 8
	}
	if len(all) != size {
		return "", fmt.Errorf("%d bytes of registers, not %d", len(all), size)
	}
	for i, r := range table {
		value := all[:r.Bits/8]
		all = all[r.Bits/8:]
		if string(value) == string(c.d.CPUs()[c.general].ReadRegister(i)) {
			continue
		}
		if err := c.d.WriteRegister(c.general, i, value); err != nil {
			return "", err
		}
	}
	return "OK", nil
}

func (c *Conn) readRegister(args string) (string, error) {
	n, err := hexNumber(args)
	if err != nil {
		return "", err
	}
	if n >= uint64(len(c.d.Registers())) {
		return "", errValue
	}
	return hex.EncodeToString(c.d.CPUs()[c.general].ReadRegister(int(n))), nil
}

func (c *Conn) writeRegister(args string) (string, error) {
	number, digits, _ := strings.Cut(args, "=")
	n, err := hexNumber(number)
	if err != nil {
		return "", err
	}
	value, err := hexBytes(digits)
	if err != nil {
		return "", err
	}
	if n >= uint64(len(c.d.Registers())) {
		return "", errValue
	}
	if err := c.d.WriteRegister(c.general, int(n), value); err != nil {
		return "", err
	}
	return "OK", nil
}
