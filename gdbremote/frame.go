package gdbremote

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxPacket is the longest packet in bytes, escapes included, either way.
const maxPacket = 0x8000

// Bytes with a meaning on the wire.
const (
	ack       = '+'
	nak       = '-'
	breakByte = 0x03
	escape    = '}'
	escapeXor = 0x20
)

// input is one thing that a client sends.
type input struct {
	kind    inputKind
	payload string
}

type inputKind uint8

const (
	inputPacket inputKind = iota
	inputBreak            // Ctrl-C
	inputNak              // send the last packet again
	inputBad              // a packet that does not fit its checksum, or is too long
)

// readInput reads up to the next thing that means something.
func readInput(r *bufio.Reader) (input, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return input{}, err
		}
		switch b {
		case '$':
			return readPacket(r)
		case breakByte:
			return input{kind: inputBreak}, nil
		case nak:
			return input{kind: inputNak}, nil
		}
	}
}

// readPacket reads what follows the dollar sign.
func readPacket(r *bufio.Reader) (input, error) {
	var payload []byte
	var sum, escaped byte
	for n := 0; ; n++ {
		b, err := r.ReadByte()
		if err != nil {
			return input{}, err
		}
		if b == '#' {
			break
		}
		sum += b
		switch {
		case b == escape && escaped == 0:
			escaped = escapeXor
			continue
		case n < maxPacket+len("X,:")+2*16:
			payload = append(payload, b^escaped)
		}
		escaped = 0
	}
	return checked(r, payload, sum)
}

// checked reads the two digits of the checksum.
func checked(r *bufio.Reader, payload []byte, sum byte) (input, error) {
	var digits [2]byte
	if _, err := io.ReadFull(r, digits[:]); err != nil {
		return input{}, err
	}
	want, err := hexBytes(string(digits[:]))
	if err != nil || want[0] != sum || len(payload) > maxPacket+2*16 {
		return input{kind: inputBad}, nil
	}
	return input{kind: inputPacket, payload: string(payload)}, nil
}

// frame is a packet as it goes over the wire.
func frame(payload string) []byte {
	out := make([]byte, 1, len(payload)+len(payload)/8+4)
	out[0] = '$'
	var sum byte
	for i := range len(payload) {
		b := payload[i]
		switch b {
		case '#', '$', '}', '*':
			out = append(out, escape)
			sum += escape
			b ^= escapeXor
		}
		out = append(out, b)
		sum += b
	}
	return fmt.Appendf(out, "#%02x", sum)
}

var errHex = errors.New("not hexadecimal")
