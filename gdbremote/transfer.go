package gdbremote

import "strings"

// objects are what qXfer:OBJECT:read serves, each as a whole; ok is false for an annex that does not exist.
var objects = map[string]func(c *Conn, annex string) (text string, ok bool){
	"features":   (*Conn).features,
	"threads":    func(c *Conn, annex string) (string, bool) { return c.threadsXML(), annex == "" },
	"memory-map": func(_ *Conn, annex string) (string, bool) { return memoryMap, annex == "" },
}

// memoryMap calls all virtual memory RAM: what a client takes for granted without a map, it must not lose by one. Addresses
// of no memory are answered with an error when they are read.
const memoryMap = `<?xml version="1.0"?>
<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">
<memory-map>
<memory type="ram" start="0x0" length="0x8000000000000000"/>
<memory type="ram" start="0x8000000000000000" length="0x8000000000000000"/>
</memory-map>
`

// errNoAnnex is E00: there is no such annex.
const errNoAnnex errno = 0

// transfer is qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH.
func (c *Conn) transfer(args string) (string, error) {
	parts := strings.SplitN(args, ":", 4)
	if len(parts) != 4 || parts[1] != "read" || objects[parts[0]] == nil {
		return "", nil
	}
	offset, n, err := hexPair(parts[3])
	if err != nil {
		return "", err
	}
	text, ok := objects[parts[0]](c, parts[2])
	if !ok {
		return "", errNoAnnex
	}
	return piece(text, offset, n), nil
}

// piece is a part of a text: "m" before it if there is more, "l" if not.
func piece(text string, offset, n uint64) string {
	if offset >= uint64(len(text)) {
		return "l"
	}
	text = text[offset:]
	if n = min(n, maxPacket/2-8); n < uint64(len(text)) {
		return "m" + text[:n]
	}
	return "l" + text
}
