package gdbremote

import (
	"encoding/hex"
	"strings"
)

// read reads memory as the client has chosen: virtual or physical. What precedes a hole is better than nothing.
func (c *Conn) fetch(addr, n uint64) ([]byte, error) {
	var p []byte
	if c.physical {
		p = c.d.ReadPhysical(addr, int(n))
	} else {
		p = c.d.ReadMemory(c.general, addr, int(n))
	}
	if len(p) == 0 && n > 0 {
		return nil, errFault
	}
	return p, nil
}

// store writes memory likewise.
func (c *Conn) store(addr uint64, p []byte) (string, error) {
	n := 0
	if c.physical {
		n = c.d.WritePhysical(addr, p)
	} else {
		n = c.d.WriteMemory(c.general, addr, p)
	}
	if n < len(p) {
		return "", errFault
	}
	return "OK", nil
}

func (c *Conn) readMemory(args string) (string, error) {
	addr, n, err := hexPair(args)
	if err != nil {
		return "", err
	}
	p, err := c.fetch(addr, min(n, maxPacket/2-8))
	return hex.EncodeToString(p), err
}

// readMemoryBinary is x. Two dialects have the same letter: LLDB probes with a length of 0 and takes the bytes as they are; gdb
// wants a "b" before them.
func (c *Conn) readMemoryBinary(args string) (string, error) {
	addr, n, err := hexPair(args)
	if err != nil {
		return "", err
	}
	if c.lldb && n == 0 {
		return "OK", nil
	}
	p, err := c.fetch(addr, min(n, maxPacket/2-8))
	if err != nil || c.lldb {
		return string(p), err
	}
	return "b" + string(p), nil
}

func (c *Conn) writeMemoryHex(args string) (string, error) {
	where, digits, _ := strings.Cut(args, ":")
	addr, n, err := hexPair(where)
	if err != nil {
		return "", err
	}
	p, err := hexBytes(digits)
	if err != nil || uint64(len(p)) != n {
		return "", errArguments
	}
	return c.store(addr, p)
}

func (c *Conn) writeMemoryBinary(args string) (string, error) {
	where, data, _ := strings.Cut(args, ":")
	addr, n, err := hexPair(where)
	if err != nil {
		return "", err
	}
	if uint64(len(data)) != n {
		return "", errArguments
	}
	return c.store(addr, []byte(data))
}
