package gdbremote

import (
	"fmt"
	"strings"
)

// maxSearch bounds how much memory one packet may go through; the client asks again for what lies behind.
const maxSearch = 256 << 20

// search is qSearch:memory:ADDRESS;LENGTH;PATTERN.
func (c *Conn) search(args string) (string, error) {
	parts := strings.SplitN(args, ";", 3)
	if len(parts) != 3 || parts[2] == "" {
		return "", errArguments
	}
	addr, err := hexNumber(parts[0])
	if err != nil {
		return "", err
	}
	n, err := hexNumber(parts[1])
	if err != nil {
		return "", err
	}
	at, found, readable := c.d.Search(c.general, addr, min(n, maxSearch), []byte(parts[2]))
	switch {
	case !readable:
		return "", errFault
	case !found:
		return "0", nil
	}
	return fmt.Sprintf("1,%x", at), nil
}

// checksum is qCRC:ADDRESS,LENGTH.
func (c *Conn) checksum(args string) (string, error) {
	addr, n, err := hexPair(args)
	if err != nil {
		return "", err
	}
	if n > maxSearch {
		return "", errValue
	}
	crc := ^uint32(0)
	for n > 0 {
		chunk := min(n, 64<<10)
		p := c.d.ReadMemory(c.general, addr, int(chunk))
		if uint64(len(p)) < chunk {
			return "", errFault
		}
		crc = crcUpdate(crc, p)
		addr += chunk
		n -= chunk
	}
	return fmt.Sprintf("C%08x", crc), nil
}

// crcPolynomial is CRC-32's, the top bit of a byte first; nothing is inverted at the end.
// Source: GDB manual, "General Query Packets", qCRC.
const crcPolynomial = 0x04c11db7

var crcTable = func() (t [256]uint32) {
	for i := range t {
		crc := uint32(i) << 24
		for range 8 {
			top := crc >> 31
			crc = crc<<1 ^ top*crcPolynomial
		}
		t[i] = crc
	}
	return t
}()

func crcUpdate(crc uint32, p []byte) uint32 {
	for _, b := range p {
		crc = crc<<8 ^ crcTable[byte(crc>>24)^b]
	}
	return crc
}
